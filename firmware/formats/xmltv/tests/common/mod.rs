//! A sink that keeps everything.

use std::ops::ControlFlow;

use xmltv::{Channel, Error, Kind, Limits, Programme, Reader, Sink, Summary};

/// Everything that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Id and names of each channel.
    pub(crate) channels: Vec<(String, Vec<String>)>,
    /// Each programme.
    pub(crate) programmes: Vec<Shown>,
}

/// A programme, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) channel: String,
    pub(crate) start: i64,
    pub(crate) stop: Option<i64>,
    pub(crate) fields: Vec<(Kind, String, String)>,
}

impl Sink for Kept {
    fn channel(&mut self, channel: Channel<'_>) -> ControlFlow<()> {
        let names = channel.names().map(str::to_owned).collect();
        self.channels.push((channel.id.to_owned(), names));
        ControlFlow::Continue(())
    }

    fn programme(&mut self, programme: Programme<'_>) -> ControlFlow<()> {
        let fields = programme.fields.iter();
        self.programmes.push(Shown {
            channel: programme.channel.to_owned(),
            start: programme.start,
            stop: programme.stop,
            fields: fields
                .map(|field| {
                    (
                        field.kind,
                        field.attribute.to_owned(),
                        field.text.to_owned(),
                    )
                })
                .collect(),
        });
        ControlFlow::Continue(())
    }
}

/// Reads pieces to their end.
pub(crate) fn read<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limits: Limits,
) -> (Kept, Result<Summary, Error>) {
    let mut kept = Kept::default();
    let mut reader = Reader::new(limits);
    for piece in pieces {
        if let Err(error) = reader.push(piece, &mut kept) {
            return (kept, Err(error));
        }
    }
    let summary = reader.finish(&mut kept);
    (kept, summary)
}
