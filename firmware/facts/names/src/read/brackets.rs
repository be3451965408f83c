//! What stands in brackets: a part, decoration, or words of the name.

use super::draft::Draft;
use super::quality::is_pair;
use crate::area::Feed;
use crate::country::Country;
use crate::fold::fold_words;
use crate::language::Language;
use crate::parts::Quality;
use crate::scan::{Scan, is_number, is_space, text_of};
use crate::tables::areas::AREA_NAMES;
use crate::tables::endings::FEEDS;
use crate::tables::look_up;
use crate::tables::quality::{DECORATION, told_by, told_by_lines};

/// Reads the brackets. What is a part or decoration goes; other words stay, without the brackets,
/// and with a blank where a bracket was.
pub(super) fn take(draft: &mut Draft) {
    let text = std::mem::take(&mut draft.text);
    draft.text = replaced(&text, |inside| {
        if is_part(draft, inside) {
            Vec::new()
        } else {
            inside.to_vec()
        }
    });
    note_extra_words(draft);
}

/// The text without brackets and what stands in them.
pub(super) fn without(text: &[char]) -> Vec<char> {
    replaced(text, |_| Vec::new())
}

/// Replaces each innermost bracket, of whatever kind, by what is told of its inside, with blanks
/// around it.
fn replaced(text: &[char], mut told: impl FnMut(&[char]) -> Vec<char>) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    let mut scan = Scan::new(text);
    while let Some(c) = scan.next() {
        let mut there = scan;
        if is_opening(c) {
            let inside = there.run(usize::MAX, |c| !is_opening(c) && !is_closing(c));
            if there.eat_if(is_closing) {
                out.push(' ');
                out.extend(told(trimmed(inside)));
                out.push(' ');
                scan = there;
                continue;
            }
        }
        out.push(c);
    }
    out
}

fn is_opening(c: char) -> bool {
    matches!(c, '(' | '[' | '{' | '【' | '「' | '〔')
}

fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '】' | '」' | '〕')
}

fn trimmed(text: &[char]) -> &[char] {
    let mut scan = Scan::new(text);
    scan.skip(is_space);
    let mut end = Scan::at_end(scan.rest());
    end.skip_back(is_space);
    end.before()
}

/// Whether the inside of a bracket is a part of the name or says nothing.
fn is_part(draft: &mut Draft, inside: &[char]) -> bool {
    let folded = fold_words(&text_of(inside));
    if folded.is_empty() {
        return true;
    }
    if let Some(quality) = decoration(&folded) {
        draft.has_quality(quality);
        return true;
    }
    let parts = &mut draft.parts;
    if let Some(feed) = feed(&folded) {
        parts.feed = Some(feed);
    } else if let Some(country) = Country::from_name(&folded) {
        parts.edition = Some(country);
    } else if let Some(area) = look_up(&AREA_NAMES, &folded) {
        parts.area = Some(area);
    } else if folded == "en" && is_upper(inside) {
        parts.language = Some(Language::English);
    } else if let Some(country) = code(inside, &folded) {
        parts.edition = Some(country);
        draft.edition_is_code = true;
    } else {
        draft.asides.push(folded);
        return false;
    }
    true
}

/// The best quality that is told, if all of it is about quality or says nothing.
fn decoration(folded: &str) -> Option<Quality> {
    if let Some(quality) = told_by_lines(folded) {
        return Some(quality);
    }
    let known = DECORATION.binary_search(&folded).is_ok();
    // "(Only on match days)": a note about when it is sent.
    if known || folded.split(' ').any(|word| word == "only") {
        return Some(Quality::Unknown);
    }
    let is_counted = |word| matches!(word, "alt" | "backup" | "bkp" | "fps");
    let has_count = folded.split(' ').any(is_counted);
    let mut best = Quality::Unknown;
    let mut words = folded.split(' ').peekable();
    while let Some(word) = words.next() {
        if is_pair(word, words.peek().copied().unwrap_or_default()) {
            words.next();
            continue;
        }
        match told_by(word) {
            Some(quality) => best = best.max(quality),
            None if DECORATION.binary_search(&word).is_ok() => {}
            None if matches!(word, "not" | "24" | "7") => {}
            None if has_count && is_number(word) => {}
            None => return None,
        }
    }
    Some(best)
}

/// `(E)`, `(W)`, `(East)`.
fn feed(folded: &str) -> Option<Feed> {
    match folded {
        "e" => Some(Feed::East),
        "w" => Some(Feed::West),
        word => look_up(&FEEDS, word),
    }
}

/// A country's code: in capitals, or of two letters.
fn code(inside: &[char], folded: &str) -> Option<Country> {
    let looks_so = is_upper(inside) || inside.len() == 2;
    Country::from_code(folded).filter(|_| looks_so)
}

/// Letters, and all of them capitals.
fn is_upper(text: &[char]) -> bool {
    text.iter().any(|c| c.is_uppercase()) && !text.iter().any(|c| c.is_lowercase())
}

/// What brackets say beside a call sign makes it another stream of the station; so does "news".
fn note_extra_words(draft: &mut Draft) {
    if draft.parts.station.is_none() {
        return;
    }
    let words = fold_words(&text_of(&draft.text));
    if words.split(' ').skip(1).any(|word| word == "news") {
        draft.asides.push("news".to_owned());
    }
    if let Some(station) = draft.parts.station.as_deref_mut() {
        draft.asides.retain(|aside| !aside.contains(&*station.call));
        station.extra = draft.asides.join(" ").into();
    }
}
