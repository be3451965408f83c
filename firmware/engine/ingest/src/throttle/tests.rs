use std::time::Duration;

use super::*;
use proptest::prelude::*;

const GRANT: u64 = GRANT_BYTES_MAX;

fn rates(total_kbit: u64, stream_kbit: u64, source_kbit: &[u64]) -> Rates {
    Rates {
        total_kbit,
        stream_kbit,
        source_kbit: source_kbit.to_vec(),
    }
}

/// Streams that always want more, in virtual time; what each got, and when.
struct House {
    ledger: Ledger,
    streams: Vec<(u16, StreamId)>,
    /// When each looks again.
    looks: Vec<Duration>,
    /// (time, stream, bytes)
    granted: Vec<(Duration, usize, u64)>,
}

impl House {
    fn new(rates: &Rates, sources: &[u16]) -> Self {
        let mut ledger = Ledger::new(rates);
        let streams: Vec<_> = sources
            .iter()
            .map(|source| (*source, ledger.open(*source).unwrap()))
            .collect();
        Self {
            ledger,
            looks: vec![Duration::ZERO; streams.len()],
            streams,
            granted: Vec::new(),
        }
    }

    fn run(&mut self, until: Duration, bytes: impl Fn(usize) -> u64) {
        while let Some((stream, now)) = self.next(until) {
            let (_, id) = self.streams[stream];
            let wanted = bytes(stream);
            match self.ledger.take(id, wanted, now) {
                None => self.granted.push((now, stream, wanted)),
                Some(wait) => self.looks[stream] = now + wait.max(WAIT_MIN),
            }
        }
    }

    fn next(&self, until: Duration) -> Option<(usize, Duration)> {
        let looks = self.looks.iter().copied().enumerate();
        looks
            .min_by_key(|(_, at)| *at)
            .filter(|(_, at)| *at < until)
    }

    fn bytes_of(&self, stream: usize) -> u64 {
        let of_it = self.granted.iter().filter(|(_, who, _)| *who == stream);
        of_it.map(|(_, _, bytes)| bytes).sum()
    }

    /// Whether what these streams got was within a rate over every window.
    fn is_within(&self, kbit: u64, who: impl Fn(usize) -> bool) -> bool {
        let Some(bucket) = bucket::Bucket::new(kbit) else {
            return true;
        };
        let granted: Vec<_> = self.granted.iter().filter(|(_, it, _)| who(*it)).collect();
        granted.iter().enumerate().all(|(first, (begin, ..))| {
            let mut sum = 0;
            granted[first..].iter().all(|(at, _, bytes)| {
                sum += bytes;
                let allowed = (*at - *begin).as_secs_f64() * kbit as f64 * 125.0;
                sum as f64 <= allowed + bucket.burst_bytes() as f64 + 1.0
            })
        })
    }
}

#[test]
fn a_stream_gets_its_rate_after_a_burst() {
    let mut house = House::new(&rates(0, 8000, &[]), &[0]);
    house.run(Duration::from_secs(10), |_| GRANT);
    let got = house.bytes_of(0);
    assert!((10_000_000 - 2 * GRANT..10_300_000).contains(&got), "{got}");
}

#[test]
fn streams_of_a_source_share_alike() {
    let mut house = House::new(&rates(0, 0, &[8000]), &[0; 8]);
    house.run(Duration::from_secs(20), |_| GRANT);
    let got: Vec<_> = (0..8).map(|stream| house.bytes_of(stream)).collect();
    let (least, most) = (got.iter().min().unwrap(), got.iter().max().unwrap());
    // The burst is the first one's.
    assert!(most - least <= 250_000 + 2 * GRANT, "{got:?}");
    assert!(
        got[1..].iter().max().unwrap() - least <= 2 * GRANT,
        "{got:?}"
    );
    assert!(got.iter().sum::<u64>() > 19_900_000, "{got:?}");
}

#[test]
fn a_slow_source_keeps_nobody_up() {
    let mut house = House::new(&rates(16_000, 0, &[400, 0]), &[0, 0, 0, 1]);
    house.run(Duration::from_secs(10), |_| GRANT);
    let slow: u64 = (0..3).map(|stream| house.bytes_of(stream)).sum();
    let fast = house.bytes_of(3);
    assert!((450_000..550_000).contains(&slow), "{slow}");
    assert!(
        slow + fast > 19_900_000,
        "all of it is used: {slow} + {fast}"
    );
}

#[test]
fn who_leaves_is_not_waited_for() {
    let mut ledger = Ledger::new(&rates(8000, 0, &[]));
    let ids: Vec<_> = (0..3).map(|_| ledger.open(0).unwrap()).collect();
    let now = Duration::ZERO;
    while ledger.take(ids[0], GRANT, now).is_none() {}
    let second = ledger.take(ids[1], GRANT, now).unwrap();
    let third = ledger.take(ids[2], GRANT, now).unwrap();
    assert!(third > second, "{second:?} {third:?}");
    ledger.close(ids[0]);
    ledger.leave(ids[1]);
    assert!(ledger.take(ids[2], GRANT, now).unwrap() < second);
}

#[test]
fn another_rate_holds_at_once() {
    let mut house = House::new(&rates(0, 0, &[800]), &[0]);
    house.run(Duration::from_secs(5), |_| GRANT);
    let slow = house.bytes_of(0);
    house.ledger.limit(0, 8000);
    house.run(Duration::from_secs(10), |_| GRANT);
    let fast = house.bytes_of(0) - slow;
    assert!(
        slow < 700_000 && (4_900_000..5_400_000).contains(&fast),
        "{slow} {fast}"
    );
    house.ledger.limit(0, 0);
    assert_eq!(house.ledger.open(0), None);
    house.ledger.limit(40, 800);
    assert!(house.ledger.open(40).is_some(), "a source that came later");
}

#[test]
fn what_nothing_limits_pays_nothing() {
    let mut ledger = Ledger::new(&rates(0, 0, &[0, 500]));
    assert_eq!(ledger.open(0), None);
    assert_eq!(ledger.open(u16::MAX), None, "the built-in channel");
    assert!(ledger.open(1).is_some());
}

#[tokio::test(start_paused = true)]
async fn tolls_are_paid_in_time() {
    let throttle = Throttle::new(&rates(0, 0, &[800]));
    assert!(throttle.stream(7).is_none());
    let (one, two) = (throttle.stream(0).unwrap(), throttle.stream(0).unwrap());
    let began = Instant::now();
    // 100,000 bytes a second together.
    tokio::join!(one.pay(500_000), two.pay(500_000));
    let took = began.elapsed().as_secs_f64();
    assert!((9.6..10.1).contains(&took), "{took} s");
    // A payment that is given up leaves the queue.
    let given_up = tokio::time::timeout(Duration::from_millis(1), one.pay(1_000_000));
    assert!(given_up.await.is_err());
    let began = Instant::now();
    two.pay(100_000).await;
    let took = began.elapsed().as_secs_f64();
    assert!(took < 1.2, "{took} s");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// No level ever gives more than its rate times the time and one burst, over any window.
    #[test]
    fn no_level_gives_more_than_its_rate(
        total in 500..4000_u64,
        stream in prop_oneof![Just(0), 100..3000_u64],
        sources in prop::collection::vec(prop_oneof![Just(0), 100..3000_u64], 1..4),
        of in prop::collection::vec(0..3_u16, 1..6),
        sizes in prop::collection::vec(4096..=GRANT, 6),
    ) {
        let rates = rates(total, stream, &sources);
        let mut house = House::new(&rates, &of);
        house.run(Duration::from_secs(12), |stream| sizes[stream]);
        prop_assert!(house.is_within(rates.total_kbit, |_| true));
        for (source, kbit) in sources.iter().enumerate() {
            prop_assert!(house.is_within(*kbit, |it| usize::from(of[it]) == source));
        }
        for it in 0..of.len() {
            prop_assert!(house.is_within(stream, |other| other == it));
            prop_assert!(house.bytes_of(it) > 0, "nobody starves");
        }
    }
}
