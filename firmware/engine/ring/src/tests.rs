//! The ring in the heap and the ring in a file are one ring: every test runs on both.

use crate::{
    Limits, PACKET_BYTES, Pool, Position, Read, Ring, SEGMENT_BYTES, Starved, Writer, ring,
    sync::Arc,
};

const PER_SEGMENT: usize = SEGMENT_BYTES / PACKET_BYTES;

fn packet(number: u64) -> [u8; PACKET_BYTES] {
    let mut packet = [0x47; PACKET_BYTES];
    packet[4..12].copy_from_slice(&number.to_be_bytes());
    packet
}

fn fill(writer: &mut Writer, numbers: std::ops::Range<u64>) {
    for number in numbers {
        writer.append(&packet(number)).unwrap();
    }
    writer.publish();
}

/// A pool of either kind.
fn pools(segments: usize) -> [Arc<Pool>; 2] {
    let in_file = Pool::in_file(segments).expect("Linux has memory files");
    [Pool::new(segments), in_file]
}

fn open(pool: &Arc<Pool>, behind_min: usize, segments_max: usize) -> (Writer, Arc<Ring>) {
    let limits = Limits {
        behind_min,
        segments_max,
    };
    ring(pool, limits)
}

/// Every packet from `position` on, and where reading stopped.
fn read_all(ring: &Ring, mut position: Position) -> Result<(Vec<u64>, Position), Position> {
    let mut numbers = Vec::new();
    loop {
        match ring.read(position) {
            Read::Chunk(chunk) => {
                for packet in chunk.to_vec().unwrap().as_chunks::<PACKET_BYTES>().0 {
                    numbers.push(u64::from_be_bytes(packet[4..12].try_into().unwrap()));
                }
                position += chunk.len() as u64;
            }
            Read::CaughtUp => return Ok((numbers, position)),
            Read::Lagged => return Err(position),
        }
    }
}

#[test]
fn readers_get_every_packet_once_and_in_order() {
    for pool in pools(4) {
        let (mut writer, ring) = open(&pool, 2, 4);
        let mut position = 0;
        for round in 0..40u64 {
            fill(&mut writer, round * 100..(round + 1) * 100);
            let (numbers, end) = read_all(&ring, position).unwrap();
            assert_eq!(
                numbers,
                (round * 100..(round + 1) * 100).collect::<Vec<_>>()
            );
            position = end;
        }
    }
}

#[test]
fn a_reader_that_lags_is_told_and_can_jump() {
    for pool in pools(4) {
        let (mut writer, ring) = open(&pool, 1, 3);
        let segments = 6 * PER_SEGMENT as u64;
        for number in 0..segments {
            if number % 500 == 0 {
                writer.mark_join_point(&[(0x100, 7)]);
            }
            fill(&mut writer, number..number + 1);
        }
        assert_eq!(read_all(&ring, 0), Err(0));
        let point = ring.newest_join_point().unwrap();
        assert_eq!(point.counters.as_slice(), [(0x100, 7)]);
        let (numbers, _) = read_all(&ring, point.position).unwrap();
        assert_eq!(numbers.first(), Some(&(segments / 500 * 500)));
        assert_eq!(numbers.last(), Some(&(segments - 1)));
    }
}

#[test]
fn the_only_join_point_is_kept_up_to_the_cap() {
    for pool in pools(8) {
        let (mut writer, ring) = open(&pool, 1, 4);
        writer.mark_join_point(&[]);
        fill(&mut writer, 0..3 * PER_SEGMENT as u64);
        assert_eq!(ring.newest_join_point().unwrap().position, 0);
        assert_eq!(ring.segments(), 3);
        fill(&mut writer, 0..2 * PER_SEGMENT as u64);
        assert_eq!(ring.newest_join_point(), None, "the cap is hard");
        assert_eq!(ring.segments(), 4);
    }
}

#[test]
fn what_is_not_published_is_not_there() {
    for pool in pools(4) {
        let (mut writer, ring) = open(&pool, 1, 4);
        writer.mark_join_point(&[]);
        for number in 0..10 {
            writer.append(&packet(number)).unwrap();
        }
        assert!(matches!(ring.read(0), Read::CaughtUp));
        assert_eq!(ring.newest_join_point(), None);
        writer.publish_to(4 * PACKET_BYTES as u64);
        assert_eq!(read_all(&ring, 0).unwrap().0, [0, 1, 2, 3]);
        assert_eq!(writer.ahead(), 6 * PACKET_BYTES as u64);
        drop(writer);
        assert!(ring.is_closed());
        assert_eq!(read_all(&ring, 0).unwrap().0.len(), 10);
    }
}

#[test]
fn a_segment_in_use_is_not_written_over() {
    for pool in pools(3) {
        let (mut writer, ring) = open(&pool, 1, 2);
        fill(&mut writer, 0..PER_SEGMENT as u64);
        let Read::Chunk(held) = ring.read(0) else {
            panic!("published")
        };
        let before = held.to_vec().unwrap();
        fill(&mut writer, 0..5 * PER_SEGMENT as u64);
        assert!(
            held.to_vec().unwrap() == before,
            "the held segment changed under its reader"
        );
    }
}

#[test]
fn an_empty_pool_is_an_answer_and_closing_gives_everything_back() {
    for pool in pools(2) {
        let (mut first, first_ring) = open(&pool, 1, 2);
        fill(&mut first, 0..2 * PER_SEGMENT as u64);
        let (mut second, second_ring) = open(&pool, 1, 2);
        assert_eq!(second.append(&packet(0)), Err(Starved));
        drop((first, first_ring));
        assert_eq!(pool.stats().used, 0);
        second.append(&packet(0)).unwrap();
        drop((second, second_ring));
        assert_eq!(
            pool.stats(),
            crate::PoolStats {
                segments: 2,
                used: 0,
                used_max: 2
            }
        );
    }
}

#[test]
fn whoever_takes_a_ring_over_begins_with_what_is_due_or_comes_next() {
    for pool in pools(8) {
        let (_, beside) = open(&pool, 1, 4);
        let (mut writer, ring) = beside.beside(Limits {
            behind_min: 1,
            segments_max: 4,
        });
        assert_eq!(ring.takeover_point(), None);
        let at = |writer: &mut Writer| {
            writer.mark_join_point(&[]);
            let at = writer.head();
            (0..50).for_each(|number| writer.append(&packet(number)).unwrap());
            Some(at)
        };
        let begin = |ring: &Ring| ring.takeover_point().map(|point| point.position);
        let (first, second) = (at(&mut writer), at(&mut writer));
        assert_eq!(begin(&ring), first, "neither is due");
        writer.publish();
        assert_eq!(begin(&ring), second);
        let _third = at(&mut writer);
        assert_eq!(begin(&ring), second, "the third is not due");
    }
}
