//! What a segment is, by its first bytes: only transport streams go on to the ring.

use std::fmt;

/// Bytes of a transport stream packet (ISO/IEC 13818-1 2.4.3.2).
const PACKET_BYTES: usize = 188;
/// Every packet begins with it.
const SYNC_BYTE: u8 = 0x47;
/// Enough to see two sync bytes one packet apart, wherever the first packet begins.
const PREFIX_BYTES_MAX: usize = 2 * PACKET_BYTES;

/// What else a segment may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Fragmented MP4 that the playlist did not announce with EXT-X-MAP.
    FragmentedMp4,
    /// AAC, AC-3 or MP3 frames without a transport stream around them (RFC 8216 3.4).
    PackedAudio,
    /// WebVTT subtitles.
    Subtitles,
    /// HTML, XML or JSON: an error page that came with a status of success.
    Text,
    /// A playlist where a segment was expected.
    Playlist,
    /// No byte.
    Nothing,
    /// Anything else. With an encrypted segment mostly the sign of a wrong key.
    Unknown,
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FragmentedMp4 => "fragmented MP4, which comes with a later release",
            Self::PackedAudio => "audio without a transport stream, which is not supported",
            Self::Subtitles => "subtitles",
            Self::Text => "a web page",
            Self::Playlist => "another playlist",
            Self::Nothing => "empty",
            Self::Unknown => "of an unknown kind (if it is encrypted, the key may be wrong)",
        })
    }
}

/// Looks at the front of a segment, in whatever cuts it comes.
#[derive(Debug, Default)]
pub(super) struct Sniffer {
    prefix: Vec<u8>,
    decided: bool,
}

impl Sniffer {
    /// Takes bytes. Returns what may go on: nothing while it is undecided, then all that was held
    /// back, then the bytes as they come.
    pub(super) fn pass<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Passed<'a>, Content> {
        if self.decided {
            return Ok(Passed { held: &[], bytes });
        }
        let room = PREFIX_BYTES_MAX
            .saturating_sub(self.prefix.len())
            .min(bytes.len());
        let (front, rest) = bytes.split_at(room);
        self.prefix.extend_from_slice(front);
        match examine(&self.prefix) {
            Verdict::TransportStream => {
                self.decided = true;
                Ok(Passed {
                    held: &self.prefix,
                    bytes: rest,
                })
            }
            Verdict::Other(content) => Err(content),
            Verdict::Open => Ok(Passed {
                held: &[],
                bytes: &[],
            }),
        }
    }

    /// The segment has ended: an error if it never became clear what it is.
    pub(super) fn finish(&self) -> Result<(), Content> {
        match (self.decided, self.prefix.is_empty()) {
            (true, _) => Ok(()),
            (false, true) => Err(Content::Nothing),
            (false, false) => Err(Content::Unknown),
        }
    }
}

/// Bytes that turned out to be transport stream, in two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Passed<'a> {
    pub(super) held: &'a [u8],
    pub(super) bytes: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    TransportStream,
    Other(Content),
    Open,
}

/// Judges the first bytes. One sync byte in front is enough; elsewhere it takes two, one packet
/// apart, as `G` is also a letter.
fn examine(prefix: &[u8]) -> Verdict {
    if prefix.first() == Some(&SYNC_BYTE) {
        return Verdict::TransportStream;
    }
    if prefix.len() < 8 {
        return Verdict::Open;
    }
    if let Some(content) = known(prefix) {
        return Verdict::Other(content);
    }
    let mut pairs = prefix.iter().zip(prefix.iter().skip(PACKET_BYTES));
    if pairs.any(|pair| pair == (&SYNC_BYTE, &SYNC_BYTE)) {
        Verdict::TransportStream
    } else if prefix.len() < PREFIX_BYTES_MAX {
        Verdict::Open
    } else {
        Verdict::Other(Content::Unknown)
    }
}

/// Kinds that are known by a signature.
fn known(prefix: &[u8]) -> Option<Content> {
    let text = prefix.trim_ascii_start();
    let box_name = prefix.get(4..8).unwrap_or_default();
    let boxes: [&[u8]; 6] = [b"ftyp", b"styp", b"moof", b"moov", b"sidx", b"emsg"];
    match prefix {
        [b'I', b'D', b'3', ..] | [0x0b, 0x77, ..] => Some(Content::PackedAudio),
        // ADTS (ISO/IEC 14496-3 1.A.2.2) and MPEG audio (11172-3 2.4.1.3) share a syncword.
        [0xff, second, ..] if second & 0xe0 == 0xe0 => Some(Content::PackedAudio),
        _ if boxes.contains(&box_name) => Some(Content::FragmentedMp4),
        _ if text.starts_with(b"WEBVTT") => Some(Content::Subtitles),
        _ if text.starts_with(b"#EXT") => Some(Content::Playlist),
        _ if text.starts_with(b"<") || text.starts_with(b"{") => Some(Content::Text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(junk: usize, packets: usize) -> Vec<u8> {
        let mut bytes = vec![1; junk];
        for _ in 0..packets {
            bytes.push(SYNC_BYTE);
            bytes.extend([2; PACKET_BYTES - 1]);
        }
        bytes
    }

    fn pass_all(bytes: &[u8], cut: usize) -> Result<Vec<u8>, Content> {
        let mut sniffer = Sniffer::default();
        let mut out = Vec::new();
        for part in bytes.chunks(cut) {
            let passed = sniffer.pass(part)?;
            out.extend_from_slice(passed.held);
            out.extend_from_slice(passed.bytes);
        }
        sniffer.finish().map(|()| out)
    }

    #[test]
    fn transport_streams_pass_whole_in_any_cut() {
        for junk in [0, 3, 100, 187] {
            let bytes = stream(junk, 5);
            for cut in [1, 13, 188, 500, 4096] {
                assert_eq!(pass_all(&bytes, cut).as_ref(), Ok(&bytes), "{junk} {cut}");
            }
        }
    }

    #[test]
    fn everything_else_is_named() {
        let table: &[(&[u8], Content)] = &[
            (b"", Content::Nothing),
            (b"abc", Content::Unknown),
            (&[3; 1000], Content::Unknown),
            (b"\0\0\0\x18ftypmp42....", Content::FragmentedMp4),
            (b"\0\0\0\x18moof........", Content::FragmentedMp4),
            (b"ID3\x04\0\0\0\0\0\x3f", Content::PackedAudio),
            (b"\xff\xf1\x50\x80\x02\x1f\xfc\0", Content::PackedAudio),
            (b"\x0b\x77\0\0\0\0\0\0", Content::PackedAudio),
            (b"WEBVTT\n\n", Content::Subtitles),
            (b"\n <!DOCTYPE html>", Content::Text),
            (b"{\"error\":403}", Content::Text),
            (b"#EXTM3U\n#EXTINF:1,\n", Content::Playlist),
        ];
        for (bytes, content) in table {
            for cut in [1, 5, 4096] {
                assert_eq!(pass_all(bytes, cut), Err(*content), "{bytes:?}");
            }
        }
    }
}
