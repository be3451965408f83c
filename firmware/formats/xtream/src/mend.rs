//! JSON that is nearly JSON.
//!
//! Panels that put their JSON together by hand write line ends and other bytes into texts where they
//! must be escaped (RFC 8259, section 7), half a surrogate pair where a name was cut, and Latin-1. A list
//! of 30,000 channels is not thrown away for one of them.

/// The same object as texts that a strict parser takes: what is no UTF-8, and half a surrogate pair,
/// becomes U+FFFD; a control character becomes a space.
pub(crate) fn mend(object: &[u8]) -> String {
    let text = String::from_utf8_lossy(object);
    let mut mended = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        spaced(before, &mut mended);
        let len = match surrogate(escape) {
            None => escape.chars().take(2).map(char::len_utf8).sum(),
            Some(Surrogate::Pair) => PAIR_BYTES,
            Some(Surrogate::Half) => {
                mended.push('\u{fffd}');
                rest = escape.get(HALF_BYTES..).unwrap_or_default();
                continue;
            }
        };
        let (escape, behind) = escape.split_at_checked(len).unwrap_or((escape, ""));
        spaced(escape, &mut mended);
        rest = behind;
    }
    spaced(rest, &mut mended);
    mended
}

/// `\uXXXX`.
const HALF_BYTES: usize = 6;
const PAIR_BYTES: usize = 2 * HALF_BYTES;

enum Surrogate {
    Pair,
    Half,
}

/// What a text that begins with a backslash begins with, where that is a surrogate.
fn surrogate(escape: &str) -> Option<Surrogate> {
    let first = unit(escape)?;
    let second = || escape.get(HALF_BYTES..).and_then(unit);
    match first {
        0xd800..=0xdbff if matches!(second(), Some(0xdc00..=0xdfff)) => Some(Surrogate::Pair),
        0xd800..=0xdfff => Some(Surrogate::Half),
        _ => None,
    }
}

fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

fn spaced(text: &str, mended: &mut String) {
    mended.extend(text.chars().map(|c| if c < ' ' { ' ' } else { c }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nearly_is_json_becomes_json() {
        for (broken, value) in [
            (b"{\"name\":\"A\nB\"}".as_slice(), "A B"),
            (b"{\"name\":\"caf\xe9\"}", "caf\u{fffd}"),
            (br#"{"name":"A \ud83d"}"#, "A \u{fffd}"),
            (br#"{"name":"\ud83d\ud83d\ude00"}"#, "\u{fffd}\u{1f600}"),
            (br#"{"name":"\\ud83d\/"}"#, "\\ud83d/"),
        ] {
            let read: serde_json::Value = serde_json::from_str(&mend(broken)).unwrap();
            assert_eq!(read["name"], value);
        }
    }
}
