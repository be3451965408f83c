//! Goal: whatever a network does to datagrams, what comes out is in order and never twice, and
//! nothing that came in time is missing.
//!
//! Method: packets that carry their running number go through losses, detours and repeats from a
//! property's choice; the numbers that come out are looked at.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rtp::{Counts, GAP_WAIT, HELD_BYTES_MAX, HELD_PACKETS_MAX, Receiver, Taken};

const SSRC: u32 = 0xcafe;
/// Between two packets of the tests: 8 Mbit/s.
const SPACING: Duration = Duration::from_micros(1_300);

fn datagram(payload_type: u8, sequence: u16, ssrc: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80, payload_type];
    bytes.extend(sequence.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(ssrc.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The number that a payload begins with.
fn number_of(payload: &[u8]) -> u32 {
    let number = payload.first_chunk().expect("a payload with a number");
    u32::from_be_bytes(*number)
}

/// A receiver on a clock of its own, and the numbers that it gave out.
struct Bench {
    receiver: Receiver,
    now: Instant,
    out: Vec<u32>,
    /// Number of the first packet.
    first: u16,
}

impl Bench {
    fn new(first: u16) -> Self {
        Self {
            receiver: Receiver::new(),
            now: Instant::now(),
            out: Vec::new(),
            first,
        }
    }

    fn push(&mut self, index: u32) -> Taken {
        self.push_from(SSRC, index)
    }

    #[expect(clippy::cast_possible_truncation, reason = "sequence numbers wrap")]
    fn push_from(&mut self, ssrc: u32, index: u32) -> Taken {
        let sequence = self.first.wrapping_add(index as u16);
        self.push_raw(&datagram(33, sequence, ssrc, &index.to_be_bytes()))
    }

    fn push_raw(&mut self, datagram: &[u8]) -> Taken {
        let out = &mut self.out;
        let mut note = |bytes: &[u8]| out.push(number_of(bytes));
        let taken = self.receiver.push(datagram, self.now, &mut note);
        self.now += SPACING;
        self.receiver.expire(self.now, &mut note);
        assert!(self.receiver.held_bytes() <= HELD_BYTES_MAX);
        taken
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
        let out = &mut self.out;
        let note = |bytes: &[u8]| out.push(number_of(bytes));
        self.receiver.expire(self.now, note);
    }

    fn counts(&self) -> Counts {
        *self.receiver.counts()
    }
}

#[test]
fn order_is_kept_over_the_wrap() {
    let mut bench = Bench::new(65_000);
    for index in 0..3_000 {
        bench.push(index);
    }
    assert!(bench.out.iter().copied().eq(0..3_000));
    assert_eq!(
        bench.counts(),
        Counts {
            taken: 3_000,
            ..Counts::default()
        }
    );
}

#[test]
fn what_came_too_early_waits_for_its_turn() {
    let mut bench = Bench::new(65_534);
    for index in [0, 3, 1, 4, 2, 6, 5] {
        bench.push(index);
    }
    assert_eq!(bench.out, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!((bench.counts().lost, bench.counts().reordered), (0, 3));
    assert_eq!(bench.receiver.deadline(), None);
}

#[test]
fn a_gap_is_waited_for_and_then_skipped() {
    let mut bench = Bench::new(7);
    for index in [0, 1, 3, 4] {
        bench.push(index);
    }
    assert_eq!(bench.out, [0, 1]);
    bench.wait(GAP_WAIT);
    assert_eq!(bench.out, [0, 1, 3, 4]);
    bench.push(2);
    bench.push(5);
    assert_eq!(bench.out, [0, 1, 3, 4, 5], "too late");
    let expected = Counts {
        taken: 6,
        lost: 1,
        late: 1,
        ..Counts::default()
    };
    assert_eq!(bench.counts(), expected);
}

#[test]
fn a_gap_is_given_up_when_no_more_can_be_held() {
    let mut bench = Bench::new(0);
    // Faster than time runs: the buffer's bound decides.
    bench.push(0);
    let held = u32::try_from(HELD_PACKETS_MAX).unwrap();
    for index in 2..=held + 2 {
        bench.push(index);
        bench.now -= SPACING;
    }
    assert_eq!(bench.out.first_chunk(), Some(&[0, 2, 3]));
    assert_eq!(bench.counts().lost, 1);

    let mut bench = Bench::new(0);
    bench.push(0);
    let large = [vec![0, 0, 0, 9], vec![0; 60_000]].concat();
    for sequence in [2, 4] {
        bench.push_raw(&datagram(33, sequence, SSRC, &large));
    }
    assert_eq!(
        (bench.out.as_slice(), bench.counts().lost),
        (&[0, 9][..], 1)
    );
}

#[test]
fn a_long_gap_is_counted_and_skipped() {
    let mut bench = Bench::new(0);
    for index in [0, 1, 500, 501] {
        bench.push(index);
    }
    bench.wait(GAP_WAIT);
    assert_eq!(bench.out, [0, 1, 500, 501]);
    assert_eq!((bench.counts().lost, bench.counts().restarts), (498, 0));
}

#[test]
fn what_comes_twice_goes_out_once() {
    let mut bench = Bench::new(65_530);
    for index in [0, 0, 1, 3, 3, 2, 2, 3, 1, 4] {
        bench.push(index);
    }
    assert_eq!(bench.out, [0, 1, 2, 3, 4]);
    assert_eq!(bench.counts().duplicates, 5);
}

#[test]
fn one_stray_packet_moves_nothing_and_two_in_a_row_do() {
    let mut bench = Bench::new(0);
    for index in [0, 1, 30_000, 2, 3, 40_000, 40_001, 40_002] {
        bench.push(index);
    }
    assert_eq!(bench.out, [0, 1, 2, 3, 40_001, 40_002]);
    assert_eq!(
        (bench.counts().restarts, bench.counts().passed_over),
        (1, 2)
    );
}

#[test]
fn another_sender_takes_over_when_the_first_is_gone() {
    let mut bench = Bench::new(0);
    bench.push(0);
    bench.push(1);
    // Two at once: the first one is listened to.
    for index in 0..20 {
        bench.push_from(9, 100 + index);
        bench.push(2 + index);
    }
    assert!(bench.out.iter().copied().eq(0..22));
    assert_eq!(bench.counts().restarts, 0);
    // The first one falls silent while the other goes on.
    for index in 200..220 {
        bench.push_from(9, index);
    }
    assert_eq!(bench.counts().restarts, 1);
    assert_eq!(bench.out.last(), Some(&219));
    // A pause, then a new one: nothing of it is lost, nor of what was held.
    bench.push_from(9, 222);
    bench.now += Duration::from_millis(300);
    bench.push_from(10, 900);
    assert!(bench.out.ends_with(&[219, 222, 900]), "{:?}", bench.out);
}

#[test]
fn a_sender_that_begins_anew_just_before_its_last_number_is_heard() {
    let mut bench = Bench::new(0);
    for index in 0..600 {
        bench.push(index);
    }
    bench.out.clear();
    for index in 100..300 {
        bench.push(index);
    }
    assert_eq!(bench.out.first(), Some(&131));
    assert_eq!(bench.out.last(), Some(&299));
    assert_eq!(bench.counts().restarts, 1);
}

#[test]
fn other_payloads_take_up_their_number_and_no_more() {
    let mut bench = Bench::new(0);
    let fec = |sequence, ssrc| datagram(96, sequence, ssrc, b"parity of this and that");
    bench.push(0);
    // The same sender counts all its packets.
    assert_eq!(bench.push_raw(&fec(1, SSRC)), Taken::PassedOver);
    bench.push(2);
    assert_eq!(bench.push_raw(&fec(4, SSRC)), Taken::PassedOver);
    bench.push(3);
    bench.push(5);
    assert_eq!(bench.out, [0, 2, 3, 5]);
    // A sender of its own, and one that counts parity for itself.
    for sequence in 0..100 {
        bench.push_raw(&fec(sequence, 0));
        bench.push_raw(&fec(sequence.wrapping_mul(1001), SSRC));
        bench.push(6 + u32::from(sequence));
    }
    bench.wait(GAP_WAIT);
    assert_eq!(bench.out.last(), Some(&105));
    assert_eq!(bench.counts().restarts, 0);
    assert!(bench.out.len() >= 100, "{:?}", bench.counts());
}

#[test]
fn plain_packets_go_through_as_they_come() {
    let mut packets = Vec::new();
    for count in 0..40_u8 {
        packets.push(0x47);
        packets.extend([count; 187]);
    }
    for datagram_bytes in [188, 1316, 1000, 1472] {
        let mut receiver = Receiver::new();
        let mut out = Vec::new();
        for datagram in packets.chunks(datagram_bytes) {
            let taken = receiver.push(datagram, Instant::now(), |bytes| {
                out.extend_from_slice(bytes)
            });
            assert_eq!(taken, Taken::Stream);
        }
        assert!(out == packets, "cut every {datagram_bytes} bytes");
    }
    // From the middle on, the caller finds out.
    let mut receiver = Receiver::new();
    let middle = &packets[100..1100];
    assert_eq!(
        receiver.push(middle, Instant::now(), |_| panic!()),
        Taken::Unknown
    );
    receiver.take_unknown();
    assert_eq!(receiver.push(middle, Instant::now(), |_| {}), Taken::Stream);
}

/// What a network does to one packet.
#[derive(Clone, Debug)]
struct Fate {
    is_lost: bool,
    /// Packets that overtake it.
    detour: u32,
    /// It comes once more, overtaken by so many.
    again: Option<u32>,
}

fn fate() -> impl Strategy<Value = Fate> {
    let again = proptest::option::weighted(0.1, 0..40_u32);
    (
        proptest::bool::weighted(0.03),
        0..30_u32,
        any::<bool>(),
        again,
    )
        .prop_map(|(is_lost, detour, is_detoured, again)| Fate {
            is_lost,
            detour: if is_detoured { detour } else { 0 },
            again,
        })
}

proptest! {
    #[test]
    fn in_order_never_twice_and_nothing_missing_that_came_in_time(
        first in any::<u16>(),
        fates in proptest::collection::vec(fate(), 1..600),
    ) {
        let mut arrivals = Vec::new();
        let mut arrived = Vec::new();
        for (fate, index) in fates.iter().zip(0_u32..) {
            // The first one says where the sequence begins.
            let detour = if index == 0 { 0 } else { fate.detour };
            if index == 0 || !fate.is_lost {
                arrivals.push((index + detour, index));
                arrived.push(index);
                arrivals.extend(fate.again.map(|again| (index + again.max(detour), index)));
            }
        }
        arrivals.sort_by_key(|(at, index)| (*at, u32::from(*index != 0)));
        let mut bench = Bench::new(first);
        for (_, index) in arrivals {
            bench.push(index);
        }
        bench.wait(GAP_WAIT);
        prop_assert_eq!(&bench.out, &arrived);
        prop_assert_eq!(bench.counts().restarts, 0);
        prop_assert_eq!(bench.receiver.held_bytes(), 0);
    }

    #[test]
    fn whatever_comes_is_in_order_between_restarts(
        numbers in proptest::collection::vec((any::<u16>(), 0..3_u32, 0..100_u64), 0..300),
    ) {
        let mut bench = Bench::new(0);
        for (number, ssrc, pause_ms) in numbers {
            bench.push_from(ssrc, u32::from(number));
            bench.wait(Duration::from_millis(pause_ms));
        }
        bench.wait(GAP_WAIT);
        prop_assert_eq!(bench.receiver.held_bytes(), 0);
        prop_assert_eq!(bench.receiver.deadline(), None);
        let falls = bench.out.windows(2).filter(|pair| {
            pair[1].wrapping_sub(pair[0]) & 0xffff > 0x7fff || pair[0] == pair[1]
        });
        prop_assert!(falls.count() as u64 <= bench.counts().restarts);
    }
}
