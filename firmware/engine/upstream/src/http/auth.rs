//! Basic authentication from an address (RFC 7617).

use url::Url;

/// The value of `Authorization` for `user:password@` in the address.
pub(super) fn basic(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut pair = percent_decoded(url.username());
    pair.push(b':');
    pair.extend(percent_decoded(url.password().unwrap_or_default()));
    Some(format!("Basic {}", base64(&pair)))
}

/// The bytes that `%XX` stand for.
pub(crate) fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().iter();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(&byte) = bytes.next() {
        let escaped = (byte == b'%').then(|| hex_pair(bytes.as_slice())).flatten();
        if let Some(value) = escaped {
            bytes.nth(1);
            decoded.push(value);
        } else {
            decoded.push(byte);
        }
    }
    decoded
}

fn hex_pair(rest: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
    u8::from_str_radix(digits, 16).ok()
}

/// RFC 4648, 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let mut word = [0; 4];
        for (to, from) in word.iter_mut().skip(1).zip(group) {
            *to = *from;
        }
        let word = u32::from_be_bytes(word);
        for place in 0..4 {
            let index = (word >> (18 - 6 * place)) & 63;
            text.push(match place <= group.len() {
                true => char::from(ALPHABET[index as usize]),
                false => '=',
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn userinfo_is_decoded() {
        let header = |address: &str| basic(&Url::parse(address).unwrap());
        assert_eq!(header("http://h/"), None);
        // The example of RFC 7617, 2.
        let expected = Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned());
        assert_eq!(header("http://Aladdin:open%20sesame@h/"), expected);
        assert_eq!(header("http://a@h/"), Some("Basic YTo=".to_owned()));
        assert_eq!(header("http://a:%@h/"), Some("Basic YTol".to_owned()));
    }
}
