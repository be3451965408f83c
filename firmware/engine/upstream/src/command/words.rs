//! What a command says on its standard error: the last lines of it, without secrets.

use std::collections::VecDeque;

use url::Url;

use crate::http::redact;

/// Lines kept: the reason mostly stands in the last one.
const LINES_MAX: usize = 20;
/// Bytes of a line that are read; the rest of it is left out.
const LINE_BYTES_MAX: usize = 400;
/// Lines of one look that are logged: a command may flood.
const LOGGED_MAX: usize = 20;
/// Parts of an address that are so short hide nothing, and would blot out half of each line.
const SECRET_BYTES_MIN: usize = 4;

/// The last lines of a command.
#[derive(Debug)]
pub(super) struct Words {
    name: String,
    secrets: Vec<String>,
    lines: VecDeque<String>,
    open: Vec<u8>,
    logged: usize,
}

impl Words {
    /// Of the command `name`, which was given `address`.
    pub(super) fn new(name: &str, address: &str) -> Self {
        Self {
            name: name.to_owned(),
            secrets: secrets(address),
            lines: VecDeque::with_capacity(LINES_MAX),
            open: Vec::new(),
            logged: 0,
        }
    }

    /// From here on lines are logged again.
    pub(super) fn look(&mut self) {
        self.logged = 0;
    }

    /// Takes bytes in, in any cut.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            let room = LINE_BYTES_MAX.saturating_sub(self.open.len());
            self.open.extend(piece.iter().take(room));
            if piece.ends_with(b"\n") || piece.ends_with(b"\r") {
                self.end_line();
            }
        }
    }

    /// The last line that says something.
    pub(super) fn last(&self) -> Option<String> {
        let open = self.shown(&self.open);
        open.or_else(|| self.lines.back().cloned())
    }

    fn end_line(&mut self) {
        let shown = self.shown(&self.open);
        self.open.clear();
        let Some(line) = shown else {
            return;
        };
        if self.logged < LOGGED_MAX {
            self.logged += 1;
            tracing::debug!(command = self.name, "{line}");
        }
        if self.lines.len() == LINES_MAX {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// A line as it may stand in a log; `None` where nothing is left of it.
    fn shown(&self, line: &[u8]) -> Option<String> {
        let line = String::from_utf8_lossy(line);
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        let mut shown = without_addresses(line.trim());
        for secret in &self.secrets {
            shown = shown.replace(secret.as_str(), "…");
        }
        (!shown.is_empty()).then_some(shown)
    }
}

/// Each address in the text as far as it may be shown.
fn without_addresses(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(mark) = rest.find("://") {
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let start = rest[..mark]
            .char_indices()
            .rev()
            .take_while(|(_, c)| is_scheme(*c))
            .last()
            .map_or(mark, |(at, _)| at);
        let end = rest[mark + 3..]
            .find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '<' | '>' | '`'))
            .map_or(rest.len(), |at| mark + 3 + at);
        // ffmpeg writes `http://h/a.ts: Server returned 403`.
        let address = rest[start..end].trim_end_matches([':', ',', ';', '.', ')', ']']);
        shown.push_str(&rest[..start]);
        match Url::parse(address) {
            Ok(url) => shown.push_str(&redact(&url)),
            Err(_) => shown.push('…'),
        }
        rest = &rest[start + address.len()..];
    }
    shown.push_str(rest);
    shown
}

/// Parts of the address that a log may not show, longest first.
fn secrets(address: &str) -> Vec<String> {
    let Ok(url) = Url::parse(address) else {
        return Vec::new();
    };
    let shown = redact(&url);
    let path = url.path().split('/').map(ToOwned::to_owned);
    let query = url.query_pairs().map(|(_, value)| value.into_owned());
    let raw_query = url.query().unwrap_or_default().split(['&', '=']);
    let account = [url.username(), url.password().unwrap_or_default()];
    let mut secrets: Vec<String> = path
        .chain(query)
        .chain(raw_query.skip(1).step_by(2).map(ToOwned::to_owned))
        .chain(account.map(ToOwned::to_owned))
        .filter(|part| part.len() >= SECRET_BYTES_MIN && !shown.contains(part.as_str()))
        .collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ADDRESS: &str =
        "http://user:passw0rd@h.example/live/USERNAME/PASS1234/77.ts?token=t0k3n%21";

    fn words() -> Words {
        Words::new("ffmpeg", ADDRESS)
    }

    #[test]
    fn the_last_line_is_the_reason() {
        let mut words = words();
        assert_eq!(words.last(), None);
        words.push(b"first\nsec");
        assert_eq!(words.last().as_deref(), Some("sec"));
        words.push(b"ond\r\n\n  \n");
        assert_eq!(words.last().as_deref(), Some("second"));
    }

    #[test]
    fn secrets_are_left_out() {
        for (said, shown) in [
            (
                format!("{ADDRESS}: Server returned 403"),
                "http://h.example/live/…/77.ts: Server returned 403",
            ),
            (
                format!("Opening '{ADDRESS}' for reading"),
                "Opening 'http://h.example/live/…/77.ts' for reading",
            ),
            (
                "GET /live/USERNAME/PASS1234/77.ts".to_owned(),
                "GET /live/…/…/77.ts",
            ),
            (
                "password passw0rd, token t0k3n! or t0k3n%21".to_owned(),
                "password …, token … or …",
            ),
            ("a://b and :// and x://".to_owned(), "a://b/ and … and x:…"),
            ("\u{1b}[31mred\u{1b}[0m \0".to_owned(), "[31mred[0m"),
        ] {
            let mut words = words();
            words.push(said.as_bytes());
            words.push(b"\n");
            assert_eq!(words.last().as_deref(), Some(shown), "{said}");
        }
    }

    #[test]
    fn a_flood_is_bounded() {
        let mut words = words();
        words.push(&[b'x'; 100_000]);
        assert_eq!(words.open.len(), LINE_BYTES_MAX);
        for _ in 0..1000 {
            words.push(b"line\n");
        }
        assert_eq!((words.lines.len(), words.logged), (LINES_MAX, LOGGED_MAX));
    }

    proptest! {
        #[test]
        fn nothing_said_makes_it_panic_or_grow(said in prop::collection::vec(any::<u8>(), 0..600), text in "\\PC*(://)?\\PC*") {
            let mut words = words();
            words.push(&said);
            words.push(text.as_bytes());
            words.push(b"\n");
            prop_assert!(words.open.is_empty() && words.lines.len() <= LINES_MAX);
        }

        #[test]
        fn the_password_is_never_shown(before in "[a-z ':]{0,20}", after in "[a-z ':.,]{0,20}") {
            let mut words = words();
            words.push(format!("{before}{ADDRESS}{after}\n").as_bytes());
            let last = words.last().unwrap();
            for secret in ["passw0rd", "USERNAME", "PASS1234", "t0k3n"] {
                prop_assert!(!last.contains(secret), "{last}");
            }
        }
    }
}
