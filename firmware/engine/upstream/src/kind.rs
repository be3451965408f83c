//! What a stream is, decided by what its bytes are; then by what the server says; then by what the
//! address looks like. Providers label playlists as video and web pages as streams.

use std::fmt;
use std::io::Read as _;

use flate2::read::GzDecoder;
use url::Url;

/// Bytes after which a transport stream would have shown itself: enough for eight packets in a row
/// behind a good deal of garbage.
const PROOF_BYTES: usize = 16 * 1024;
/// Packets of 188 bytes; with a time before each (M2TS); with Reed-Solomon parity behind each.
const STRIDES: [usize; 3] = [188, 192, 204];
const SYNC_BYTE: u8 = 0x47;
/// Sync bytes in a row that are believed.
const CHAIN: usize = 4;
/// Bytes of a gzipped text that are looked at.
const INFLATED_BYTES_MAX: usize = 512;

/// What a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// MPEG transport stream packets of 188, 192 or 204 bytes.
    MpegTs,
    /// An m3u8 playlist, gzipped or not.
    HlsPlaylist,
    /// A web page, or XML.
    Html,
    /// JSON: mostly an error message of the provider's interface.
    Json,
    /// MP4, fragmented or not.
    Mp4,
    /// Matroska or WebM.
    Matroska,
    /// Another container or elementary stream.
    FlvOrOther,
    /// None of them can be told.
    Unknown,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MpegTs => "a transport stream",
            Self::HlsPlaylist => "a playlist",
            Self::Html => "a web page",
            Self::Json => "a JSON message",
            Self::Mp4 => "an MP4 file",
            Self::Matroska => "a Matroska file",
            Self::FlvOrOther => "a stream in another container",
            Self::Unknown => "something that is no known stream",
        })
    }
}

impl Kind {
    /// Decides: first bytes, content type, extension, scheme, in this order of trust.
    #[must_use]
    pub fn of(head: &[u8], content_type: Option<&str>, url: &Url) -> Self {
        Self::by_bytes(head)
            .or_else(|| by_content_type(content_type?))
            .or_else(|| by_extension(url))
            .or_else(|| by_scheme(url))
            .unwrap_or(Self::Unknown)
    }

    /// What the bytes prove; `None` while more of them could.
    #[must_use]
    pub fn by_bytes(head: &[u8]) -> Option<Self> {
        by_signature(head)
            .or_else(|| is_transport_stream(head).then_some(Self::MpegTs))
            .or_else(|| by_text(head))
            .or_else(|| (head.len() >= PROOF_BYTES).then_some(Self::Unknown))
    }
}

fn by_signature(head: &[u8]) -> Option<Kind> {
    let text = without_bom(head).trim_ascii_start();
    if text.starts_with(b"#EXTM3U") {
        return Some(Kind::HlsPlaylist);
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return by_gzip(head);
    }
    if let Some(b"ftyp" | b"styp" | b"moof" | b"moov" | b"sidx" | b"emsg") = head.get(4..8) {
        return Some(Kind::Mp4);
    }
    // EBML (RFC 8794 clause 11.2.1).
    if head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        return Some(Kind::Matroska);
    }
    const OTHERS: [&[u8]; 5] = [
        b"FLV\x01",
        b"OggS",
        b"ID3",
        b"RIFF",
        // A program stream's pack header (ISO/IEC 13818-1, 2.5.3.3).
        &[0, 0, 1, 0xba],
    ];
    let is_other = OTHERS.iter().any(|signature| head.starts_with(signature));
    is_other.then_some(Kind::FlvOrOther)
}

/// Only what is inside counts. `None` while too little has come to inflate anything.
fn by_gzip(head: &[u8]) -> Option<Kind> {
    let mut decoder = GzDecoder::new(head).take(INFLATED_BYTES_MAX as u64);
    let mut inflated = [0; INFLATED_BYTES_MAX];
    let mut filled = 0;
    // Cut-off input ends in an error, which is expected here.
    while let Ok(count @ 1..) = decoder.read(&mut inflated[filled..]) {
        filled += count;
    }
    let inside = by_signature_of_text(&inflated[..filled]);
    inside.or_else(|| (head.len() >= PROOF_BYTES).then_some(Kind::Unknown))
}

fn by_signature_of_text(text: &[u8]) -> Option<Kind> {
    let start = without_bom(text).trim_ascii_start();
    if start.starts_with(b"#EXTM3U") {
        return Some(Kind::HlsPlaylist);
    }
    by_text(text)
}

/// Packets in a row, wherever the first one begins. Three in a row are enough where no more bytes
/// are there to look at.
fn is_transport_stream(head: &[u8]) -> bool {
    let starts = head
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == SYNC_BYTE);
    starts.into_iter().any(|(start, _)| {
        STRIDES.iter().any(|stride| {
            let links = head[start..].iter().step_by(*stride).take(CHAIN);
            let length = links.clone().count();
            length >= CHAIN - 1 && links.copied().all(|byte| byte == SYNC_BYTE)
        })
    })
}

fn by_text(head: &[u8]) -> Option<Kind> {
    let text = without_bom(head).trim_ascii_start();
    let second = text.get(1..)?.trim_ascii_start().first();
    match (text.first()?, second?) {
        (b'<', b'a'..=b'z' | b'A'..=b'Z' | b'!' | b'?') => Some(Kind::Html),
        (b'{', b'"' | b'}') | (b'[', b'"' | b'{' | b']') => Some(Kind::Json),
        _ => None,
    }
}

fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(text)
}

fn by_content_type(content_type: &str) -> Option<Kind> {
    let media_type = content_type.split(';').next()?.trim().to_ascii_lowercase();
    match media_type.as_str() {
        "video/mp2t" | "video/mpeg" | "video/mpegts" | "video/vnd.dlna.mpeg-tts" => {
            Some(Kind::MpegTs)
        }
        "application/vnd.apple.mpegurl"
        | "application/x-mpegurl"
        | "application/mpegurl"
        | "audio/mpegurl"
        | "audio/x-mpegurl"
        | "video/x-mpegurl" => Some(Kind::HlsPlaylist),
        "text/html" | "application/xhtml+xml" | "text/xml" | "application/xml" => Some(Kind::Html),
        "application/json" | "text/json" => Some(Kind::Json),
        "video/mp4" | "audio/mp4" | "video/iso.segment" => Some(Kind::Mp4),
        "video/x-matroska" | "video/matroska" | "video/webm" => Some(Kind::Matroska),
        "video/x-flv" | "audio/aac" | "audio/mpeg" => Some(Kind::FlvOrOther),
        _ => None,
    }
}

fn by_extension(url: &Url) -> Option<Kind> {
    let (_, extension) = url.path().rsplit('/').next()?.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "ts" | "mts" | "m2ts" | "tp" | "trp" => Some(Kind::MpegTs),
        "m3u8" | "m3u" => Some(Kind::HlsPlaylist),
        "html" | "htm" => Some(Kind::Html),
        "json" => Some(Kind::Json),
        "mp4" | "m4v" | "m4s" | "cmfv" => Some(Kind::Mp4),
        "mkv" | "webm" => Some(Kind::Matroska),
        "flv" | "avi" | "mpg" | "aac" | "mp3" => Some(Kind::FlvOrOther),
        _ => None,
    }
}

fn by_scheme(url: &Url) -> Option<Kind> {
    match url.scheme() {
        "udp" | "rtp" => Some(Kind::MpegTs),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn packets(count: usize, before: usize, behind: usize) -> Vec<u8> {
        let mut packet = vec![0x3c; before];
        packet.push(SYNC_BYTE);
        packet.extend([0xaa; 187]);
        packet.extend(vec![0x7b; behind]);
        packet.repeat(count)
    }

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn bytes_are_proof() {
        let late = [b"<html>garbage".to_vec(), packets(8, 0, 0)].concat();
        let middle = packets(8, 0, 0)[100..].to_vec();
        let mut bom = vec![0xef, 0xbb, 0xbf];
        bom.extend(b"#EXTM3U\n#EXT-X-VERSION:3\n");
        let table: [(&str, Vec<u8>, Option<Kind>); 21] = [
            ("188", packets(4, 0, 0), Some(Kind::MpegTs)),
            ("three packets", packets(3, 0, 0), Some(Kind::MpegTs)),
            ("two packets", packets(2, 0, 0), None),
            ("192", packets(4, 4, 0), Some(Kind::MpegTs)),
            ("204", packets(4, 0, 16), Some(Kind::MpegTs)),
            ("from the middle", middle, Some(Kind::MpegTs)),
            ("garbage before", late, Some(Kind::MpegTs)),
            ("m3u8", b"#EXTM3U\n".to_vec(), Some(Kind::HlsPlaylist)),
            (
                "blank lines",
                b"\r\n #EXTM3U\n".to_vec(),
                Some(Kind::HlsPlaylist),
            ),
            ("BOM", bom, Some(Kind::HlsPlaylist)),
            (
                "gzip",
                gzipped(b"#EXTM3U\n#EXTINF:4,\na.ts\n"),
                Some(Kind::HlsPlaylist),
            ),
            (
                "gzip of a page",
                gzipped(b"<html></html>"),
                Some(Kind::Html),
            ),
            ("page", b" <!DOCTYPE html>".to_vec(), Some(Kind::Html)),
            ("xml", b"<?xml version=\"1.0\"?>".to_vec(), Some(Kind::Html)),
            ("object", b"{ \"user_info\": {}}".to_vec(), Some(Kind::Json)),
            ("array", b"[]".to_vec(), Some(Kind::Json)),
            ("mp4", b"\0\0\0\x18ftypiso5".to_vec(), Some(Kind::Mp4)),
            (
                "mkv",
                b"\x1a\x45\xdf\xa3\x01".to_vec(),
                Some(Kind::Matroska),
            ),
            ("flv", b"FLV\x01\x05".to_vec(), Some(Kind::FlvOrOther)),
            ("nothing", Vec::new(), None),
            ("noise", vec![0x55; PROOF_BYTES], Some(Kind::Unknown)),
        ];
        for (name, head, kind) in table {
            assert_eq!(Kind::by_bytes(&head), kind, "{name}");
        }
    }

    #[test]
    fn order_of_trust() {
        let ts = packets(4, 0, 0);
        let table: [(&[u8], Option<&str>, &str, Kind); 8] = [
            (&ts, Some("text/html"), "http://h/a.m3u8", Kind::MpegTs),
            (
                b"#EXTM3U",
                Some("video/mp2t"),
                "http://h/a.ts",
                Kind::HlsPlaylist,
            ),
            (b"<html>", Some("video/mp2t"), "http://h/a.ts", Kind::Html),
            (
                b"",
                Some("video/MP2T; x=y"),
                "http://h/a.m3u8",
                Kind::MpegTs,
            ),
            (
                b"",
                Some("application/octet-stream"),
                "http://h/a.M3U8?t=1.ts",
                Kind::HlsPlaylist,
            ),
            (b"", None, "http://h/live/1.ts", Kind::MpegTs),
            (b"", None, "udp://239.0.0.1:1234", Kind::MpegTs),
            (b"", None, "http://h/live/1", Kind::Unknown),
        ];
        for (head, content_type, address, kind) in table {
            let url = Url::parse(address).unwrap();
            assert_eq!(Kind::of(head, content_type, &url), kind, "{address}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(head: Vec<u8>, gzip: bool) {
            let mut head = head;
            if gzip {
                head.splice(..0, [0x1f, 0x8b, 8]);
            }
            let _ = Kind::by_bytes(&head);
        }
    }
}
