//! Encodings: UTF-16 becomes UTF-8 as it streams; anything else is decoded text by text, because
//! guides put together from several sources mix encodings whatever their first line declares.

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::Error;

/// UTF-8 bytes of UTF-16 made at once.
const STEP_BYTES: usize = 4096;

pub(crate) type Bytes<'s> = dyn FnMut(&[u8]) -> Result<(), Error> + 's;

/// Turns UTF-16 into UTF-8 and takes off the byte order mark; other bytes pass.
pub(crate) enum Charset {
    /// The first bytes, until they suffice.
    Sniff { held: [u8; 3], len: usize },
    /// Any encoding whose `<` is that of ASCII.
    Bytes,
    /// UTF-16.
    Utf16(Box<Decoder>),
}

impl Charset {
    pub(crate) const fn new() -> Self {
        Self::Sniff {
            held: [0; 3],
            len: 0,
        }
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8], sink: &mut Bytes<'_>) -> Result<(), Error> {
        while let Self::Sniff { held, len } = self {
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

    pub(crate) fn finish(&mut self, sink: &mut Bytes<'_>) -> Result<(), Error> {
        match self {
            Self::Sniff { held, len } => sink(held.get(..*len).unwrap_or_default()),
            Self::Bytes => Ok(()),
            Self::Utf16(decoder) => utf16(decoder, &[], true, sink),
        }
    }

    /// Leaves `Sniff` where `held` tells the encoding: by a mark, or by the zero half of the first
    /// character, which is ASCII in every guide (XML 1.0, appendix F).
    fn decide(&mut self, held: &[u8], sink: &mut Bytes<'_>) -> Result<(), Error> {
        let (encoding, mark_bytes) = match held {
            [_] | [0xef, 0xbb] => return Ok(()),
            [0xff, 0xfe] => (Some(UTF_16LE), 2),
            [0xfe, 0xff] => (Some(UTF_16BE), 2),
            [1..=0x7f, 0] => (Some(UTF_16LE), 0),
            [0, 1..=0x7f] => (Some(UTF_16BE), 0),
            [0xef, 0xbb, 0xbf] => (None, 3),
            _ => (None, 0),
        };
        *self = encoding.map_or(Self::Bytes, |encoding| {
            Self::Utf16(Box::new(encoding.new_decoder_without_bom_handling()))
        });
        self.pass(held.get(mark_bytes..).unwrap_or_default(), sink)
    }

    fn pass(&mut self, bytes: &[u8], sink: &mut Bytes<'_>) -> Result<(), Error> {
        match self {
            _ if bytes.is_empty() => Ok(()),
            Self::Utf16(decoder) => utf16(decoder, bytes, false, sink),
            Self::Sniff { .. } | Self::Bytes => sink(bytes),
        }
    }
}

fn utf16(
    decoder: &mut Decoder,
    mut bytes: &[u8],
    is_last: bool,
    sink: &mut Bytes<'_>,
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

/// What the guide says it is written in, where that is not UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared(&'static Encoding);

impl Declared {
    /// Without a declaration: UTF-8, and Windows-1252 for what is not.
    pub(crate) const NONE: Self = Self(WINDOWS_1252);

    /// Of `encoding="…"`.
    pub(crate) fn of(label: &[u8]) -> Self {
        match Encoding::for_label(label) {
            // What is under these names and yet no UTF-8 is what people's editors write.
            Some(encoding) if encoding.is_ascii_compatible() && encoding != encoding_rs::UTF_8 => {
                Self(encoding)
            }
            _ => Self::NONE,
        }
    }

    /// The text of `bytes`: as it is where that is UTF-8, else in the declared encoding. `scratch`
    /// holds it where it must be converted. A character that was cut in two at the end is left out.
    pub(crate) fn decode<'a>(self, bytes: &'a [u8], scratch: &'a mut Vec<u8>) -> &'a str {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return text,
            Err(error) => error,
        };
        if error.error_len().is_none() && self.0 == WINDOWS_1252 && error.valid_up_to() > 0 {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            if !valid.is_ascii() {
                return std::str::from_utf8(valid).unwrap_or_default();
            }
        }
        let mut decoder = self.0.new_decoder_without_bom_handling();
        let len = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0);
        scratch.resize(len, 0);
        let (_, _, written, _) = decoder.decode_to_utf8(bytes, scratch, true);
        std::str::from_utf8(scratch.get(..written).unwrap_or_default()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_off_marks_and_reads_utf16() {
        for (bytes, text) in [
            (b"\xef\xbb\xbf<t".as_slice(), "<t"),
            (b"\xff\xfe<\0\xe9\0", "<é"),
            (b"\xfe\xff\0<\0\xe9", "<é"),
            (b"<\0t\0", "<t"),
            (b"\0<\0t", "<t"),
            (b"<", "<"),
            (b"", ""),
        ] {
            for piece in [1, 100] {
                let (mut charset, mut out) = (Charset::new(), Vec::new());
                let mut sink = |bytes: &[u8]| {
                    out.extend_from_slice(bytes);
                    Ok(())
                };
                for piece in bytes.chunks(piece) {
                    charset.push(piece, &mut sink).unwrap();
                }
                charset.finish(&mut sink).unwrap();
                assert_eq!(String::from_utf8(out).unwrap(), text, "{bytes:x?}");
            }
        }
    }

    #[test]
    fn decodes_each_text_by_itself() {
        let mut scratch = Vec::new();
        for (label, bytes, text) in [
            (b"".as_slice(), "Télé".as_bytes(), "Télé"),
            (b"utf-8", b"T\xe9l\xe9", "Télé"),
            (b"ISO-8859-1", b"T\xe9l\xe9", "Télé"),
            (b"windows-1251", b"\xcf\xe5\xf0\xe2\xfb\xe9", "Первый"),
            (b"windows-1251", "Первый".as_bytes(), "Первый"),
            (b"gbk", b"\xd6\xd0\xd1\xeb", "中央"),
            (b"", b"caf\xe9", "café"),
            (b"", "Téé".as_bytes().get(..4).unwrap(), "Té"),
        ] {
            assert_eq!(Declared::of(label).decode(bytes, &mut scratch), text);
        }
    }
}
