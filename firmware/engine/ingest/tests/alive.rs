//! What a supervisor reads from the counters, and what clients get in a gap and over a switch.
//!
//! Method: streams made here go through a whole ingest under tokio's paused clock; what readers of
//! the ring would get is taken out and held against `mpegts::check`.

mod made;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ingest::Ingest;
use made::{FRAME, FRAME_TICKS, Source, assert_clean, published};
use mpegts::packet::NULL_PACKET;
use mpegts::{NULL_PID, Packet, PacketView, Seam};
use ring::{Limits, Pool, Ring, ring};
use tokio::time::advance;

fn open() -> (Ingest, Arc<Ring>) {
    let pool = Pool::new(64);
    let limits = Limits {
        behind_min: 32,
        segments_max: 64,
    };
    let (writer, ring) = ring(&pool, limits);
    (Ingest::new(writer), ring)
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[tokio::test(start_paused = true)]
async fn time_pictures_and_sound_are_counted() {
    for has_clock in [true, false] {
        let (mut ingest, _ring) = open();
        let counters = ingest.counters();
        let mut source = Source::new(0x100, 90_000);
        source.has_clock = has_clock;
        ingest.push(&source.groups(0..8)).await.unwrap();
        ingest.drain().await.unwrap();
        let pictures = 8 * 13;
        assert_eq!(read(&counters.stream_ticks), (pictures - 1) * FRAME_TICKS);
        assert_eq!(read(&counters.video_units), pictures);
        assert_eq!(read(&counters.audio_units), pictures);
        assert!(counters.promises_video.load(Ordering::Relaxed));
        assert_eq!(
            (read(&counters.seams), read(&counters.clip_repeats)),
            (0, 0)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_scrambled_is_no_picture_and_no_sound() {
    let (mut ingest, ring) = open();
    let counters = ingest.counters();
    let mut bytes = Source::new(0x100, 90_000).groups(0..8);
    for packet in bytes.as_chunks_mut::<188>().0 {
        let pid = PacketView::new(packet).pid();
        packet[3] |= if pid == 0x100 || pid == 0x101 {
            0x80
        } else {
            0
        };
    }
    ingest.push(&bytes).await.unwrap();
    ingest.drain().await.unwrap();
    assert_eq!(read(&counters.video_units), 0);
    assert_eq!(read(&counters.audio_units), 0);
    assert_eq!(read(&counters.continuity_errors), 0);
    assert!(ring.newest_join_point().is_none(), "nothing to begin with");
}

#[tokio::test(start_paused = true)]
async fn bytes_without_time_are_no_progress() {
    let (mut ingest, _ring) = open();
    let counters = ingest.counters();
    let bytes = Source::new(0x100, 90_000).groups([1]);
    ingest.push(&bytes).await.unwrap();
    let before = read(&counters.stream_ticks);
    // The same last packets, for ever.
    let stuck: Vec<u8> = bytes[bytes.len() - 188..].repeat(500);
    ingest.push(&stuck).await.unwrap();
    let ticks = read(&counters.stream_ticks) - before;
    assert!(ticks <= FRAME_TICKS, "{ticks} ticks of nothing");
    assert!(read(&counters.bytes) > 500 * 188);
}

#[tokio::test(start_paused = true)]
async fn a_clip_that_comes_round_is_counted() {
    // A card of 1.5 s, played six times on a timeline of its own; then a film.
    let clip = Source::new(0x100, 90_000).groups([1, 4, 2]);
    let film = Source::new(0x100, 90_000).groups(0..20);
    for (bytes, times, wanted) in [(&clip, 6, 4), (&film, 1, 0), (&clip, 2, 0)] {
        let (mut ingest, _ring) = open();
        let counters = ingest.counters();
        for _ in 0..times {
            ingest.push(bytes).await.unwrap();
            ingest.seam(Seam::Discontinuity).unwrap();
        }
        // The last key picture is judged with the first packet behind it.
        ingest.push(&film).await.unwrap();
        ingest.drain().await.unwrap();
        assert_eq!(read(&counters.clip_repeats), wanted);
        assert_eq!(read(&counters.seams), times);
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_that_is_sent_again_and_again_is_counted() {
    // One group of pictures with its clocks and counters, as a server sends it that is stuck.
    let (mut ingest, _ring) = open();
    let counters = ingest.counters();
    ingest
        .push(&Source::new(0x100, 45_000).groups([1, 2]))
        .await
        .unwrap();
    let stuck = Source::new(0x100, 90_000).groups([3]);
    for round in 0..6 {
        let returns = u64::saturating_sub(round, 2);
        assert!(read(&counters.clip_repeats) <= returns, "round {round}");
        ingest.push(&stuck).await.unwrap();
    }
    ingest.drain().await.unwrap();
    assert!(read(&counters.clip_repeats) >= 2, "{counters:?}");
}

#[tokio::test(start_paused = true)]
async fn null_packets_are_no_sign_of_life() {
    let (mut ingest, _ring) = open();
    let counters = ingest.counters();
    let bytes = Source::new(0x100, 90_000).groups([1]);
    ingest.push(&bytes).await.unwrap();
    let received = read(&counters.received);
    ingest.seam(Seam::Switch).unwrap();
    for _ in 0..100 {
        ingest.push(&NULL_PACKET.repeat(8)).await.unwrap();
    }
    // The first null packet says that the one before is whole.
    assert!(read(&counters.received) - received <= 188);
}

#[tokio::test(start_paused = true)]
async fn a_bridge_keeps_the_connection_and_leaves_no_trace() {
    let one = Source::new(0x100, 90_000).groups(0..2);
    let two = Source::new(0x100, 2 * FRAME).groups(0..2);
    let mut outputs = Vec::new();
    for bridges in [0, 10] {
        let (mut ingest, ring) = open();
        let counters = ingest.counters();
        ingest.bridge().unwrap();
        assert_eq!(ring.published(), 0, "nobody has joined yet");
        ingest.push(&one).await.unwrap();
        ingest.bridge().unwrap();
        assert_eq!(read(&counters.bridge_packets), 0, "read-ahead still plays");
        ingest.drain().await.unwrap();
        ingest.seam(Seam::Switch).unwrap();
        for _ in 0..bridges {
            let before = ring.published();
            advance(Duration::from_millis(150)).await;
            ingest.bridge().unwrap();
            assert_eq!(ring.published() - before, 7 * 188);
        }
        advance(Duration::from_millis(1500 - 150 * bridges)).await;
        ingest.push(&two).await.unwrap();
        ingest.drain().await.unwrap();
        assert_eq!(read(&counters.bridge_packets), bridges * 7);
        let packets = published(&ring);
        assert_clean(&packets);
        let join = ring.newest_join_point().expect("a join point");
        let at = usize::try_from(join.position / 188).unwrap();
        assert_eq!(
            PacketView::new(&packets[at]).pid(),
            0,
            "PAT at the join point"
        );
        let is_stream = |packet: &&Packet| PacketView::new(packet).pid() != NULL_PID;
        outputs.push(
            packets
                .iter()
                .filter(is_stream)
                .copied()
                .collect::<Vec<_>>(),
        );
    }
    assert!(outputs[0] == outputs[1], "the bridge changed the stream");
}

#[tokio::test(start_paused = true)]
async fn a_switch_goes_on_in_the_ring_as_one_stream() {
    let (mut ingest, ring) = open();
    let counters = ingest.counters();
    for source in [
        Source::new(0x100, 90_000),
        Source::new(0x44, 5_000_000_000),
        Source::new(0x99, FRAME),
    ] {
        ingest.push(&source.groups(0..3)).await.unwrap();
        ingest.seam(Seam::Switch).unwrap();
    }
    ingest.drain().await.unwrap();
    let packets = published(&ring);
    assert_clean(&packets);
    let foreign = |packet: &&Packet| !matches!(PacketView::new(packet).pid(), 0 | 0x100..=0x102);
    assert_eq!(
        packets.iter().filter(foreign).count(),
        0,
        "PIDs as announced"
    );
    assert_eq!(read(&counters.video_units), 3 * 39);
    // The seam is a step of one picture.
    assert_eq!(read(&counters.stream_ticks), (3 * 39 - 1) * FRAME_TICKS);
    assert_eq!(read(&counters.seams), 3);
    assert_eq!(read(&counters.clip_repeats), 0);
}
