//! The reader of backups: the same records however the bytes are cut.

use std::ops::ControlFlow;

use archive::{Checker, Error, Item, Reader};

use crate::pieces::pieces;

pub(crate) fn feed(bytes: &[u8]) {
    let whole = read(std::iter::once(bytes));
    let cut = read(pieces(bytes));
    assert_eq!(
        whole.as_ref().ok(),
        cut.as_ref().ok(),
        "the records depend on how the bytes are cut"
    );
    let mut checker = Checker::default();
    let checked = checker.push(bytes).and_then(|()| checker.finish());
    assert!(
        whole.is_err() || checked.is_ok(),
        "what can be read has its checksum"
    );
}

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<Vec<String>, Error> {
    let mut said = Vec::new();
    let mut reader = Reader::new(None);
    for piece in pieces {
        let flow = reader.push(piece, &mut |item: Item<'_>| {
            said.push(format!("{item:?}"));
            ControlFlow::Continue(())
        })?;
        assert!(flow.is_continue(), "nobody has had enough");
    }
    reader.finish()?;
    Ok(said)
}
