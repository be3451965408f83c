//! `key="value"` pairs of an `#EXTINF` or `#EXTM3U` line, as people write them: in either quotes or
//! none, with spaces around `=`, commas inside, and quotes that are never closed.

/// Walks along the attributes; [`Attributes::rest`] is what follows the comma behind them.
#[derive(Clone, Debug)]
pub(crate) struct Attributes<'a> {
    left: &'a str,
    /// Text behind the last attribute, where no comma ends them.
    stray: Option<&'a str>,
    has_comma: bool,
}

impl<'a> Attributes<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { left: text, stray: None, has_comma: false }
    }

    /// The title: the text behind the comma, or without a comma the words that are no attribute.
    /// To be asked when the iterator has ended.
    pub(crate) fn rest(&self) -> &'a str {
        if self.has_comma { self.left.trim() } else { self.stray.unwrap_or("").trim() }
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
        let trimmed = self.left.trim_start();
        let quoted = trimmed.strip_prefix('"').map(|text| (text, '"'));
        if let Some((text, quote)) = quoted.or_else(|| trimmed.strip_prefix('\'').map(|t| (t, '\'')))
        {
            if let Some(end) = closing_quote(text, quote) {
                let (value, behind) = text.split_at(end);
                self.left = behind.get(1..).unwrap_or("");
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
                self.has_comma = !starts_with_attribute(behind.trim_start());
            } else if self.left.is_empty() {
                return None;
            } else if let Some(key) = self.key() {
                return Some((key, self.value()));
            }
        }
        None
    }
}

/// Offset of the quote that closes a value: one that something sensible follows, so that
/// `name="The "Best" One"` is read as it is meant. A quote right behind `=` opens the next value:
/// then this one was never closed. Whether a quote closes depends on its surroundings alone and the
/// search ends at the next opening one, so no line makes the whole reading quadratic.
fn closing_quote(text: &str, quote: char) -> Option<usize> {
    for (at, _) in text.match_indices(quote) {
        let (before, behind) = text.split_at(at);
        if before.trim_end().ends_with('=') && at > 0 && !before.ends_with(char::is_whitespace) {
            let opens = before.trim_end_matches('=');
            if is_key(word_behind(opens)) {
                return None;
            }
        }
        let behind = behind.get(1..).unwrap_or("");
        let next = behind.trim_start();
        if next.is_empty()
            || next.starts_with(',')
            || starts_with_attribute(next)
            || behind.starts_with(char::is_whitespace) && !has_word_then_quote(next, quote)
        {
            return Some(at);
        }
    }
    None
}
