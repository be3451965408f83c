//! Quality and decoration outside of brackets.

use super::draft::Draft;
use crate::parts::Quality;
use crate::scan::{Scan, is_word};
use crate::tables::quality::{MARKS, told_by};

/// What is said in two words, and what it becomes: a word that is set aside later, and its quality.
const TWO_WORDS: [(&str, &str, Quality); 4] = [
    ("full hd", "HD", Quality::FullHd),
    ("ultra hd", "HD", Quality::Uhd),
    ("multi audio", "multiaudio", Quality::Unknown),
    ("multi-audio", "multiaudio", Quality::Unknown),
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
            if let Some(behind) = hd_plus(scan) {
                out.extend(['H', 'D']);
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

/// Behind a word that begins here and is `HD+`.
fn hd_plus(mut scan: Scan<'_>) -> Option<Scan<'_>> {
    (scan.eat_text("hd") && scan.eat("+")).then_some(scan)
}

/// Whether the capitals HD end a word here whose letters before are small.
fn is_glued_hd(scan: Scan<'_>) -> bool {
    let mut there = scan;
    let capitals = there.eat("H") && there.eat("D") && there.is_boundary();
    let mut before = scan;
    capitals && (0..3).all(|_| before.eat_back_if(|c| c.is_ascii_lowercase()))
}

/// Sets words for quality and decoration aside, from the second word on: the first is a name
/// ("HD Sport"), except for the words that no name begins with.
pub(super) fn take_words(draft: &mut Draft, name: &str) {
    let words = std::mem::take(&mut draft.words);
    let several = words.len() > 1;
    let mut kept = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let may_go = match at {
            0 => several && matches!(word.as_str(), "fhd" | "uhd" | "4k"),
            _ => true,
        };
        match told_by(word) {
            Some(quality) if may_go => draft.has_quality(quality),
            None if may_go && is_mark(word, name) => {}
            _ => kept.push(word.clone()),
        }
    }
    draft.words = if kept.is_empty() { words } else { kept };
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
