//! What stands before the JSON: a byte order mark, PHP's warnings, or a web page instead of it.
//!
//! A warning of PHP is HTML (`<br />\n<b>Warning</b>: Undefined array key "x" in …`) or plain text, and
//! ends before the answer begins. So an opening bracket counts as the beginning where it stands behind
//! a space, a line's end or a tag, and what follows it can only be JSON: `[{`, `[[`, `[]`, `{"`, `{}`. A
//! document that begins with `<!doctype`, `<html` or `<?xml` is a page to its end: scripts in it
//! hold objects, too.

use std::ops::ControlFlow;

use crate::Error;

/// Bytes of the beginning that are kept, to say what came instead.
const KEPT_BYTES_MAX: usize = 1024;
/// Characters of a page's title, or of words, that are told.
const SAID_CHARS_MAX: usize = 80;
const PAGES: [&[u8]; 5] = [b"<!doctype", b"<html", b"<?xml", b"<head", b"<!--"];
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The stage in front of the JSON.
#[derive(Debug)]
pub(crate) struct Prelude {
    /// The beginning of what is not JSON, without the space before it.
    kept: Vec<u8>,
    /// Bytes seen, those not kept included.
    bytes: u64,
    /// Bytes of a byte order mark seen; 3 once it is over or was none.
    mark: usize,
    /// The byte before.
    last: u8,
    /// An opening bracket that waits for what follows it.
    candidate: Option<u8>,
    /// What is not JSON has come.
    is_noise: bool,
}

/// Where the JSON begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// An opening bracket that came before and goes first; it may have come in an earlier piece.
    pub(crate) bracket: Option<u8>,
    /// Bytes of this piece that belong to the prelude.
    pub(crate) at: usize,
}

impl Prelude {
    pub(crate) const fn new() -> Self {
        Self {
            kept: Vec::new(),
            bytes: 0,
            mark: 0,
            last: b'\n',
            candidate: None,
            is_noise: false,
        }
    }

    /// Looks for the beginning in the next piece.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Option<Start> {
        for (at, &byte) in piece.iter().enumerate() {
            if let ControlFlow::Break(bracket) = self.byte(byte) {
                return Some(Start { bracket, at });
            }
            self.last = byte;
        }
        None
    }

    /// Bytes that were no JSON.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// `Break` where the JSON begins with this byte, or with a bracket before it.
    fn byte(&mut self, byte: u8) -> ControlFlow<Option<u8>> {
        if !self.is_noise {
            if self.is_mark(byte) || byte.is_ascii_whitespace() {
                return ControlFlow::Continue(());
            }
            if may_begin(byte) {
                return ControlFlow::Break(None);
            }
            self.is_noise = true;
        }
        self.bytes += 1;
        if self.kept.len() < KEPT_BYTES_MAX {
            self.kept.push(byte);
        }
        if byte.is_ascii_whitespace() && self.candidate.is_some() {
            return ControlFlow::Continue(());
        }
        let bracket = self.candidate.take();
        if bracket.is_some_and(|bracket| goes_on(bracket, byte)) && !self.is_page() {
            return ControlFlow::Break(bracket);
        }
        let is_apart = self.last.is_ascii_whitespace() || self.last == b'>';
        if matches!(byte, b'[' | b'{') && is_apart {
            self.candidate = Some(byte);
        }
        ControlFlow::Continue(())
    }

    fn is_mark(&mut self, byte: u8) -> bool {
        if BOM.get(self.mark) == Some(&byte) {
            self.mark += 1;
            return true;
        }
        self.mark = BOM.len();
        false
    }

    fn is_page(&self) -> bool {
        PAGES.iter().any(|page| {
            let head = self.kept.get(..page.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(page))
        })
    }

    /// What an answer without brackets is; nothing is wrong with what PHP makes of an empty list.
    pub(crate) fn verdict(&self) -> Result<(), Error> {
        let text = String::from_utf8_lossy(&self.kept);
        match text.trim() {
            "" => Err(Error::Empty),
            "null" | "false" | "0" => Ok(()),
            page if page.starts_with('<') => {
                let title = title(page).unwrap_or_default();
                Err(Error::Page { title: said(title) })
            }
            words => Err(Error::Words { said: said(words) }),
        }
    }
}

/// With which byte the JSON of an answer without a prelude begins.
const fn may_begin(byte: u8) -> bool {
    matches!(byte, b'[' | b'{' | b'"')
}

/// Whether an answer's JSON can go on with this byte behind that bracket.
const fn goes_on(bracket: u8, byte: u8) -> bool {
    match bracket {
        b'[' => matches!(byte, b'{' | b'[' | b']'),
        _ => matches!(byte, b'"' | b'}'),
    }
}

fn title(page: &str) -> Option<&str> {
    let lower = page.to_ascii_lowercase();
    let from = lower.find("<title>")? + "<title>".len();
    let len = lower.get(from..)?.find("</")?;
    page.get(from..from + len)
}

/// Some words on one line, without control characters.
pub(crate) fn said(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(SAID_CHARS_MAX).collect()
}
