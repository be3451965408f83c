//! Tracks (RFC 9559 clause 5.1.4).

use crate::element::{children, text, unsigned};

/// Tracks kept of one file; blocks of further ones are passed over.
pub const TRACKS_MAX: usize = 32;

/// What a track is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Subtitles, buttons, metadata.
    Other,
}

/// One track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// By which blocks name it.
    pub(crate) number: u64,
    /// Picture, sound or something else.
    pub kind: TrackKind,
    /// Codec ID, such as `V_MPEG4/ISO/AVC`.
    pub codec: String,
    /// CodecPrivate: what the decoder is told first.
    pub private: Vec<u8>,
    /// ISO 639-2 code, where one is given that is not `und`.
    pub language: Option<[u8; 3]>,
    /// From one frame to the next, in nanoseconds.
    pub frame_ns: Option<u64>,
    /// What stands in front of each frame and was left out of it (compression by header stripping).
    pub stripped: Vec<u8>,
    /// Frames are compressed in another way or encrypted.
    pub is_encoded: bool,
}

/// Reads the content of a `Tracks` element.
pub(crate) fn read(content: &[u8]) -> Vec<Track> {
    const TRACK_ENTRY: u32 = 0xAE;
    let entries = children(content).filter(|(id, _)| *id == TRACK_ENTRY);
    entries
        .take(TRACKS_MAX)
        .map(|(_, entry)| track(entry))
        .collect()
}

fn track(entry: &[u8]) -> Track {
    let mut track = Track {
        number: 0,
        kind: TrackKind::Other,
        codec: String::new(),
        private: Vec::new(),
        language: None,
        frame_ns: None,
        stripped: Vec::new(),
        is_encoded: false,
    };
    for (id, content) in children(entry) {
        match id {
            0xD7 => track.number = unsigned(content),
            0x83 => {
                track.kind = match unsigned(content) {
                    1 => TrackKind::Video,
                    2 => TrackKind::Audio,
                    _ => TrackKind::Other,
                }
            }
            0x86 => track.codec = text(content),
            0x63A2 => track.private = content.to_vec(),
            0x22_B59C => track.language = language(content),
            0x23_E383 => track.frame_ns = Some(unsigned(content)).filter(|ns| *ns > 0),
            0x6D80 => encodings(content, &mut track),
            _ => {}
        }
    }
    track
}

fn language(content: &[u8]) -> Option<[u8; 3]> {
    let code: [u8; 3] = text(content).as_bytes().try_into().ok()?;
    let is_code = code.iter().all(u8::is_ascii_lowercase) && code != *b"und";
    is_code.then_some(code)
}

/// ContentEncodings (clause 5.1.4.1.31): more than one, or any other than header stripping, is not
/// undone here.
fn encodings(content: &[u8], track: &mut Track) {
    const ENCODING: u32 = 0x6240;
    let mut encodings = children(content).filter(|(id, _)| *id == ENCODING);
    let Some((_, encoding)) = encodings.next() else {
        return;
    };
    track.is_encoded = true;
    let is_only = encodings.next().is_none();
    if let (true, Some(stripped)) = (is_only, header_stripping(encoding)) {
        track.stripped = stripped;
        track.is_encoded = false;
    }
}

fn header_stripping(encoding: &[u8]) -> Option<Vec<u8>> {
    const SCOPE_FRAMES: u64 = 1;
    const HEADER_STRIPPING: u64 = 3;
    let (mut scope, mut kind, mut algorithm, mut settings) = (SCOPE_FRAMES, 0, 0, Vec::new());
    for (id, content) in children(encoding) {
        match id {
            0x5032 => scope = unsigned(content),
            0x5033 => kind = unsigned(content),
            0x5034 => {
                for (id, content) in children(content) {
                    match id {
                        0x4254 => algorithm = unsigned(content),
                        0x4255 => settings = content.to_vec(),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    let is_stripping = kind == 0 && algorithm == HEADER_STRIPPING && scope == SCOPE_FRAMES;
    is_stripping.then_some(settings)
}
