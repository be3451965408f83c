//! The program map table (clause 2.4.4.9): the elementary streams of a program and its clock.

use super::section::{Section, Sections, seal};

/// Elementary streams kept of one program.
pub const STREAMS_MAX: usize = 32;

const TABLE_ID: u8 = 0x02;

/// What an elementary stream is coded in, as far as somebody downstream asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the names of the codecs")]
pub enum Codec {
    Mpeg1Video,
    Mpeg2Video,
    Mpeg4Video,
    H264,
    Hevc,
    Vvc,
    Avs,
    Vc1,
    MpegAudio,
    AacAdts,
    AacLatm,
    Ac3,
    Eac3,
    Ac4,
    Dts,
    Opus,
    Teletext,
    DvbSubtitle,
    Scte35,
    /// Sections or private data of some other kind: not PES.
    Sections,
    /// A stream type that is not known here; taken for PES.
    Other,
}

impl Codec {
    /// Whether pictures are carried.
    #[must_use]
    pub const fn is_video(self) -> bool {
        use Codec::{Avs, H264, Hevc, Mpeg1Video, Mpeg2Video, Mpeg4Video, Vc1, Vvc};
        matches!(
            self,
            Mpeg1Video | Mpeg2Video | Mpeg4Video | H264 | Hevc | Vvc | Avs | Vc1
        )
    }

    /// Whether sound is carried.
    #[must_use]
    pub const fn is_audio(self) -> bool {
        use Codec::{AacAdts, AacLatm, Ac3, Ac4, Dts, Eac3, MpegAudio, Opus};
        matches!(
            self,
            MpegAudio | AacAdts | AacLatm | Ac3 | Eac3 | Ac4 | Dts | Opus
        )
    }

    /// Whether the stream comes in PES packets and not in sections.
    #[must_use]
    pub const fn is_pes(self) -> bool {
        !matches!(self, Self::Scte35 | Self::Sections)
    }

    fn of(stream_type: u8, descriptors: &[u8]) -> Self {
        match stream_type {
            0x01 => Self::Mpeg1Video,
            0x02 => Self::Mpeg2Video,
            0x03 | 0x04 => Self::MpegAudio,
            0x06 => Self::of_private(descriptors),
            0x0F => Self::AacAdts,
            0x10 => Self::Mpeg4Video,
            0x11 => Self::AacLatm,
            0x1B | 0x1F | 0x20 => Self::H264,
            0x24 | 0x25 => Self::Hevc,
            0x33 => Self::Vvc,
            0x42 | 0xD2 | 0xD4 => Self::Avs,
            0x81 | 0xC1 => Self::Ac3,
            0x82 if registration(descriptors) == Some(*b"CUEI") => Self::Scte35,
            0x82 | 0x85 | 0x8A => Self::Dts,
            0x84 | 0x87 | 0xC2 => Self::Eac3,
            0x86 if registration(descriptors) == Some(*b"DTS1") => Self::Dts,
            0x86 => Self::Scte35,
            0xEA => Self::Vc1,
            0x05 | 0x0A..=0x0D | 0x14 | 0x16..=0x18 => Self::Sections,
            _ => Self::Other,
        }
    }

    /// Private PES data (type 6): the descriptors tell (ETSI EN 300 468, registrations of SMPTE RA).
    fn of_private(all: &[u8]) -> Self {
        let by_tag = descriptors(all).find_map(|(tag, body)| match tag {
            0x56 | 0x46 => Some(Self::Teletext),
            0x59 => Some(Self::DvbSubtitle),
            0x6A => Some(Self::Ac3),
            0x7A => Some(Self::Eac3),
            0x7B => Some(Self::Dts),
            0x7C => Some(Self::AacLatm),
            0x7F if body.first() == Some(&0x15) => Some(Self::Ac4),
            _ => None,
        });
        by_tag.unwrap_or_else(|| match registration(all).as_ref() {
            Some(b"HEVC") => Self::Hevc,
            Some(b"VVC ") => Self::Vvc,
            Some(b"AC-3") => Self::Ac3,
            Some(b"EAC3") => Self::Eac3,
            Some(b"AC-4") => Self::Ac4,
            Some(b"Opus") => Self::Opus,
            Some(b"DTS1" | b"DTS2" | b"DTS3") => Self::Dts,
            _ => Self::Other,
        })
    }
}

/// One elementary stream of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Where its packets are.
    pub pid: u16,
    /// stream_type, table 2-34 and the private ranges.
    pub stream_type: u8,
    /// What the type and the descriptors say.
    pub codec: Codec,
    /// ISO 639-2 code of the first language, lower case as sent.
    pub language: Option<[u8; 3]>,
}

/// A program as its PMT describes it; the first [`STREAMS_MAX`] streams are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// program_number.
    pub number: u16,
    /// Where the PMT itself is.
    pub pmt_pid: u16,
    /// Which PID carries the clock; 0x1FFF where none does.
    pub pcr_pid: u16,
    /// 5 bit version of the map.
    pub version: u8,
    /// Elementary streams in the order of the table.
    pub streams: heapless::Vec<Stream, STREAMS_MAX>,
}

impl Program {
    /// `None` where it is another table, not yet in force, or its lengths do not fit.
    #[must_use]
    pub fn parse(section: &Sections<'_>, pmt_pid: u16) -> Option<Self> {
        if section.table_id != TABLE_ID || !section.current {
            return None;
        }
        let [pcr_high, pcr_low, info_high, info_low, rest @ ..] = section.body else {
            return None;
        };
        let mut rest = rest.get(length_12(*info_high, *info_low)..)?;
        let mut streams = heapless::Vec::new();
        while let [
            stream_type,
            pid_high,
            pid_low,
            length_high,
            length_low,
            behind @ ..,
        ] = rest
        {
            let (info, next) = behind.split_at_checked(length_12(*length_high, *length_low))?;
            let stream = Stream {
                pid: u16::from_be_bytes([pid_high & 0x1F, *pid_low]),
                stream_type: *stream_type,
                codec: Codec::of(*stream_type, info),
                language: language(info),
            };
            if streams.push(stream).is_err() {
                break;
            }
            rest = next;
        }
        Some(Self {
            number: section.id,
            pmt_pid,
            pcr_pid: u16::from_be_bytes([pcr_high & 0x1F, *pcr_low]),
            version: section.version,
            streams,
        })
    }

    /// The stream on a PID.
    #[must_use]
    pub fn stream(&self, pid: u16) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.pid == pid)
    }

    /// The first video stream.
    #[must_use]
    pub fn video(&self) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.codec.is_video())
    }

    /// The stream that decides where one can join: the first video, else the first audio, else
    /// the first of any kind.
    #[must_use]
    pub fn main(&self) -> Option<&Stream> {
        let audio = || self.streams.iter().find(|stream| stream.codec.is_audio());
        self.video().or_else(audio).or_else(|| self.streams.first())
    }
}

/// A PMT section without descriptors, for streams that are made here and for tests.
#[must_use]
pub fn build_pmt(program: &Program) -> Section {
    let [number_high, number_low] = program.number.to_be_bytes();
    let [pcr_high, pcr_low] = program.pcr_pid.to_be_bytes();
    let version = 0xC1 | (program.version & 0x1F) << 1;
    let header = [TABLE_ID, 0, 0, number_high, number_low, version, 0, 0];
    let clock = [0xE0 | pcr_high, pcr_low, 0xF0, 0];
    // 12 + 32 × 5 + 4 bytes: a section has room for all streams that a program can have here.
    let streams = program.streams.iter().flat_map(|stream| {
        let [high, low] = stream.pid.to_be_bytes();
        [stream.stream_type, 0xE0 | high, low, 0xF0, 0]
    });
    seal(header.into_iter().chain(clock).chain(streams).collect()).unwrap_or_default()
}

fn length_12(high: u8, low: u8) -> usize {
    usize::from(u16::from_be_bytes([high & 0x0F, low]))
}

fn descriptors(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let [tag, length, rest @ ..] = bytes else {
            return None;
        };
        let (body, next) = rest.split_at_checked(usize::from(*length))?;
        bytes = next;
        Some((*tag, body))
    })
}

/// format_identifier of the registration descriptor.
fn registration(all: &[u8]) -> Option<[u8; 4]> {
    let (_, body) = descriptors(all).find(|(tag, _)| *tag == 0x05)?;
    body.first_chunk().copied()
}

/// Language of the ISO 639, subtitling or teletext descriptor: all begin with the code.
fn language(all: &[u8]) -> Option<[u8; 3]> {
    let (_, body) = descriptors(all).find(|(tag, _)| matches!(tag, 0x0A | 0x56 | 0x59))?;
    body.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::super::section::section_view;
    use super::*;

    #[test]
    fn a_built_map_reads_back() {
        let streams = [(0x100, 0x1B), (0x101, 0x0F), (0x102, 0x86)];
        let program = Program {
            number: 7,
            pmt_pid: 0x1000,
            pcr_pid: 0x100,
            version: 3,
            streams: streams
                .map(|(pid, stream_type)| Stream {
                    pid,
                    stream_type,
                    codec: Codec::of(stream_type, &[]),
                    language: None,
                })
                .into_iter()
                .collect(),
        };
        let section = build_pmt(&program);
        let view = section_view(&section).expect("a right CRC");
        assert_eq!(Program::parse(&view, 0x1000), Some(program));
    }

    #[test]
    fn private_streams_are_told_apart_by_descriptors() {
        for (bytes, codec) in [
            (&[0x6A, 1, 0][..], Codec::Ac3),
            (&[0x05, 4, b'O', b'p', b'u', b's'][..], Codec::Opus),
            (
                &[0x0A, 4, b'd', b'e', b'u', 0, 0x59, 0][..],
                Codec::DvbSubtitle,
            ),
            (&[0x59, 200, 1][..], Codec::Other),
        ] {
            assert_eq!(Codec::of(0x06, bytes), codec);
        }
        assert_eq!(language(&[0x0A, 4, b'd', b'e', b'u', 0]), Some(*b"deu"));
    }
}
