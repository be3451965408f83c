//! Characters of XML and of HTML by their names. Nothing else is expanded: a guide's own entities
//! stay as they are written, so nothing can grow.

/// Longer than any name below and any number of a character.
const NAME_BYTES_MAX: usize = 10;

/// HTML's names that guides use although XML has them not: Latin-1 from 160 on, in order.
const LATIN: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf",
    "laquo", "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro",
    "para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest",
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute",
    "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute",
    "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute",
    "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil",
    "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde",
    "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc",
    "uuml", "yacute", "thorn", "yuml",
];

const OTHERS: [(&str, char); 18] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("bull", '•'),
    ("euro", '€'),
    ("trade", '™'),
    ("oelig", 'œ'),
    ("OElig", 'Œ'),
];

/// Appends `text` with its characters in place of their names, spaces run together and trimmed, and
/// without what XML 1.0 (2.2) has no place for. At most `bytes_max` bytes are appended.
pub(crate) fn append(out: &mut String, text: &str, bytes_max: usize) {
    let mut appender = Appender {
        end_max: out.len() + bytes_max,
        begin: out.len(),
        out,
        owes_space: false,
    };
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, after) = rest.split_at(at);
        appender.text(before);
        let (c, len) = reference(after).unwrap_or(('&', 1));
        appender.char(c);
        rest = after.get(len..).unwrap_or_default();
    }
    appender.text(rest);
}

/// The character that `text`, which begins with `&`, names, and the bytes of the name.
fn reference(text: &str) -> Option<(char, usize)> {
    let body = text.get(1..)?;
    let len = body
        .bytes()
        .take(NAME_BYTES_MAX + 1)
        .position(|byte| byte == b';')?;
    let name = body.get(..len)?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => named(name)?,
    };
    Some((c, len + 2))
}

fn named(name: &str) -> Option<char> {
    if let Some(&(_, c)) = OTHERS.iter().find(|(known, _)| *known == name) {
        return Some(c);
    }
    let at = LATIN.iter().position(|known| *known == name)?;
    char::from_u32(160 + u32::try_from(at).ok()?)
}

struct Appender<'a> {
    out: &'a mut String,
    begin: usize,
    end_max: usize,
    /// A space goes before the next character that is none.
    owes_space: bool,
}

impl Appender<'_> {
    /// Words are copied whole: nearly all of a guide is plain text.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let is_plain = |byte: u8| byte > b' ' && byte < 0x7f;
            let plain = rest.bytes().position(|byte| !is_plain(byte));
            let (word, behind) = rest.split_at(plain.unwrap_or(rest.len()));
            self.word(word);
            let mut chars = behind.chars();
            if let Some(c) = chars.next() {
                self.char(c);
            }
            rest = chars.as_str();
        }
    }

    fn word(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        self.pay_space();
        let room = self.end_max.saturating_sub(self.out.len());
        let fits = word.get(..word.len().min(room)).unwrap_or_default();
        self.out.push_str(fits);
    }

    fn char(&mut self, c: char) {
        if c.is_whitespace() && !matches!(c, '\u{b}' | '\u{c}') {
            self.owes_space = true;
        } else if !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}') {
            self.pay_space();
            if self.out.len() + c.len_utf8() <= self.end_max {
                self.out.push(c);
            } else {
                // Nothing may follow what did not fit.
                self.end_max = self.out.len();
            }
        }
    }

    fn pay_space(&mut self) {
        let owes = std::mem::take(&mut self.owes_space);
        if owes && self.out.len() > self.begin && self.out.len() < self.end_max {
            self.out.push(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, bytes_max: usize) -> String {
        let mut out = "x".to_owned();
        append(&mut out, text, bytes_max);
        out.split_off(1)
    }

    #[test]
    fn names_become_characters() {
        for (text, expected) in [
            ("Tom &amp; Jerry", "Tom & Jerry"),
            ("T&#233;l&#xE9;", "Télé"),
            ("R&B &nbsp; &eacute;", "R&B é"),
            ("a &unknown; b", "a &unknown; b"),
            ("&#0;&#xd800;&#x110000;", "&#xd800;&#x110000;"),
            ("&yuml;&szlig;&hellip;", "ÿß…"),
            ("&amp;lt;", "&lt;"),
            (" \n two\t\twords ", "two words"),
            ("a\u{b}b\u{1}\u{feff}", "ab"),
            ("&", "&"),
            ("&;", "&;"),
            ("", ""),
        ] {
            assert_eq!(read(text, 100), expected, "{text}");
        }
    }

    #[test]
    fn a_text_ends_where_it_must() {
        for (text, bytes_max, expected) in [
            ("abcdef", 3, "abc"),
            ("abéf", 3, "ab"),
            ("abé f", 4, "abé"),
            ("a b", 1, "a"),
            ("&eacute;x", 1, ""),
        ] {
            assert_eq!(read(text, bytes_max), expected, "{text}");
        }
    }
}
