//! Channels of several streams: what viewers see when the upstream does what it likes, and what
//! the providers see of it. Under a clock that the test drives.

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
use ring::{Limits, Pool};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use tuner::{
    Config, FailoverConfig, FailureKind, NotPlaying, Opener, PlayError, Playing, Priority, Refusal,
    SourceLimits, Standing, Tuners, Viewing, Want,
};

const VIEWER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10));
const SOURCES: usize = 3;

/// Providers that the test commands.
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

    fn open(&self) -> usize {
        self.open
            .iter()
            .map(|open| open.load(Ordering::SeqCst))
            .sum()
    }
}

impl Opener for Providers {
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a> {
        Box::pin(async move {
            let _connection = self.connect(stream);
            let mut broken = self.broken.subscribe();
            let is_this = |broken: &Vec<(String, FailureKind)>| {
                broken.iter().any(|(url, _)| *url == stream.url)
            };
            let fails = async {
                let broken = broken.wait_for(is_this).await.unwrap();
                let (_, kind) = *broken
                    .iter()
                    .find(|(url, _)| *url == stream.url)
                    .as_ref()
                    .unwrap();
                *kind
            };
            let plays = async {
                loop {
                    ingest.push(&synthetic::stream(25, 12)).await.unwrap();
                    ingest.drain().await.unwrap();
                    ingest.seam(mpegts::Seam::Discontinuity).unwrap();
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
    fn new(connections: &[Option<usize>], change: impl FnOnce(&mut Config)) -> Self {
        let pool = Pool::new(160);
        let providers = Arc::new(Providers {
            broken: watch::Sender::new(Vec::new()),
            open: Default::default(),
            open_max: Default::default(),
            opened: Lock::default(),
        });
        let mut config = Config {
            tuners: 32,
            ring: Limits {
                behind_min: 2,
                segments_max: 4,
            },
            linger: Duration::ZERO,
            first_picture_max: Duration::from_secs(5),
            sources: connections
                .iter()
                .map(|&connections| SourceLimits {
                    connections,
                    ..SourceLimits::default()
                })
                .collect(),
            failover: FailoverConfig::default(),
        };
        change(&mut config);
        let opener = Arc::<Providers>::clone(&providers);
        Self {
            tuners: Tuners::new(config, Arc::clone(&pool), opener),
            providers,
            pool,
        }
    }

    async fn watch(&self, number: u16, streams: &[(u16, &str)]) -> Result<Viewing, Refusal> {
        let channel = channel(number, streams);
        self.tuners.watch(Want::Any, channel, VIEWER, None).await
    }

    fn progress(&self) -> tuner::Progress {
        self.tuners.status()[0]
            .playing
            .as_ref()
            .unwrap()
            .progress
            .clone()
    }

    /// The longest time without a new byte for viewers, from now until `length` has passed.
    async fn longest_gap(&self, viewing: &Viewing, length: Duration) -> Duration {
        let end = Instant::now() + length;
        let (mut last, mut at, mut longest) = (0, Instant::now(), Duration::ZERO);
        while Instant::now() < end {
            let published = viewing.ring.published();
            if published > last {
                longest = longest.max(at.elapsed());
                (last, at) = (published, Instant::now());
            }
            sleep(Duration::from_millis(5)).await;
        }
        longest.max(at.elapsed())
    }
}

fn channel(number: u16, streams: &[(u16, &str)]) -> ChannelSpec {
    let streams = streams.iter().map(|&(source, url)| StreamSpec {
        url: url.to_owned(),
        headers: Vec::new(),
        source,
    });
    ChannelSpec {
        channel: ChannelId(number.into()),
        number: GuideNumber::new(number, 0).unwrap(),
        name: format!("Channel {number}"),
        streams: streams.collect(),
    }
}

const TWO: &[(u16, &str)] = &[(0, "a"), (1, "b")];

#[tokio::test(start_paused = true)]
async fn five_viewers_stay_when_the_primary_is_killed() {
    for (kind, opened) in [
        (FailureKind::Broken, &["a", "a", "b"][..]),
        (FailureKind::Ended, &["a", "a", "b"]),
        (FailureKind::Refused, &["a", "b"]),
    ] {
        let house = House::new(&[Some(1), Some(1)], |_| ());
        let mut viewers = Vec::new();
        for _ in 0..5 {
            viewers.push(house.watch(1, TWO).await.unwrap());
        }
        sleep(Duration::from_secs(20)).await;
        house.providers.break_with("a", kind);
        let before = house
            .longest_gap(&viewers[0], Duration::from_millis(350))
            .await;
        assert_eq!(
            house.providers.opened(),
            opened,
            "{kind:?}: within grace + 50 ms"
        );
        let behind = house
            .longest_gap(&viewers[0], Duration::from_secs(20))
            .await;
        let gap = before.max(behind);
        assert!(
            gap <= Duration::from_millis(200),
            "bridged, {kind:?}: {gap:?}"
        );
        assert!(viewers.iter().all(|viewer| !viewer.ring.is_closed()));
        assert!(
            house.providers.opened().is_empty(),
            "{kind:?}: and there it stays"
        );
        assert_eq!(house.providers.open(), 1, "the old connection is closed");
        let progress = house.progress();
        assert_eq!((progress.stream, progress.failovers), (1, 1));
        assert_eq!(progress.standing, Standing::Playing);
        assert!(progress.last_failure.is_some());
        // The primary is well again: nobody is moved, and the next opening begins with it.
        house.providers.mend();
        sleep(Duration::from_secs(60)).await;
        assert_eq!(house.progress().stream, 1);
        drop(viewers);
        sleep(Duration::from_millis(1)).await;
        house.watch(1, TWO).await.unwrap();
        assert_eq!(house.providers.opened(), ["a"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_left_after_its_time_and_burns_one_stream() {
    let house = House::new(&[], |_| ());
    let viewing = house
        .watch(1, &[(0, "a"), (1, "b"), (2, "c")])
        .await
        .unwrap();
    sleep(Duration::from_secs(20)).await;
    house.providers.break_with("a", FailureKind::Stalled);
    sleep(Duration::from_secs(20)).await;
    assert_eq!(house.providers.opened(), ["a", "a", "b"]);
    assert_eq!(house.progress().stream, 1);
    assert!(!viewing.ring.is_closed());
}

#[tokio::test(start_paused = true)]
async fn nobody_is_sent_away_while_streams_come_back_and_all_are_when_none_does() {
    let house = House::new(&[], |_| ());
    let viewing = house.watch(1, TWO).await.unwrap();
    sleep(Duration::from_secs(20)).await;
    for url in ["a", "b"] {
        house.providers.break_with(url, FailureKind::Broken);
    }
    sleep(Duration::from_secs(6)).await;
    assert_eq!(house.progress().standing, Standing::BackingOff);
    house.providers.mend();
    sleep(Duration::from_secs(30)).await;
    assert_eq!(house.progress().standing, Standing::Playing);
    for url in ["a", "b"] {
        house.providers.break_with(url, FailureKind::Broken);
    }
    house.providers.opened();
    let start = Instant::now();
    while !viewing.ring.is_closed() {
        sleep(Duration::from_millis(100)).await;
    }
    // The grace, and five pauses of 1 s to 5 s.
    let took = start.elapsed().as_secs_f64();
    assert!((13.0..15.0).contains(&took), "{took} s");
    let opened = house.providers.opened();
    assert!(opened.len() <= 12, "each once in a round: {opened:?}");
    drop(viewing);
    house.tuners.shutdown().await;
    assert_eq!((house.pool.stats().used, house.providers.open()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_viewer_who_waits_gets_the_first_stream_that_plays() {
    let streams: &[(u16, &str)] = &[(0, "a"), (1, "b"), (2, "c")];
    let house = House::new(&[], |_| ());
    house.providers.break_with("a", FailureKind::Stalled);
    house.providers.break_with("b", FailureKind::Refused);
    let start = Instant::now();
    let _viewing = house.watch(1, streams).await.unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(house.providers.opened(), ["a", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn somebody_asks_for_the_next_stream() {
    let house = House::new(&[Some(1), Some(1)], |_| ());
    assert_eq!(house.tuners.failover(ChannelId(1)), Err(NotPlaying));
    let viewing = house.watch(1, TWO).await.unwrap();
    for stream in [1, 0, 1] {
        house.tuners.failover(ChannelId(1)).unwrap();
        sleep(Duration::from_millis(1500)).await;
        let progress = house.progress();
        assert_eq!(
            (progress.stream, progress.standing),
            (stream, Standing::Playing)
        );
    }
    assert!(!viewing.ring.is_closed());
    assert_eq!(house.providers.open(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_backup_elsewhere_is_used_where_the_primarys_source_is_full() {
    let house = House::new(&[Some(1), Some(1)], |_| ());
    let _one = house.watch(1, &[(0, "x")]).await.unwrap();
    let start = Instant::now();
    let _two = house.watch(2, TWO).await.unwrap();
    assert!(
        start.elapsed() < Duration::from_millis(500),
        "nothing was waited for"
    );
    assert_eq!(house.providers.opened(), ["x", "b"]);
    assert_eq!(
        house.watch(3, TWO).await.unwrap_err(),
        Refusal::AllTunersInUse
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_nobody_watches_makes_room() {
    let house = House::new(&[Some(1)], |config| config.linger = Duration::from_secs(10));
    drop(house.watch(1, &[(0, "a")]).await.unwrap());
    assert_eq!(house.providers.open(), 1, "it lingers");
    let start = Instant::now();
    let _two = house.watch(2, &[(0, "b")]).await.unwrap();
    assert!(start.elapsed() < Duration::from_millis(500));
    assert_eq!(house.providers.open_max[0].load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_viewer_takes_the_connection_of_a_probe_and_yields_to_a_decision() {
    let house = House::new(&[Some(1), None], |_| ());
    let probe = house.tuners.slots().try_take(0, Priority::Probe).unwrap();
    let closing = tokio::spawn(async move {
        probe.preempted().await;
        sleep(Duration::from_millis(100)).await;
        drop(probe);
    });
    let viewing = house.watch(1, TWO).await.unwrap();
    assert_eq!(
        house.providers.opened(),
        ["b"],
        "a backup has room and is there at once"
    );
    drop(viewing);
    let viewing = house.watch(2, &[(0, "c")]).await.unwrap();
    closing.await.unwrap();
    assert_eq!(house.providers.opened(), ["c"]);
    // A decision of somebody who may: the viewer's channel goes on by its backup, if it has one.
    drop(viewing);
    sleep(Duration::from_millis(1)).await;
    let viewing = house.watch(3, TWO).await.unwrap();
    let slots = Arc::clone(house.tuners.slots());
    let until = Instant::now() + Duration::from_secs(1);
    let slot = slots.take(&[0], Priority::Admin, until).await;
    assert!(slot.is_some());
    sleep(Duration::from_millis(500)).await;
    assert_eq!(house.progress().stream, 1);
    assert!(!viewing.ring.is_closed());
}

#[tokio::test(start_paused = true)]
async fn somebodys_choice_takes_the_connection_of_a_viewer_elsewhere() {
    let house = House::new(&[Some(1), None, None], |_| ());
    let chosen = house.watch(1, &[(1, "a"), (0, "b")]).await.unwrap();
    let other = house.watch(2, &[(0, "c"), (2, "d")]).await.unwrap();
    assert_eq!(house.providers.opened(), ["a", "c"]);
    house.tuners.failover(ChannelId(1)).unwrap();
    sleep(Duration::from_secs(1)).await;
    let mut opened = house.providers.opened();
    opened.sort();
    assert_eq!(
        opened,
        ["b", "d"],
        "the other channel goes on by its backup"
    );
    assert!(!chosen.ring.is_closed() && !other.ring.is_closed());
    // It has been made. From now on it is a channel that is watched, like the other one.
    house.tuners.failover(ChannelId(2)).unwrap();
    sleep(Duration::from_secs(1)).await;
    let mut opened = house.providers.opened();
    opened.sort();
    assert_eq!(opened, ["a", "c"]);
    assert_eq!(house.providers.open_max[0].load(Ordering::SeqCst), 1);
    drop((chosen, other));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(house.providers.open(), 0);
}

/// A hundred viewers who zap, hang up and wait, while streams break and come back: never more
/// connections than a provider allows, and none left in the end.
#[tokio::test(start_paused = true)]
async fn a_storm_neither_exceeds_the_limits_nor_leaks() {
    const LIMITS: [usize; SOURCES] = [1, 2, 3];
    let house = Arc::new(House::new(&LIMITS.map(Some), |config| {
        config.linger = Duration::from_millis(300);
    }));
    let mut tasks = Vec::new();
    for task in 0..100_u64 {
        let house = Arc::clone(&house);
        tasks.push(tokio::spawn(async move {
            let mut chance = task;
            let mut random = move |below: u64| {
                chance = chance
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (chance >> 33) % below
            };
            let mut served = 0;
            for _ in 0..20 {
                sleep(Duration::from_millis(random(2000))).await;
                let number = u16::try_from(1 + random(12)).unwrap();
                let names = ["a", "b", "c"].map(|name| format!("{name}{number}"));
                let first = number % 3;
                let streams = [first, (first + 1) % 3]
                    .map(|source| (source, names[usize::from(source)].as_str()));
                // Some hang up before there is a picture.
                let patience = Duration::from_millis(50 + random(4000));
                let watching = timeout(patience, house.watch(number, &streams));
                if let Ok(Ok(_viewing)) = watching.await {
                    served += 1;
                    sleep(Duration::from_millis(random(3000))).await;
                }
            }
            served
        }));
    }
    for round in 0..40_u32 {
        let kinds = [
            FailureKind::Broken,
            FailureKind::Stalled,
            FailureKind::Refused,
        ];
        let url = format!("{}{}", ["a", "b", "c"][round as usize % 3], 1 + round % 12);
        house.providers.break_with(&url, kinds[round as usize % 3]);
        if round % 4 == 0 {
            house.providers.mend();
        }
        sleep(Duration::from_secs(1)).await;
    }
    let mut served = 0;
    for task in tasks {
        served += task.await.unwrap();
    }
    assert!(served > 100, "{served} were served");
    for (max, limit) in house.providers.open_max.iter().zip(LIMITS) {
        assert!(max.load(Ordering::SeqCst) <= limit);
    }
    sleep(Duration::from_secs(2)).await;
    assert_eq!(
        (house.providers.open(), house.tuners.streams_open()),
        (0, 0)
    );
    for source in 0..3 {
        assert_eq!(house.tuners.slots().in_use(source), 0, "a slot leaked");
    }
    assert_eq!(house.pool.stats().used, 0);
}
