//! Reads a list into owned values.
#![allow(dead_code, reason = "each test crate uses a part")]

use std::ops::ControlFlow;

use playlist::{Entry, Error, Limits, Reader, Summary};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Owned {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) group: String,
    pub(crate) logo: String,
    pub(crate) tvg_id: String,
    pub(crate) tvg_name: String,
    pub(crate) tvg_chno: String,
    pub(crate) duration_s: Option<f64>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) line: u64,
}

impl From<Entry<'_>> for Owned {
    fn from(entry: Entry<'_>) -> Self {
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            name: entry.name.to_owned(),
            url: entry.url.to_owned(),
            group: entry.group.to_owned(),
            logo: entry.logo.to_owned(),
            tvg_id: entry.tvg_id.to_owned(),
            tvg_name: entry.tvg_name.to_owned(),
            tvg_chno: entry.tvg_chno.to_owned(),
            duration_s: entry.duration_s,
            headers: entry.headers.iter().map(pair).collect(),
            line: entry.line,
        }
    }
}

pub(crate) fn read_pieces<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limits: Limits,
) -> (Vec<Owned>, Result<Summary, Error>) {
    let mut reader = Reader::new(limits);
    let mut entries = Vec::new();
    let mut each = |entry: Entry<'_>| {
        entries.push(Owned::from(entry));
        ControlFlow::Continue(())
    };
    for piece in pieces {
        if let Err(error) = reader.push(piece, &mut each) {
            return (entries, Err(error));
        }
    }
    let result = reader.finish(&mut each);
    (entries, result)
}

pub(crate) fn read(bytes: &[u8]) -> (Vec<Owned>, Result<Summary, Error>) {
    read_pieces([bytes], Limits::default())
}
