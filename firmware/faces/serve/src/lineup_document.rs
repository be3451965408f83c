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

/// A piece is handed to the connection once it holds this much.
const PIECE_BYTES: usize = 16 * 1024;
/// What one entry of usual size may add to a piece that is nearly full.
const PIECE_SLACK_BYTES: usize = 1024;

const FORMATS: [LineupFormat; 3] = [LineupFormat::Json, LineupFormat::Xml, LineupFormat::M3u];

/// The document of one client, as far as it has been written.
#[derive(Debug)]
pub(crate) struct LineupPieces {
    lineup: Arc<Lineup>,
    format: LineupFormat,
    stream_base: String,
    page_base: String,
    /// Index of the next channel; `None` before the head is written.
    next: Option<usize>,
    remaining_bytes: u64,
}

impl LineupPieces {
    pub(crate) fn new(
        lineup: Arc<Lineup>,
        format: LineupFormat,
        [stream_base, page_base]: [String; 2],
        lengths: &Lengths,
    ) -> Self {
        let remaining_bytes = lengths.of(&lineup, format, [&stream_base, &page_base]);
        Self {
            lineup,
            format,
            stream_base,
            page_base,
            next: None,
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
            let entry = entry(&channel, self.lineup.is_favourite(index));
            self.format
                .write_entry(piece, &entry, &self.stream_base, index == 0)?;
            index += 1;
        }
        self.next = Some(index);
        Ok(())
    }
}

/// Lengths of the newest lineup's documents, each counted once.
#[derive(Debug, Default)]
pub(crate) struct Lengths(Lock<Counted>);

#[derive(Debug, Default)]
struct Counted {
    /// Whose lengths they are. Weak, so that no old lineup is kept.
    lineup: Weak<Lineup>,
    without_base: [Option<u64>; FORMATS.len()],
}

impl Lengths {
    /// Bytes of the document. Every entry holds the address once, and no character of it needs an
    /// escape (see `address`), so one count serves all clients.
    fn of(
        &self,
        lineup: &Arc<Lineup>,
        format: LineupFormat,
        [stream_base, page_base]: [&str; 2],
    ) -> u64 {
        let in_head = if format.names_guide() {
            page_base.len()
        } else {
            0
        };
        let bases = lineup.len() as u64 * stream_base.len() as u64 + in_head as u64;
        let at = FORMATS.iter().position(|f| *f == format).unwrap_or(0);
        let mut counted = self.0.lock();
        if !Weak::ptr_eq(&counted.lineup, &Arc::downgrade(lineup)) {
            *counted = Counted {
                lineup: Arc::downgrade(lineup),
                ..Counted::default()
            };
        }
        *counted.without_base[at].get_or_insert_with(|| count(lineup, format)) + bases
    }
}

fn count(lineup: &Lineup, format: LineupFormat) -> u64 {
    let mut count = ByteCount::default();
    write_all(&mut count, lineup, format).expect("counting cannot fail");
    count.0
}

fn write_all(out: &mut impl Write, lineup: &Lineup, format: LineupFormat) -> std::fmt::Result {
    format.write_head(out, "")?;
    for (index, channel) in lineup.iter().enumerate() {
        let entry = entry(&channel, lineup.is_favourite(index));
        format.write_entry(out, &entry, "", index == 0)?;
    }
    format.write_tail(out)
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
