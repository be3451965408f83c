//! What a segment is, by its first bytes, whatever the playlist and the server say.

use std::fmt;

/// Bytes of a transport stream packet (ISO/IEC 13818-1 2.4.3.2).
const PACKET_BYTES: usize = 188;
/// Every packet begins with it.
const SYNC_BYTE: u8 = 0x47;
/// Enough to see two sync bytes one packet apart, wherever the first packet begins.
const PREFIX_BYTES_MAX: usize = 2 * PACKET_BYTES;
/// The longest signature ends here.
const SIGNATURE_BYTES: usize = 8;

/// What a segment that plays is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    TransportStream,
    FragmentedMp4,
    /// AAC, AC-3 or MP3 frames without a transport stream around them (RFC 8216 3.4).
    PackedAudio,
}

/// What else a segment may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
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
            Self::Subtitles => "subtitles",
            Self::Text => "a web page",
            Self::Playlist => "another playlist",
            Self::Nothing => "empty",
            Self::Unknown => "of an unknown kind (if it is encrypted, the key may be wrong)",
        })
    }
}

/// Judges the first bytes; `None` while more of them could tell.
///
/// One sync byte in front is enough for a transport stream; elsewhere it takes two, one packet
/// apart, as `G` is also a letter.
pub(super) fn judge(prefix: &[u8]) -> Option<Result<Kind, Content>> {
    if prefix.first() == Some(&SYNC_BYTE) {
        return Some(Ok(Kind::TransportStream));
    }
    if prefix.len() < SIGNATURE_BYTES {
        return None;
    }
    if let Some(known) = by_signature(prefix) {
        return Some(known);
    }
    let front = prefix.get(..PREFIX_BYTES_MAX).unwrap_or(prefix);
    let mut pairs = front.iter().zip(front.iter().skip(PACKET_BYTES));
    if pairs.any(|pair| pair == (&SYNC_BYTE, &SYNC_BYTE)) {
        Some(Ok(Kind::TransportStream))
    } else if prefix.len() < PREFIX_BYTES_MAX {
        None
    } else {
        Some(Err(Content::Unknown))
    }
}

/// What a segment is that ended before it became clear.
pub(super) fn judge_whole(segment: &[u8]) -> Content {
    match segment {
        [] => Content::Nothing,
        _ => Content::Unknown,
    }
}

fn by_signature(prefix: &[u8]) -> Option<Result<Kind, Content>> {
    let text = prefix.trim_ascii_start();
    let box_name = prefix.get(4..SIGNATURE_BYTES).unwrap_or_default();
    let boxes: [&[u8]; 9] = [
        b"ftyp", b"styp", b"moof", b"moov", b"sidx", b"emsg", b"prft", b"free", b"mdat",
    ];
    Some(match prefix {
        [b'I', b'D', b'3', ..] | [0x0b, 0x77, ..] => Ok(Kind::PackedAudio),
        // ADTS (ISO/IEC 14496-3 1.A.2.2) and MPEG audio (11172-3 2.4.1.3) share a syncword.
        [0xff, second, ..] if second & 0xe0 == 0xe0 => Ok(Kind::PackedAudio),
        _ if boxes.contains(&box_name) => Ok(Kind::FragmentedMp4),
        _ if text.starts_with(b"WEBVTT") => Err(Content::Subtitles),
        _ if text.starts_with(b"#EXT") => Err(Content::Playlist),
        _ if text.starts_with(b"<") || text.starts_with(b"{") => Err(Content::Text),
        _ => return None,
    })
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

    /// As a driver does: byte by byte until it is clear.
    fn judged(bytes: &[u8]) -> Result<Kind, Content> {
        let mut fronts = (0..=bytes.len()).map(|end| &bytes[..end]);
        fronts
            .find_map(judge)
            .unwrap_or_else(|| Err(judge_whole(bytes)))
    }

    #[test]
    fn transport_streams_wherever_they_begin() {
        for junk in [0, 3, 100, 187] {
            assert_eq!(
                judged(&stream(junk, 5)),
                Ok(Kind::TransportStream),
                "{junk}"
            );
            assert_eq!(
                judge(&stream(junk, 5)),
                Some(Ok(Kind::TransportStream)),
                "{junk}"
            );
        }
    }

    #[test]
    fn everything_else_is_named() {
        let table: &[(&[u8], Result<Kind, Content>)] = &[
            (b"", Err(Content::Nothing)),
            (b"abc", Err(Content::Unknown)),
            (&[3; 1000], Err(Content::Unknown)),
            (b"\0\0\0\x18ftypmp42....", Ok(Kind::FragmentedMp4)),
            (b"\0\0\0\x18moof........", Ok(Kind::FragmentedMp4)),
            (b"ID3\x04\0\0\0\0\0\x3f", Ok(Kind::PackedAudio)),
            (b"\xff\xf1\x50\x80\x02\x1f\xfc\0", Ok(Kind::PackedAudio)),
            (b"\x0b\x77\0\0\0\0\0\0", Ok(Kind::PackedAudio)),
            (b"WEBVTT\n\n", Err(Content::Subtitles)),
            (b"\n <!DOCTYPE html>", Err(Content::Text)),
            (b"{\"error\":403}", Err(Content::Text)),
            (b"#EXTM3U\n#EXTINF:1,\n", Err(Content::Playlist)),
        ];
        for (bytes, expected) in table {
            assert_eq!(judged(bytes), *expected, "{bytes:?}");
        }
    }
}
