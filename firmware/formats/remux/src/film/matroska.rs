//! A Matroska film, read from its front. It says when a picture is shown; when it is decoded is
//! worked out, and sound waits until its pictures are.

use fmp4::{Codec, FourCc, NalConfig, Track};
use mkv::{Event, FrameHead, Reader, TrackKind};
use mpegts::ticks::pts_difference;

use super::ask::{AHEAD_BYTES_MAX, Ask};
use crate::error::Error;
use crate::hold::Hold;
use crate::nal::{self, NalCodec};
use crate::reorder::Reorder;
use crate::source::{Chosen, Lane, PIECE_BYTES_MAX, Piece, Wanted};
use crate::sps::reorder_depth;
use crate::stream::{StreamInfo, UnitHead, on_circle};

/// Longest frame of sound that is given out: E-AC-3 with all its substreams, MPEG audio and AAC are
/// shorter.
const FRAME_BYTES_MAX: u64 = 64 * 1024;
/// Pictures out of order where the parameter set does not tell: what common encoders make at most.
const DEPTH_GUESSED: usize = 4;
/// Front of a picture that is held where the file does not say whether decoding can begin there:
/// its slices stand behind parameter sets and messages.
const FRONT_BYTES_MAX: usize = 4 * 1024;

#[derive(Debug, Default)]
pub(super) struct Matroska {
    reader: Reader,
    /// By the index of the track in the file.
    lanes: Vec<Option<Way>>,
    infos: Vec<StreamInfo>,
    left_out: Option<String>,
    has_video: bool,
    hold: Hold,
    frame: Frame,
    /// A picture that waits for the sound before it.
    pending: Option<UnitHead>,
    giving: Option<Vec<u8>>,
    /// What the picture has brought, converted.
    piece: Vec<u8>,
    given: Vec<u8>,
    /// The picture that is open has come to its end.
    is_ending: bool,
    is_over: bool,
}

/// A track that is given out.
#[derive(Debug)]
struct Way {
    lane: Lane,
    stripped: Vec<u8>,
    /// Of a picture.
    nal: Option<(NalCodec, u8)>,
    reorder: Option<Reorder>,
}

/// The frame that is read.
#[derive(Debug, Default)]
enum Frame {
    #[default]
    None,
    /// A picture of which it is not known whether decoding can begin there: its front.
    Unsure {
        head: FrameHead,
        front: Vec<u8>,
    },
    Picture {
        track: usize,
    },
    Sound {
        track: usize,
        head: UnitHead,
        data: Vec<u8>,
    },
    /// Nobody can take it.
    Dropped,
}

#[derive(Clone, Copy)]
enum Step {
    Streams,
    Begin(UnitHead),
    Data,
    End,
}

impl Matroska {
    pub(super) fn streams(&self) -> &[StreamInfo] {
        &self.infos
    }

    pub(super) fn left_out(&mut self) -> Option<String> {
        self.left_out.take()
    }

    pub(super) fn at(&self) -> u64 {
        self.reader.at()
    }

    pub(super) fn ask(&self) -> Option<Ask> {
        let is_done = self.is_over && self.giving.is_none() && self.hold.first().is_none();
        (!is_done).then_some(Ask {
            at: self.at(),
            until: u64::MAX,
        })
    }

    /// The file has ended: what waits is given out. Returns `false` where nothing was found in it.
    pub(super) fn end(&mut self) -> bool {
        self.is_over = true;
        self.is_ending |= matches!(self.frame, Frame::Picture { .. }) && self.pending.is_none();
        self.frame = Frame::None;
        self.pending = None;
        !self.infos.is_empty()
    }

    pub(super) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Piece<'_>>, Error> {
        loop {
            let is_cut = self.is_over && std::mem::take(&mut self.is_ending);
            if is_cut {
                return Ok(Some(Piece::End));
            }
            if let Some(step) = self.give() {
                return Ok(Some(self.piece_of(step)));
            }
            if std::mem::take(&mut self.is_ending) {
                self.frame = Frame::None;
                return Ok(Some(Piece::End));
            }
            if self.is_over {
                return Ok(None);
            }
            let step_bytes = input.len().min(PIECE_BYTES_MAX);
            let (mut step, _) = input.split_at(step_bytes);
            let at = self.reader.at();
            let event = self.reader.next(&mut step)?;
            *input = input.get(step_bytes - step.len()..).unwrap_or_default();
            let taken = match event {
                // What is left lies before the next place that is wanted.
                None if input.is_empty() || self.reader.at() != at + step_bytes as u64 => {
                    return Ok(None);
                }
                None => None,
                Some(Event::Tracks) => {
                    self.adopt()?;
                    Some(Step::Streams)
                }
                Some(Event::Frame(head)) => {
                    self.begin(head);
                    None
                }
                Some(Event::Data(data)) => {
                    self.append(data);
                    None
                }
                Some(Event::FrameEnd) => self.finish_frame(),
            };
            if let Some(step) = taken {
                return Ok(Some(self.piece_of(step)));
            }
        }
    }

    /// What waits and whose turn it is.
    fn give(&mut self) -> Option<Step> {
        if let Some(data) = self.giving.take() {
            if data.is_empty() {
                return Some(Step::End);
            }
            self.given = data;
            self.giving = Some(Vec::new());
            return Some(Step::Data);
        }
        let is_picture_open = matches!(self.frame, Frame::Picture { .. }) && self.pending.is_none();
        if is_picture_open {
            if self.piece.is_empty() {
                return None;
            }
            std::mem::swap(&mut self.piece, &mut self.given);
            self.piece.clear();
            return Some(Step::Data);
        }
        let is_due = |first: UnitHead| match &self.pending {
            Some(head) => pts_difference(first.dts, head.dts) <= 0,
            None => self.is_over || !self.has_video,
        };
        let is_full = !self.hold.fits(0, AHEAD_BYTES_MAX);
        if self.hold.first().is_some_and(is_due) || is_full {
            let (head, data) = self.hold.take()?;
            self.giving = Some(data);
            return Some(Step::Begin(head));
        }
        self.pending.take().map(Step::Begin)
    }

    fn adopt(&mut self) -> Result<(), Error> {
        let tracks = self.reader.tracks();
        let described: Result<Vec<Track>, Error> = tracks.iter().map(described).collect();
        let chosen = Chosen::of(&described?, Wanted::All)?;
        let way = |(lane, track): (Option<Lane>, &mkv::Track)| {
            let lane = lane?;
            let is_video = track.kind == TrackKind::Video;
            let nal = nal_of(track).filter(|_| is_video);
            let reorder = is_video.then(|| Reorder::of_depth(depth_of(track)));
            Some(Way {
                lane,
                stripped: track.stripped.clone(),
                nal,
                reorder,
            })
        };
        self.lanes = chosen.lanes.into_iter().zip(tracks).map(way).collect();
        self.has_video = chosen.infos.iter().any(|info| info.is_video);
        self.infos = chosen.infos;
        self.left_out = chosen.left_out;
        Ok(())
    }

    fn begin(&mut self, head: FrameHead) {
        self.frame = Frame::Dropped;
        let Some(Some(way)) = self.lanes.get_mut(head.track) else {
            return;
        };
        if way.reorder.is_none() {
            if head.bytes <= FRAME_BYTES_MAX
                && let Some((unit, data)) = way.sound(&head)
            {
                self.frame = Frame::Sound {
                    track: head.track,
                    head: unit,
                    data,
                };
            }
            return;
        }
        match head.is_key {
            Some(is_key) => self.begin_picture(&head, is_key, &[]),
            None => {
                let front = way.stripped.clone();
                self.frame = Frame::Unsure { head, front };
            }
        }
    }

    /// `front` is what of the picture was read already.
    fn begin_picture(&mut self, head: &FrameHead, is_key: bool, front: &[u8]) {
        self.frame = Frame::Dropped;
        let Some(Some(way)) = self.lanes.get_mut(head.track) else {
            return;
        };
        let shown = ticks(head.time_ns);
        let (pts, dts) = way
            .reorder
            .as_mut()
            .map_or((shown, shown), |reorder| reorder.times(shown));
        self.piece.clear();
        let bytes = way.bytes(head.bytes);
        let Some(bytes) = way.lane.begin(bytes, is_key, &mut self.piece) else {
            return;
        };
        let lead = if front.is_empty() {
            &way.stripped
        } else {
            front
        };
        way.lane.convert(lead, &mut self.piece);
        self.pending = Some(UnitHead {
            stream: way.lane.stream,
            pts: on_circle(pts),
            dts: on_circle(dts),
            is_key,
            bytes,
        });
        self.frame = Frame::Picture { track: head.track };
    }

    fn append(&mut self, bytes: &[u8]) {
        match &mut self.frame {
            Frame::None | Frame::Dropped => {}
            Frame::Picture { track } => {
                if let Some(Some(way)) = self.lanes.get_mut(*track) {
                    way.lane.convert(bytes, &mut self.piece);
                }
            }
            Frame::Sound { track, data, .. } => {
                if let Some(Some(way)) = self.lanes.get_mut(*track) {
                    way.lane.convert(bytes, data);
                }
            }
            Frame::Unsure { front, .. } => {
                front.extend_from_slice(bytes);
                self.decide(false);
            }
        }
    }

    /// Begins a picture once its front tells whether decoding can begin there.
    fn decide(&mut self, is_whole: bool) {
        let Frame::Unsure { head, front } = &mut self.frame else {
            return;
        };
        let way = self.lanes.get(head.track).and_then(Option::as_ref);
        let nal = way.and_then(|way| way.nal);
        let is_key = nal.and_then(|(codec, length_bytes)| nal::is_key(codec, length_bytes, front));
        if is_key.is_some() || is_whole || front.len() >= FRONT_BYTES_MAX {
            let (head, front) = (*head, std::mem::take(front));
            self.begin_picture(&head, is_key.unwrap_or(false), &front);
        }
    }

    /// The frame has ended; a picture of which nothing was given out is begun first.
    fn finish_frame(&mut self) -> Option<Step> {
        self.decide(true);
        if self.pending.is_some() {
            self.is_ending = true;
            return None;
        }
        match std::mem::take(&mut self.frame) {
            Frame::Picture { .. } => Some(Step::End),
            Frame::Sound { head, data, .. } => {
                self.hold.put(head, data);
                None
            }
            Frame::None | Frame::Unsure { .. } | Frame::Dropped => None,
        }
    }

    fn piece_of(&mut self, step: Step) -> Piece<'_> {
        match step {
            Step::Streams => Piece::Streams,
            Step::Begin(head) => Piece::Begin(head),
            Step::Data => Piece::Data(&self.given),
            Step::End => Piece::End,
        }
    }
}

impl Way {
    /// Bytes of a frame with what was stripped of it.
    fn bytes(&self, left: u64) -> usize {
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        left.saturating_add(self.stripped.len())
    }

    fn sound(&mut self, head: &FrameHead) -> Option<(UnitHead, Vec<u8>)> {
        let mut data = Vec::new();
        let bytes = self.bytes(head.bytes);
        let bytes = self.lane.begin(bytes, true, &mut data)?;
        self.lane.convert(&self.stripped, &mut data);
        let time = on_circle(ticks(head.time_ns));
        let head = UnitHead {
            stream: self.lane.stream,
            pts: time,
            dts: time,
            is_key: true,
            bytes,
        };
        Some((head, data))
    }
}

/// Nanoseconds in ticks of 90 kHz, to the nearest one.
fn ticks(ns: i64) -> i64 {
    let ticks = (i128::from(ns) * 9 + 50_000).div_euclid(100_000);
    i64::try_from(ticks).unwrap_or(i64::MAX)
}

/// The track in the words of the container whose codecs these are, too.
fn described(track: &mkv::Track) -> Result<Track, Error> {
    let codec = match (track.kind, track.codec.as_str()) {
        (TrackKind::Other, _) => Codec::Apart(FourCc(*b"subt")),
        (TrackKind::Video, _) if track.is_encoded => {
            return Err(Error::Codec {
                codec: "a compression of the container".to_owned(),
            });
        }
        (TrackKind::Audio, _) if track.is_encoded => Codec::Unknown(FourCc(*b"zlib")),
        (_, "V_MPEG4/ISO/AVC") => Codec::H264(NalConfig::of_avc(&track.private)?),
        (_, "V_MPEGH/ISO/HEVC") => Codec::Hevc(NalConfig::of_hevc(&track.private)?),
        (_, "A_AAC") => Codec::Aac(track.private.clone()),
        (_, "A_AC3" | "A_AC3/BSID9" | "A_AC3/BSID10") => Codec::Ac3,
        (_, "A_EAC3") => Codec::Eac3,
        (_, "A_MPEG/L1" | "A_MPEG/L2" | "A_MPEG/L3") => Codec::MpegAudio,
        (TrackKind::Video, other) => Codec::Unknown(FourCc(match other {
            "V_VP8" => *b"vp08",
            "V_VP9" => *b"vp09",
            "V_AV1" => *b"av01",
            _ => *b"mp4v",
        })),
        (TrackKind::Audio, other) => Codec::Unknown(FourCc(match other {
            "A_OPUS" => *b"Opus",
            "A_DTS" => *b"dtsc",
            "A_TRUEHD" => *b"mlpa",
            "A_FLAC" => *b"fLaC",
            _ => *b"soun",
        })),
    };
    Ok(Track::of_codec(codec, track.language))
}

fn nal_of(track: &mkv::Track) -> Option<(NalCodec, u8)> {
    let (codec, config) = config_of(track)?;
    Some((codec, config.length_bytes))
}

fn config_of(track: &mkv::Track) -> Option<(NalCodec, NalConfig)> {
    match track.codec.as_str() {
        "V_MPEG4/ISO/AVC" => Some((NalCodec::H264, NalConfig::of_avc(&track.private).ok()?)),
        "V_MPEGH/ISO/HEVC" => Some((NalCodec::Hevc, NalConfig::of_hevc(&track.private).ok()?)),
        _ => None,
    }
}

/// How far its pictures are reordered.
fn depth_of(track: &mkv::Track) -> usize {
    let Some((codec, config)) = config_of(track) else {
        return 0;
    };
    let is_sps = |set: &&Vec<u8>| {
        set.first()
            .is_some_and(|header| codec.is_sequence_set(*header))
    };
    let set = config.parameter_sets.iter().find(is_sps);
    let set = set.map_or(&[][..], Vec::as_slice);
    reorder_depth(codec, set).unwrap_or(DEPTH_GUESSED)
}
