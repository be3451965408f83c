//! Rust source as the few kinds of tokens that imports are made of.
//!
//! Comments, strings and characters are left out, so that a path in a doc comment is no import.
//! This is no lexer for the compiler: numbers and operators come out as single characters.

/// A word or a sign, with its line (1-based).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    pub(crate) line: usize,
}

/// Cuts `source` into tokens; `::` is one token.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut scanner = Scanner {
        source,
        at: 0,
        line: 1,
    };
    let mut tokens = Vec::new();
    while let Some(token) = scanner.next_token() {
        tokens.push(token);
    }
    tokens
}

struct Scanner<'a> {
    source: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// Steps over `bytes`, counting lines.
    fn skip(&mut self, bytes: usize) -> &'a str {
        let skipped = &self.rest()[..bytes];
        self.line += skipped.matches('\n').count();
        self.at += bytes;
        skipped
    }

    fn next_token(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = self.rest();
            let first = rest.chars().next()?;
            if let Some(bytes) = ignored(rest, first) {
                self.skip(bytes);
                continue;
            }
            let line = self.line;
            let bytes = match first {
                _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                ':' if rest.starts_with("::") => 2,
                _ => first.len_utf8(),
            };
            let text = self.skip(bytes);
            return Some(Token { text, line });
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Length of what carries no token at the start of `rest`: space, comment, text, character.
fn ignored(rest: &str, first: char) -> Option<usize> {
    match first {
        _ if first.is_whitespace() => Some(first.len_utf8()),
        '/' if rest.starts_with("//") => Some(rest.find('\n').unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => Some(block_comment(rest)),
        '"' => Some(string(rest, 0)),
        '\'' => Some(character(rest)),
        'r' | 'b' | 'c' => prefixed_string(rest),
        _ => None,
    }
}

/// Block comments nest in Rust.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// A plain string whose opening quote is at `open`; a backslash guards the next byte.
fn string(rest: &str, open: usize) -> usize {
    let mut guarded = false;
    for (offset, byte) in rest.bytes().enumerate().skip(open + 1) {
        match byte {
            _ if guarded => guarded = false,
            b'\\' => guarded = true,
            b'"' => return offset + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r"..."`, `r#"..."#`, `b"..."`, `br#"..."#`, `c"..."`, `b'x'`; None if it is just a word.
fn prefixed_string(rest: &str) -> Option<usize> {
    let prefix = rest.find(|c| !matches!(c, 'r' | 'b' | 'c'))?;
    let after = &rest[prefix..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let raw = rest[..prefix].contains('r');
    match after[hashes..].chars().next()? {
        '"' if raw => {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = prefix + hashes + 1;
            let length = rest[body..].find(&end).map(|found| found + end.len());
            Some(length.map_or(rest.len(), |length| body + length))
        }
        '"' if hashes == 0 => Some(string(rest, prefix)),
        '\'' if hashes == 0 && &rest[..prefix] == "b" => Some(prefix + character(after)),
        _ => None,
    }
}

/// A character literal, or only the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => {
            let body = &rest[3.min(rest.len())..];
            body.find('\'').map_or(rest.len(), |end| 3 + end + 1)
        }
        Some((_, _)) => match chars.next() {
            Some((end, '\'')) => end + 1,
            _ => 1,
        },
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_gives_tokens() {
        let table = [
            ("use crate::a; // crate::b", "use crate :: a ;"),
            ("/* x /* y */ crate::z */ k", "k"),
            (r##"let s = r#"crate::"q" "#; t"##, "let s = ; t"),
            (
                r#"f("a\"crate::b", b"x\\", 'c', '\'', b'"')"#,
                "f ( , , , , )",
            ),
            ("fn f<'a>(x: &'a str)", "fn f < a > ( x : & a str )"),
            ("break_r br c", "break_r br c"),
        ];
        for (source, expected) in table {
            let words: Vec<&str> = tokens(source).iter().map(|token| token.text).collect();
            assert_eq!(words.join(" "), expected, "{source}");
        }
    }

    #[test]
    fn lines_are_counted_through_text_and_comments() {
        let source = "a\n\"x\ny\" /*\n*/ b";
        let lines: Vec<usize> = tokens(source).iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 4]);
    }
}
