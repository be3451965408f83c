//! Reads a guide from a file and says how fast: `xmltv_speed guide.xml`.

#![allow(clippy::print_stdout, reason = "a tool for the console")]

use std::{env, error::Error, fs::File, io::Read, ops::ControlFlow, time::Instant};

use xmltv::{Channel, Limits, Programme, Reader, Sink};

/// Counts the bytes of all texts, so that they have to be made.
#[derive(Default)]
struct Count(usize);

impl Sink for Count {
    fn channel(&mut self, _: Channel<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn programme(&mut self, programme: Programme<'_>) -> ControlFlow<()> {
        self.0 += programme
            .fields
            .iter()
            .map(|field| field.text.len())
            .sum::<usize>();
        ControlFlow::Continue(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("usage: xmltv_speed GUIDE")?;
    let mut file = File::open(path)?;
    let (mut reader, mut count) = (Reader::new(Limits::default()), Count::default());
    let mut piece = vec![0; 64 << 10];
    let began = Instant::now();
    loop {
        let len = file.read(&mut piece)?;
        let Some(bytes) = piece.get(..len).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        reader.push(bytes, &mut count)?;
    }
    let summary = reader.finish(&mut count)?;
    let seconds = began.elapsed().as_secs_f64();
    let mib = summary.bytes as f64 / f64::from(1 << 20);
    println!(
        "{summary:?}, {} bytes of text: {:.0} MiB/s",
        count.0,
        mib / seconds
    );
    Ok(())
}
