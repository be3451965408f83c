//! The header of a stream (`moov`): tracks, their time scales, codecs and defaults.

use std::num::NonZeroU32;

use crate::boxes::{child, children, required};
use crate::error::Error;
use crate::fields::Fields;
use crate::four_cc::FourCc;
use crate::sample_entry::{self, Codec};

/// Tracks kept of one movie; fragments of further ones are passed over.
pub const TRACKS_MAX: usize = 8;

const MOOV: FourCc = FourCc(*b"moov");
const TRAK: FourCc = FourCc(*b"trak");
const MDIA: FourCc = FourCc(*b"mdia");
const MINF: FourCc = FourCc(*b"minf");
const STBL: FourCc = FourCc(*b"stbl");
const EDTS: FourCc = FourCc(*b"edts");
const ELST: FourCc = FourCc(*b"elst");
const MVEX: FourCc = FourCc(*b"mvex");
const TREX: FourCc = FourCc(*b"trex");
const MVHD: FourCc = FourCc(*b"mvhd");
const TKHD: FourCc = FourCc(*b"tkhd");
const MDHD: FourCc = FourCc(*b"mdhd");
const HDLR: FourCc = FourCc(*b"hdlr");
const STSD: FourCc = FourCc(*b"stsd");

/// Some tracks of a movie, as bits: bit n is the track with index n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tracks(u8);

impl Tracks {
    /// Every track.
    pub const ALL: Self = Self(u8::MAX);
    /// None.
    pub const NONE: Self = Self(0);

    /// These and the track with this index.
    #[must_use]
    pub const fn with(self, index: usize) -> Self {
        if index < TRACKS_MAX {
            Self(self.0 | 1 << index)
        } else {
            self
        }
    }

    /// These without the others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether the track with this index is among them.
    #[must_use]
    pub const fn contains(self, index: usize) -> bool {
        index < TRACKS_MAX && self.0 >> index & 1 == 1
    }
}

/// What a `moov` tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie {
    /// In the order of the box, at most [`TRACKS_MAX`].
    pub tracks: Vec<Track>,
}

/// One track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// track_ID, by which fragments name it.
    pub id: u32,
    /// Ticks of its times in a second.
    pub timescale: NonZeroU32,
    /// ISO 639-2 code, where one is given that is not `und`.
    pub language: Option<[u8; 3]>,
    /// What its samples are.
    pub codec: Codec,
    /// Added to the media time to get the time of presentation, in ticks: what the edit list says
    /// of the first edit. Encoders put their priming and the delay of reordering there.
    pub shift: i64,
    pub(crate) defaults: Defaults,
}

/// `trex`, and what `tfhd` puts in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Defaults {
    pub(crate) duration: u32,
    pub(crate) size: u32,
    pub(crate) flags: u32,
}

impl Movie {
    /// Reads the content of a `moov`.
    pub(crate) fn read(content: &[u8]) -> Result<Self, Error> {
        let timescale = movie_timescale(required(MOOV, content, MVHD)?)?;
        let mut tracks = Vec::new();
        for found in children(MOOV, content) {
            let (kind, inside) = found?;
            if kind == TRAK && tracks.len() < TRACKS_MAX {
                tracks.extend(Track::read(inside, timescale)?);
            }
        }
        let mut movie = Self { tracks };
        if let Some(extends) = child(MOOV, content, MVEX)? {
            movie.read_defaults(extends)?;
        }
        Ok(movie)
    }

    /// Reads the content of a film's `moov`, and tells which of its tracks became which: a film may
    /// hold tracks of makers' own kinds, which are left out.
    pub(crate) fn read_film(content: &[u8]) -> Result<(Self, Vec<usize>), Error> {
        let timescale = movie_timescale(required(MOOV, content, MVHD)?)?;
        let (mut tracks, mut places, mut refused) = (Vec::new(), Vec::new(), None);
        let mut place = 0;
        for found in children(MOOV, content) {
            let (kind, inside) = found?;
            if kind != TRAK || tracks.len() >= TRACKS_MAX {
                continue;
            }
            match Track::read(inside, timescale) {
                Ok(Some(track)) => {
                    tracks.push(track);
                    places.push(place);
                }
                Ok(None) => {}
                Err(error) => refused = Some(error),
            }
            place += 1;
        }
        match refused {
            Some(error) if tracks.is_empty() => Err(error),
            _ => Ok((Self { tracks }, places)),
        }
    }

    fn read_defaults(&mut self, extends: &[u8]) -> Result<(), Error> {
        for found in children(MVEX, extends) {
            let (kind, inside) = found?;
            if kind != TREX {
                continue;
            }
            let mut fields = Fields::new(TREX, inside);
            fields.version_and_flags()?;
            let id = fields.u32()?;
            let _description = fields.u32()?;
            let defaults = Defaults {
                duration: fields.u32()?,
                size: fields.u32()?,
                flags: fields.u32()?,
            };
            for track in self.tracks.iter_mut().filter(|track| track.id == id) {
                track.defaults = defaults;
            }
        }
        Ok(())
    }
}

impl Track {
    /// A track of another container, its times in ticks of 90 kHz.
    #[must_use]
    pub fn of_codec(codec: Codec, language: Option<[u8; 3]>) -> Self {
        Self {
            id: 0,
            timescale: NonZeroU32::MIN.saturating_add(90_000 - 1),
            language,
            codec,
            shift: 0,
            defaults: Defaults::default(),
        }
    }

    /// A media time as time of presentation in 90 kHz ticks, rounded down; the clock of MPEG-2
    /// systems, which HLS takes it for (RFC 8216 3.3). It may lie before zero.
    #[must_use]
    pub fn ticks_90k(&self, media_time: i64) -> i64 {
        let ticks = i128::from(media_time) + i128::from(self.shift);
        let scaled = (ticks * 90_000).div_euclid(i128::from(self.timescale.get()));
        i64::try_from(scaled).unwrap_or(i64::MAX)
    }

    /// `None` for a track whose times mean nothing.
    fn read(content: &[u8], movie_timescale: u32) -> Result<Option<Self>, Error> {
        let id = track_id(required(TRAK, content, TKHD)?)?;
        let media = required(TRAK, content, MDIA)?;
        let (timescale, language) = media_header(required(MDIA, media, MDHD)?)?;
        let Some(timescale) = NonZeroU32::new(timescale) else {
            return Ok(None);
        };
        let mut handler = Fields::new(HDLR, required(MDIA, media, HDLR)?);
        handler.version_and_flags()?;
        let _pre_defined = handler.u32()?;
        let handler = FourCc(handler.array()?);
        let information = required(MDIA, media, MINF)?;
        let table = required(MINF, information, STBL)?;
        let codec = sample_entry::read(handler, required(STBL, table, STSD)?)?;
        let edits = match child(TRAK, content, EDTS)? {
            Some(edits) => child(EDTS, edits, ELST)?,
            None => None,
        };
        let shift = match edits {
            Some(edits) => edit_shift(edits, movie_timescale, timescale)?,
            None => 0,
        };
        Ok(Some(Self {
            id,
            timescale,
            language,
            codec,
            shift,
            defaults: Defaults::default(),
        }))
    }
}

fn movie_timescale(header: &[u8]) -> Result<u32, Error> {
    let mut fields = Fields::new(MVHD, header);
    let (version, _) = fields.version_and_flags()?;
    fields.by_version(version)?;
    fields.by_version(version)?;
    fields.u32()
}

fn track_id(header: &[u8]) -> Result<u32, Error> {
    let mut fields = Fields::new(TKHD, header);
    let (version, _) = fields.version_and_flags()?;
    fields.by_version(version)?;
    fields.by_version(version)?;
    fields.u32()
}

fn media_header(header: &[u8]) -> Result<(u32, Option<[u8; 3]>), Error> {
    let mut fields = Fields::new(MDHD, header);
    let (version, _) = fields.version_and_flags()?;
    fields.by_version(version)?;
    fields.by_version(version)?;
    let timescale = fields.u32()?;
    fields.by_version(version)?;
    Ok((timescale, language(fields.u16()?)))
}

/// Three letters of five bits, each counted from 0x60 (clause 8.4.2.3).
fn language(packed: u16) -> Option<[u8; 3]> {
    let code = [packed >> 10, packed >> 5, packed].map(|letter| {
        let [_, low] = (letter & 0x1F).to_be_bytes();
        low + 0x60
    });
    let is_code = code.iter().all(u8::is_ascii_lowercase) && code != *b"und";
    is_code.then_some(code)
}

/// What the edits in front say (clause 8.6.6): an empty edit delays the track, the first edit with
/// media begins at its media_time. Later edits and rates are not for streams.
fn edit_shift(list: &[u8], movie_timescale: u32, timescale: NonZeroU32) -> Result<i64, Error> {
    let mut fields = Fields::new(ELST, list);
    let (version, _) = fields.version_and_flags()?;
    let count = fields.u32()?;
    let mut delay = 0_u64;
    // As many as the box has bytes for: the fields end the loop.
    for _ in 0..count {
        let duration = fields.by_version(version)?;
        let media_time = fields.by_version_signed(version)?;
        let _rate = fields.u32()?;
        if media_time >= 0 {
            let delay = scale(delay, movie_timescale, timescale);
            return Ok(delay.saturating_sub(media_time));
        }
        delay = delay.saturating_add(duration);
    }
    Ok(0)
}

fn scale(ticks: u64, from: u32, to: NonZeroU32) -> i64 {
    let scaled = u128::from(ticks) * u128::from(to.get()) / u128::from(from.max(1));
    i64::try_from(scaled).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        let pack = |code: [u8; 3]| {
            code.iter().fold(0_u16, |packed, letter| {
                packed << 5 | u16::from(letter - 0x60)
            })
        };
        assert_eq!(language(pack(*b"deu")), Some(*b"deu"));
        assert_eq!(language(pack(*b"und")), None);
        assert_eq!(language(0), None);
        assert_eq!(language(0x7FFF), None);
    }

    #[test]
    fn edits_in_front_shift_the_track() {
        let edit = |duration: u32, media_time: i32| {
            [
                duration.to_be_bytes(),
                media_time.to_be_bytes(),
                [0, 1, 0, 0],
            ]
            .concat()
        };
        let list = |edits: &[Vec<u8>]| {
            let count = u32::try_from(edits.len()).expect("few");
            [vec![0; 4], count.to_be_bytes().to_vec(), edits.concat()].concat()
        };
        let media = NonZeroU32::new(48_000).expect("not zero");
        for (edits, expected) in [
            (vec![], 0),
            (vec![edit(0, 1024)], -1024),
            (vec![edit(500, -1), edit(0, 1024)], 24_000 - 1024),
            (vec![edit(500, -1)], 0),
        ] {
            assert_eq!(edit_shift(&list(&edits), 1000, media), Ok(expected));
        }
        let lying = [vec![0; 4], vec![255; 4]].concat();
        assert_eq!(
            edit_shift(&lying, 1000, media),
            Err(Error::Short { kind: ELST })
        );
    }
}
