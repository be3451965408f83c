//! Texts of many channels in one allocation.

/// Texts of a channel, in this order: name, group, logo, `tvg-id`, address, headers.
pub(crate) const TEXTS: usize = 6;

/// Where the texts of one channel lie, one behind the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    start: u32,
    lens: [u16; TEXTS],
}

impl Span {
    /// The texts, from the arena in which they were put.
    pub(crate) fn of(self, arena: &str) -> [&str; TEXTS] {
        let mut at = self.start as usize;
        self.lens.map(|len| {
            let end = at + usize::from(len);
            let text = arena.get(at..end).unwrap_or("");
            at = end;
            text
        })
    }

    /// The first text alone.
    pub(crate) const fn name(self) -> Piece {
        Piece {
            start: self.start,
            len: self.lens[0],
        }
    }

    /// Offset of the first text.
    pub(crate) const fn start(self) -> u32 {
        self.start
    }

    const fn range(self) -> std::ops::Range<usize> {
        let mut end = self.start as usize;
        let mut index = 0;
        while index < TEXTS {
            end += self.lens[index] as usize;
            index += 1;
        }
        self.start as usize..end
    }
}

/// One text in an arena, or a part of one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Piece {
    start: u32,
    len: u16,
}

impl Piece {
    pub(crate) fn of(self, arena: &str) -> &str {
        let start = self.start as usize;
        arena
            .get(start..start + usize::from(self.len))
            .unwrap_or("")
    }
}

/// Adds one text, cut as a [`Span`] cuts its own.
pub(crate) fn append_one(arena: &mut String, text: &str) -> Piece {
    let text = cut(text);
    reserve(arena, text.len());
    let start = u32::try_from(arena.len()).unwrap_or(u32::MAX);
    arena.push_str(text);
    Piece {
        start,
        len: u16::try_from(text.len()).unwrap_or(u16::MAX),
    }
}

/// The arena grows by a quarter and not to the double: that would be paid from the budget.
fn reserve(arena: &mut String, more: usize) {
    if arena.capacity() - arena.len() < more {
        arena.reserve_exact(more.max(arena.len() / 4).max(4096));
    }
}

/// Adds texts that [`cut`] has measured to an arena of less than 4 GiB, which is the caller's
/// maximum.
pub(crate) fn append(arena: &mut String, texts: [&str; TEXTS]) -> Span {
    let start = u32::try_from(arena.len()).unwrap_or(u32::MAX);
    reserve(arena, texts.iter().map(|text| text.len()).sum());
    for text in texts {
        arena.push_str(text);
    }
    Span {
        start,
        lens: texts.map(|text| u16::try_from(text.len()).unwrap_or(u16::MAX)),
    }
}

/// Closes the gaps between `spans`, which come in the order in which they were appended.
pub(crate) fn compact<'s>(arena: String, spans: impl Iterator<Item = &'s mut Span>) -> String {
    let mut bytes = arena.into_bytes();
    let mut end = 0;
    for span in spans {
        let range = span.range();
        let len = range.len();
        bytes.copy_within(range, end);
        span.start = u32::try_from(end).unwrap_or(u32::MAX);
        end += len;
    }
    bytes.truncate(end);
    String::from_utf8(bytes).expect("whole texts were moved, each to before where it was")
}

/// The longest beginning of `text` that a [`Span`] can hold: 65,535 bytes, ending at a character.
pub(crate) fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(usize::from(u16::MAX))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compacts_in_place() {
        let mut arena = String::new();
        let texts = |n: &'static str| [n, "é", "", "id", "u", ""];
        let mut spans = ["one", "two", "three"].map(|name| append(&mut arena, texts(name)));
        let arena = compact(arena, spans.iter_mut().skip(1));
        assert_eq!(arena, "twoéiduthreeéidu");
        assert_eq!(spans[1].of(&arena), texts("two"));
        assert_eq!(spans[2].of(&arena), texts("three"));
    }

    #[test]
    fn cuts_at_a_character() {
        let long = "é".repeat(40_000);
        assert_eq!(cut(&long).len(), 65_534);
        assert_eq!(cut("short"), "short");
    }
}
