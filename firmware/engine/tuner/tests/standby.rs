//! A stream stands by beside the one that plays: what viewers see when that one fails, and what the
//! providers see of it. Under a clock that the test drives.

#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base::{ChannelId, ChannelSpec, GuideNumber, Lock, StreamSpec};
use ingest::{Ingest, synthetic};
use mpegts::{NULL_PID, PacketView, check::Checker};
use ring::{Limits, Pool, Read, Ring};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tuner::{
    Config, FailoverConfig, FailureKind, Opener, PlayError, Playing, Priority, Progress,
    SourceLimits, StandbyConfig, Standing, Tuners, Viewing, Want,
};

const VIEWER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10));
const SOURCES: usize = 3;
const SECOND: Duration = Duration::from_secs(1);

/// Providers that the test commands. Each address sends a key frame every 40 ms.
struct Providers {
    /// Addresses that do not work at the moment, and what they do instead.
    broken: watch::Sender<Vec<(String, FailureKind)>>,
    open: [AtomicUsize; SOURCES],
    open_max: [AtomicUsize; SOURCES],
    /// Addresses in the order in which they were opened.
    opened: Lock<Vec<String>>,
}

struct Connection<'a>(&'a AtomicUsize);

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Providers {
    fn connect(&self, stream: &StreamSpec) -> Connection<'_> {
        let source = usize::from(stream.source);
        let open = self.open[source].fetch_add(1, Ordering::SeqCst) + 1;
        self.open_max[source].fetch_max(open, Ordering::SeqCst);
        self.opened.lock().push(stream.url.clone());
        Connection(&self.open[source])
    }

    /// From now on `url` fails like this; what plays does so at once.
    fn break_with(&self, url: &str, kind: FailureKind) {
        self.broken
            .send_modify(|broken| broken.push((url.to_owned(), kind)));
    }

    fn mend(&self) {
        self.broken.send_modify(Vec::clear);
    }

    fn opened(&self) -> Vec<String> {
        std::mem::take(&mut self.opened.lock())
    }

    fn open(&self) -> [usize; SOURCES] {
        [0, 1, 2].map(|source| self.open[source].load(Ordering::SeqCst))
    }
}

impl Opener for Providers {
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a> {
        Box::pin(async move {
            let _connection = self.connect(stream);
            let mut broken = self.broken.subscribe();
            let is_this = |(url, _): &&(String, FailureKind)| *url == stream.url;
            let fails = async {
                let broken = broken.wait_for(|broken| broken.iter().any(|one| is_this(&one)));
                let broken = broken.await.unwrap();
                broken.iter().find(is_this).unwrap().1
            };
            let frames = synthetic::stream(4096, 12);
            let plays = async {
                let mut frames = frames.chunks(12 * 188);
                let begin = Instant::now();
                for number in 1.. {
                    ingest.push(frames.next().unwrap()).await.unwrap();
                    let next = begin + Duration::from_millis(40) * number;
                    ingest.during(tokio::time::sleep_until(next)).await;
                }
            };
            let kind = tokio::select! {
                biased;
                kind = fails => kind,
                () = plays => FailureKind::Broken,
            };
            match kind {
                FailureKind::Stalled => ingest.during(std::future::pending()).await,
                FailureKind::Ended => Ok(()),
                kind => Err(PlayError {
                    message: format!("{kind:?}"),
                    kind,
                }),
            }
        })
    }
}

struct House {
    tuners: Arc<Tuners>,
    providers: Arc<Providers>,
    pool: Arc<Pool>,
}

impl House {
    fn new(connections: &[Option<usize>]) -> Self {
        let pool = Pool::new(160);
        let providers = Arc::new(Providers {
            broken: watch::Sender::new(Vec::new()),
            open: Default::default(),
            open_max: Default::default(),
            opened: Lock::default(),
        });
        let standby = StandbyConfig {
            streams_max: 2,
            ring_segments_max: 4,
        };
        let config = Config {
            tuners: 8,
            ring: Limits {
                behind_min: 16,
                segments_max: 32,
            },
            linger: SECOND,
            first_picture_max: Duration::from_secs(5),
            sources: connections
                .iter()
                .map(|&connections| SourceLimits {
                    connections,
                    ..SourceLimits::default()
                })
                .collect(),
            failover: FailoverConfig {
                standby: Some(standby),
                ..FailoverConfig::default()
            },
        };
        let opener = Arc::<Providers>::clone(&providers);
        Self {
            tuners: Tuners::new(config, Arc::clone(&pool), opener),
            providers,
            pool,
        }
    }

    async fn watch(&self, number: u16, streams: &[(u16, &str)]) -> Viewing {
        let streams = streams.iter().map(|&(source, url)| StreamSpec {
            url: url.to_owned(),
            headers: Vec::new(),
            source,
        });
        let channel = ChannelSpec {
            channel: ChannelId(number.into()),
            number: GuideNumber::new(number, 0).unwrap(),
            name: format!("Channel {number}"),
            streams: streams.collect(),
        };
        let viewing = self.tuners.watch(Want::Any, channel, VIEWER, None).await;
        viewing.unwrap()
    }

    fn progress(&self) -> Progress {
        let status = self.tuners.status();
        let playing = status.iter().find_map(|tuner| tuner.playing.as_ref());
        playing.unwrap().progress.clone()
    }
}

/// The longest time without a new byte of a stream for viewers, bridges excepted.
async fn longest_gap(ring: &Ring, length: Duration) -> Duration {
    let end = Instant::now() + length;
    let (mut at, mut longest, mut position) = (Instant::now(), Duration::ZERO, ring.published());
    while Instant::now() < end {
        let (next, packets) = take(ring, position);
        position = next;
        let is_stream = |packet: &[u8; 188]| PacketView::new(packet).pid() != NULL_PID;
        if packets.iter().any(is_stream) {
            longest = longest.max(at.elapsed());
            at = Instant::now();
        }
        sleep(Duration::from_millis(5)).await;
    }
    longest.max(at.elapsed())
}

/// What stands behind a position, which must still be there, and where that ends.
fn take(ring: &Ring, mut position: u64) -> (u64, Vec<[u8; 188]>) {
    let mut bytes = Vec::new();
    while let Read::Chunk(chunk) = ring.read(position) {
        bytes.extend_from_slice(&chunk.to_vec().unwrap());
        position += chunk.len() as u64;
    }
    let (packets, rest) = bytes.as_chunks();
    assert!(rest.is_empty());
    (position, packets.to_vec())
}

fn assert_clean(viewing: &Viewing) {
    let mut checker = Checker::new();
    let (_, packets) = take(&viewing.ring, viewing.start);
    packets.iter().for_each(|packet| checker.packet(packet));
    assert!(checker.report().is_clean(), "{:?}", checker.report());
    assert!(packets.len() > 500);
    let clocks: Vec<_> = packets
        .iter()
        .filter_map(|packet| PacketView::new(packet).pcr())
        .collect();
    let step_max = clocks.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(step_max <= Some(2_700_000), "{step_max:?} of 27 MHz");
}

const TWO: &[(u16, &str)] = &[(0, "a"), (1, "b")];

#[tokio::test(start_paused = true)]
async fn what_stands_by_takes_over_without_a_gap() {
    for kind in [
        FailureKind::Broken,
        FailureKind::Ended,
        FailureKind::Refused,
    ] {
        let house = House::new(&[Some(1), Some(1)]);
        let viewing = house.watch(1, TWO).await;
        sleep(SECOND * 4).await;
        assert_eq!(house.providers.opened(), ["a", "b"], "{kind:?}");
        assert_eq!(house.progress().standby, Some(1));
        house.providers.break_with("a", kind);
        let gap = longest_gap(&viewing.ring, SECOND).await;
        assert!(gap <= Duration::from_millis(100), "{kind:?}: {gap:?}");
        assert!(house.providers.opened().is_empty(), "{kind:?}: no pause");
        let progress = house.progress();
        assert_eq!((progress.stream, progress.failovers), (1, 1));
        assert_eq!(progress.standing, Standing::Playing);
        assert_eq!(house.providers.open(), [0, 1, 0]);
        // The one that failed is well again, and stands by in its turn once it has cooled down.
        house.providers.mend();
        sleep(SECOND * 12).await;
        assert_eq!(house.providers.opened(), ["a"], "{kind:?}");
        assert_eq!(house.progress().standby, Some(0));
        house.providers.break_with("b", kind);
        let gap = longest_gap(&viewing.ring, SECOND).await;
        assert!(gap <= Duration::from_millis(100), "{kind:?}: {gap:?}");
        assert_eq!(house.progress().stream, 0);
        assert_clean(&viewing);
        drop(viewing);
        house.tuners.shutdown().await;
        assert_eq!(house.providers.open(), [0; SOURCES]);
        assert_eq!(house.pool.stats().used, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_silence_is_left_before_it_is_a_stall() {
    let house = House::new(&[]);
    let viewing = house.watch(1, TWO).await;
    sleep(SECOND * 20).await;
    house.providers.break_with("a", FailureKind::Stalled);
    let gap = longest_gap(&viewing.ring, SECOND * 5).await;
    assert!(gap <= Duration::from_millis(750), "{gap:?}");
    let progress = house.progress();
    assert_eq!((progress.stream, progress.failovers), (1, 1));
    assert_clean(&viewing);
    // Both are silent: it is the line, and there is nothing to be won.
    house.providers.mend();
    sleep(SECOND * 30).await;
    assert_eq!(house.progress().standby, Some(0));
    for url in ["a", "b"] {
        house.providers.break_with(url, FailureKind::Stalled);
    }
    sleep(SECOND * 2).await;
    assert_eq!(house.progress().stream, 1);
}

#[tokio::test(start_paused = true)]
async fn somebody_asks_for_the_next_stream_and_sees_it_at_once() {
    let house = House::new(&[]);
    let viewing = house.watch(1, &[(0, "a"), (1, "b"), (2, "c")]).await;
    sleep(SECOND * 5).await;
    for stream in [1, 2, 0, 1] {
        house.tuners.failover(ChannelId(1)).unwrap();
        let gap = longest_gap(&viewing.ring, SECOND).await;
        assert!(gap <= Duration::from_millis(100), "{stream}: {gap:?}");
        assert_eq!(house.progress().stream, stream);
        sleep(SECOND * 4).await;
    }
    assert_clean(&viewing);
}

#[tokio::test(start_paused = true)]
async fn a_source_of_one_connection_has_none_to_spare() {
    let house = House::new(&[Some(1)]);
    let viewing = house.watch(1, &[(0, "a"), (0, "b")]).await;
    sleep(SECOND * 30).await;
    assert_eq!(house.providers.opened(), ["a"]);
    // And failing over is what it is without.
    house.providers.break_with("a", FailureKind::Broken);
    sleep(SECOND).await;
    assert_eq!(house.providers.opened(), ["a", "b"]);
    assert_eq!(house.progress().stream, 1);
    assert!(!viewing.ring.is_closed());
    assert_eq!(house.providers.open_max[0].load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_viewer_of_another_channel_takes_the_standbys_connection() {
    let house = House::new(&[Some(1), Some(1)]);
    let one = house.watch(1, TWO).await;
    sleep(SECOND * 5).await;
    assert_eq!(house.providers.open(), [1, 1, 0]);
    let start = Instant::now();
    let two = house.watch(2, &[(1, "x"), (2, "y")]).await;
    assert!(start.elapsed() < Duration::from_millis(300));
    assert_eq!(house.providers.opened(), ["a", "b", "x"], "not its backup");
    assert_eq!(house.progress().standby, None);
    assert_eq!(house.providers.open_max[1].load(Ordering::SeqCst), 1);
    // When that viewer is gone, there is a stream standing by again.
    drop(two);
    sleep(SECOND * 10).await;
    assert_eq!(house.progress().standby, Some(1));
    // A look at whether a stream plays goes before it as well.
    let until = Instant::now() + SECOND;
    let probe = house.tuners.slots().take(&[1], Priority::Probe, until);
    assert!(probe.await.is_some());
    assert!(!one.ring.is_closed());
}

#[tokio::test(start_paused = true)]
async fn it_is_closed_behind_the_last_viewer() {
    let house = House::new(&[]);
    let viewing = house.watch(1, TWO).await;
    sleep(SECOND * 5).await;
    assert_eq!(house.providers.open(), [1, 1, 0]);
    drop(viewing);
    sleep(Duration::from_millis(400)).await;
    assert_eq!(
        house.providers.open(),
        [1, 0, 0],
        "the channel lingers alone"
    );
    sleep(SECOND).await;
    assert_eq!(house.providers.open(), [0; SOURCES]);
    assert_eq!(house.pool.stats().used, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_dead_is_asked_less_and_less() {
    let house = House::new(&[]);
    let _viewing = house.watch(1, &[(0, "a"), (1, "b"), (2, "c")]).await;
    for url in ["b", "c"] {
        house.providers.break_with(url, FailureKind::Refused);
    }
    sleep(SECOND * 600).await;
    let opened = house.providers.opened();
    assert!((5..20).contains(&opened.len()), "{opened:?}");
    assert_eq!(house.progress().stream, 0);
    assert_eq!(house.progress().failovers, 0);
}

#[tokio::test(start_paused = true)]
async fn there_are_no_more_than_the_plan_holds() {
    let house = House::new(&[]);
    let mut viewers = Vec::new();
    let names: Vec<_> = (1..=5)
        .map(|n| [format!("a{n}"), format!("b{n}")])
        .collect();
    for (number, [a, b]) in (1..).zip(&names) {
        viewers.push(house.watch(number, &[(0, a), (1, b)]).await);
    }
    sleep(SECOND * 10).await;
    assert_eq!(house.providers.open(), [5, 2, 0]);
    drop(viewers.remove(0));
    sleep(SECOND * 10).await;
    assert_eq!(
        house.providers.open(),
        [4, 2, 0],
        "another one has its place"
    );
}
