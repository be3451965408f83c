//! `lineup.json|xml|m3u`, written while it is sent: 30,000 channels make a document of 4 MiB, of
//! which a client in service holds one piece.

use std::{
    fmt::Write,
    sync::{Arc, Weak},
};

use base::Lock;
use bytes::Bytes;
use hdhomerun::documents::{ByteCount, Entry, LineupFormat};
use lineup::{Channel, Lineup};

use crate::view::Selection;

/// A piece is handed to the connection once it holds this much.
const PIECE_BYTES: usize = 16 * 1024;
/// What one entry of usual size may add to a piece that is nearly full.
const PIECE_SLACK_BYTES: usize = 1024;

const FORMATS: [LineupFormat; 3] = [LineupFormat::Json, LineupFormat::Xml, LineupFormat::M3u];

/// The document of one client, as far as it has been written.
#[derive(Debug)]
pub(crate) struct LineupPieces {
    lineup: Arc<Lineup>,
    selection: Selection,
    format: LineupFormat,
    stream_base: String,
    page_base: String,
    /// Index of the next channel; `None` before the head is written.
    next: Option<usize>,
    /// Whether an entry has been written.
    is_begun: bool,
    remaining_bytes: u64,
}

impl LineupPieces {
    pub(crate) fn new(
        lineup: Arc<Lineup>,
        part: Part,
        format: LineupFormat,
        [stream_base, page_base]: [String; 2],
        lengths: &Lengths,
    ) -> Self {
        let remaining_bytes = lengths.of(&lineup, &part, format, [&stream_base, &page_base]);
        Self {
            lineup,
            selection: part.selection,
            format,
            stream_base,
            page_base,
            next: None,
            is_begun: false,
            remaining_bytes,
        }
    }

    pub(crate) fn remaining_bytes(&self) -> u64 {
        self.remaining_bytes
    }

    /// The next piece; `None` behind the end.
    pub(crate) fn next(&mut self) -> Option<Bytes> {
        if self.remaining_bytes == 0 {
            return None;
        }
        let mut piece = String::with_capacity(PIECE_BYTES + PIECE_SLACK_BYTES);
        self.fill(&mut piece)
            .expect("writing into a String cannot fail");
        self.remaining_bytes = self.remaining_bytes.saturating_sub(piece.len() as u64);
        Some(piece.into())
    }

    fn fill(&mut self, piece: &mut String) -> std::fmt::Result {
        let mut index = match self.next {
            Some(index) => index,
            None => {
                self.format.write_head(piece, &self.page_base)?;
                0
            }
        };
        while piece.len() < PIECE_BYTES {
            let Some(channel) = self.lineup.get(index).filter(|_| index < self.lineup.len()) else {
                self.format.write_tail(piece)?;
                break;
            };
            if self.selection.holds(&self.lineup, index, &channel) {
                let entry = entry(&channel, self.lineup.is_favourite(index));
                let is_first = !std::mem::replace(&mut self.is_begun, true);
                self.format
                    .write_entry(piece, &entry, &self.stream_base, is_first)?;
            }
            index += 1;
        }
        self.next = Some(index);
        Ok(())
    }
}

/// Which channels a document is about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    /// The place of the view.
    pub(crate) view: usize,
    /// What belongs to it now.
    pub(crate) selection: Selection,
}

/// Lengths of the newest lineup's documents, each counted once.
#[derive(Debug, Default)]
pub(crate) struct Lengths(Lock<Counted>);

#[derive(Debug, Default)]
struct Counted {
    /// Whose lengths they are. Weak, so that no old lineup is kept.
    lineup: Weak<Lineup>,
    /// By the place of the view; as many as the configuration has.
    views: Vec<CountedView>,
}

/// What is known of one view.
#[derive(Clone, Debug, Default)]
struct CountedView {
    /// What belonged to it: a source that is renamed changes that.
    selection: Selection,
    without_base: [Option<Length>; FORMATS.len()],
}

/// Of a document whose entries name no address.
#[derive(Clone, Copy, Debug)]
struct Length {
    bytes: u64,
    entries: u64,
}

impl Lengths {
    /// Bytes of the document. Every entry holds the address once, and no character of it needs an
    /// escape (see `address`), so one count serves all clients.
    fn of(
        &self,
        lineup: &Arc<Lineup>,
        part: &Part,
        format: LineupFormat,
        [stream_base, page_base]: [&str; 2],
    ) -> u64 {
        let in_head = if format.names_guide() {
            page_base.len()
        } else {
            0
        };
        let at = FORMATS.iter().position(|f| *f == format).unwrap_or(0);
        let mut counted = self.0.lock();
        if !Weak::ptr_eq(&counted.lineup, &Arc::downgrade(lineup)) {
            *counted = Counted {
                lineup: Arc::downgrade(lineup),
                ..Counted::default()
            };
        }
        if counted.views.len() <= part.view {
            counted.views.resize(part.view + 1, CountedView::default());
        }
        let view = &mut counted.views[part.view];
        if view.selection != part.selection {
            *view = CountedView {
                selection: part.selection.clone(),
                ..CountedView::default()
            };
        }
        let count = || count(lineup, &part.selection, format);
        let Length { bytes, entries } = *view.without_base[at].get_or_insert_with(count);
        bytes + entries * stream_base.len() as u64 + in_head as u64
    }
}

fn count(lineup: &Lineup, selection: &Selection, format: LineupFormat) -> Length {
    let mut count = ByteCount::default();
    let entries = write_all(&mut count, lineup, selection, format);
    Length {
        bytes: count.0,
        entries: entries.expect("counting cannot fail"),
    }
}

/// How many entries were written.
fn write_all(
    out: &mut impl Write,
    lineup: &Lineup,
    selection: &Selection,
    format: LineupFormat,
) -> Result<u64, std::fmt::Error> {
    let mut entries = 0;
    format.write_head(out, "")?;
    for (index, channel) in lineup.iter().enumerate() {
        if selection.holds(lineup, index, &channel) {
            let entry = entry(&channel, lineup.is_favourite(index));
            format.write_entry(out, &entry, "", entries == 0)?;
            entries += 1;
        }
    }
    format.write_tail(out)?;
    Ok(entries)
}

fn entry<'a>(channel: &'a Channel<'a>, favorite: bool) -> Entry<'a> {
    Entry {
        number: &channel.number,
        name: channel.name,
        hd: channel.is_hd(),
        favorite,
        id: channel.id.0,
        logo: channel.logo,
        group: channel.group,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineup::{ChannelId, GuideNumber, LineupBuilder};

    fn lineup(channels: u16) -> Arc<Lineup> {
        let mut builder = LineupBuilder::new(64 << 20);
        for n in 1..=channels {
            let (id, number) = (ChannelId(n.into()), GuideNumber::new(n, 0).unwrap());
            let name = "A \"fine\" <channel> & more HD";
            let channel = Channel {
                group: "News & \"views\"",
                logo: "http://logo.example/?a=1&b=2",
                ..Channel::new(id, number, name, "http://a.example/")
            };
            builder.push(channel).unwrap();
        }
        Arc::new(builder.build())
    }

    #[test]
    fn pieces_make_up_the_promised_length() {
        let lengths = Lengths::default();
        for (channels, base) in [
            (0, "http://a"),
            (1, "http://[::1]:5004"),
            (3_000, "http://a:5"),
        ] {
            let lineup = lineup(channels);
            for format in FORMATS {
                let mut pieces = LineupPieces::new(
                    Arc::clone(&lineup),
                    Part::default(),
                    format,
                    [base.to_owned(), base.to_owned()],
                    &lengths,
                );
                let promised = pieces.remaining_bytes();
                let mut bytes = 0;
                let mut whole = Vec::new();
                while let Some(piece) = pieces.next() {
                    assert!(piece.len() < PIECE_BYTES + PIECE_SLACK_BYTES);
                    bytes += piece.len() as u64;
                    whole.extend_from_slice(&piece);
                }
                assert_eq!(bytes, promised, "{format:?}");
                if format == LineupFormat::Json {
                    let read: serde_json::Value = serde_json::from_slice(&whole).unwrap();
                    assert_eq!(read.as_array().unwrap().len(), usize::from(channels));
                }
            }
        }
    }
}
