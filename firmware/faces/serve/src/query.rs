//! Queries of request targets: `a=1&b=2`, percent-encoded.

use std::borrow::Cow;

/// The pairs of a query. A `+` stays one: `favorite=+5.1` means it so.
pub(crate) fn pairs(query: Option<&str>) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    query
        .unwrap_or("")
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(key), decoded(value))
        })
}

/// A text without its percent-encoding (RFC 3986, 2.1); what is not UTF-8 is replaced, what is
/// not hex stays as it is.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let escaped = match (byte, tail) {
            (b'%', [high, low, after @ ..]) => {
                hex(*high).zip(hex(*low)).map(|(h, l)| (h << 4 | l, after))
            }
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((byte, tail));
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_pairs() {
        let read: Vec<_> = pairs(Some(
            "scan=start&&source=Cable&favorite=+5.1&q=a%20b%c3%a9%zz%&x",
        ))
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
        assert_eq!(
            read,
            [
                "scan=start",
                "source=Cable",
                "favorite=+5.1",
                "q=a bé%zz%",
                "x="
            ]
        );
        assert_eq!(pairs(None).count(), 0);
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            let _ = decoded(&text);
            let _ = pairs(Some(&text)).count();
        }
    }
}
