//! Reads a guide from memory, five times, and says how much that was; whoever runs this takes the time:
//! `xmltv_speed GUIDE [all|tenth|none]`. What is wanted of it is all, the programmes of a tenth of its
//! channels, as a lineup does of a provider's guide, or none. A guide that is gzip is inflated by whoever
//! runs this.

#![allow(clippy::print_stdout, reason = "a tool for the console")]

use std::{env, error::Error, fs, ops::ControlFlow};

use xmltv::{Channel, Limits, Programme, Reader, Sink, Summary};

/// So often: a single time is over too soon to be measured.
const TIMES: u64 = 5;
/// As much comes from the network or the disk at once.
const PIECE_BYTES: usize = 64 << 10;

/// Counts the bytes of all texts, so that they have to be made.
struct Count {
    /// One in so many channels is wanted; 0 is none.
    one_in: u64,
    bytes: usize,
    programmes: u64,
}

impl Sink for Count {
    fn channel(&mut self, _: Channel<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn wants(&mut self, channel: &str, _: i64, _: Option<i64>) -> bool {
        let sum = channel
            .bytes()
            .fold(0_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte));
        sum.checked_rem(self.one_in) == Some(0)
    }

    fn programme(&mut self, programme: Programme<'_>) -> ControlFlow<()> {
        self.programmes += 1;
        let texts = programme.fields.iter().map(|field| field.text.len());
        self.bytes += texts.sum::<usize>();
        ControlFlow::Continue(())
    }
}

fn read(guide: &[u8], count: &mut Count) -> Result<Summary, xmltv::Error> {
    let mut reader = Reader::new(Limits::default());
    for piece in guide.chunks(PIECE_BYTES) {
        reader.push(piece, count)?;
    }
    reader.finish(count)
}

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: xmltv_speed GUIDE [all|tenth|none]";
    let guide = fs::read(env::args().nth(1).ok_or(usage)?)?;
    let one_in = match env::args().nth(2).as_deref() {
        None | Some("all") => 1,
        Some("tenth") => 10,
        Some("none") => 0,
        Some(_) => return Err(usage.into()),
    };
    for time in 1..=TIMES {
        let mut count = Count {
            one_in,
            bytes: 0,
            programmes: 0,
        };
        let summary = read(&guide, &mut count)?;
        if time == TIMES {
            println!(
                "{} MiB; {} of {} programmes, {} bytes of text",
                (summary.bytes * TIMES) >> 20,
                count.programmes,
                summary.programmes,
                count.bytes
            );
        }
    }
    Ok(())
}
