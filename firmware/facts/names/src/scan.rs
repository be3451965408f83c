//! A place in a text, and what stands there: the small scanners of this crate are made of it.
//!
//! Names are looked at one character at a time, often with a look at the one before. A [`Scan`] is
//! copied to try something and thrown away when it fails.

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    text: &'a [char],
    at: usize,
}

impl<'a> Scan<'a> {
    /// At the beginning of `text`.
    pub(crate) fn new(text: &'a [char]) -> Self {
        Self { text, at: 0 }
    }

    /// At the end of `text`, to go backwards.
    pub(crate) fn at_end(text: &'a [char]) -> Self {
        let at = text.len();
        Self { text, at }
    }

    /// The place as an index into the text, at most its length.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The character here; `None` at the end.
    pub(crate) fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    /// The character before; `None` at the beginning.
    pub(crate) fn back(&self) -> Option<char> {
        self.text.get(self.at.checked_sub(1)?).copied()
    }

    /// What lies before this place.
    pub(crate) fn before(&self) -> &'a [char] {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// What lies from this place on.
    pub(crate) fn rest(&self) -> &'a [char] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next character.
    pub(crate) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// Goes past the next character if it is one of these.
    pub(crate) fn eat(&mut self, any_of: &str) -> bool {
        self.eat_if(|c| any_of.contains(c))
    }

    /// Goes past the next character if it is such a one.
    pub(crate) fn eat_if(&mut self, such: impl Fn(char) -> bool) -> bool {
        let here = self.peek().is_some_and(such);
        self.at += usize::from(here);
        here
    }

    /// Goes back before the previous character if it is such a one.
    pub(crate) fn eat_back_if(&mut self, such: impl Fn(char) -> bool) -> bool {
        let there = self.back().is_some_and(such);
        self.at -= usize::from(there);
        there
    }

    /// Goes past all such characters; tells how many.
    pub(crate) fn skip(&mut self, such: impl Fn(char) -> bool) -> usize {
        let from = self.at;
        while self.eat_if(&such) {}
        self.at - from
    }

    /// Goes back before all such characters; tells what was passed.
    pub(crate) fn skip_back(&mut self, such: impl Fn(char) -> bool) -> &'a [char] {
        let to = self.at;
        while self.eat_back_if(&such) {}
        self.text.get(self.at..to).unwrap_or_default()
    }

    /// Takes as many such characters as there are, at most `max`.
    pub(crate) fn run(&mut self, max: usize, such: impl Fn(char) -> bool) -> &'a [char] {
        let from = self.at;
        while self.at - from < max && self.eat_if(&such) {}
        self.text.get(from..self.at).unwrap_or_default()
    }

    /// Takes exactly `count` such characters.
    pub(crate) fn exactly(
        &mut self,
        count: usize,
        such: impl Fn(char) -> bool,
    ) -> Option<&'a [char]> {
        let mut there = *self;
        let run = there.run(count, such);
        if run.len() < count {
            return None;
        }
        *self = there;
        Some(run)
    }

    /// Takes one or two digits that no third follows.
    pub(crate) fn small_number(&mut self) -> Option<u8> {
        let mut there = *self;
        let digits = there.run(2, is_digit);
        if digits.is_empty() || there.peek().is_some_and(is_digit) {
            return None;
        }
        *self = there;
        number(digits)
    }

    /// Goes past this text (ASCII), whatever its case.
    pub(crate) fn eat_text(&mut self, text: &str) -> bool {
        let mut there = *self;
        for wanted in text.chars() {
            if !there.eat_if(|c| c.eq_ignore_ascii_case(&wanted)) {
                return false;
            }
        }
        *self = there;
        true
    }

    /// Whether a word begins or ends here.
    pub(crate) fn is_boundary(&self) -> bool {
        self.back().is_some_and(is_word) != self.peek().is_some_and(is_word)
    }
}

/// A letter, a digit or an underscore of whatever script.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What words do not consist of.
pub(crate) fn is_not_word(c: char) -> bool {
    !is_word(c)
}

/// A letter of whatever script.
pub(crate) fn is_letter(c: char) -> bool {
    c.is_alphabetic()
}

/// A digit.
pub(crate) fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// A blank of whatever width.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// A capital Latin letter.
pub(crate) fn is_capital(c: char) -> bool {
    c.is_ascii_uppercase()
}

/// A Latin letter without a mark.
pub(crate) fn is_latin_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
}

/// Whether a word is digits alone.
pub(crate) fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// The number that these digits are; `None` where there are none or it is above 255.
pub(crate) fn number(digits: &[char]) -> Option<u8> {
    text_of(digits).parse().ok()
}

/// As a string.
pub(crate) fn text_of(chars: &[char]) -> String {
    chars.iter().collect()
}

/// As a string, Latin letters small.
pub(crate) fn small(chars: &[char]) -> String {
    chars.iter().map(char::to_ascii_lowercase).collect()
}
