//! Signs that are not letters: flags, superscripts, dots for blanks, the number of a copy.

use super::draft::Draft;
use crate::country::Country;
use crate::fold::compose;
use crate::scan::{Scan, is_digit, is_space, is_word};

/// What stands where a flag was: it parts the code of a country from the name ("UK 🇬🇧 Name").
const FLAG: [char; 3] = [' ', '★', ' '];

/// Takes the flags out; the first one tells the country.
pub(super) fn take_flags(draft: &mut Draft) {
    if draft.text.is_ascii_only() {
        return;
    }
    let mut rest = Vec::with_capacity(draft.text.len());
    let mut first = None;
    let mut scan = Scan::new(&draft.text);
    while let Some(c) = scan.next() {
        if let Some(code) = part_of_country(c, &mut scan) {
            first.get_or_insert(code);
            rest.extend(FLAG);
            continue;
        }
        match (flag_letter(c), scan.peek().and_then(flag_letter)) {
            (Some(one), Some(two)) => {
                scan.next();
                first.get_or_insert([one, two].iter().collect::<String>());
                rest.extend(FLAG);
            }
            _ => rest.push(if c == '\u{a0}' { ' ' } else { c }),
        }
    }
    draft.text = rest;
    if let Some(country) = first.as_deref().and_then(Country::from_code) {
        draft.is_for(country);
    }
}

/// The letter of a regional indicator symbol; two of them are a flag.
fn flag_letter(c: char) -> Option<char> {
    let place = u32::from(c).checked_sub(0x1f1e6)?;
    ('a'..='z').nth(usize::try_from(place).ok()?)
}

/// The country whose part a black flag with tags stands for, as England's: the tags are letters,
/// the first two its code (Unicode Technical Standard 51, annex C).
fn part_of_country(c: char, scan: &mut Scan<'_>) -> Option<String> {
    let mut there = *scan;
    let tags = there.run(FLAG_TAGS_MAX, |c| tag_letter(c).is_some());
    if c != '\u{1f3f4}' || tags.len() < 2 {
        return None;
    }
    *scan = there;
    Some(
        tags.iter()
            .take(2)
            .copied()
            .filter_map(tag_letter)
            .collect(),
    )
}

/// Tags of the longest code of a part of a country, and the one that ends it.
const FLAG_TAGS_MAX: usize = 7;

/// What an invisible tag character stands for.
fn tag_letter(c: char) -> Option<char> {
    let ascii = u32::from(c).checked_sub(0xe0000)?;
    char::from_u32(ascii).filter(char::is_ascii)
}

/// Superscripts and other compatibility forms become ordinary letters. A run of superscripts is a
/// word of its own: `HBOᴴᴰ` is `HBO HD`.
pub(super) fn compose_letters(draft: &mut Draft) {
    if draft.text.is_ascii_only() {
        return;
    }
    let mut apart = String::with_capacity(draft.text.len() * 2);
    let mut raised = false;
    for &c in &draft.text {
        if raised != is_raised(c) {
            raised = !raised;
            apart.push(' ');
        }
        apart.push(c);
    }
    if raised {
        apart.push(' ');
    }
    draft.text = compose(&apart).chars().collect();
}

/// Whether the letter or digit stands above or below the line.
fn is_raised(c: char) -> bool {
    matches!(c,
        '\u{b2}' | '\u{b3}' | '\u{b9}'
        | '\u{2b0}'..='\u{2b8}'
        | '\u{2e0}'..='\u{2e4}'
        | '\u{1d2c}'..='\u{1d6a}'
        | '\u{1d78}'
        | '\u{1d9b}'..='\u{1dbf}'
        | '\u{2070}'..='\u{209c}'
        | '\u{2c7c}' | '\u{2c7d}'
        | '\u{a7f2}'..='\u{a7f4}')
}

/// Dots or underscores stand for blanks where there is no blank but two of them or more between
/// words, and no number like 4.1.
pub(super) fn dots_are_spaces(draft: &mut Draft) {
    let text = draft.text.trimmed();
    if text.contains(&' ') {
        return;
    }
    let mut joints = 0;
    for triple in text.windows(3) {
        let [before, sign, after] = *triple else {
            continue;
        };
        if sign == '.' && is_digit(before) && is_digit(after) {
            return;
        }
        joints += usize::from(matches!(sign, '.' | '_') && is_word(before) && is_word(after));
    }
    if joints >= 2 {
        for c in &mut draft.text {
            if matches!(*c, '.' | '_') {
                *c = ' ';
            }
        }
    }
}

/// Takes `#2` away from the end.
pub(super) fn take_number_of_copy(draft: &mut Draft) {
    let mut scan = Scan::at_end(&draft.text);
    scan.skip_back(is_space);
    if !scan.skip_back(is_digit).is_empty() && scan.eat_back_if(|c| c == '#') {
        let at = scan.at();
        draft.text.truncate(at);
    }
}

/// Letters of scripts that are written in Latin letters here: Greek, Cyrillic, Armenian, Georgian.
pub(super) fn has_table(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{58f}' | '\u{10a0}'..='\u{10ff}')
}

/// What is asked of a text in characters.
trait Text {
    /// Nothing beyond ASCII.
    fn is_ascii_only(&self) -> bool;
    /// Without the blanks around it.
    fn trimmed(&self) -> &[char];
}

impl Text for Vec<char> {
    fn is_ascii_only(&self) -> bool {
        self.iter().all(char::is_ascii)
    }

    fn trimmed(&self) -> &[char] {
        let mut scan = Scan::new(self);
        scan.skip(is_space);
        let mut end = Scan::at_end(scan.rest());
        end.skip_back(is_space);
        end.before()
    }
}
