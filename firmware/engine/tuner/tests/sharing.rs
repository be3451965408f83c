//! Tuners over an opener that plays by script, under a clock that the test drives.

#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base::{ChannelId, ChannelSpec, GuideNumber, StreamSpec};
use ingest::{Ingest, synthetic};
use ring::{Limits, Pool};
use tokio::time::{Instant, advance, sleep};
use tuner::{
    Config, FailoverConfig, FailureKind, LockedBy, Opener, Phase, PlayError, Playing, Refusal,
    SourceLimits, Tuners, Viewing, Want,
};

const VIEWER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10));

/// Plays what the address says; counts connections.
#[derive(Default)]
struct Script {
    open: AtomicUsize,
    open_max: AtomicUsize,
    opened: AtomicUsize,
}

struct Connection<'a>(&'a Script);

impl<'a> Connection<'a> {
    fn open(script: &'a Script) -> Self {
        let open = script.open.fetch_add(1, Ordering::SeqCst) + 1;
        script.open_max.fetch_max(open, Ordering::SeqCst);
        script.opened.fetch_add(1, Ordering::SeqCst);
        Self(script)
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Opener for Script {
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a> {
        Box::pin(async move {
            let _connection = Connection::open(self);
            let error = |kind| {
                let message = "no".to_owned();
                Err(PlayError { message, kind })
            };
            match stream.url.as_str() {
                "gone" => error(FailureKind::Hopeless),
                "busy" => error(FailureKind::Broken),
                "silent" => std::future::pending().await,
                // One second of picture, then the end; refused from the fourth time on.
                "restarts" if self.opened.load(Ordering::SeqCst) > 3 => error(FailureKind::Broken),
                "restarts" => {
                    ingest.push(&synthetic::stream(25, 12)).await.unwrap();
                    ingest.drain().await.unwrap();
                    Ok(())
                }
                _ => loop {
                    ingest.push(&synthetic::stream(25, 12)).await.unwrap();
                    ingest.drain().await.unwrap();
                    ingest.seam(mpegts::Seam::Discontinuity).unwrap();
                },
            }
        })
    }
}

fn stream(number: u16, url: &str) -> ChannelSpec {
    ChannelSpec {
        channel: ChannelId(number.into()),
        number: GuideNumber::new(number, 0).unwrap(),
        name: format!("Channel {number}"),
        streams: vec![StreamSpec {
            url: url.to_owned(),
            headers: Vec::new(),
            source: 0,
        }],
    }
}

fn tuners(count: usize, change: impl FnOnce(&mut Config)) -> (Arc<Tuners>, Arc<Script>, Arc<Pool>) {
    let pool = Pool::new(4 * (count + 1));
    let script = Arc::new(Script::default());
    let mut config = Config {
        tuners: count,
        ring: Limits {
            behind_min: 2,
            segments_max: 4,
        },
        linger: Duration::ZERO,
        first_picture_max: Duration::from_secs(5),
        sources: Vec::new(),
        failover: FailoverConfig::default(),
    };
    change(&mut config);
    (
        Tuners::new(config, Arc::clone(&pool), Arc::<Script>::clone(&script)),
        script,
        pool,
    )
}

async fn watch(tuners: &Arc<Tuners>, number: u16, url: &str) -> Result<Viewing, Refusal> {
    tuners
        .watch(Want::Any, stream(number, url), VIEWER, None)
        .await
}

/// Lets the other tasks run until nothing moves.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn ten_viewers_are_one_connection_and_one_tuner() {
    let (tuners, script, _) = tuners(2, |_| ());
    let mut viewers = Vec::new();
    for _ in 0..10 {
        viewers.push(watch(&tuners, 5, "fine").await.unwrap());
    }
    assert_eq!(script.open_max.load(Ordering::SeqCst), 1);
    assert!(
        viewers
            .iter()
            .all(|viewer| viewer.tuner == 0 && Arc::ptr_eq(&viewer.ring, &viewers[0].ring))
    );
    let status = tuners.status();
    assert_eq!((status[0].viewers, status[1].viewers), (10, 0));
    assert_eq!(status[0].playing.as_ref().unwrap().phase, Phase::Playing);
    drop(viewers);
    settle().await;
    assert_eq!(
        script.open.load(Ordering::SeqCst),
        0,
        "closed behind the last one"
    );
    assert_eq!(tuners.status()[0].viewers, 0);
}

#[tokio::test(start_paused = true)]
async fn a_full_house_is_told_so_and_a_leaver_makes_room_at_once() {
    let (tuners, _, pool) = tuners(2, |_| ());
    let one = watch(&tuners, 1, "fine").await.unwrap();
    let two = watch(&tuners, 2, "fine").await.unwrap();
    assert_eq!(
        watch(&tuners, 3, "fine").await.unwrap_err(),
        Refusal::AllTunersInUse
    );
    drop(one);
    let three = watch(&tuners, 3, "fine").await.unwrap();
    assert_eq!(three.tuner, 0);
    drop((two, three));
    tuners.shutdown().await;
    assert_eq!(pool.stats().used, 0, "every segment is back");
}

#[tokio::test(start_paused = true)]
async fn zapping_a_hundred_times_leaves_nothing_behind() {
    let (tuners, script, pool) = tuners(1, |_| ());
    for number in 1..=100 {
        let viewing = watch(&tuners, number, "fine").await.unwrap();
        assert_eq!(viewing.tuner, 0);
    }
    settle().await;
    assert_eq!(script.open.load(Ordering::SeqCst), 0);
    assert_eq!((pool.stats().used, tuners.streams_open()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_cannot_be_opened_is_refused_with_the_reason() {
    let (tuners, script, _) = tuners(1, |_| ());
    let start = Instant::now();
    assert_eq!(
        watch(&tuners, 1, "gone").await.unwrap_err(),
        Refusal::TuneFailed("no".to_owned())
    );
    assert_eq!(
        (script.opened.load(Ordering::SeqCst), start.elapsed()),
        (1, Duration::ZERO)
    );
    assert_eq!(watch(&tuners, 1, "busy").await.unwrap_err().code(), 806);
    assert_eq!(script.opened.load(Ordering::SeqCst), 4, "tried again twice");
    assert_eq!(
        watch(&tuners, 1, "silent").await.unwrap_err(),
        Refusal::NoVideoData
    );
    settle().await;
    assert_eq!(
        tuners.status()[0].viewers,
        0,
        "a refused client holds no tuner"
    );
    assert_eq!(script.open.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_while_it_waits_frees_its_tuner() {
    let (tuners, script, _) = tuners(1, |_| ());
    {
        let waiting = watch(&tuners, 1, "silent");
        tokio::pin!(waiting);
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("nothing came"),
            () = sleep(Duration::from_secs(1)) => {}
        }
        assert_eq!(
            watch(&tuners, 2, "fine").await.unwrap_err(),
            Refusal::AllTunersInUse
        );
    }
    assert!(watch(&tuners, 2, "fine").await.is_ok());
    settle().await;
    assert_eq!(
        script.open_max.load(Ordering::SeqCst),
        1,
        "the first was closed before"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_is_opened_again_under_its_viewers() {
    let (tuners, script, _) = tuners(1, |_| ());
    let viewing = watch(&tuners, 1, "restarts").await.unwrap();
    let start = Instant::now();
    while !viewing.ring.is_closed() {
        sleep(Duration::from_millis(100)).await;
    }
    // Three times a second of picture, the grace between them, then five refused rounds behind pauses
    // of 1 s to 5 s.
    assert_eq!(script.opened.load(Ordering::SeqCst), 8);
    assert!(
        viewing.ring.published() >= 3 * 25 * 12 * 188,
        "three passes in one ring"
    );
    let took = start.elapsed().as_secs_f64();
    assert!((15.0..17.5).contains(&took), "{took} s");
}

#[tokio::test(start_paused = true)]
async fn a_stream_lingers_and_gives_way() {
    let (tuners, script, _) = tuners(1, |config| config.linger = Duration::from_secs(5));
    // The data plane lets go of its viewers on a thread of its own.
    let viewing = watch(&tuners, 1, "fine").await.unwrap();
    std::thread::spawn(|| drop(viewing)).join().unwrap();
    advance(Duration::from_secs(4)).await;
    drop(watch(&tuners, 1, "fine").await.unwrap());
    assert_eq!(
        script.opened.load(Ordering::SeqCst),
        1,
        "zapped back into the open stream"
    );
    let other = watch(&tuners, 2, "fine").await.unwrap();
    assert_eq!(
        (other.tuner, script.open.load(Ordering::SeqCst)),
        (0, 1),
        "the lingering one gave way"
    );
    drop(other);
    sleep(Duration::from_secs(6)).await;
    assert_eq!(script.open.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_source_gets_no_more_connections_than_it_allows() {
    let (tuners, script, _) = tuners(4, |config| {
        config.sources = vec![SourceLimits {
            connections: Some(1),
            ..SourceLimits::default()
        }]
    });
    let first = watch(&tuners, 1, "fine").await.unwrap();
    assert_eq!(
        watch(&tuners, 2, "fine").await.unwrap_err(),
        Refusal::AllTunersInUse
    );
    // A player that zaps opens the new channel before it closes the old one.
    let zapping = tokio::spawn({
        let tuners = Arc::clone(&tuners);
        async move { watch(&tuners, 3, "fine").await }
    });
    sleep(Duration::from_millis(500)).await;
    drop(first);
    assert!(zapping.await.unwrap().is_ok());
    assert_eq!(script.open_max.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lock_belongs_to_its_key() {
    let (tuners, _, _) = tuners(1, |_| ());
    let other = IpAddr::from([192, 0, 2, 11]);
    tuners.lock(0, 7, VIEWER).unwrap();
    assert_eq!(tuners.check_lock(0, Some(8), other), Err(LockedBy(VIEWER)));
    assert_eq!(
        watch(&tuners, 1, "fine").await.unwrap_err(),
        Refusal::AllTunersInUse
    );
    let pushed = tuners
        .watch(Want::Tuner(0), stream(1, "fine"), VIEWER, Some(7))
        .await
        .unwrap();
    tuners.unlock(0);
    assert_eq!(
        tuners.check_lock(0, None, other),
        Err(LockedBy(VIEWER)),
        "it streams"
    );
    drop(pushed);
    assert_eq!(tuners.check_lock(0, None, other), Ok(()));
}
