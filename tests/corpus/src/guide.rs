//! The guide reader: the same programmes however the bytes are cut, and never more than its limits.

use std::ops::ControlFlow;

use xmltv::{Channel, Limits, Programme, Reader, Sink};

use crate::pieces::pieces;

/// Small limits, so that short inputs reach them.
fn limits() -> Limits {
    Limits {
        bytes_max: 1 << 20,
        prelude_bytes_max: 1 << 20,
        tag_bytes_max: 256,
        text_bytes_max: 64,
        fields_max: 8,
        item_bytes_max: 256,
    }
}

#[derive(Default, PartialEq, Eq, Debug)]
struct Kept(Vec<(String, i64, Vec<String>)>);

impl Sink for Kept {
    fn channel(&mut self, channel: Channel<'_>) -> ControlFlow<()> {
        let names = channel.names().map(str::to_owned).collect();
        self.0.push((channel.id.to_owned(), 0, names));
        ControlFlow::Continue(())
    }

    fn programme(&mut self, programme: Programme<'_>) -> ControlFlow<()> {
        let texts = programme.fields.iter().map(|field| field.text.to_owned());
        let texts: Vec<String> = texts.collect();
        assert!(texts.len() <= limits().fields_max, "too many texts");
        assert!(
            texts
                .iter()
                .all(|text| text.len() <= limits().text_bytes_max),
            "a text over its limit"
        );
        self.0
            .push((programme.channel.to_owned(), programme.start, texts));
        ControlFlow::Continue(())
    }
}

pub(crate) fn feed(bytes: &[u8]) {
    let whole = read(std::iter::once(bytes));
    let cut = read(pieces(bytes));
    assert_eq!(whole, cut, "the programmes depend on how the bytes are cut");
}

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Kept, bool) {
    let mut kept = Kept::default();
    let mut reader = Reader::new(limits());
    for piece in pieces {
        if reader.push(piece, &mut kept).is_err() {
            return (kept, false);
        }
    }
    let is_read = reader.finish(&mut kept).is_ok();
    (kept, is_read)
}
