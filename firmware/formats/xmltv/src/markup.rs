//! Bytes become tags and texts, one after the other. Of a tag that came in pieces at most so many
//! bytes are held; texts are handed on as they come, in as many pieces as they came in.

use memchr::{memchr, memchr2, memmem};

use crate::Error;

/// Of a `<!DOCTYPE`, a comment or a processing instruction: what is looked at.
const DECLARATION_BYTES_MAX: usize = 256;

/// What the bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `<name attributes>` or, where empty, `<name attributes/>`.
    Start {
        name: &'a [u8],
        attributes: &'a [u8],
        is_empty: bool,
    },
    /// `</name>`
    End { name: &'a [u8] },
    /// Part of a text. Entities may be cut in two.
    Text(&'a [u8]),
    /// Part of a text in which `&` is no more than that.
    Plain(&'a [u8]),
    /// `<?xml …?>`, without its brackets.
    Instruction(&'a [u8]),
    /// `<!DOCTYPE …>`, the beginning of it.
    Declaration(&'a [u8]),
}

pub(crate) type Each<'e> = dyn FnMut(Token<'_>) -> Result<(), Error> + 'e;

pub(crate) struct Markup {
    state: State,
    /// The tag so far, where it did not come in one piece.
    held: Vec<u8>,
    tag_bytes_max: usize,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Text,
    /// Behind a `<`.
    Open,
    /// In a tag, perhaps in an attribute with this quote.
    Tag {
        quote: Option<u8>,
    },
    /// Behind `<!`: what follows tells a comment, a text or a declaration.
    Bang,
    /// In a declaration: square brackets that are open, and the quote.
    Declaration {
        brackets: u32,
        quote: Option<u8>,
    },
    /// In something that ends with these bytes, of which so many have been seen.
    Until {
        what: Until,
        seen: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    Comment,
    Cdata,
    Instruction,
}

impl Until {
    const fn end(self) -> &'static [u8] {
        match self {
            Self::Comment => b"-->",
            Self::Cdata => b"]]>",
            Self::Instruction => b"?>",
        }
    }
}

impl Markup {
    pub(crate) fn new(tag_bytes_max: usize) -> Self {
        Self {
            state: State::Text,
            held: Vec::new(),
            tag_bytes_max,
        }
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8], each: &mut Each<'_>) -> Result<(), Error> {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Text => self.text(bytes, each)?,
                State::Open => self.open(bytes, each)?,
                State::Tag { quote } => self.tag(bytes, quote, each)?,
                State::Bang => self.bang(bytes, each)?,
                State::Declaration { brackets, quote } => {
                    self.declaration(bytes, brackets, quote, each)?
                }
                State::Until { what, seen } => self.until(bytes, what, seen, each)?,
            };
        }
        Ok(())
    }

    fn text<'b>(&mut self, bytes: &'b [u8], each: &mut Each<'_>) -> Result<&'b [u8], Error> {
        let end = memchr(b'<', bytes);
        let (text, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
        if !text.is_empty() {
            each(Token::Text(text))?;
        }
        if end.is_some() {
            self.state = State::Open;
        }
        Ok(rest.get(1..).unwrap_or_default())
    }

    /// A `<` that no name follows is a character of the text.
    fn open<'b>(&mut self, bytes: &'b [u8], each: &mut Each<'_>) -> Result<&'b [u8], Error> {
        let Some((&first, rest)) = bytes.split_first() else {
            return Ok(bytes);
        };
        self.held.clear();
        Ok(match first {
            b'!' => {
                self.state = State::Bang;
                rest
            }
            b'?' => {
                self.state = State::Until {
                    what: Until::Instruction,
                    seen: 0,
                };
                rest
            }
            b'/' | b'_' | b':' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {
                self.state = State::Tag { quote: None };
                bytes
            }
            _ => {
                self.state = State::Text;
                each(Token::Plain(b"<"))?;
                bytes
            }
        })
    }

    fn tag<'b>(
        &mut self,
        bytes: &'b [u8],
        mut quote: Option<u8>,
        each: &mut Each<'_>,
    ) -> Result<&'b [u8], Error> {
        let mut at = 0;
        loop {
            let left = bytes.get(at..).unwrap_or_default();
            let found = match quote {
                Some(quote) => memchr(quote, left),
                None => end_or_quote(left),
            };
            let Some(found) = found else {
                self.hold(bytes);
                self.state = State::Tag { quote };
                return Ok(&[]);
            };
            at += found;
            match (quote, bytes.get(at)) {
                (None, Some(&mark @ (b'"' | b'\''))) => quote = Some(mark),
                (Some(_), _) => quote = None,
                (None, mark) => {
                    let (tag, rest) = bytes.split_at(at);
                    // A tag within a tag: the first one was never closed. The second counts.
                    let is_broken = mark == Some(&b'<');
                    self.state = if is_broken { State::Open } else { State::Text };
                    if !is_broken {
                        self.end_of_tag(tag, each)?;
                    }
                    return Ok(rest.get(1..).unwrap_or_default());
                }
            }
            at += 1;
        }
    }

    fn end_of_tag(&mut self, tag: &[u8], each: &mut Each<'_>) -> Result<(), Error> {
        if self.held.is_empty() {
            return emit(tag.get(..self.tag_bytes_max).unwrap_or(tag), each);
        }
        self.hold(tag);
        let held = std::mem::take(&mut self.held);
        let result = emit(&held, each);
        self.held = held;
        self.held.clear();
        result
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = self.tag_bytes_max.saturating_sub(self.held.len());
        let fits = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        self.held.extend_from_slice(fits);
    }

    fn bang<'b>(&mut self, bytes: &'b [u8], _: &mut Each<'_>) -> Result<&'b [u8], Error> {
        let Some((&first, rest)) = bytes.split_first() else {
            return Ok(bytes);
        };
        const CDATA: &[u8] = b"[CDATA[";
        self.held.push(first);
        let until = |what| State::Until { what, seen: 0 };
        if self.held == b"--" {
            self.state = until(Until::Comment);
        } else if self.held == CDATA {
            self.state = until(Until::Cdata);
        } else if !b"--".starts_with(&self.held) && !CDATA.starts_with(&self.held) {
            // What was looked at is read again as part of the declaration, with its brackets.
            let brackets = u32::from(self.held.first() == Some(&b'['));
            self.state = match first {
                b'>' => State::Text,
                _ => State::Declaration {
                    brackets,
                    quote: None,
                },
            };
            return Ok(rest);
        } else {
            return Ok(rest);
        }
        self.held.clear();
        Ok(rest)
    }

    /// Up to the `>` outside of quotes and brackets; nothing within is believed.
    fn declaration<'b>(
        &mut self,
        bytes: &'b [u8],
        mut brackets: u32,
        mut quote: Option<u8>,
        each: &mut Each<'_>,
    ) -> Result<&'b [u8], Error> {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.held.len() < DECLARATION_BYTES_MAX {
                self.held.push(byte);
            }
            match (quote, byte) {
                (Some(open), _) if byte == open => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => brackets = brackets.saturating_add(1),
                (None, b']') => brackets = brackets.saturating_sub(1),
                (None, b'>') if brackets == 0 => {
                    self.state = State::Text;
                    each(Token::Declaration(&self.held))?;
                    self.held.clear();
                    return Ok(bytes.get(at + 1..).unwrap_or_default());
                }
                (None, _) => {}
            }
        }
        self.state = State::Declaration { brackets, quote };
        Ok(&[])
    }

    /// `seen` bytes of the end came with the pieces before.
    fn until<'b>(
        &mut self,
        bytes: &'b [u8],
        what: Until,
        seen: usize,
        each: &mut Each<'_>,
    ) -> Result<&'b [u8], Error> {
        let end = what.end();
        if seen > 0 {
            return self.across(bytes, what, seen, each);
        }
        let (inner, rest, seen) = match memmem::find(bytes, end) {
            Some(at) => {
                self.state = State::Text;
                let rest = bytes.get(at + end.len()..);
                (bytes.get(..at), rest.unwrap_or_default(), None)
            }
            None => {
                let seen = (1..end.len())
                    .rev()
                    .find(|&len| end.get(..len).is_some_and(|head| bytes.ends_with(head)))
                    .unwrap_or(0);
                self.state = State::Until { what, seen };
                (bytes.get(..bytes.len() - seen), [].as_slice(), Some(seen))
            }
        };
        let inner = inner.unwrap_or_default();
        match what {
            Until::Comment => {}
            Until::Cdata if inner.is_empty() => {}
            Until::Cdata => each(Token::Plain(inner))?,
            Until::Instruction => {
                let room = DECLARATION_BYTES_MAX.saturating_sub(self.held.len());
                let fits = inner.get(..inner.len().min(room)).unwrap_or_default();
                self.held.extend_from_slice(fits);
                if seen.is_none() {
                    each(Token::Instruction(&self.held))?;
                    self.held.clear();
                }
            }
        }
        Ok(rest)
    }

    /// One byte of what may be the end, which a cut went through.
    fn across<'b>(
        &mut self,
        bytes: &'b [u8],
        what: Until,
        seen: usize,
        each: &mut Each<'_>,
    ) -> Result<&'b [u8], Error> {
        let end = what.end();
        let Some((&first, rest)) = bytes.split_first() else {
            return Ok(bytes);
        };
        // At most two bytes are held back, and one more is looked at.
        let mut window = end.get(..seen).unwrap_or_default().to_vec();
        window.push(first);
        if window == end {
            self.state = State::Text;
            if what == Until::Instruction {
                each(Token::Instruction(&self.held))?;
                self.held.clear();
            }
            return Ok(rest);
        }
        let keep = (0..end.len())
            .rev()
            .find(|&len| end.get(..len).is_some_and(|head| window.ends_with(head)))
            .unwrap_or(0);
        let gone = window.get(..window.len() - keep).unwrap_or_default();
        match what {
            Until::Cdata if !gone.is_empty() => each(Token::Plain(gone))?,
            Until::Instruction if self.held.len() + gone.len() <= DECLARATION_BYTES_MAX => {
                self.held.extend_from_slice(gone);
            }
            _ => {}
        }
        self.state = State::Until { what, seen: keep };
        Ok(rest)
    }
}

/// The first `>`, `<` or quote.
fn end_or_quote(bytes: &[u8]) -> Option<usize> {
    let end = memchr2(b'>', b'<', bytes);
    let before = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    memchr2(b'"', b'\'', before).or(end)
}

fn emit(tag: &[u8], each: &mut Each<'_>) -> Result<(), Error> {
    if let Some(name) = tag.strip_prefix(b"/") {
        let name = name.trim_ascii();
        return each(Token::End { name });
    }
    let (inner, is_empty) = match tag.strip_suffix(b"/") {
        Some(inner) => (inner, true),
        None => (tag, false),
    };
    let end = inner.iter().position(u8::is_ascii_whitespace);
    let (name, attributes) = inner.split_at(end.unwrap_or(inner.len()));
    each(Token::Start {
        name,
        attributes,
        is_empty,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens as text, pieces of texts joined.
    fn tokens(text: &str, piece: usize) -> String {
        let mut markup = Markup::new(64);
        let mut out = String::new();
        for piece in text.as_bytes().chunks(piece) {
            let mut each = |token: Token<'_>| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                match token {
                    Token::Start {
                        name,
                        attributes,
                        is_empty,
                    } => {
                        let end = if is_empty { "/" } else { "" };
                        out += &format!("[{}{}{end}]", text(name), text(attributes));
                    }
                    Token::End { name } => out += &format!("[/{}]", text(name)),
                    Token::Text(bytes) | Token::Plain(bytes) => out += &text(bytes),
                    Token::Instruction(bytes) => out += &format!("[?{}]", text(bytes)),
                    Token::Declaration(bytes) => out += &format!("[!{}]", text(bytes)),
                }
                Ok(())
            };
            markup.push(piece, &mut each).unwrap();
        }
        out
    }

    #[test]
    fn tells_tags_from_texts_however_they_are_cut() {
        for (text, expected) in [
            ("<a b=\"1\">x</a>", "[a b=\"1\"]x[/a]"),
            ("<a b='>'/>y", "[a b='>'/]y"),
            ("a < b<c>", "a < b[c]"),
            ("<a <b>", "[b]"),
            ("x<!-- <a> - -- -->y", "xy"),
            ("<![CDATA[a ] ]] <b> &]]>c", "a ] ]] <b> &c"),
            ("<![CDATA[]]>c", "c"),
            ("<![CDATA[a]]]>c", "a]c"),
            ("<?xml a?b?>c", "[?xml a?b]c"),
            (
                "<!DOCTYPE tv [<!ENTITY a \"]>\">]>b",
                "[!DOCTYPE tv [<!ENTITY a \"]>\">]>]b",
            ),
            ("<!>a", "a"),
            ("</a >", "[/a]"),
            ("<a", ""),
            ("<é>", "[é]"),
        ] {
            for piece in [1, 2, 3, 100] {
                assert_eq!(tokens(text, piece), expected, "{text} by {piece}");
            }
        }
    }

    #[test]
    fn a_tag_without_end_is_bounded() {
        let text = format!("<a b=\"{}\">x", "y".repeat(1000));
        for piece in [1, 7, 2000] {
            let read = tokens(&text, piece);
            assert!(
                read.len() <= 64 + 8 && read.ends_with(']') || read.ends_with('x'),
                "{read}"
            );
        }
    }
}
