//! `with`: the text that an action writes, with references to what the pattern found.

use crate::Problem;

/// A `with`, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct With(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The group of this number.
    Group(usize),
}

impl With {
    /// Reads `$1`, `$word`, `${word}` and `$$`, as the regex crate does. `group` finds the number of a
    /// group by its number or name, where the pattern has it and it may be referred to.
    pub(crate) fn read(text: &str, group: impl Fn(&str) -> Option<usize>) -> Result<Self, Problem> {
        if text.chars().any(char::is_control) {
            return Err(Problem::ControlCharacter);
        }
        let mut with = Self::default();
        let mut rest = text;
        while let Some((before, found)) = rest.split_once('$') {
            with.push(before);
            rest = found;
            if let Some(behind) = rest.strip_prefix('$') {
                with.push("$");
                rest = behind;
            } else if let Some((name, behind)) = reference(rest) {
                let number = group(name).ok_or_else(|| Problem::NoSuchGroup {
                    reference: format!("${name}"),
                })?;
                with.0.push(Part::Group(number));
                rest = behind;
            } else {
                with.push("$");
            }
        }
        with.push(rest);
        Ok(with)
    }

    /// As it is written, the first reference to a group.
    pub(crate) fn first_reference(text: &str) -> Option<String> {
        let is_none = |_: &str| None;
        match Self::read(text, is_none) {
            Err(Problem::NoSuchGroup { reference }) => Some(reference),
            _ => None,
        }
    }

    /// Adds the text to `out`, with what `group` found.
    pub(crate) fn write<'t>(&self, out: &mut String, group: impl Fn(usize) -> &'t str) {
        for part in &self.0 {
            out.push_str(match part {
                Part::Text(text) => text,
                Part::Group(number) => group(*number),
            });
        }
    }

    fn push(&mut self, more: &str) {
        match self.0.last_mut() {
            Some(Part::Text(text)) => text.push_str(more),
            _ if more.is_empty() => {}
            _ => self.0.push(Part::Text(more.to_owned())),
        }
    }
}

/// The group named at the beginning, behind the `$`, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    if let Some(braced) = text.strip_prefix('{') {
        return braced.split_once('}');
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let len = text.bytes().take_while(|&byte| is_word(byte)).count();
    (len > 0).then(|| text.split_at(len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, Problem> {
        let group = |name: &str| match name {
            "country" => Some(2),
            _ => name.parse().ok().filter(|&number| number <= 2),
        };
        let mut out = String::new();
        With::read(text, group)?.write(&mut out, |number| ["whole", "one", "two"][number]);
        Ok(out)
    }

    #[test]
    fn refers_to_groups() {
        for (text, out) in [
            ("", ""),
            ("News", "News"),
            ("$1: ${country}HD", "one: twoHD"),
            ("$0$1$2", "wholeonetwo"),
            ("5 $, $$1 $", "5 $, $1 $"),
            ("é$country é", "étwo é"),
            ("${1", "${1"),
        ] {
            assert_eq!(written(text).as_deref(), Ok(out), "{text}");
        }
    }

    #[test]
    fn refuses_what_would_be_empty_or_break_a_line() {
        for (text, reference) in [
            ("$3", "$3"),
            ("$1HD", "$1HD"),
            ("${no}", "$no"),
            ("${}", "$"),
        ] {
            let reference = reference.to_owned();
            assert_eq!(
                written(text),
                Err(Problem::NoSuchGroup { reference }),
                "{text}"
            );
        }
        assert_eq!(written("a\nb"), Err(Problem::ControlCharacter));
        assert_eq!(With::first_reference("a$$b"), None);
        assert_eq!(With::first_reference("a${1}b").as_deref(), Some("$1"));
    }
}
