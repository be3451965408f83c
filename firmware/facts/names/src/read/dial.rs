//! Call sign and number on the dial, as they are written at the beginning of a name.

use super::draft::Draft;
use crate::scan::{Scan, is_latin_letter, is_not_word, is_space, is_word, small};
use crate::station::{Dial, StationKind};

/// Longest run of letters that may be a misspelt call sign: two letters too many.
const SIGN_LETTERS_MAX: usize = 6;

/// The text in which a number on the dial is looked for: only names of the United States, or of
/// no known country, have one.
pub(super) fn text_to_look_at(draft: &Draft) -> Vec<char> {
    match draft.country_code() {
        "us" | "" if draft.text.contains(&'.') => draft.text.clone(),
        _ => Vec::new(),
    }
}

/// Finds `KMMYA-DT 49.1`. Without a suffix it counts only beside a call sign that was read.
pub(super) fn find(text: &[char], draft: &Draft) -> Option<Box<Dial>> {
    let mut scan = Scan::new(text);
    scan.skip(is_not_word);
    let letters = scan.run(SIGN_LETTERS_MAX, is_latin_letter);
    let begins = letters.first().is_some_and(|c| "KWkw".contains(*c));
    if letters.len() < 2 || !begins || scan.peek().is_some_and(is_word) {
        return None;
    }
    let (kind, major, minor) = suffix(scan)
        .and_then(|(kind, behind)| number(behind).map(|n| (Some(kind), n)))
        .or_else(|| number(scan).map(|n| (None, n)))
        .map(|(kind, (major, minor, _))| (kind, major, minor))?;
    if kind.is_none() && draft.parts.station.is_none() {
        return None;
    }
    Some(Box::new(Dial {
        sign: small(letters).into(),
        kind,
        major,
        minor,
    }))
}

fn suffix(mut scan: Scan<'_>) -> Option<(StationKind, Scan<'_>)> {
    let apart = scan.eat("- ");
    let letters = scan.run(2, is_latin_letter);
    let kind = StationKind::from_suffix(&small(letters))?;
    (apart && letters.len() == 2 && kind != StationKind::Ca).then_some((kind, scan))
}

/// Blanks and a number like `49.1`, and the place behind it.
pub(super) fn number(mut scan: Scan<'_>) -> Option<(u8, u8, Scan<'_>)> {
    if scan.skip(is_space) == 0 {
        return None;
    }
    let major = scan.small_number()?;
    if !scan.eat(".") {
        return None;
    }
    let minor = scan.small_number()?;
    scan.is_boundary().then_some((major, minor, scan))
}
