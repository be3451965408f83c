//! Texts in the encoding that their guide declares, or in another: guides put together from several
//! sources mix them.

use encoding_rs::{Encoding, WINDOWS_1252};

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
