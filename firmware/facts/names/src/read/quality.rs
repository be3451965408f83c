//! Quality and decoration outside of brackets.

use super::draft::Draft;
use crate::parts::Quality;
use crate::scan::{Scan, is_digit, is_number, is_word};
use crate::tables::quality::{MARKS, told_by};

/// What is said in two words, glued or not, and what it becomes: a word that is set aside later, and its quality.
const TWO_WORDS: [(&str, &str, Quality); 6] = [
    ("fullhd", "HD", Quality::FullHd),
    ("ultrahd", "HD", Quality::Uhd),
    ("full hd", "HD", Quality::FullHd),
    ("ultra hd", "HD", Quality::Uhd),
    ("multi audio", "multiaudio", Quality::Unknown),
    ("multi-audio", "multiaudio", Quality::Unknown),
];

/// Qualities that are sold with a plus.
const WITH_PLUS: [&str; 4] = ["hd", "fhd", "uhd", "4k"];

/// Words that are about the quality together only, and what follows them.
const PAIRS: [(&str, &str); 9] = [
    ("dolby", "atmos"),
    ("dolby", "digital"),
    ("dolby", "vision"),
    ("h", "264"),
    ("h", "265"),
    ("low", "bitrate"),
    ("low", "quality"),
    ("x", "264"),
    ("x", "265"),
];

/// Makes one word of each quality: `HD+` and `Full HD` are `HD`, in `NewsHD` it stands apart.
pub(super) fn part_words(draft: &mut Draft) {
    let text = std::mem::take(&mut draft.text);
    let mut out = Vec::with_capacity(text.len() + 4);
    let mut scan = Scan::new(&text);
    while scan.peek().is_some() {
        if scan.is_boundary() {
            if let Some((word, quality, behind)) = two_words(scan) {
                out.push(' ');
                out.extend(word.chars());
                out.push(' ');
                draft.has_quality(quality);
                scan = behind;
                continue;
            }
            if let Some((word, behind)) = with_plus(scan) {
                out.extend(word.chars());
                scan = behind;
                continue;
            }
        } else if is_glued_hd(scan) {
            out.push(' ');
        }
        out.extend(scan.next());
    }
    draft.text = out;
}

fn two_words(scan: Scan<'_>) -> Option<(&'static str, Quality, Scan<'_>)> {
    TWO_WORDS.into_iter().find_map(|(written, word, quality)| {
        let mut there = scan;
        let found = there.eat_text(written) && there.is_boundary();
        there.eat("+");
        found.then_some((word, quality, there))
    })
}

/// A word that begins here and is `HD+` or the like, and the place behind it.
fn with_plus(scan: Scan<'_>) -> Option<(&'static str, Scan<'_>)> {
    WITH_PLUS.into_iter().find_map(|word| {
        let mut there = scan;
        (there.eat_text(word) && there.eat("+")).then_some((word, there))
    })
}

/// Whether the capitals HD end a word here whose letters before are small, or whose number stands
/// behind something: `NewsHD`, `News1HD`, `News 1HD`, but not `1HD`.
fn is_glued_hd(scan: Scan<'_>) -> bool {
    let mut there = scan;
    there.eat("FU");
    let capitals = there.eat("H") && there.eat("D") && there.is_boundary();
    if !capitals {
        return false;
    }
    let mut before = scan;
    let is_number = !before.skip_back(is_digit).is_empty();
    if is_number {
        return before.before().iter().copied().any(is_word);
    }
    (0..3).all(|_| before.eat_back_if(|c| c.is_ascii_lowercase()))
}

/// Sets words for quality and decoration aside, from the second word on: the first is a name
/// ("HD Sport"), except for the words that no name begins with.
pub(super) fn take_words(draft: &mut Draft, name: &str) {
    let words = std::mem::take(&mut draft.words);
    let several = words.len() > 1;
    let mut kept = Vec::with_capacity(words.len());
    let mut rest = words.iter().enumerate().peekable();
    while let Some((at, word)) = rest.next() {
        let may_go = match at {
            0 => several && matches!(word.as_str(), "fhd" | "uhd" | "4k"),
            _ => true,
        };
        let next = rest.peek().map_or("", |(_, next)| next.as_str());
        let is_last_but_one = at + 2 == words.len();
        if at > 0 && (is_pair(word, next) || is_last_but_one && is_numbered(word, next)) {
            rest.next();
            continue;
        }
        match told_by(word) {
            Some(quality) if may_go => draft.has_quality(quality),
            None if may_go && is_mark(word, name) => {}
            _ => kept.push(word.clone()),
        }
    }
    draft.words = if kept.is_empty() { words } else { kept };
}

/// `H.265`, `Dolby Vision`, `60 fps`.
pub(super) fn is_pair(word: &str, next: &str) -> bool {
    PAIRS.contains(&(word, next)) || next == "fps" && matches!(word.len(), 2 | 3) && is_number(word)
}

/// `Backup 2`.
fn is_numbered(word: &str, next: &str) -> bool {
    matches!(word, "backup" | "bkp") && is_number(next)
}

/// "New" and "Alt" are words of names too, so they are only marks where they are written so.
fn is_mark(word: &str, name: &str) -> bool {
    match word {
        "new" => name.contains("ᴺᴱᵂ"),
        "alt" => name.to_lowercase().contains("(alt"),
        word => MARKS.binary_search(&word).is_ok(),
    }
}

/// The text without the words for quality at its end: what the last word is that says more.
pub(super) fn last_word_before(text: &[char]) -> Option<(Scan<'_>, &[char])> {
    let mut scan = Scan::at_end(text);
    loop {
        scan.skip_back(|c| !is_word(c));
        let word = scan.skip_back(is_word);
        if word.is_empty() {
            return None;
        }
        if told_by(&crate::scan::small(word)).is_none() {
            return Some((scan, word));
        }
    }
}
