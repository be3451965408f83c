//! UTF-16 becomes UTF-8 as it streams, and a byte order mark goes; other bytes pass as they are.
//!
//! What is neither is for whoever reads the format: lists and guides mix encodings, so those decode
//! text by text.
#![deny(clippy::indexing_slicing)]

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

/// UTF-8 bytes of UTF-16 made at once; three bytes per two suffice.
const STEP_BYTES: usize = 4096;

/// Who takes the bytes; an error of its own ends the reading.
pub type Sink<'s, E> = dyn FnMut(&[u8]) -> Result<(), E> + 's;

/// Finds out the encoding from the first bytes and takes off the byte order mark.
#[derive(Debug)]
pub struct Charset(State);

#[derive(Debug)]
enum State {
    /// The first bytes, until they suffice.
    Sniff {
        held: [u8; 3],
        len: usize,
    },
    /// Any encoding whose first characters are those of ASCII.
    Bytes,
    Utf16(Box<Utf16>),
}

struct Utf16(Decoder);

impl std::fmt::Debug for Utf16 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Utf16")
    }
}

impl Default for Charset {
    fn default() -> Self {
        Self::new()
    }
}

impl Charset {
    /// Before the first byte.
    #[must_use]
    pub const fn new() -> Self {
        Self(State::Sniff {
            held: [0; 3],
            len: 0,
        })
    }

    /// Takes a piece of any size.
    ///
    /// # Errors
    /// That of the sink.
    pub fn push<E>(&mut self, mut bytes: &[u8], sink: &mut Sink<'_, E>) -> Result<(), E> {
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
    ///
    /// # Errors
    /// That of the sink.
    pub fn finish<E>(&mut self, sink: &mut Sink<'_, E>) -> Result<(), E> {
        match &mut self.0 {
            State::Sniff { held, len } => sink(held.get(..*len).unwrap_or_default()),
            State::Bytes => Ok(()),
            State::Utf16(decoder) => utf16(decoder, &[], true, sink),
        }
    }

    /// Leaves `Sniff` where `held` tells the encoding. Without a mark, UTF-16 shows by the zero
    /// half of its first character, which is ASCII in every list and guide (XML 1.0, appendix F).
    fn decide<E>(&mut self, held: &[u8], sink: &mut Sink<'_, E>) -> Result<(), E> {
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
            State::Utf16(Box::new(Utf16(encoding.new_decoder_without_bom_handling())))
        });
        self.pass(held.get(mark_bytes..).unwrap_or_default(), sink)
    }

    fn pass<E>(&mut self, bytes: &[u8], sink: &mut Sink<'_, E>) -> Result<(), E> {
        match &mut self.0 {
            _ if bytes.is_empty() => Ok(()),
            State::Utf16(decoder) => utf16(decoder, bytes, false, sink),
            State::Sniff { .. } | State::Bytes => sink(bytes),
        }
    }
}

fn utf16<E>(
    Utf16(decoder): &mut Utf16,
    mut bytes: &[u8],
    is_last: bool,
    sink: &mut Sink<'_, E>,
) -> Result<(), E> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&[u8]]) -> String {
        let mut charset = Charset::new();
        let mut out = Vec::new();
        let mut sink = |bytes: &[u8]| {
            out.extend_from_slice(bytes);
            Ok::<(), ()>(())
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
}
