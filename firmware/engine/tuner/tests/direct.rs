//! Direct mode: each client has an upstream of its own, and what happens to it touches nobody else.
//! Providers whose connections the test can end one by one, under a clock that it drives.

#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

use std::{net::IpAddr, sync::Arc, time::Duration};

use base::{ChannelId, ChannelSpec, GuideNumber, Lock, StreamSpec};
use ingest::{Ingest, synthetic};
use ring::{Limits, Pool};
use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};
use tuner::{
    Config, FailoverConfig, FailureKind, NotPlaying, Opener, PlayError, Playing, Refusal, Sharing,
    SourceLimits, Tuners, Viewing, Want,
};

const VIEWER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10));
const TUNERS: usize = 6;
/// By source: a shared one, one that is played directly, and one more that is shared.
const SHARED: u16 = 0;
const DIRECT: u16 = 1;
const BACKUP: u16 = 2;
const SOURCES: usize = 3;
const LINGER: Duration = Duration::from_secs(5);

/// Every connection there ever was, in order.
#[derive(Default)]
struct Providers {
    connections: Lock<Vec<Arc<Connection>>>,
    /// Whether new connections are refused.
    is_down: Lock<bool>,
}

struct Connection {
    stream: StreamSpec,
    cut: Notify,
    is_open: Lock<bool>,
}

/// Held while a connection is open.
struct Open(Arc<Connection>);

impl Drop for Open {
    fn drop(&mut self) {
        *self.0.is_open.lock() = false;
    }
}

impl Providers {
    fn connect(&self, stream: &StreamSpec) -> Open {
        let connection = Arc::new(Connection {
            stream: stream.clone(),
            cut: Notify::new(),
            is_open: Lock::new(true),
        });
        self.connections.lock().push(Arc::clone(&connection));
        Open(connection)
    }

    /// How many there ever were.
    fn ever(&self) -> usize {
        self.connections.lock().len()
    }

    /// Sources of the open ones, in the order in which they were opened.
    fn open(&self) -> Vec<u16> {
        let connections = self.connections.lock();
        let open = connections.iter().filter(|one| *one.is_open.lock());
        open.map(|one| one.stream.source).collect()
    }

    /// Ends the connection that was opened as number `index`.
    fn cut(&self, index: usize) {
        self.connections.lock()[index].cut.notify_one();
    }
}

impl Opener for Providers {
    fn play<'a>(&'a self, stream: &'a StreamSpec, ingest: &'a mut Ingest) -> Playing<'a> {
        Box::pin(async move {
            let open = self.connect(stream);
            let plays = async {
                loop {
                    ingest.push(&synthetic::stream(25, 12)).await.unwrap();
                    ingest.drain().await.unwrap();
                    ingest.seam(mpegts::Seam::Discontinuity).unwrap();
                }
            };
            if !*self.is_down.lock() {
                tokio::select! {
                    () = open.0.cut.notified() => {}
                    () = plays => {}
                }
            }
            Err(PlayError {
                message: "reset".to_owned(),
                kind: FailureKind::Broken,
            })
        })
    }
}

struct House {
    tuners: Arc<Tuners>,
    providers: Arc<Providers>,
    pool: Arc<Pool>,
}

impl House {
    /// The shared source allows two connections and the direct one five.
    fn new(applies_to: tuner::AppliesTo) -> Self {
        let pool = Pool::new(4 * (TUNERS + 1));
        let providers = Arc::new(Providers::default());
        let config = Config {
            tuners: TUNERS,
            ring: Limits {
                behind_min: 2,
                segments_max: 4,
            },
            linger: LINGER,
            first_picture_max: Duration::from_secs(5),
            sources: [(Some(2), Sharing::Shared), (Some(5), Sharing::Direct)]
                .map(|(connections, sharing)| SourceLimits {
                    connections,
                    sharing,
                })
                .to_vec(),
            failover: FailoverConfig {
                applies_to,
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

    async fn watch(&self, number: u16, source: u16) -> Result<Viewing, Refusal> {
        self.watch_at(Want::Any, number, source).await
    }

    async fn watch_at(&self, want: Want, number: u16, source: u16) -> Result<Viewing, Refusal> {
        let channel = channel(number, source);
        self.tuners.watch(want, channel, VIEWER, None).await
    }

    /// By tuner in use: (viewers, the stream that it plays, how often another one took over).
    fn tuned(&self) -> Vec<(usize, usize, u32)> {
        let status = self.tuners.status().into_iter();
        let tuned = status.filter_map(|tuner| {
            let progress = tuner.playing?.progress;
            Some((tuner.viewers, progress.stream, progress.failovers))
        });
        tuned.collect()
    }

    async fn all_is_closed(&self) {
        sleep(Duration::from_millis(1)).await;
        assert_eq!(self.providers.open(), []);
        assert_eq!(self.tuners.streams_open(), 0);
        for source in 0..SOURCES {
            let source = u16::try_from(source).unwrap();
            assert_eq!(self.tuners.slots().in_use(source), 0, "a slot leaked");
        }
        assert!(self.tuned().is_empty());
        assert_eq!(self.pool.stats().used, 0);
    }
}

/// A channel of that source with a backup elsewhere.
fn channel(number: u16, source: u16) -> ChannelSpec {
    let stream = |source: u16| StreamSpec {
        url: format!("{source}/{number}"),
        headers: Vec::new(),
        source,
    };
    ChannelSpec {
        channel: ChannelId(number.into()),
        number: GuideNumber::new(number, 0).unwrap(),
        name: format!("Channel {number}"),
        streams: vec![stream(source), stream(BACKUP)],
    }
}

fn with_retry() -> House {
    House::new(tuner::AppliesTo::All)
}

fn without_retry() -> House {
    House::new(tuner::AppliesTo::Off)
}

#[tokio::test(start_paused = true)]
async fn each_client_has_a_connection_a_ring_and_a_tuner_of_its_own() {
    let house = with_retry();
    let one = house.watch(1, DIRECT).await.unwrap();
    let two = house.watch(1, DIRECT).await.unwrap();
    assert_eq!(house.providers.open(), [DIRECT, DIRECT]);
    assert_eq!((one.tuner, two.tuner), (0, 1));
    assert!(!Arc::ptr_eq(&one.ring, &two.ring));
    assert_eq!(house.tuned(), [(1, 0, 0), (1, 0, 0)]);
    let sharing = |house: &House| house.tuners.status()[0].playing.as_ref().unwrap().sharing;
    assert_eq!(sharing(&house), Sharing::Direct);
    drop((one, two));
    house.all_is_closed().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_closed_at_once_behind_its_client() {
    let house = with_retry();
    let staying = house.watch(1, DIRECT).await.unwrap();
    let leaving = house.watch(1, DIRECT).await.unwrap();
    let start = Instant::now();
    drop(leaving);
    tokio::task::yield_now().await;
    assert_eq!(start.elapsed(), Duration::ZERO, "it does not linger");
    assert_eq!(house.providers.open(), [DIRECT]);
    assert_eq!(house.tuners.slots().in_use(DIRECT), 1);
    assert_eq!(house.watch(1, DIRECT).await.unwrap().tuner, 1);
    assert!(!staying.ring.is_closed());
    // Behind a shared one it does.
    drop(staying);
    drop(house.watch(2, SHARED).await.unwrap());
    sleep(LINGER / 2).await;
    assert_eq!(house.providers.open(), [SHARED]);
    sleep(LINGER).await;
    house.all_is_closed().await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_touches_one_client() {
    let house = without_retry();
    let mut viewers = Vec::new();
    for _ in 0..5 {
        viewers.push(house.watch(1, DIRECT).await.unwrap());
    }
    sleep(Duration::from_secs(20)).await;
    house.providers.cut(2);
    sleep(Duration::from_secs(5)).await;
    let mut expected = [(1, 0, 0); 5];
    expected[2] = (1, 1, 1);
    assert_eq!(house.tuned(), expected);
    assert_eq!(house.providers.ever(), 6, "the others were left alone");
    assert_eq!(
        house.providers.open(),
        [DIRECT, DIRECT, DIRECT, DIRECT, BACKUP]
    );
    for viewer in &viewers {
        let before = viewer.ring.published();
        sleep(Duration::from_secs(1)).await;
        assert!(!viewer.ring.is_closed() && viewer.ring.published() > before);
    }
    drop(viewers);
    house.all_is_closed().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_given_up_ends_one_client() {
    let house = with_retry();
    let given_up = house.watch(1, DIRECT).await.unwrap();
    let staying = house.watch(1, DIRECT).await.unwrap();
    *house.providers.is_down.lock() = true;
    house.providers.cut(0);
    while !given_up.ring.is_closed() {
        sleep(Duration::from_millis(100)).await;
    }
    *house.providers.is_down.lock() = false;
    // Its client has not hung up yet; its tuner is free all the same, and stays the newcomer's.
    assert_eq!(house.tuned(), [(1, 0, 0)]);
    let newcomer = house.watch(2, SHARED).await.unwrap();
    assert_eq!(newcomer.tuner, 0);
    drop(given_up);
    assert_eq!(house.tuned().len(), 2);
    assert!(!newcomer.ring.is_closed() && !staying.ring.is_closed());
    drop((newcomer, staying));
    sleep(2 * LINGER).await;
    house.all_is_closed().await;
}

#[tokio::test(start_paused = true)]
async fn somebody_asks_for_the_next_stream_of_a_tuner_or_of_all() {
    let house = with_retry();
    let _one = house.watch(1, DIRECT).await.unwrap();
    let _two = house.watch(1, DIRECT).await.unwrap();
    let _other = house.watch(2, SHARED).await.unwrap();
    let _more = house.watch(2, SHARED).await.unwrap();
    let settled = Duration::from_millis(1500);
    house.tuners.failover_of_tuner(1).unwrap();
    sleep(settled).await;
    assert_eq!(house.tuned(), [(1, 0, 0), (1, 1, 1), (2, 0, 0)]);
    // Of a shared one it is everybody's.
    house.tuners.failover_of_tuner(2).unwrap();
    sleep(settled).await;
    assert_eq!(house.tuned(), [(1, 0, 0), (1, 1, 1), (2, 1, 1)]);
    house.tuners.failover(ChannelId(1)).unwrap();
    sleep(settled).await;
    assert_eq!(house.tuned(), [(1, 1, 1), (1, 0, 2), (2, 1, 1)]);
    for tuner in [3, TUNERS, usize::MAX] {
        assert_eq!(house.tuners.failover_of_tuner(tuner), Err(NotPlaying));
    }
}

#[tokio::test(start_paused = true)]
async fn a_tuner_is_one_clients_and_the_house_is_full_with_one_client_each() {
    let house = with_retry();
    let first = house.watch_at(Want::Tuner(3), 1, DIRECT).await.unwrap();
    assert_eq!(
        house.watch_at(Want::Tuner(3), 1, DIRECT).await.unwrap_err(),
        Refusal::TunerInUse,
        "the same channel, and not its stream"
    );
    // A shared channel beside it shares as ever, at any tuner.
    let shared = house.watch(2, SHARED).await.unwrap();
    let again = house.watch_at(Want::Tuner(5), 2, SHARED).await.unwrap();
    assert!(Arc::ptr_eq(&shared.ring, &again.ring));
    let mut direct = Vec::new();
    for _ in 0..3 {
        direct.push(house.watch(1, DIRECT).await.unwrap());
    }
    assert_eq!(
        house.watch(1, DIRECT).await.unwrap_err(),
        Refusal::AllTunersInUse
    );
    assert!(house.watch(2, SHARED).await.is_ok());
    assert_eq!(
        house.providers.open(),
        [DIRECT, SHARED, DIRECT, DIRECT, DIRECT]
    );
    drop(first);
    assert_eq!(house.watch(1, DIRECT).await.unwrap().tuner, 3);
}

#[tokio::test(start_paused = true)]
async fn each_client_counts_at_the_provider() {
    let house = with_retry();
    let alone = |number, source| {
        let mut spec = channel(number, source);
        spec.streams.truncate(1);
        house.tuners.watch(Want::Any, spec, VIEWER, None)
    };
    let mut viewers = Vec::new();
    for _ in 0..5 {
        viewers.push(alone(1, DIRECT).await.unwrap());
    }
    assert_eq!(
        alone(1, DIRECT).await.unwrap_err(),
        Refusal::AllTunersInUse,
        "a tuner is free; the provider allows no sixth connection"
    );
    let waiting = async {
        sleep(Duration::from_secs(1)).await;
        viewers.pop();
    };
    let (seen, ()) = tokio::join!(alone(1, DIRECT), waiting);
    assert!(seen.is_ok(), "the leaver's connection is the next one's");
}

/// Sixty clients who come, zap, wait and hang up while connections are cut: never more of them than
/// tuners, and nothing is left.
#[tokio::test(start_paused = true)]
async fn a_storm_leaves_nothing_behind() {
    let house = Arc::new(with_retry());
    let mut tasks = Vec::new();
    for task in 0..60_u64 {
        let house = Arc::clone(&house);
        tasks.push(tokio::spawn(async move {
            let mut random = chance(task);
            let mut served = 0;
            for _ in 0..30 {
                sleep(Duration::from_millis(random(1500))).await;
                let number = u16::try_from(1 + random(6)).unwrap();
                let source = [SHARED, DIRECT][usize::from(number % 2)];
                let want = match usize::try_from(random(12)).unwrap() {
                    tuner if tuner < TUNERS => Want::Tuner(tuner),
                    _ => Want::Any,
                };
                // Some hang up before there is a picture.
                let patience = Duration::from_millis(random(2000));
                let watching = timeout(patience, house.watch_at(want, number, source)).await;
                if let Ok(Ok(_viewing)) = watching {
                    served += 1;
                    sleep(Duration::from_millis(random(2500))).await;
                }
            }
            served
        }));
    }
    let mut random = chance(99);
    for _ in 0..600 {
        sleep(Duration::from_millis(100)).await;
        assert!(house.tuners.streams_open() <= TUNERS);
        assert!(house.tuners.slots().in_use(DIRECT) <= 5);
        let ever = house.providers.ever() as u64;
        if ever > 0 {
            house.providers.cut(usize::try_from(random(ever)).unwrap());
        }
    }
    let mut served = 0;
    for task in tasks {
        served += task.await.unwrap();
    }
    assert!(served > 100, "{served} were served");
    sleep(2 * LINGER).await;
    house.all_is_closed().await;
}

/// Numbers below what is asked for, the same in each run.
fn chance(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    }
}
