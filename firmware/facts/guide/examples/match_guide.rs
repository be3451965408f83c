//! Which channels of a guide names are matched with, for the scorer: `match_guide GUIDE QUERIES`, where the
//! queries are lines of index, name and group. Prints index and id of each, without an id where there is
//! none.

#![allow(clippy::print_stdout, reason = "a tool for the console")]

use std::{env, error::Error, fs, ops::ControlFlow};

use names::{
    NameEntry,
    matching::{Matcher, THRESHOLD_PERCENT},
};
use xmltv::{Channel, Limits, Programme, Reader, Sink};

struct Channels {
    matcher: Matcher,
    ids: Vec<String>,
}

impl Sink for Channels {
    fn channel(&mut self, channel: Channel<'_>) -> ControlFlow<()> {
        self.matcher.add_channel(channel.id, channel.names());
        self.ids.push(channel.id.to_owned());
        ControlFlow::Continue(())
    }

    fn wants(&mut self, _: &str, _: i64, _: Option<i64>) -> bool {
        false
    }

    fn programme(&mut self, _: Programme<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut argument = || arguments.next().ok_or("usage: match_guide GUIDE QUERIES");
    let (guide, queries) = (fs::read(argument()?)?, fs::read_to_string(argument()?)?);
    let mut channels = Channels {
        matcher: Matcher::new(THRESHOLD_PERCENT),
        ids: Vec::new(),
    };
    let mut reader = Reader::new(Limits::default());
    reader.push(&guide, &mut channels)?;
    reader.finish(&mut channels)?;
    let Channels { mut matcher, ids } = channels;
    let mut asked = Vec::new();
    for line in queries.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let (Some(index), Some(name)) = (cells.next(), cells.next()) else {
            continue;
        };
        let parts = names::read(&NameEntry {
            name,
            group: cells.next().unwrap_or_default(),
            ..NameEntry::default()
        });
        asked.push((index, matcher.add_entry(name, &parts)));
    }
    let matches = matcher.finish();
    for (index, entry) in asked {
        let found = matches.find(entry);
        let id = found.and_then(|found| ids.get(found.channel as usize));
        println!("{index}\t{}", id.map_or("", String::as_str));
    }
    Ok(())
}
