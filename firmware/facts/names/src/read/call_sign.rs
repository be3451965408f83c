//! Call signs of stations in North America: `CBS 2 (WTAE-DT1)`, `WTAE-TV 4.1`, `KEETDT`,
//! `CBOT HDTV`, translators like `W25GE-D`.
//!
//! The signs are those of 47 CFR 73.3550 (United States) and of Innovation, Science and Economic
//! Development Canada: K, W or C and two or three letters; translators (47 CFR 74.783) have the
//! number of their channel inside.

use super::dial;
use super::draft::Draft;
use crate::fold::fold_words;
use crate::parts::Stated;
use crate::scan::{
    Scan, is_capital, is_digit, is_latin_letter, is_not_word, is_space, number, small, text_of,
};
use crate::station::{Station, StationKind};
use crate::tables::stations::{NETWORKS, NOT_CALLS, US_STATES};

/// Suffixes in brackets, in the order in which they are tried: `D` begins no other but is one.
const SUFFIXES: [&str; 7] = ["TV", "DT", "LD", "CD", "CA", "LP", "D"];

/// Words behind the name of a network that make it another one: "Fox Kids", "PBS World".
const OTHER_NETWORK: [&str; 5] = ["create", "encore", "kids", "plus", "world"];

/// A call sign as it was found.
#[derive(Debug)]
struct Found {
    start: usize,
    end: usize,
    call: String,
    kind: Option<StationKind>,
    subchannel: Option<u8>,
    major: Option<u8>,
}

/// Looks for a call sign, in the countries that have them and where the country is not sure.
pub(super) fn find(draft: &mut Draft, name: &str) {
    let elsewhere = draft.parts.country.is_some() && !draft.in_north_america();
    if elsewhere && draft.parts.stated >= Stated::GroupCode {
        return;
    }
    let Some((found, network)) =
        beside_name(draft).or_else(|| leading(draft).map(|found| (found, String::new())))
    else {
        return;
    };
    let canadian = found.call.starts_with('c');
    draft.parts.station = Some(Box::new(Station {
        call: found.call.into(),
        kind: found.kind,
        subchannel: found.subchannel.or(canadian.then_some(0)),
        major: found.major,
        network: network.into(),
        extra: Box::default(),
        said: fold_words(name).into(),
    }));
}

/// A call sign in brackets, and the network that stands before it. In a country that is not sure
/// something else must show that it is one: a suffix, a network, a town.
fn beside_name(draft: &Draft) -> Option<(Found, String)> {
    let found = (0..draft.text.len())
        .filter(|at| draft.text.get(*at) == Some(&'('))
        .find_map(|at| bracketed(draft.text.get(at..)?, at))?;
    let words = |to: usize| fold_words(&text_of(draft.text.get(..to).unwrap_or_default()));
    let sure = draft.in_north_america()
        || found.kind.is_some()
        || begins_with_network(&words(draft.text.len()))
        || names_town(draft.text.get(found.end..).unwrap_or_default());
    if NOT_CALLS.binary_search(&found.call.as_str()).is_ok() || !sure {
        return None;
    }
    let network = network(&words(found.start));
    Some((found, network))
}

fn is_network(word: &str) -> bool {
    NETWORKS.binary_search(&word).is_ok()
}

fn begins_with_network(words: &str) -> bool {
    words.split(' ').next().is_some_and(is_network)
}

/// The network that the words before the call sign name, else the first two of them.
fn network(words: &str) -> String {
    let mut names = words
        .split(' ')
        .take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit()));
    let (first, second) = (names.next().unwrap_or(""), names.next().unwrap_or(""));
    if is_network(first) && !OTHER_NETWORK.contains(&second) {
        first.to_owned()
    } else {
        [first, second].concat()
    }
}

/// Whether a town and its state follow: " Pittsburgh, PA".
fn names_town(text: &[char]) -> bool {
    const TOWN_CHARS: std::ops::RangeInclusive<usize> = 2..=40;
    let mut scan = Scan::new(text);
    while scan.at() < *TOWN_CHARS.end() {
        if !scan.eat_if(|c| !matches!(c, '(' | ')') && !is_digit(c)) {
            return false;
        }
        if scan.at() < *TOWN_CHARS.start() {
            continue;
        }
        let mut there = scan;
        there.eat(",");
        if there.eat_if(is_space)
            && let Some(letters) = there.exactly(2, is_capital)
            && there.is_boundary()
        {
            return US_STATES.binary_search(&small(letters).as_str()).is_ok();
        }
    }
    false
}

/// The call sign in the bracket that `text` begins with; `at` is where that is in the name.
///
/// What belongs to the sign and what to the suffix is open (`WTAEDT1`), so the longer sign and
/// the longer number come first, and what does not lead to the closing bracket is dropped.
fn bracketed(text: &[char], at: usize) -> Option<Found> {
    let mut inside = Scan::new(text);
    inside.next();
    inside.skip(is_space);
    for (call, behind) in signs(inside, 2..=2) {
        for apart in [true, false] {
            let mut scan = behind;
            if apart && !scan.eat("- ") {
                continue;
            }
            let suffixes = SUFFIXES.into_iter().map(Some).chain([None]);
            for suffix in suffixes {
                let mut scan = scan;
                if !suffix.is_none_or(|suffix| scan.eat_text(suffix)) {
                    continue;
                }
                if let Some((subchannel, end)) = to_closing_bracket(scan) {
                    return Some(Found {
                        start: at,
                        end: at + end,
                        call: small(call),
                        kind: suffix.and_then(StationKind::from_suffix),
                        subchannel,
                        major: None,
                    });
                }
            }
        }
    }
    None
}

/// Up to two digits, perhaps a number on the dial (`4.1`, `4-1`), and the closing bracket.
fn to_closing_bracket(scan: Scan<'_>) -> Option<(Option<u8>, usize)> {
    for count in [2, 1, 0] {
        let mut there = scan;
        let Some(digits) = there.exactly(count, is_digit) else {
            continue;
        };
        let minor = minor_on_dial(there);
        let closed = |mut scan: Scan<'_>| {
            scan.skip(is_space);
            scan.eat(")").then(|| scan.at())
        };
        let own = number(digits);
        let with_dial = minor.and_then(|(minor, behind)| Some((Some(minor), closed(behind)?)));
        if let Some((minor, end)) = with_dial.or_else(|| closed(there).map(|end| (None, end))) {
            return Some((own.or(minor), end));
        }
    }
    None
}

fn minor_on_dial(mut scan: Scan<'_>) -> Option<(u8, Scan<'_>)> {
    if scan.skip(is_space) == 0 {
        return None;
    }
    scan.small_number()?;
    if !scan.eat(".-") {
        return None;
    }
    let minor = scan.small_number()?;
    scan.is_boundary().then_some((minor, scan))
}

/// What may be the letters of a call sign here, longest first, and the place behind each: K, W or
/// C and three or two letters, or a translator's: K or W, two digits and so many letters.
fn signs(
    scan: Scan<'_>,
    letters: std::ops::RangeInclusive<usize>,
) -> impl Iterator<Item = (&[char], Scan<'_>)> {
    let at = move |count: usize| {
        let mut there = scan;
        there.exactly(count, |_| true).map(|sign| (sign, there))
    };
    let plain = [4, 3].into_iter().filter_map(at).filter(|(sign, _)| {
        matches!(sign, [first, rest @ ..] if "KWCkwc".contains(*first)
            && rest.iter().copied().all(is_latin_letter))
    });
    let translator = letters.rev().filter_map(move |count| at(count + 3));
    let translator = translator.filter(|(sign, _)| {
        matches!(sign, [first, a, b, rest @ ..] if "KWkw".contains(*first)
            && is_digit(*a) && is_digit(*b) && rest.iter().copied().all(is_latin_letter))
    });
    plain.chain(translator.take(1))
}

/// A call sign at the beginning of the name.
fn leading(draft: &Draft) -> Option<Found> {
    let mut scan = Scan::new(&draft.text);
    scan.skip(is_not_word);
    let (found, shown) = suffixed(scan)
        .or_else(|| glued(scan))
        .or_else(|| on_dial(scan))
        .or_else(|| translator(scan))?;
    let is_word = !shown.by_form && NOT_CALLS.binary_search(&found.call.as_str()).is_ok();
    let sure = draft.in_north_america() || shown.by_suffix;
    (sure && !is_word).then_some(found)
}

/// What shows that letters at the beginning of a name are a call sign.
struct Shown {
    /// A suffix, so that no country is needed.
    by_suffix: bool,
    /// More than the letters and `HDTV`, so that a common word may be one too.
    by_form: bool,
}

fn found(
    call: &[char],
    kind: Option<StationKind>,
    digits: &[char],
    dial: Option<(u8, u8)>,
) -> Found {
    Found {
        start: 0,
        end: 0,
        call: small(call),
        kind,
        subchannel: number(digits).or(dial.map(|(_, minor)| minor)),
        major: dial.map(|(major, _)| major),
    }
}

/// `WTAE-DT1`, `WTAE-TV 4.1`, `WTAE DT`, `CBOT HDTV`.
fn suffixed(scan: Scan<'_>) -> Option<(Found, Shown)> {
    for (call, behind) in signs(scan, 2..=2).filter(|(call, _)| call.len() <= 4) {
        if let Some((kind, digits, behind)) = suffix(behind) {
            let shown = Shown {
                by_suffix: true,
                by_form: true,
            };
            let dial = dial::number(behind).map(|(major, minor, _)| (major, minor));
            return Some((found(call, Some(kind), digits, dial), shown));
        }
        let mut there = behind;
        if there.skip(is_space) > 0 && there.eat_text("HDTV") && there.is_boundary() {
            let shown = Shown {
                by_suffix: false,
                by_form: false,
            };
            return Some((found(call, None, &[], None), shown));
        }
    }
    None
}

/// A suffix behind a hyphen or blank, with its sub-channel (`-DT2`, `-TV-1`).
fn suffix(scan: Scan<'_>) -> Option<(StationKind, &[char], Scan<'_>)> {
    let mut there = scan;
    let by_blank = there.eat(" ");
    if by_blank && !is_digital(there) || !by_blank && !there.eat("-") {
        return None;
    }
    let name = SUFFIXES
        .into_iter()
        .filter(|name| *name != "D")
        .find(|name| there.eat_text(name))?;
    let kind = StationKind::from_suffix(name)?;
    for hyphen in [true, false] {
        let mut there = there;
        if hyphen && !there.eat("-") {
            continue;
        }
        for count in [2, 1, 0] {
            let mut there = there;
            if let Some(digits) = there.exactly(count, is_digit)
                && there.is_boundary()
            {
                return Some((kind, digits, there));
            }
        }
    }
    None
}

/// Behind a blank only the suffixes that are no words, and nothing glued to them.
fn is_digital(mut scan: Scan<'_>) -> bool {
    let digital = ["DT", "LD", "CD"].iter().any(|name| scan.eat_text(name));
    scan.eat_if(is_digit);
    digital && scan.is_boundary()
}

/// `KEETDT2`.
fn glued(mut scan: Scan<'_>) -> Option<(Found, Shown)> {
    let call = scan.exactly(4, is_latin_letter)?;
    if !call.first().is_some_and(|c| "KWkw".contains(*c)) {
        return None;
    }
    let name = ["DT", "LD", "CD"]
        .into_iter()
        .find(|name| scan.eat_text(name))?;
    let digits = scan.run(1, is_digit);
    let shown = Shown {
        by_suffix: true,
        by_form: true,
    };
    let kind = StationKind::from_suffix(name);
    scan.is_boundary()
        .then(|| (found(call, kind, digits, None), shown))
}

/// `WTAE 4.1`.
fn on_dial(scan: Scan<'_>) -> Option<(Found, Shown)> {
    for (call, behind) in signs(scan, 2..=2).filter(|(call, _)| call.len() <= 4) {
        if call.first().is_some_and(|c| "Cc".contains(*c)) {
            continue;
        }
        let mut named = behind;
        let with_suffix = named.eat(" -") && (named.eat_text("TV") || named.eat_text("DT"));
        let dial = dial::number(named)
            .filter(|_| with_suffix)
            .or_else(|| dial::number(behind));
        if let Some((major, minor, _)) = dial {
            let shown = Shown {
                by_suffix: false,
                by_form: true,
            };
            return Some((found(call, None, &[], Some((major, minor))), shown));
        }
    }
    None
}

/// `W25GE-D2`.
fn translator(scan: Scan<'_>) -> Option<(Found, Shown)> {
    let (call, behind) = signs(scan, 2..=3).find(|(call, _)| call.len() > 4)?;
    let mut there = behind;
    let name = there
        .eat("-")
        .then(|| {
            ["D", "LD", "CD", "LP"]
                .into_iter()
                .find(|name| there.eat_text(name))
        })
        .flatten();
    let (digits, there) = match name {
        Some(_) => (there.run(2, is_digit), there),
        None => ([].as_slice(), behind),
    };
    let dial = dial::number(there).map(|(major, minor, _)| (major, minor));
    let shown = Shown {
        by_suffix: name.is_some(),
        by_form: true,
    };
    let kind = name.and_then(StationKind::from_suffix);
    Some((found(call, kind, digits, dial), shown))
}
