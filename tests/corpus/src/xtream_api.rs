//! The reader of panels' answers: the same objects however the bytes are cut, and nothing too large.

use std::ops::ControlFlow;

use xtream::{
    AccountReader, Category, Episode, Error, Limits, Live, Movie, Programme, Reader, Series,
};

use crate::pieces::pieces;

/// Small limits, so that short inputs reach them.
const LIMITS: Limits = Limits {
    object_bytes_max: 256,
    objects_max: 32,
    answer_bytes_max: 1 << 20,
    prelude_bytes_max: 1 << 10,
};

pub(crate) fn feed(bytes: &[u8]) {
    for member in ["", "episodes"] {
        let whole = read(std::iter::once(bytes), member);
        let cut = read(pieces(bytes), member);
        // A refusal may come a piece later, with what was refused in it.
        assert_eq!(
            whole.ok(),
            cut.ok(),
            "the objects depend on how the bytes are cut"
        );
    }
    let mut account = AccountReader::new(LIMITS);
    if account.push(bytes).is_ok() {
        drop(account.finish());
    }
}

/// What each object says, in all the ways that it can be understood.
fn read<'a>(
    pieces: impl Iterator<Item = &'a [u8]>,
    member: &'static str,
) -> Result<(Vec<String>, bool), Error> {
    let mut said = Vec::new();
    let mut reader = Reader::seeing_through(LIMITS, member);
    for piece in pieces {
        reader.push(piece, &mut |item| {
            let fields = item.fields;
            said.push(format!(
                "{:?} {:?} {:?} {:?} {:?} {:?}",
                Live::of(fields),
                Movie::of(fields),
                Series::of(fields),
                Episode::of(item.inner, fields),
                Category::of(fields),
                Programme::of(fields),
            ));
            ControlFlow::Continue(())
        })?;
    }
    let summary = reader.finish()?;
    assert_eq!(summary.objects, said.len() as u64, "an object was lost");
    Ok((said, summary.is_whole))
}
