//! Attribute lists (RFC 8216 4.2), read as leniently as players do.

/// Attributes taken from one tag; further ones are ignored. The richest tag of the standard,
/// EXT-X-DATERANGE aside, has 16.
const ATTRIBUTES_MAX: usize = 48;

/// The attributes of one tag, in order, values without their quotes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Attributes<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Attributes<'a> {
    /// Reads `NAME=value,NAME="quoted, value"`. White space around names and values is dropped, a
    /// missing end quote closes at the end of the line, a part without `=` is left out.
    pub(crate) fn read(mut text: &'a str) -> Self {
        let mut found = Vec::new();
        while found.len() < ATTRIBUTES_MAX {
            text = text.trim_start_matches([',', ' ', '\t']);
            let Some(name_end) = text.find(['=', ',']) else {
                break;
            };
            let (name, rest) = text.split_at(name_end);
            let Some(rest) = rest.strip_prefix('=') else {
                text = rest;
                continue;
            };
            let (value, rest) = value(rest.trim_start());
            found.push((name.trim(), value));
            text = rest;
        }
        Self(found)
    }

    /// The first value of an attribute; an empty value counts as absent.
    pub(crate) fn find(&self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
            .filter(|value| !value.is_empty())
    }

    /// A decimal attribute as a whole number; fractions are cut.
    pub(crate) fn integer(&self, name: &str) -> Option<u64> {
        let text = self.find(name)?;
        text.split('.').next().unwrap_or(text).parse().ok()
    }
}

/// Splits one value from the front of `text`: the value and what follows it.
fn value(text: &str) -> (&str, &str) {
    match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => {
            let end = text.find(',').unwrap_or(text.len());
            let (value, rest) = text.split_at(end);
            (value.trim(), rest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let table: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            (
                "BANDWIDTH=1,CODECS=\"a,b\"",
                &[("BANDWIDTH", "1"), ("CODECS", "a,b")],
            ),
            (
                " A = 1 , B=\"x y\" ,C=3",
                &[("A", "1"), ("B", "x y"), ("C", "3")],
            ),
            ("junk,A=1,,B=2", &[("A", "1"), ("B", "2")]),
            ("URI=\"never closed,B=2", &[("URI", "never closed,B=2")]),
            ("A=,B=\"\",C=1", &[("A", ""), ("B", ""), ("C", "1")]),
        ];
        for (text, expected) in table {
            assert_eq!(Attributes::read(text).0, *expected, "{text}");
        }
    }

    #[test]
    fn empty_values_count_as_absent() {
        let list = Attributes::read("URI=\"\",BANDWIDTH=12.5");
        assert_eq!(list.find("URI"), None);
        assert_eq!(list.integer("bandwidth"), Some(12));
    }
}
