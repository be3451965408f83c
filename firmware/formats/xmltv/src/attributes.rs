//! `name="value"` pairs of a tag, as raw bytes.

/// Walks along the attributes of a tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attributes<'a>(pub(crate) &'a [u8]);

impl<'a> Attributes<'a> {
    /// The value of the first attribute of this name; namespaces are not looked at.
    pub(crate) fn value(self, name: &str) -> Option<&'a [u8]> {
        self.into_iter()
            .find(|(known, _)| *known == name.as_bytes())
            .map(|(_, value)| value)
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let text = self.0.trim_ascii_start();
            if text.is_empty() {
                return None;
            }
            let is_end = |byte: &u8| *byte == b'=' || byte.is_ascii_whitespace();
            let end = text.iter().position(is_end).unwrap_or(text.len());
            let (name, behind) = text.split_at(end);
            let Some(value) = behind.trim_ascii_start().strip_prefix(b"=") else {
                // A word without a value: not XML, and of no use. Something was taken off it.
                self.0 = if name.is_empty() { &[] } else { behind };
                continue;
            };
            let (value, behind) = value_of(value.trim_ascii_start());
            self.0 = behind;
            return Some((name, value));
        }
    }
}

fn value_of(text: &[u8]) -> (&[u8], &[u8]) {
    if let Some((&quote @ (b'"' | b'\''), inner)) = text.split_first() {
        let end = memchr::memchr(quote, inner).unwrap_or(inner.len());
        let (value, behind) = inner.split_at(end);
        return (value, behind.get(1..).unwrap_or_default());
    }
    let end = text.iter().position(u8::is_ascii_whitespace);
    text.split_at(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_guides_write() {
        type Pairs<'a> = &'a [(&'a str, &'a str)];
        let rows: [(&str, Pairs<'_>); 8] = [
            (r#" a="1" b='2'"#, &[("a", "1"), ("b", "2")]),
            (r#"a = "x > y" "#, &[("a", "x > y")]),
            ("a=1 b=2", &[("a", "1"), ("b", "2")]),
            (r#"a="1"b="2""#, &[("a", "1"), ("b", "2")]),
            (r#"a b="2""#, &[("b", "2")]),
            (r#"a="open"#, &[("a", "open")]),
            ("= x", &[("", "x")]),
            ("", &[]),
        ];
        for (text, pairs) in rows {
            let read: Vec<_> = Attributes(text.as_bytes())
                .map(|(name, value)| {
                    let text = |bytes| std::str::from_utf8(bytes).unwrap();
                    (text(name), text(value))
                })
                .collect();
            assert_eq!(read, pairs, "{text}");
        }
    }
}
