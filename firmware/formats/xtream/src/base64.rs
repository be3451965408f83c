//! Base64 (RFC 4648, section 4), as titles of the short guide come in.

/// The text that this is Base64 of; `None` where it is not: some panels send titles as they are.
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
    String::from_utf8(bytes).ok()
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
        ] {
            assert_eq!(decoded(text).as_deref(), plain, "{text}");
        }
    }
}
