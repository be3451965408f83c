//! Which tracks of a movie are given out, and how their samples are converted.

use fmp4::{Codec, Track, Tracks};

use super::Wanted;
use crate::adts::{Adts, HEADER_BYTES};
use crate::error::Error;
use crate::nal::{AnnexB, NalCodec};
use crate::stream::StreamInfo;

/// A track that is given out.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pub(crate) stream: usize,
    pub(super) convert: Convert,
}

impl Lane {
    /// A sample of so many bytes begins: what stands in front of it is appended to `lead`. Returns
    /// the bytes of the whole unit where they are known, and `None` for a sample that its codec
    /// cannot have.
    pub(crate) fn begin(
        &mut self,
        bytes: usize,
        is_sync: bool,
        lead: &mut Vec<u8>,
    ) -> Option<Option<usize>> {
        match &mut self.convert {
            Convert::Nal(annexb) => {
                annexb.begin(is_sync);
                Some(None)
            }
            Convert::Adts(adts) => {
                lead.extend(adts.header(bytes)?);
                Some(Some(bytes + HEADER_BYTES))
            }
            Convert::AsIs => Some(Some(bytes)),
        }
    }

    /// Its next bytes: what becomes of them is appended to `out`.
    pub(crate) fn convert(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match &mut self.convert {
            Convert::Nal(annexb) => annexb.push(bytes, out),
            Convert::Adts(_) | Convert::AsIs => out.extend_from_slice(bytes),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) enum Convert {
    Nal(AnnexB),
    Adts(Adts),
    AsIs,
}

/// The tracks that are given out.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// By the index of the track in the movie.
    pub(crate) lanes: Vec<Option<Lane>>,
    /// By the index of the stream: the picture first, whatever the order of the tracks.
    pub(crate) infos: Vec<StreamInfo>,
    /// Why a sound track is left out, while there is a picture to see.
    pub(crate) left_out: Option<String>,
}

impl Chosen {
    /// The first picture and every sound, as far as they are wanted and can be given out.
    pub(crate) fn of(tracks: &[Track], wanted: Wanted) -> Result<Self, Error> {
        let mut chosen = Self {
            lanes: vec![None; tracks.len()],
            ..Self::default()
        };
        let mut refused = None;
        for video in [true, false] {
            for (index, track) in tracks.iter().enumerate() {
                if !is_wanted(&track.codec, wanted, video) || (video && chosen.has_video()) {
                    continue;
                }
                match lane(track) {
                    Ok((info, convert)) => chosen.take(index, info, convert),
                    Err(error) => refused = refused.or(Some((video, error))),
                }
            }
        }
        chosen.judge(refused, wanted)
    }

    /// As the reader of the boxes wants to know them.
    pub(super) fn tracks(&self) -> Tracks {
        let taken = self
            .lanes
            .iter()
            .enumerate()
            .filter(|(_, lane)| lane.is_some());
        taken.fold(Tracks::NONE, |tracks, (index, _)| tracks.with(index))
    }

    fn has_video(&self) -> bool {
        self.infos.iter().any(|info| info.is_video)
    }

    fn take(&mut self, index: usize, info: StreamInfo, convert: Convert) {
        let stream = self.infos.len();
        self.infos.push(info);
        if let Some(place) = self.lanes.get_mut(index) {
            *place = Some(Lane { stream, convert });
        }
    }

    /// What could not be given out (whether it is a picture, and why) is a reason to stop, or only
    /// to go without.
    fn judge(mut self, refused: Option<(bool, Error)>, wanted: Wanted) -> Result<Self, Error> {
        let has_sound = self.infos.iter().any(|info| !info.is_video);
        match refused {
            Some((_, error @ Error::Protected { .. })) => return Err(error),
            Some((true, error)) if !self.has_video() => return Err(error),
            Some((false, error)) if !has_sound && !self.has_video() => return Err(error),
            Some((false, error)) if !has_sound => self.left_out = Some(error.to_string()),
            _ => {}
        }
        if !self.infos.is_empty() {
            return Ok(self);
        }
        Err(Error::NoTrack {
            what: match wanted {
                Wanted::All => "picture or sound",
                Wanted::Video => "picture",
                Wanted::Audio => "sound",
            },
        })
    }
}

fn is_wanted(codec: &Codec, wanted: Wanted, video: bool) -> bool {
    let is_video = match codec {
        Codec::H264(_) | Codec::Hevc(_) => true,
        Codec::Aac(_) | Codec::MpegAudio | Codec::Ac3 | Codec::Eac3 => false,
        Codec::Protected { original, .. } => is_picture(original.0),
        Codec::Unknown(kind) => is_picture(kind.0),
        Codec::Apart(_) => return false,
    };
    let is_kind_wanted = match wanted {
        Wanted::All => true,
        Wanted::Video => video,
        Wanted::Audio => !video,
    };
    is_video == video && is_kind_wanted
}

fn lane(track: &Track) -> Result<(StreamInfo, Convert), Error> {
    let (info, convert) = match &track.codec {
        Codec::H264(config) => (
            StreamInfo::h264(),
            Convert::Nal(AnnexB::new(NalCodec::H264, config)),
        ),
        Codec::Hevc(config) => (
            StreamInfo::hevc(),
            Convert::Nal(AnnexB::new(NalCodec::Hevc, config)),
        ),
        Codec::Aac(config) => (StreamInfo::aac(), Convert::Adts(Adts::of_config(config)?)),
        Codec::MpegAudio => (StreamInfo::mpeg_audio(), Convert::AsIs),
        Codec::Ac3 => (StreamInfo::ac3(), Convert::AsIs),
        Codec::Eac3 => (StreamInfo::eac3(), Convert::AsIs),
        Codec::Protected { scheme, .. } => {
            let scheme = scheme.to_string();
            return Err(Error::Protected { scheme });
        }
        Codec::Unknown(kind) | Codec::Apart(kind) => {
            let codec = kind.to_string();
            return Err(Error::Codec { codec });
        }
    };
    Ok((info.in_language(track.language), convert))
}

/// Whether a sample entry is one of the registered ones for pictures (mp4ra.org).
fn is_picture(kind: [u8; 4]) -> bool {
    const PICTURES: [&[u8; 4]; 16] = [
        b"av01", b"vp08", b"vp09", b"avc1", b"avc2", b"avc3", b"avc4", b"hvc1", b"hev1", b"dvh1",
        b"dvhe", b"dav1", b"vvc1", b"vvi1", b"mp4v", b"encv",
    ];
    PICTURES.contains(&&kind)
}
