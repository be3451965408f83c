//! Text inside of JSON, XML and M3U. Names come from playlists and may hold anything.

use std::fmt::{self, Write};

/// A text as the inside of a JSON string (RFC 8259, 7), without the quotes.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a>(pub &'a str);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let special = |c: char| c.is_ascii_control() || matches!(c, '"' | '\\');
        write_escaped(f, self.0, special, |f, c| match c {
            '"' => f.write_str("\\\""),
            '\\' => f.write_str("\\\\"),
            '\n' => f.write_str("\\n"),
            '\t' => f.write_str("\\t"),
            _ => write!(f, "\\u{:04x}", u32::from(c)),
        })
    }
}

/// A text as content or attribute of XML 1.0 (clauses 2.2 and 2.4). Characters that XML cannot
/// carry, not even as a reference, are left out.
#[derive(Clone, Copy, Debug)]
pub struct Xml<'a>(pub &'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let special = |c: char| {
            matches!(
                c,
                '\0'..='\x1f' | '&' | '<' | '>' | '"' | '\'' | '\u{fffe}' | '\u{ffff}'
            )
        };
        write_escaped(f, self.0, special, |f, c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&apos;"),
            '\t' | '\n' | '\r' => write!(f, "&#{};", u32::from(c)),
            _ => Ok(()),
        })
    }
}

/// A text as the value of an M3U attribute or as the title of an entry. M3U has no escape: a
/// quote would end the value and a line break the entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct M3u<'a>(pub(super) &'a str);

impl fmt::Display for M3u<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let special = |c: char| c == '"' || c.is_control();
        write_escaped(f, self.0, special, |f, c| {
            f.write_char(if c == '"' { '\'' } else { ' ' })
        })
    }
}

/// Writes `text` in runs; each character that `is_special` is left to `write_special`.
fn write_escaped(
    f: &mut fmt::Formatter<'_>,
    text: &str,
    is_special: impl Fn(char) -> bool,
    write_special: impl Fn(&mut fmt::Formatter<'_>, char) -> fmt::Result,
) -> fmt::Result {
    let mut rest = text;
    while let Some((plain, tail)) = rest
        .find(&is_special)
        .and_then(|at| rest.split_at_checked(at))
    {
        f.write_str(plain)?;
        let mut chars = tail.chars();
        if let Some(c) = chars.next() {
            write_special(f, c)?;
        }
        rest = chars.as_str();
    }
    f.write_str(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NASTY: &str = "a\"b\\c&<d>'\n\t\0\x7f\u{85}\u{fffe}é😀";

    #[test]
    fn escapes_for_each_format() {
        assert_eq!(
            Json(NASTY).to_string(),
            "a\\\"b\\\\c&<d>'\\n\\t\\u0000\\u007f\u{85}\u{fffe}é😀"
        );
        assert_eq!(
            Xml(NASTY).to_string(),
            "a&quot;b\\c&amp;&lt;d&gt;&apos;&#10;&#9;\x7f\u{85}é😀"
        );
        assert_eq!(M3u(NASTY).to_string(), "a'b\\c&<d>'     \u{fffe}é😀");
    }

    proptest! {
        #[test]
        fn nothing_escapes_its_quotes(text: String) {
            let json = Json(&text).to_string();
            prop_assert!(!json.replace("\\\\", "").replace("\\\"", "").contains('"'));
            prop_assert!(!json.chars().any(|c| c.is_ascii_control()));
            let xml = Xml(&text).to_string();
            let forbidden = ['<', '>', '"', '\'', '\0', '\u{ffff}'];
            prop_assert!(!xml.contains(forbidden));
            let m3u = M3u(&text).to_string();
            prop_assert!(!m3u.contains('"') && !m3u.chars().any(char::is_control));
        }
    }
}
