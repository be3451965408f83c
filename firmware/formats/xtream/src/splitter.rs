//! Objects out of JSON that arrives in pieces, by its brackets alone.
//!
//! An answer is taken apart along one rule: an *object* is what stands in braces inside nothing but
//! arrays, the outermost braces, and those of one member that is named ahead (the `episodes` of
//! a series: a list of lists, or braces with a season for a name). So an array of objects, arrays of
//! arrays, objects by number, and a list wrapped into a member all give the same objects.
//!
//! Commas that are missing or too many do no harm: what is not an object between objects is passed over.

use std::ops::ControlFlow;

use crate::{Limits, fields::is_space};

/// Arrays and braces around an object at most.
const OPEN_MAX: usize = 8;
/// Bytes of a name or of a text between objects that are kept.
const WORD_BYTES_MAX: usize = 128;

/// Whoever takes the objects: its names, from the outside, and its bytes with the braces.
pub(crate) type Each<'a> = &'a mut dyn FnMut(Names<'_>, &[u8]) -> ControlFlow<()>;

/// The names under which an object stands; empty where it stands in arrays only.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names<'a> {
    /// In the outermost braces.
    pub(crate) outer: &'a str,
    /// In those of the member that is seen through.
    pub(crate) inner: &'a str,
}

/// What is open around the place that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Array,
    Braces,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between objects.
    Between,
    /// In a text between objects: a name or a value.
    Text { escaped: bool },
    /// In a number or a word between objects.
    Scalar,
    /// In an object, so deep, maybe within a text.
    Object { depth: usize, text: Option<bool> },
    /// Behind the last bracket.
    Done,
}

/// The stage that finds objects.
#[derive(Debug)]
pub(crate) struct Splitter {
    state: State,
    open: Vec<Open>,
    /// Whose braces are seen through.
    through: &'static str,
    names: [String; 2],
    /// The text that ended last: a name once a colon follows.
    word: Vec<u8>,
    /// A name has come and its value has not.
    has_name: bool,
    object: Vec<u8>,
    is_oversized: bool,
    object_bytes_max: usize,
    /// Objects left out for their size.
    pub(crate) oversized: u64,
    /// The first text or word that is a value, for answers such as `{"error": "…"}`.
    pub(crate) said: String,
}

impl Splitter {
    pub(crate) fn new(limits: &Limits, through: &'static str) -> Self {
        Self {
            state: State::Between,
            open: Vec::new(),
            through,
            names: Default::default(),
            word: Vec::new(),
            has_name: false,
            object: Vec::new(),
            is_oversized: false,
            object_bytes_max: limits.object_bytes_max,
            oversized: 0,
            said: String::new(),
        }
    }

    /// Whether the outermost bracket has been closed, or the answer was one text.
    pub(crate) fn is_whole(&self) -> bool {
        self.state == State::Done
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8], each: Each<'_>) -> ControlFlow<()> {
        while let Some((&byte, rest)) = bytes.split_first() {
            match self.state {
                State::Done => return ControlFlow::Continue(()),
                State::Object { depth, text } => {
                    bytes = self.in_object(bytes, depth, text, each)?;
                    continue;
                }
                State::Text { escaped } => self.in_text(byte, escaped),
                State::Scalar => {
                    if !is_delimiter(byte) {
                        self.keep(byte);
                    } else {
                        self.end_value();
                        // The delimiter is read once more, as what it is.
                        continue;
                    }
                }
                State::Between if self.begins_object(byte) => {
                    self.begin_object(byte);
                    continue;
                }
                State::Between => self.between(byte),
            }
            bytes = rest;
        }
        ControlFlow::Continue(())
    }

    fn between(&mut self, byte: u8) {
        match byte {
            _ if is_space(byte) => {}
            b'"' => {
                self.word.clear();
                self.state = State::Text { escaped: false };
            }
            b':' if self.open.last() == Some(&Open::Braces) => self.name(),
            b',' => self.has_name = false,
            b'[' => self.enter(Open::Array),
            b'{' => self.enter(Open::Braces),
            b']' | b'}' => self.leave(),
            _ => {
                self.word.clear();
                self.keep(byte);
                self.state = State::Scalar;
            }
        }
    }

    fn in_text(&mut self, byte: u8, escaped: bool) {
        match byte {
            b'"' if !escaped => self.end_value(),
            _ => {
                self.keep(byte);
                let escaped = byte == b'\\' && !escaped;
                self.state = State::Text { escaped };
            }
        }
    }

    /// A text or a word has ended; a colon may yet make a name of it.
    fn end_value(&mut self) {
        let is_value = self.has_name || self.open.last() != Some(&Open::Braces);
        if is_value && self.said.is_empty() {
            self.said = String::from_utf8_lossy(&self.word).into_owned();
        }
        self.has_name = false;
        self.state = if self.open.is_empty() {
            State::Done
        } else {
            State::Between
        };
    }

    /// The word before this colon is the name of what follows.
    fn name(&mut self) {
        let name = String::from_utf8_lossy(&self.word).into_owned();
        let braces = self.open.iter().filter(|open| **open == Open::Braces);
        match braces.count() {
            1 => self.names = [name, String::new()],
            _ => {
                let [_, inner] = &mut self.names;
                *inner = name;
            }
        }
        self.has_name = true;
    }

    /// Whether an object begins with this byte: a brace that is no part of what is around objects, or
    /// a bracket too deep for anything of use to be in it.
    fn begins_object(&self, byte: u8) -> bool {
        let is_too_deep = self.open.len() >= OPEN_MAX;
        match byte {
            b'[' => is_too_deep,
            b'{' => is_too_deep || !self.sees_through(),
            _ => false,
        }
    }

    /// Whether braces at this place are part of what is around objects.
    fn sees_through(&self) -> bool {
        let [outer, _] = &self.names;
        let is_member = self.open == [Open::Braces];
        self.open.is_empty() || (is_member && !self.through.is_empty() && outer == self.through)
    }

    fn enter(&mut self, open: Open) {
        self.has_name = false;
        self.open.push(open);
    }

    fn leave(&mut self) {
        self.has_name = false;
        self.open.pop();
        if self.open.is_empty() {
            self.state = State::Done;
        }
    }

    /// The bracket is read again, as the first byte of the object.
    fn begin_object(&mut self, bracket: u8) {
        self.has_name = false;
        self.object.clear();
        self.is_oversized = bracket == b'[';
        self.state = State::Object {
            depth: 0,
            text: None,
        };
    }

    /// Takes bytes up to the end of the object or of the piece; what is left of the piece.
    fn in_object<'b>(
        &mut self,
        bytes: &'b [u8],
        mut depth: usize,
        mut text: Option<bool>,
        each: Each<'_>,
    ) -> ControlFlow<(), &'b [u8]> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match text {
                Some(true) => {
                    text = Some(false);
                    at += 1;
                }
                Some(false) => match memchr::memchr2(b'"', b'\\', rest) {
                    None => at = bytes.len(),
                    Some(found) => {
                        text = (rest.get(found) == Some(&b'\\')).then_some(true);
                        at += found + 1;
                    }
                },
                None => {
                    let byte = rest.first();
                    at += 1;
                    match byte {
                        Some(b'"') => text = Some(false),
                        Some(b'{' | b'[') => depth += 1,
                        Some(b'}' | b']') => depth = depth.saturating_sub(1),
                        _ => continue,
                    }
                    if depth == 0 && text.is_none() {
                        break;
                    }
                }
            }
        }
        let (taken, rest) = bytes.split_at(at.min(bytes.len()));
        self.hold(taken);
        if depth == 0 && text.is_none() {
            self.end_object(each)?;
        } else {
            self.state = State::Object { depth, text };
        }
        ControlFlow::Continue(rest)
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.object.len() + bytes.len() > self.object_bytes_max {
            self.is_oversized = true;
            self.object.clear();
        }
        if !self.is_oversized {
            self.object.extend_from_slice(bytes);
        }
    }

    fn end_object(&mut self, each: Each<'_>) -> ControlFlow<()> {
        self.state = State::Between;
        if self.is_oversized {
            self.is_oversized = false;
            self.oversized += 1;
            return ControlFlow::Continue(());
        }
        let [outer, inner] = &self.names;
        each(Names { outer, inner }, &self.object)
    }

    fn keep(&mut self, byte: u8) {
        if self.word.len() < WORD_BYTES_MAX {
            self.word.push(byte);
        }
    }
}

const fn is_delimiter(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b':' | b'"')
}
