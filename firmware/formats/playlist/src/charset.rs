//! Encodings: UTF-16 is turned into UTF-8 as it streams; anything else is decoded line by line,
//! because real lists mix UTF-8 and Latin-1 in one file.

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::Error;

/// UTF-8 bytes of UTF-16 made at once; three bytes per two suffice.
const STEP_BYTES: usize = 4096;

type Sink<'s> = dyn FnMut(&[u8]) -> Result<(), Error> + 's;

/// Finds out the encoding from the first bytes and takes off the byte order mark.
pub(crate) struct Charset(State);

enum State {
    /// The first bytes, until they suffice.
    Sniff {
        held: [u8; 3],
        len: usize,
    },
    /// UTF-8, Latin-1 or a mixture.
    Bytes,
    Utf16(Box<Decoder>),
}

impl Charset {
    pub(crate) const fn new() -> Self {
        Self(State::Sniff {
            held: [0; 3],
            len: 0,
        })
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
        while let State::Sniff { held, len } = &mut self.0 {
            let Some((&first, rest)) = bytes.split_first() else {
                return Ok(());
            };
            if let Some(place) = held.get_mut(*len) {
                *place = first;
            }
            *len += 1;
            bytes = rest;
            let (held, len) = (*held, *len);
            self.decide(held.get(..len).unwrap_or_default(), sink)?;
        }
        self.pass(bytes, sink)
    }

    /// Whatever a cut last character or too short a beginning still holds.
    pub(crate) fn finish(&mut self, sink: &mut Sink<'_>) -> Result<(), Error> {
        match &mut self.0 {
            State::Sniff { held, len } => sink(held.get(..*len).unwrap_or_default()),
            State::Bytes => Ok(()),
            State::Utf16(decoder) => utf16(decoder, &[], true, sink),
        }
    }

    /// Leaves `Sniff` where `held` tells the encoding. Without a mark, UTF-16 shows by the zero
    /// half of its first character, which is ASCII in every list.
    fn decide(&mut self, held: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
        let (encoding, mark_bytes) = match held {
            [_] | [0xef, 0xbb] => return Ok(()),
            [0xff, 0xfe] => (Some(UTF_16LE), 2),
            [0xfe, 0xff] => (Some(UTF_16BE), 2),
            [1..=0x7f, 0] => (Some(UTF_16LE), 0),
            [0, 1..=0x7f] => (Some(UTF_16BE), 0),
            [0xef, 0xbb, 0xbf] => (None, 3),
            _ => (None, 0),
        };
        self.0 = encoding.map_or(State::Bytes, |encoding| {
            State::Utf16(Box::new(encoding.new_decoder_without_bom_handling()))
        });
        self.pass(held.get(mark_bytes..).unwrap_or_default(), sink)
    }

    fn pass(&mut self, bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Error> {
        match &mut self.0 {
            _ if bytes.is_empty() => Ok(()),
            State::Utf16(decoder) => utf16(decoder, bytes, false, sink),
            State::Sniff { .. } | State::Bytes => sink(bytes),
        }
    }
}

fn utf16(
    decoder: &mut Decoder,
    mut bytes: &[u8],
    is_last: bool,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let mut out = [0; STEP_BYTES];
    loop {
        let (result, read, written, _) = decoder.decode_to_utf8(bytes, &mut out, is_last);
        sink(out.get(..written).unwrap_or_default())?;
        bytes = bytes.get(read..).unwrap_or_default();
        if result == encoding_rs::CoderResult::InputEmpty {
            return Ok(());
        }
    }
}

/// The text of a line: as it is where it is UTF-8, else as Windows-1252, the Latin-1 that people
/// really write. `scratch` holds the text where it must be converted. A character that a cut line
/// broke in two is left out.
pub(crate) fn decode_line<'a>(line: &'a [u8], is_cut: bool, scratch: &'a mut Vec<u8>) -> &'a str {
    let error = match std::str::from_utf8(line) {
        Ok(text) => return text,
        Err(error) => error,
    };
    if is_cut && error.error_len().is_none() {
        let valid = line.get(..error.valid_up_to()).unwrap_or_default();
        return std::str::from_utf8(valid).unwrap_or_default();
    }
    // No byte of Windows-1252 takes more than three bytes of UTF-8.
    scratch.resize(line.len() * 3, 0);
    let mut decoder = WINDOWS_1252.new_decoder_without_bom_handling();
    let (_, _, written, _) = decoder.decode_to_utf8(line, scratch, true);
    std::str::from_utf8(scratch.get(..written).unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&[u8]]) -> String {
        let mut charset = Charset::new();
        let mut out = Vec::new();
        let mut sink = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            Ok(())
        };
        for piece in pieces {
            charset.push(piece, &mut sink).unwrap();
        }
        charset.finish(&mut sink).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn takes_off_marks_and_reads_utf16() {
        for (bytes, text) in [
            (b"\xef\xbb\xbf#E".as_slice(), "#E"),
            (b"\xff\xfe#\0\xe9\0", "#é"),
            (b"\xfe\xff\0#\0\xe9", "#é"),
            (b"#\0E\0", "#E"),
            (b"\0#\0E", "#E"),
            (b"#E", "#E"),
            (b"#", "#"),
            (b"", ""),
            (b"\xff\xfe#\0\xe9", "#\u{fffd}"),
        ] {
            assert_eq!(all(&[bytes]), text, "{bytes:x?}");
            let single: Vec<_> = bytes.chunks(1).collect();
            assert_eq!(all(&single), text, "{bytes:x?} byte by byte");
        }
    }

    #[test]
    fn decodes_each_line_by_itself() {
        let mut scratch = Vec::new();
        for (line, is_cut, text) in [
            ("Télé".as_bytes(), false, "Télé"),
            (b"T\xe9l\xe9", false, "Télé"),
            (b"5 \x80", false, "5 €"),
            (b"T\xc3", true, "T"),
            (b"T\xc3", false, "TÃ"),
            (b"\xe9l\xc3", true, "élÃ"),
        ] {
            assert_eq!(decode_line(line, is_cut, &mut scratch), text, "{line:x?}");
        }
    }
}
