//! The guide that clients get: every channel of the lineup, and its programmes, written from the
//! store while it is sent.
//!
//! A channel's id is its lasting id of 16 hex digits, which stands as `tvg-id` in `lineup.m3u`: long
//! and unlike any other, since Plex mixes up channels whose ids look alike. Its display-names are its
//! name and its GuideNumber, by the last of which Jellyfin knows it.

use std::{io::Write as _, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use lineup::Channel;
use store::Store;
use xmltv::{write_channel, write_head, write_programme, write_tail};

use crate::{
    Part, View, event,
    layers::{LAYERS_MAX, Layers},
    pack::BLOCK_BYTES_MAX,
    programme,
};

pub(crate) mod upcoming;

/// A piece is handed on once it holds this much.
const PIECE_BYTES: usize = 16 << 10;
/// What a document holds at most: a block of each guide of a channel and a row, the piece with what one
/// programme adds, and gzip's state.
pub const DOCUMENT_BYTES_MAX: usize =
    (LAYERS_MAX + 1) * BLOCK_BYTES_MAX + 2 * PIECE_BYTES + (320 << 10);

/// The guide of one client, as far as it has been written. Its calls block.
pub struct Document {
    view: Arc<View>,
    store: Arc<Store>,
    now: i64,
    /// `None`: all.
    part: Option<Part>,
    place: Place,
    /// Of the channel whose programmes are being written.
    layers: Option<Layers>,
    gzip: Option<GzEncoder<Vec<u8>>>,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Place {
    Head,
    /// The `channel` element of the channel at this index.
    Channel(usize),
    /// Programmes of the channel at this index.
    Programmes(usize),
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
            part: None,
            place: Place::Head,
            layers: None,
            gzip: is_gzipped.then(|| GzEncoder::new(Vec::new(), Compression::fast())),
        }
    }

    /// The same for some channels alone.
    #[must_use]
    pub fn of_part(self, part: Option<Part>) -> Self {
        Self { part, ..self }
    }

    /// Whether the document is about the channel at this index, which is one of those that clients see.
    fn holds(&self, index: usize) -> bool {
        let part = self.part.as_ref();
        part.is_none_or(|part| part(&self.view.lineup, index))
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

    fn step(&mut self, out: &mut String) -> Result<Place, store::Error> {
        const CANNOT: &str = "writing into a String cannot fail";
        Ok(match self.place {
            Place::Head => {
                write_head(out, "Dipole").expect(CANNOT);
                Place::Channel(0)
            }
            Place::Channel(index) => match self.seen(index) {
                Some(channel) => {
                    if self.holds(index) {
                        channel_element(out, &channel).expect(CANNOT);
                    }
                    Place::Channel(index + 1)
                }
                None => Place::Programmes(0),
            },
            Place::Programmes(index) => self.programmes(out, index)?,
            Place::End => Place::End,
        })
    }

    /// The channel at this index, if clients see it.
    fn seen(&self, index: usize) -> Option<Channel<'_>> {
        let lineup = &self.view.lineup;
        lineup.get(index).filter(|_| lineup.is_active(index))
    }

    /// One programme, or the way to the next channel.
    fn programmes(&mut self, out: &mut String, index: usize) -> Result<Place, store::Error> {
        const CANNOT: &str = "writing into a String cannot fail";
        let layers = self.layers.take();
        let Some(channel) = self.seen(index) else {
            write_tail(out).expect(CANNOT);
            return Ok(Place::End);
        };
        if !self.holds(index) {
            return Ok(Place::Programmes(index + 1));
        }
        let id = channel.id.to_string();
        let (mut layers, has_some) = match layers {
            Some(layers) => (layers, true),
            None => (Layers::open(&self.view, &self.store, index)?, false),
        };
        match layers.next(&self.store)? {
            Some((times, bytes)) => {
                if let Some((_, fields)) = programme::decode(bytes) {
                    write_programme(out, &id, times, fields).expect(CANNOT);
                }
                self.layers = Some(layers);
                Ok(Place::Programmes(index))
            }
            None => {
                if !has_some {
                    event::write(out, &id, channel.name, self.now);
                }
                Ok(Place::Programmes(index + 1))
            }
        }
    }
}

/// A name that is a number would be taken for another channel's by Jellyfin.
fn channel_element(out: &mut String, channel: &Channel<'_>) -> std::fmt::Result {
    let number = channel.number.to_string();
    let is_number = channel.name.trim().parse::<f64>().is_ok();
    let numbered = format!("{number} {}", channel.name);
    let name = if is_number { &numbered } else { channel.name };
    write_channel(out, &channel.id.to_string(), [name, &number], channel.logo)
}
