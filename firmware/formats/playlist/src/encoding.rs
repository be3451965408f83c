//! Lines that mix UTF-8 and Latin-1 in one file, as those of real lists do, decoded one by one.

use encoding_rs::WINDOWS_1252;

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
