//! The guide that clients get: every channel of the lineup, and its programmes, written from the
//! store while it is sent.
//!
//! A channel's id is its lasting id of 16 hex digits, which stands as `tvg-id` in `lineup.m3u`: long
//! and unlike any other, since Plex mixes up channels whose ids look alike. Its display-names are its
//! name and its GuideNumber, by the last of which Jellyfin knows it.

use std::{io::Write as _, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use names::merge::Reason;
use store::Store;
use xmltv::{write_channel, write_head, write_programme, write_tail};

use crate::{
    Found, View, event,
    pack::{BLOCK_BYTES_MAX, inflated, programmes},
    programme,
};

pub(crate) mod upcoming;

/// A piece is handed on once it holds this much.
const PIECE_BYTES: usize = 16 << 10;
/// What a document holds at most: a block and its row, the piece with what one block adds, and gzip's
/// state.
pub const DOCUMENT_BYTES_MAX: usize = 3 * BLOCK_BYTES_MAX + 2 * PIECE_BYTES + (320 << 10);

/// The guide of one client, as far as it has been written. Its calls block.
pub struct Document {
    view: Arc<View>,
    store: Arc<Store>,
    now: i64,
    place: Place,
    gzip: Option<GzEncoder<Vec<u8>>>,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Place {
    Head,
    /// The `channel` element of the channel at this index.
    Channel(usize),
    /// Programmes of the channel at `index`, from the guide that comes in this place for it, from a
    /// moment on. `has_some`: this guide has given some.
    Programmes {
        index: usize,
        guide: usize,
        from: u32,
        has_some: bool,
    },
    End,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Document {
    /// A document of this view, gzipped or not. `now`, in seconds since 1970, is for channels whose
    /// names tell of events.
    #[must_use]
    pub fn new(view: Arc<View>, store: Arc<Store>, now: i64, is_gzipped: bool) -> Self {
        Self {
            view,
            store,
            now,
            place: Place::Head,
            gzip: is_gzipped.then(|| GzEncoder::new(Vec::new(), Compression::fast())),
        }
    }

    /// The next piece; `None` behind the end.
    ///
    /// # Errors
    /// Those of the store. The document cannot be gone on with.
    pub fn piece(&mut self) -> Result<Option<Vec<u8>>, store::Error> {
        loop {
            let mut out = String::with_capacity(2 * PIECE_BYTES);
            while out.len() < PIECE_BYTES && !matches!(self.place, Place::End) {
                self.place = self.step(&mut out)?;
            }
            let piece = match self.packed(out) {
                piece if piece.is_empty() && !matches!(self.place, Place::End) => continue,
                piece => piece,
            };
            return Ok(Some(piece).filter(|piece| !piece.is_empty()));
        }
    }

    /// A piece as it is sent; gzip may keep it for the next one.
    fn packed(&mut self, out: String) -> Vec<u8> {
        let is_last = matches!(self.place, Place::End);
        let Some(gzip) = &mut self.gzip else {
            return out.into_bytes();
        };
        // Writing into a Vec cannot fail.
        let _ = gzip.write_all(out.as_bytes());
        if !is_last {
            return std::mem::take(gzip.get_mut());
        }
        let whole = self.gzip.take().map(GzEncoder::finish);
        whole.and_then(Result::ok).unwrap_or_default()
    }

    fn step(&self, out: &mut String) -> Result<Place, store::Error> {
        const CANNOT: &str = "writing into a String cannot fail";
        Ok(match self.place {
            Place::Head => {
                write_head(out, "Dipole").expect(CANNOT);
                Place::Channel(0)
            }
            Place::Channel(index) => match self.view.lineup.get(index) {
                Some(channel) => {
                    channel_element(out, &channel).expect(CANNOT);
                    Place::Channel(index + 1)
                }
                None => first_of(0),
            },
            Place::Programmes {
                index,
                guide,
                from,
                has_some,
            } => self.programmes(out, index, guide, from, has_some)?,
            Place::End => Place::End,
        })
    }

    /// By how much programmes are moved. What a playlist says of it (`tvg-shift`) is said of the id that
    /// stands beside it: a channel that was found by its name `+1` has programmes of that time already.
    fn shift_s(&self, index: usize, found: Found) -> i64 {
        let lineup = &self.view.lineup;
        let is_by_id = matches!(found.reason, Reason::SameId | Reason::Decision);
        let minutes = match lineup.decision(index).shift_min {
            Some(decided) => decided,
            None if is_by_id => lineup.get(index).map_or(0, |channel| channel.shift_minutes),
            None => 0,
        };
        i64::from(minutes) * 60
    }

    /// One block, or the way to the next guide or channel.
    fn programmes(
        &self,
        out: &mut String,
        index: usize,
        guide: usize,
        from: u32,
        has_some: bool,
    ) -> Result<Place, store::Error> {
        let Some(channel) = self.view.lineup.get(index) else {
            write_tail(out).expect("writing into a String cannot fail");
            return Ok(Place::End);
        };
        let id = channel.id.to_string();
        let Some(found) = self.view.found(index).nth(guide) else {
            event::write(out, &id, channel.name, self.now);
            return Ok(first_of(index + 1));
        };
        match self.store.guide_block(found.guide, found.key, from)? {
            Some((start, block)) => {
                write_block(out, &id, &block, self.shift_s(index, found));
                Ok(Place::Programmes {
                    index,
                    guide,
                    from: start.saturating_add(1),
                    has_some: true,
                })
            }
            None if has_some => Ok(first_of(index + 1)),
            None => Ok(Place::Programmes {
                index,
                guide: guide + 1,
                from: 0,
                has_some: false,
            }),
        }
    }
}

/// Where the programmes of a channel begin.
const fn first_of(index: usize) -> Place {
    Place::Programmes {
        index,
        guide: 0,
        from: 0,
        has_some: false,
    }
}

/// A name that is a number would be taken for another channel's by Jellyfin.
fn channel_element(out: &mut String, channel: &lineup::Channel<'_>) -> std::fmt::Result {
    let number = channel.number.to_string();
    let is_number = channel.name.trim().parse::<f64>().is_ok();
    let numbered = format!("{number} {}", channel.name);
    let name = if is_number { &numbered } else { channel.name };
    write_channel(out, &channel.id.to_string(), [name, &number], channel.logo)
}

/// A block that is damaged on the disk costs its programmes and not the document.
fn write_block(out: &mut String, id: &str, block: &[u8], shift_s: i64) {
    let plain = inflated(block, BLOCK_BYTES_MAX).unwrap_or_default();
    for (start, bytes) in programmes(&plain) {
        let Some((lasts, fields)) = programme::decode(bytes) else {
            continue;
        };
        let start = i64::from(start) + shift_s;
        let times = [start, start + i64::from(lasts)];
        write_programme(out, id, times, fields).expect("writing into a String cannot fail");
    }
}
