//! Goal: no interleaving of a writer that reuses segments and a reader that sends from them lets
//! the reader see a byte that is being written, or a byte of another place.
//! Method: loom runs every interleaving of a two-byte-segment ring; the cells of a segment are
//! loom's, so an unordered access ends the run.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --manifest-path firmware/engine/ring/Cargo.toml --test loom --release`
#![cfg(loom)]

use loom::thread;
use ring::{Limits, Pool, Read, ring};

#[test]
fn reader_never_sees_a_byte_that_is_written() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        // Two segments in the ring, one spare: the writer must wait for nobody, and takes back
        // the segment that the reader may be in.
        let pool = Pool::new(3);
        let (mut writer, ring) = ring(
            &pool,
            Limits {
                behind_min: 1,
                segments_max: 2,
            },
        );
        let reader = thread::spawn(move || {
            let mut position = 0;
            for _ in 0..3 {
                match ring.read(position) {
                    Read::Chunk(chunk) => {
                        let bytes = chunk.to_vec();
                        for (offset, byte) in bytes.iter().enumerate() {
                            assert_eq!(u64::from(*byte), position + offset as u64 + 1);
                        }
                        position += bytes.len() as u64;
                    }
                    Read::CaughtUp => {}
                    Read::Lagged => position += 2,
                }
            }
        });
        for value in 1..=6u8 {
            writer.fill_for_model(&[value]);
            writer.publish();
        }
        drop(writer);
        reader.join().unwrap();
    });
}
