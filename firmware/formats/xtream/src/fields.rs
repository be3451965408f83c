//! The fields of an object, whatever type they came in.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Bytes of a name or another short text, cut at a character.
const TEXT_BYTES_MAX: usize = 1 << 10;
/// Bytes of the address of a picture; a longer one is the picture itself, as `data:`.
const ADDRESS_BYTES_MAX: usize = 2 << 10;

/// The fields of one object. What is missing, `null`, or of a type that says nothing is the same as
/// empty.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// A text of at most 1 KiB on one line, without space around it; a number as its digits.
    #[must_use]
    pub fn text(&self, name: &str) -> Cow<'a, str> {
        match self.0.get(name) {
            Some(Value::String(text)) => tidy(text),
            Some(Value::Number(number)) => match whole(number) {
                Some(number) => Cow::Owned(number.to_string()),
                None => Cow::Owned(number.to_string()),
            },
            Some(Value::Bool(true)) => Cow::Borrowed("1"),
            _ => Cow::Borrowed(""),
        }
    }

    /// The first of several fields that has a text.
    #[must_use]
    pub fn text_of(&self, names: &[&str]) -> Cow<'a, str> {
        let mut texts = names.iter().map(|name| self.text(name));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The address of a picture; empty beyond 2 KiB. Some panels give a list of them: its first.
    #[must_use]
    pub fn address(&self, name: &str) -> &'a str {
        let text = match self.0.get(name) {
            Some(Value::String(text)) => text.trim(),
            Some(Value::Array(many)) => many.first().and_then(Value::as_str).unwrap_or_default(),
            _ => "",
        };
        let fits = text.len() <= ADDRESS_BYTES_MAX && !text.contains(char::is_control);
        if fits { text } else { "" }
    }

    /// A whole number, given as such, as `1.0`, or as a text.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => whole(number),
            Value::String(text) => text.trim().parse().ok(),
            Value::Bool(flag) => Some(i64::from(*flag)),
            _ => None,
        }
    }

    /// Yes or no, given as such, as a number or as a text.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        let text = match self.0.get(name)? {
            Value::Bool(flag) => return Some(*flag),
            Value::String(text) => text.trim().to_ascii_lowercase(),
            Value::Number(number) => return Some(whole(number)? != 0),
            _ => return None,
        };
        match text.as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            digits => digits.parse::<i64>().ok().map(|number| number != 0),
        }
    }

    /// An id as it stands in addresses: not empty, at most 64 bytes, and no path of its own.
    #[must_use]
    pub fn id(&self, names: &[&str]) -> Option<Cow<'a, str>> {
        let id = self.text_of(names);
        let is_fit = (1..=64).contains(&id.len()) && !id.contains(['/', '\\', '?', '#']);
        (is_fit && id != "." && id != "..").then_some(id)
    }

    /// The fields of an object within; none where it is an array, as an empty object of PHP is.
    #[must_use]
    pub fn within(&self, name: &str) -> Option<Fields<'a>> {
        self.0.get(name)?.as_object().map(Fields)
    }

    /// The values of a list of texts or numbers.
    pub(crate) fn list(&self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        let many = self.0.get(name).and_then(Value::as_array);
        many.into_iter().flatten().filter_map(|value| match value {
            Value::String(text) => Some(tidy(text)),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        })
    }

    /// Whether the field is there and says something.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }
}

/// A number without a fraction, whichever way it is written.
fn whole(number: &serde_json::Number) -> Option<i64> {
    /// The whole numbers that a double holds exactly.
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    if let Some(number) = number.as_i64() {
        return Some(number);
    }
    let number = number.as_f64()?;
    let is_exact = number.fract() == 0.0 && number.abs() <= EXACT_MAX;
    // As text: a cast would need to be excused, and this happens once in many lists.
    is_exact
        .then(|| format!("{number:.0}").parse().ok())
        .flatten()
}

/// One line without space around it, of at most 1 KiB.
fn tidy(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let text = text
        .get(..text.floor_char_boundary(TEXT_BYTES_MAX))
        .unwrap_or(text);
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace(char::is_control, " ");
    Cow::Owned(spaced.trim().to_owned())
}

/// What JSON counts as space (RFC 8259, section 2).
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(json: &str) -> Map<String, Value> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn types_do_not_matter() {
        for (json, text, number, flag) in [
            (r#"{"a":"12"}"#, "12", Some(12), Some(true)),
            (r#"{"a":12}"#, "12", Some(12), Some(true)),
            (r#"{"a":12.0}"#, "12", Some(12), Some(true)),
            (r#"{"a":1e1}"#, "10", Some(10), Some(true)),
            (r#"{"a":"0"}"#, "0", Some(0), Some(false)),
            (r#"{"a":true}"#, "1", Some(1), Some(true)),
            (r#"{"a":" On "}"#, "On", None, Some(true)),
            (r#"{"a":7.5}"#, "7.5", None, None),
            (r#"{"a":""}"#, "", None, None),
            (r#"{"a":null}"#, "", None, None),
            (r#"{"a":[]}"#, "", None, None),
            (r#"{"b":1}"#, "", None, None),
            (r#"{"a":1e300}"#, "1e+300", None, None),
        ] {
            let map = map(json);
            let fields = Fields(&map);
            assert_eq!(fields.text("a"), text, "{json}");
            assert_eq!(fields.number("a"), number, "{json}");
            assert_eq!(fields.flag("a"), flag, "{json}");
        }
    }

    #[test]
    fn an_id_leads_nowhere_else() {
        for (json, id) in [
            (r#"{"id":12}"#, Some("12")),
            (r#"{"id":"ab-1"}"#, Some("ab-1")),
            (r#"{"id":""}"#, None),
            (r#"{"id":"../x"}"#, None),
            (r#"{"id":"1?a"}"#, None),
            (r#"{"id":".."}"#, None),
        ] {
            let map = map(json);
            assert_eq!(
                Fields(&map).id(&["stream_id", "id"]).as_deref(),
                id,
                "{json}"
            );
        }
    }

    #[test]
    fn texts_are_one_line_and_bounded() {
        let long = format!(r#"{{"a":"  x\ny {}"}}"#, "é".repeat(2000));
        let map = map(&long);
        let text = Fields(&map).text("a");
        assert!(
            text.starts_with("x y é") && text.len() <= TEXT_BYTES_MAX,
            "{text}"
        );
    }
}
