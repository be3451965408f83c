//! The sign `+`, once it is no time shift: a plus of the name ("Canal+") or an "and" ("A+B").

use super::draft::Draft;
use crate::scan::{Scan, is_latin_letter, is_letter, is_space, is_word};

/// Whether a plus stands between two Latin letters. Only the whole list can tell what it means.
pub(super) fn stands_between_letters(text: &[char]) -> bool {
    text.windows(3)
        .any(|triple| matches!(triple, [a, '+', b] if is_latin_letter(*a) && is_latin_letter(*b)))
}

/// The sign becomes the word, behind a letter or digit and not before another number or sign, so
/// that `Canal+` is not `Canal`. At the end it may stand apart: "La Nacion +".
pub(super) fn spell_out(draft: &mut Draft) {
    if !draft.text.contains(&'+') {
        return;
    }
    join_last(&mut draft.text);
    let mut out = Vec::with_capacity(draft.text.len() + 8);
    let mut scan = Scan::new(&draft.text);
    while let Some(c) = scan.peek() {
        let behind = scan.back();
        scan.next();
        if c == '+' && behind.is_some_and(char::is_alphanumeric) && is_end(&scan) {
            out.extend(" plus ".chars());
        } else {
            out.push(c);
        }
    }
    draft.text = out;
}

fn is_end(scan: &Scan<'_>) -> bool {
    scan.peek()
        .is_none_or(|c| is_letter(c) || !is_word(c) && c != '+')
}

/// Takes the blank out before a plus that is the last sign.
fn join_last(text: &mut Vec<char>) {
    let mut scan = Scan::at_end(text);
    scan.skip_back(is_space);
    if scan.eat_back_if(|c| c == '+')
        && scan.eat_back_if(is_space)
        && scan.back().is_some_and(is_word)
    {
        let blank = scan.at();
        text.truncate(blank);
        text.push('+');
    }
}
