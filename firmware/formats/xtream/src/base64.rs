//! Base64 (RFC 4648, section 4), as titles of the short guide come in.

/// The text that this is Base64 of; `None` where it is not: some panels send titles as they are, and a
/// word such as `Film` could be either, but for the control characters that it would stand for. A text
/// that was cut ends in front of the character that is not whole.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let digits = text.trim().trim_end_matches('=');
    if digits.is_empty() || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits.bytes() {
        bits = bits << 6 | u32::from(value(digit)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let cut = error.utf8_error();
            let mut bytes = error.into_bytes();
            bytes.truncate(cut.valid_up_to());
            let is_cut = cut.error_len().is_none();
            is_cut.then(|| String::from_utf8(bytes).ok()).flatten()?
        }
    };
    let is_text = |c: char| !c.is_control() || c.is_ascii_whitespace();
    text.chars().all(is_text).then_some(text)
}

/// Both alphabets: that of addresses is the same but for two digits.
const fn value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for (text, plain) in [
            ("VGFnZXNzY2hhdQ==", Some("Tagesschau")),
            ("VGFnZXNzY2hhdQ", Some("Tagesschau")),
            ("w4k=", Some("É")),
            ("", None),
            ("Late Show", None),
            ("/////w==", None),
            ("Film", None),
            ("VMOp", Some("Té")),
            ("VMM=", Some("T")),
        ] {
            assert_eq!(decoded(text).as_deref(), plain, "{text}");
        }
    }
}
