//! Streams pushed in under a clock that the test drives (tokio's paused time).

use std::time::Duration;

use ring::{Limits, PACKET_BYTES, Pool, Read, Ring, SEGMENT_BYTES, ring};
use tokio::time::{Instant, advance, sleep};

use std::sync::Arc;

use super::{ingest::STEP_BYTES, synthetic::stream, *};

fn published(ring: &Ring) -> u64 {
    ring.published() / PACKET_BYTES as u64
}

fn open(segments_max: usize) -> (Ingest, Arc<Ring>) {
    let pool = Pool::new(segments_max);
    let (writer, ring) = ring(
        &pool,
        Limits {
            behind_min: segments_max / 2,
            segments_max,
        },
    );
    (Ingest::new(writer), ring)
}

#[tokio::test(start_paused = true)]
async fn a_clean_stream_passes_unchanged() {
    let (mut ingest, ring) = open(8);
    let bytes = stream(10, 12);
    ingest.push(&bytes).await.unwrap();
    ingest.drain().await.unwrap();
    let mut got = Vec::new();
    while let Read::Chunk(chunk) = ring.read(got.len() as u64) {
        got.extend_from_slice(&chunk.to_vec().unwrap());
    }
    assert!(got == bytes, "{} of {} bytes", got.len(), bytes.len());
    assert_eq!(
        ring.newest_join_point().map(|point| point.position),
        Some(9 * 12 * 188)
    );
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_published_at_the_streams_pace() {
    let (mut ingest, ring) = open(16);
    // Four seconds, 12 packets per 40 ms, all at once.
    let start = Instant::now();
    ingest.push(&stream(100, 12)).await.unwrap();
    assert_eq!(
        start.elapsed(),
        Duration::ZERO,
        "it fits into the ring: no waiting"
    );
    let at_once = published(&ring) / 12;
    assert!(
        (12..=14).contains(&at_once),
        "500 ms at once, not {} ms",
        at_once * 40
    );
    ingest.during(sleep(Duration::from_secs(1))).await;
    let after_a_second = published(&ring) / 12;
    assert!(
        (37..=40).contains(&after_a_second),
        "1.5 s after one, not {} ms",
        after_a_second * 40
    );
    ingest.drain().await.unwrap();
    assert_eq!(published(&ring), 1200);
    let took = start.elapsed().as_millis();
    assert!(
        (3200..3600).contains(&took),
        "4 s less the lead, 2 % faster: {took} ms"
    );
}

#[tokio::test(start_paused = true)]
async fn an_upstream_that_is_too_fast_is_made_to_wait() {
    let (mut ingest, ring) = open(4);
    // 40 ms are 188 KB: two segments of read-ahead are soon full.
    let bytes = stream(50, 1000);
    let start = Instant::now();
    ingest.push(&bytes).await.unwrap();
    let ahead = bytes.len() as u64 - ring.published();
    assert!(
        ahead <= 2 * SEGMENT_BYTES as u64 + STEP_BYTES as u64,
        "{ahead} bytes ahead"
    );
    assert!(
        start.elapsed() > Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_live_stream_is_published_as_it_comes() {
    let (mut ingest, ring) = open(8);
    let bytes = stream(100, 12);
    for (frame, bytes) in bytes.chunks(12 * PACKET_BYTES).enumerate() {
        ingest.push(bytes).await.unwrap();
        // The last packet waits for the sync byte behind it.
        assert_eq!(published(&ring), (frame as u64 + 1) * 12 - 1);
        advance(Duration::from_millis(40)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_radio_channel_is_not_read_ahead_by_minutes() {
    let (mut ingest, ring) = open(16);
    // Three packets per 40 ms: the 2 MiB of read-ahead would be 2.5 minutes.
    let start = Instant::now();
    ingest.push(&stream(1000, 3)).await.unwrap();
    let ahead_ms = (3000 - published(&ring)) / 3 * 40;
    assert!(ahead_ms <= 14_000, "{ahead_ms} ms ahead");
    assert!(
        start.elapsed() >= Duration::from_secs(25),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_pool_ends_the_stream() {
    let pool = Pool::new(0);
    let (writer, _ring) = ring(
        &pool,
        Limits {
            behind_min: 1,
            segments_max: 2,
        },
    );
    let error = Ingest::new(writer).push(&stream(2, 12)).await.unwrap_err();
    assert!(error.to_string().contains("memory.budget"), "{error}");
}
