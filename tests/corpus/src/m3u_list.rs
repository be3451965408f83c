//! The list reader: the same entries however the bytes are cut, and never more than its limits.

use std::ops::ControlFlow;

use playlist::{Error, Limits, Reader};

use crate::pieces::pieces;

/// Small limits, so that short inputs reach them.
fn limits() -> Limits {
    Limits {
        line_bytes_max: 512,
        text_bytes_max: 64,
        address_bytes_max: 256,
        entries_max: 64,
        inflated_bytes_max: 1 << 20,
        ..Limits::default()
    }
}

pub(crate) fn feed(bytes: &[u8]) {
    let whole = read(std::iter::once(bytes));
    let cut = read(pieces(bytes));
    assert_eq!(whole, cut, "the entries depend on how the bytes are cut");
}

/// Names and addresses, or that the list is refused.
fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Option<Vec<(String, String)>> {
    let limits = limits();
    let mut entries = Vec::new();
    let mut each = |entry: playlist::Entry<'_>| {
        assert!(
            entry.name.len() <= limits.text_bytes_max,
            "a name over its limit"
        );
        assert!(
            entry.url.len() <= limits.address_bytes_max,
            "an address over its limit"
        );
        entries.push((entry.name.to_owned(), entry.url.to_owned()));
        ControlFlow::Continue(())
    };
    let mut reader = Reader::new(limits);
    let run = || -> Result<(), Error> {
        for piece in pieces {
            reader.push(piece, &mut each)?;
        }
        reader.finish(&mut each).map(|_| ())
    };
    let is_read = run().is_ok();
    assert!(
        entries.len() <= limits.entries_max,
        "more entries than the limit"
    );
    is_read.then_some(entries)
}
