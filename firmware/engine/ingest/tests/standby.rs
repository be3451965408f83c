//! A stream that stands by takes over: nothing is missing, nothing is wrong, nothing is kept.
//!
//! Method: two streams made here go through two ingests under tokio's paused clock, picture by
//! picture, and one takes over from the other; what readers of the channel's ring would get is taken
//! out and held against `mpegts::check`.

#![allow(clippy::unwrap_used, reason = "a test that fails says so")]

mod made;

use std::sync::Arc;
use std::time::Duration;

use ingest::{Handover, Home, Ingest, Lent};
use made::{Source, assert_clean, published};
use mpegts::ticks::TICKS_PER_SECOND;
use mpegts::{NULL_PID, Packet, PacketView, Seam};
use ring::{Limits, Pool, Ring, ring};
use tokio::time::{Instant, advance, timeout};

const PICTURE: Duration = Duration::from_millis(40);
/// Pictures from one key picture to the next.
const GROUP: u32 = 13;

/// A channel that plays and a stream that stands by.
struct House {
    pool: Arc<Pool>,
    home: Arc<Home>,
    ring: Arc<Ring>,
    standby: Ingest,
    handover: Arc<Handover>,
}

impl House {
    fn new(channel_segments: usize, standby_segments: usize) -> Self {
        let pool = Pool::new(64);
        let (writer, ring) = ring(
            &pool,
            Limits {
                behind_min: channel_segments / 2,
                segments_max: channel_segments,
            },
        );
        let home = Home::new(Ingest::new(writer));
        let (writer, _) = ring.beside(Limits {
            behind_min: 1,
            segments_max: standby_segments,
        });
        let (standby, handover) = Ingest::standby(writer);
        Self {
            pool,
            home,
            ring,
            standby,
            handover,
        }
    }

    fn channel(&self) -> Lent {
        self.home.lend().expect("it is there")
    }

    /// The stream that played is closed.
    fn promote(&self) {
        let mut channel = self.channel();
        channel.seam(Seam::Switch).unwrap();
        self.handover.give(channel);
    }
}

/// The next pictures of a stream, from its `from`-th on; those that begin a group are numbered.
fn pictures(source: &mut Source, from: u32, count: u32) -> Vec<u8> {
    for number in from..from + count {
        let key = number.is_multiple_of(GROUP).then_some(number / GROUP);
        source.picture(key.map(|key| u8::try_from(key % 200 + 1).unwrap()));
    }
    source.take()
}

/// The largest step of the clock.
fn widest_step(packets: &[Packet]) -> Duration {
    let clocks: Vec<_> = packets
        .iter()
        .filter_map(|packet| PacketView::new(packet).pcr())
        .collect();
    let steps = clocks.windows(2).map(|pair| pair[1] - pair[0]);
    Duration::from_nanos(steps.max().unwrap() * 1_000_000_000 / TICKS_PER_SECOND)
}

#[tokio::test(start_paused = true)]
async fn a_standby_takes_over_at_any_picture_of_its_group() {
    for lead in 0..GROUP {
        let mut house = House::new(32, 8);
        let mut one = Source::new(0x100, 90_000);
        let mut two = Source::new(0x300, 7_000_000_000);
        let mut channel = house.channel();
        for picture in 0..40 {
            channel.push(&pictures(&mut one, picture, 1)).await.unwrap();
            let other = pictures(&mut two, picture + lead, 1);
            house.standby.push(&other).await.unwrap();
            advance(PICTURE).await;
        }
        let units = |ingest: &Ingest| {
            let counters = ingest.counters();
            counters
                .video_units
                .load(std::sync::atomic::Ordering::Relaxed)
        };
        let before = units(&channel);
        drop(channel);
        house.promote();
        // A read that takes its time: what is held comes at once, not behind it.
        let at_once = house.ring.published();
        let waiting = house
            .standby
            .during(tokio::time::sleep(Duration::from_millis(1)));
        waiting.await;
        assert!(house.ring.published() > at_once, "lead {lead}");
        for picture in 40..80 {
            let other = pictures(&mut two, picture + lead, 1);
            house.standby.push(&other).await.unwrap();
            advance(PICTURE).await;
        }
        house.standby.drain().await.unwrap();
        drop(house.standby);
        let channel = house.home.lend().expect("it came back");
        // All from the newest key picture that the standby held on; each once.
        let held = (40 + lead - 1) % GROUP + 1;
        let came = units(&channel) - before;
        assert!(
            (u64::from(held + 39)..=u64::from(held + 40)).contains(&came),
            "lead {lead}: {came} pictures of {held} and 40"
        );
        let packets = published(&house.ring);
        assert_clean(&packets);
        let is_known = |packet: &&Packet| {
            let pid = PacketView::new(packet).pid();
            matches!(pid, 0 | 0x100..=0x102 | NULL_PID)
        };
        assert_eq!(packets.iter().filter(is_known).count(), packets.len());
        assert!(widest_step(&packets) <= Duration::from_millis(100));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_read_ahead_plays_first_and_nothing_is_seen_twice() {
    let mut house = House::new(32, 8);
    let mut one = Source::new(0x100, 90_000);
    let mut two = Source::new(0x300, 7_000_000_000);
    let mut channel = house.channel();
    // Four seconds at once, as from a segment, and the stream is lost.
    channel.push(&pictures(&mut one, 0, 100)).await.unwrap();
    let counters = channel.counters();
    let units = || {
        counters
            .video_units
            .load(std::sync::atomic::Ordering::Relaxed)
    };
    let before = units();
    house
        .standby
        .push(&pictures(&mut two, 0, 20))
        .await
        .unwrap();
    drop(channel);
    house.promote();
    let start = Instant::now();
    let (mut given, mut quiet, mut from) = (0, 0, None);
    for picture in 20..150 {
        house
            .standby
            .push(&pictures(&mut two, picture, 1))
            .await
            .unwrap();
        house.standby.during(tokio::time::sleep(PICTURE)).await;
        quiet = if house.ring.published() == given {
            quiet + 1
        } else {
            0
        };
        given = house.ring.published();
        assert!(quiet < 3, "at {:?}", start.elapsed());
        if units() > before + 1 && from.is_none() {
            from = Some((start.elapsed(), picture));
        }
    }
    let (after, picture) = from.expect("it took over");
    let millis = after.as_millis();
    assert!(
        (2900..3400).contains(&millis),
        "4 s less the lead, at 102 %: {millis} ms"
    );
    let held = picture % GROUP + 1;
    let came = units() - before;
    let wanted = u64::from(150 - picture - 1 + held);
    assert!(came.abs_diff(wanted) <= 1, "{came} pictures, not {wanted}");
    house.standby.drain().await.unwrap();
    let packets = published(&house.ring);
    assert_clean(&packets);
    assert!(widest_step(&packets) <= Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_bounded_and_given_up_when_it_has_passed() {
    let mut house = House::new(16, 4);
    let mut source = Source::new(0x300, 90_000);
    // A minute at once, as from a file: it is read at the rate at which it plays.
    let start = Instant::now();
    let bytes = pictures(&mut source, 0, 1500);
    house.standby.push(&bytes).await.unwrap();
    assert!(
        start.elapsed() > Duration::from_secs(40),
        "{:?}",
        start.elapsed()
    );
    assert!(house.pool.stats().used_max <= 4, "{:?}", house.pool.stats());
    // Three megabytes that never begin a group: no more is kept of them.
    for picture in 1501..1512 {
        let bytes = pictures(&mut source, picture, 1).repeat(400);
        house.standby.push(&bytes).await.unwrap();
    }
    assert!(house.pool.stats().used_max <= 4, "{:?}", house.pool.stats());
    let key = pictures(&mut source, 1521, 2);
    house.standby.push(&key).await.unwrap();
    house.promote();
    house.standby.room().await;
    assert_eq!(house.ring.segments(), 1);
    assert_eq!(house.pool.stats().used, 1, "its own ring is gone");
}

#[tokio::test(start_paused = true)]
async fn what_is_held_is_not_pushed_over_what_viewers_have_not_seen() {
    // The channel's ring may hold 256 KiB that are not published yet, the standby holds three times
    // that.
    let mut house = House::new(3, 6);
    let mut two = Source::new(0x300, 90_000);
    two.picture(Some(100));
    for _ in 0..30 {
        two.picture(None);
    }
    let group = two.take();
    let filler = filler();
    let (head, tail) = group.split_at(group.len() / 2);
    for bytes in [head, &filler, tail] {
        house.standby.take(bytes).unwrap();
    }
    let mut channel = house.channel();
    let mut one = Source::new(0x100, 90_000);
    channel.push(&pictures(&mut one, 0, 13)).await.unwrap();
    channel.drain().await.unwrap();
    drop(channel);
    house.promote();
    house.standby.drain().await.unwrap();
    assert!(house.ring.segments() <= 3);
    drop(house.standby);
    let published = house.ring.published();
    assert!(published > 700_000, "{published}");
}

/// Payload of a PID that no map names would be dropped; null packets are, as well. A picture without
/// end is neither.
fn filler() -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 0..4000_u32 {
        let mut packet = [0x55; 188];
        let counter = u8::try_from(number % 16).unwrap();
        packet[..4].copy_from_slice(&[0x47, 0x03, 0, 0x10 | counter]);
        bytes.extend_from_slice(&packet);
    }
    bytes
}

#[tokio::test(start_paused = true)]
async fn the_channels_intake_comes_back_whatever_becomes_of_the_standby() {
    for stage in 0..4 {
        let mut house = House::new(16, 8);
        let mut two = Source::new(0x300, 90_000);
        let bytes = pictures(&mut two, 0, 30);
        house.standby.push(&bytes).await.unwrap();
        let mut one = Source::new(0x100, 90_000);
        let mut channel = house.channel();
        channel.push(&pictures(&mut one, 0, 30)).await.unwrap();
        assert!(house.home.lend().is_none(), "there is one");
        drop(channel);
        if stage > 0 {
            house.promote();
            assert!(house.home.lend().is_none(), "it is on its way");
        }
        if stage > 1 {
            let reading = house.standby.during(std::future::pending::<()>());
            let _ = timeout(Duration::from_millis(stage), reading).await;
        }
        if stage > 2 {
            let bytes = pictures(&mut two, 30, 30);
            house.standby.push(&bytes).await.unwrap();
        }
        drop((house.standby, house.handover));
        let mut channel = house.home.lend().expect("it came back");
        channel.seam(Seam::Switch).unwrap();
        let mut three = Source::new(0x50, 50_000);
        channel.push(&pictures(&mut three, 0, 30)).await.unwrap();
        channel.drain().await.unwrap();
        assert_clean(&published(&house.ring));
    }
}
