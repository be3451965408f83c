//! `key="value"` pairs of an `#EXTINF` or `#EXTM3U` line, as people write them: in either quotes or
//! none, with spaces around `=`, commas inside, and quotes that are never closed.

/// Walks along the attributes; [`Attributes::rest`] is what follows the comma behind them.
#[derive(Clone, Debug)]
pub(crate) struct Attributes<'a> {
    left: &'a str,
    /// Text behind the last attribute, where no comma ends them: the title of lists that forget it.
    stray: Option<&'a str>,
    has_comma: bool,
}

impl<'a> Attributes<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self {
            left: text,
            stray: None,
            has_comma: false,
        }
    }

    /// The title: the text behind the comma, or without a comma the words that are no attribute.
    /// To be asked when the iterator has ended.
    pub(crate) fn rest(&self) -> &'a str {
        if self.has_comma {
            self.left.trim()
        } else {
            self.stray.unwrap_or("").trim()
        }
    }

    /// Reads a word that may be a key. `Some` where `=` follows.
    fn key(&mut self) -> Option<&'a str> {
        let word = self.left;
        let end = word.find(|c: char| c.is_whitespace() || c == '=' || c == ',');
        let (key, behind) = word.split_at(end.unwrap_or(word.len()));
        if let Some(value) = behind.trim_start().strip_prefix('=') {
            self.left = value;
            self.stray = None;
            return Some(key);
        }
        self.stray = self.stray.or(Some(word));
        self.left = behind;
        None
    }

    fn value(&mut self) -> &'a str {
        if let Some((text, quote)) = opening_quote(self.left) {
            if let Some((value, behind)) = closing_quote(text, quote) {
                self.left = behind;
                return value.trim();
            }
            self.left = text;
        }
        let end = self.left.find(|c: char| c.is_whitespace() || c == ',');
        let (value, behind) = self.left.split_at(end.unwrap_or(self.left.len()));
        self.left = behind;
        value
    }
}

impl<'a> Iterator for Attributes<'a> {
    /// Key as written, and value.
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.has_comma {
            self.left = self.left.trim_start();
            if let Some(behind) = self.left.strip_prefix(',') {
                self.left = behind;
                // `#EXTINF:-1, tvg-id="x", group-title="y",Name` has commas before attributes.
                self.has_comma = !begins_with_quoted_attribute(behind.trim_start());
            } else if self.left.is_empty() {
                return None;
            } else if let Some(key) = self.key() {
                return Some((key, self.value()));
            }
        }
        None
    }
}

fn opening_quote(text: &str) -> Option<(&str, char)> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some((text.strip_prefix(quote)?, quote))
}

/// Value and what is behind its closing quote: the first quote that something sensible follows, so
/// that `"The "Best" One"` is read as it is meant; else the first quote of all. A quote that opens
/// the next value tells that this one was never closed beyond it.
fn closing_quote(text: &str, quote: char) -> Option<(&str, &str)> {
    /// Quotes inside a value that are looked at: without a maximum, a line that opens a value with
    /// every word and closes none would be searched to its end for each of them.
    const INNER_QUOTES_MAX: usize = 16;
    let mut first = None;
    for (at, mark) in text.match_indices(quote).take(INNER_QUOTES_MAX) {
        let (value, behind) = text.split_at(at);
        let behind = behind.strip_prefix(mark).unwrap_or(behind);
        if ends_with_key(value) {
            break;
        }
        first = first.or(Some((value, behind)));
        let next = behind.trim_start();
        if next.is_empty() || next.starts_with(',') || leading_key(next).is_some() {
            return Some((value, behind));
        }
    }
    first
}

/// Whether ` key=` comes last: then a quote behind it opens a value.
fn ends_with_key(text: &str) -> bool {
    let Some(text) = text.trim_end().strip_suffix('=') else {
        return false;
    };
    let text = text.trim_end();
    let before = text.trim_end_matches(is_key_char);
    before.len() < text.len() && before.ends_with(char::is_whitespace)
}

const fn is_key_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// The key with which `text` begins, and what is behind its `=`.
fn leading_key(text: &str) -> Option<(&str, &str)> {
    /// Longer than any key in use; bounds the look ahead.
    const KEY_BYTES_MAX: usize = 40;
    let end = text
        .bytes()
        .take(KEY_BYTES_MAX)
        .position(|byte| !is_key_char(char::from(byte)))
        .filter(|&end| end > 0)?;
    let (key, behind) = text.split_at_checked(end)?;
    Some((key, behind.trim_start().strip_prefix('=')?))
}

/// Whether an attribute and no title follows a comma: titles such as `A=B` exist, so only a key
/// with a hyphen and a quoted value counts.
fn begins_with_quoted_attribute(text: &str) -> bool {
    leading_key(text)
        .is_some_and(|(key, value)| key.contains('-') && value.starts_with(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let rows: &[Row<'_>] = &[
            (r#"a="1" b="2",N"#, &[("a", "1"), ("b", "2")], "N"),
            (r#"a="x, y",N, M"#, &[("a", "x, y")], "N, M"),
            (r#"a='x "q" y' ,N"#, &[("a", "x \"q\" y")], "N"),
            (
                r#"a="The "Best" One" b=2,N"#,
                &[("a", "The \"Best\" One"), ("b", "2")],
                "N",
            ),
            (r#"a = "1"  b= "2" , N "#, &[("a", "1"), ("b", "2")], "N"),
            (r#"a="1"b="2",N"#, &[("a", "1"), ("b", "2")], "N"),
            (r#"a="" b="2",N"#, &[("a", ""), ("b", "2")], "N"),
            (r#"a= b="2",N"#, &[("a", ""), ("b", "2")], "N"),
            (r#"a="Open,Open quote"#, &[("a", "Open")], "Open quote"),
            (r#"a="Open b="2",N"#, &[("a", "Open"), ("b", "2")], "N"),
            (r#"a="1" stray b="2",N"#, &[("a", "1"), ("b", "2")], "N"),
            (
                r#",tvg-id="1", group-title="2",N"#,
                &[("tvg-id", "1"), ("group-title", "2")],
                "N",
            ),
            (r#"a=1,A=B"#, &[("a", "1")], "A=B"),
            (r#"a="1" Some Name"#, &[("a", "1")], "Some Name"),
            (r#"a="1""#, &[("a", "1")], ""),
            (r#"a="=" b="c=",N"#, &[("a", "="), ("b", "c=")], "N"),
            (r#"a="x=y",N"#, &[("a", "x=y")], "N"),
            (r#"a="L'É" b='L'É',N"#, &[("a", "L'É"), ("b", "L'É")], "N"),
            ("=,=", &[("", "")], "="),
            ("", &[], ""),
            (",", &[], ""),
        ];
        for (text, pairs, rest) in rows {
            let mut attributes = Attributes::new(text);
            let read: Vec<_> = attributes.by_ref().collect();
            assert_eq!(
                (read.as_slice(), attributes.rest()),
                (*pairs, *rest),
                "{text}"
            );
        }
    }
}
