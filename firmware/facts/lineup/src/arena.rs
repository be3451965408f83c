//! Texts of many channels in one allocation.

/// Texts of a channel, in this order: name, group, logo, `tvg-id`, address, headers.
pub(crate) const TEXTS: usize = 6;
/// Which of them is the group.
pub(crate) const GROUP: usize = 1;

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

/// Adds texts that [`cut`] has measured to an arena of less than 4 GiB, which is the caller's
/// maximum. The arena grows by a quarter and not to the double: that would be paid from the budget.
pub(crate) fn append(arena: &mut String, texts: [&str; TEXTS]) -> Span {
    let start = u32::try_from(arena.len()).unwrap_or(u32::MAX);
    let needed: usize = texts.iter().map(|text| text.len()).sum();
    if arena.capacity() - arena.len() < needed {
        arena.reserve_exact(needed.max(arena.len() / 4).max(4096));
    }
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
