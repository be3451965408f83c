//! The time shift: `+1`, `(+1)`, `+2h`, `Film 4+1`, `Plus1` glued to the name.

use super::brackets;
use super::draft::Draft;
use crate::fold::fold_words;
use crate::scan::{Scan, is_latin_letter, is_letter, is_space, is_word, text_of};
use crate::tables::generic::is_generic;

/// No channel is more than a day late.
const HOURS_MAX: u8 = 24;

/// Words for hours behind a shift.
const UNITS: [&str; 24] = [
    "h",
    "hr",
    "hrs",
    "hour",
    "hours",
    "std",
    "stunde",
    "stunden",
    "heure",
    "heures",
    "hora",
    "horas",
    "ora",
    "ore",
    "uur",
    "uren",
    "timme",
    "timmar",
    "time",
    "timer",
    "ч",
    "час",
    "часа",
    "часов",
];

/// Letters of the longest of them.
const UNIT_CHARS_MAX: usize = 7;

/// Takes the time shift out, so that its number is not taken for a word. It needs a name before
/// it: `1+1` is a name.
pub(super) fn take(draft: &mut Draft) {
    part_glued_plus(&mut draft.text);
    let Some(found) = find(&draft.text) else {
        return;
    };
    let (before, after) = (
        draft.text.get(..found.start).unwrap_or_default(),
        draft.text.get(found.end..).unwrap_or_default(),
    );
    let plain = found.end - found.start == 2 && found.hours == 1;
    if !(1..=HOURS_MAX).contains(&found.hours) || !is_name(before, plain) {
        return;
    }
    let mut rest = before.to_vec();
    rest.push(' ');
    rest.extend_from_slice(after);
    draft.parts.shift_hours = found.hours;
    draft.text = rest;
}

/// Whether something with letters stands there, brackets apart. Before a plain `+1` words for
/// television and ones are none: "TV 1+1".
fn is_name(before: &[char], plain_one: bool) -> bool {
    let words = fold_words(&text_of(&brackets::without(before)));
    if !words.chars().any(is_letter) {
        return false;
    }
    let one_and_one = plain_one
        && words.split(' ').next_back() == Some("1")
        && words.split(' ').all(|word| word == "1" || is_generic(word));
    !one_and_one
}

/// `SyfyPlus1` becomes `Syfy +1`.
fn part_glued_plus(text: &mut Vec<char>) {
    if !text.contains(&'P') {
        return;
    }
    let mut parted = Vec::with_capacity(text.len() + 2);
    let mut scan = Scan::new(text);
    while scan.peek().is_some() {
        match glued_plus(scan) {
            Some((hours, behind)) => {
                parted.extend([' ', '+', hours]);
                scan = behind;
            }
            None => parted.extend(scan.next()),
        }
    }
    *text = parted;
}

/// "Plus1" or "Plus 2" behind a letter, and not a longer word or a sum.
fn glued_plus(mut scan: Scan<'_>) -> Option<(char, Scan<'_>)> {
    let glued = scan.back().is_some_and(is_latin_letter);
    let plus = ['P', 'l', 'u', 's']
        .iter()
        .all(|&letter| scan.eat_if(|c| c == letter));
    if !glued || !plus {
        return None;
    }
    scan.eat(" ");
    let hours = scan.next().filter(|c| matches!(c, '1' | '2'))?;
    let ends = scan.peek().is_none_or(|c| !is_word(c) && c != '+');
    ends.then_some((hours, scan))
}

struct Found {
    start: usize,
    end: usize,
    hours: u8,
}

/// The first `+N` that could be one.
fn find(text: &[char]) -> Option<Found> {
    let mut scan = Scan::new(text);
    loop {
        scan.skip(|c| c != '+');
        scan.peek()?;
        if let Some(found) = sum(scan) {
            return Some(found);
        }
        scan.next();
    }
}

/// A plus behind a blank, an opening bracket, a letter, a digit or `!`, a number of one or two
/// digits, perhaps hours, and then an end. A blank may follow the plus only where one precedes it:
/// `Canal+ 1` is no shift.
fn sum(mut scan: Scan<'_>) -> Option<Found> {
    let start = scan.at();
    let before = scan.back()?;
    let apart = is_space(before) || matches!(before, '(' | '[');
    if !apart && (before == '_' || !is_word(before) && before != '!') {
        return None;
    }
    scan.next();
    if apart {
        scan.eat_if(is_space);
    }
    let hours = scan.small_number()?;
    let mut behind_blank = scan;
    let end = match behind_blank.eat_if(is_space) {
        true => end_of_unit(behind_blank).or_else(|| end_of_unit(scan)),
        false => end_of_unit(scan),
    }?;
    Some(Found { start, end, hours })
}

/// Where the unit ends that may stand here, if the shift ends with it.
fn end_of_unit(scan: Scan<'_>) -> Option<usize> {
    let ends = |scan: &Scan<'_>| {
        scan.peek()
            .is_none_or(|c| is_space(c) || matches!(c, ')' | ']' | '|'))
    };
    let mut there = scan;
    let unit = there.run(UNIT_CHARS_MAX, is_letter);
    let unit: String = unit.iter().flat_map(|c| c.to_lowercase()).collect();
    if UNITS.contains(&unit.as_str()) {
        there.eat(".");
        // "+1 H 265" is a shift and a codec.
        let mut codec = there;
        codec.skip(is_space);
        let is_codec = codec.eat_text("264") || codec.eat_text("265");
        if ends(&there) && !is_codec {
            return Some(there.at());
        }
    }
    ends(&scan).then(|| scan.at())
}
