//! The country before the name, behind it, and in the group.

use super::draft::Draft;
use crate::country::Country;
use crate::fold::fold_words;
use crate::parts::Stated;
use crate::scan::{Scan, is_capital, is_not_word, is_space, is_word, small};
use crate::tables::areas::AREA_PREFIXES;
use crate::tables::look_up;

/// Takes the code of a country or area away from the beginning: `[US]`, `(US)`, `|US|`, `US:`,
/// `US|`, `US ▎`, `US - `. Not if nothing would remain.
pub(super) fn take_country(draft: &mut Draft) {
    let mut scan = Scan::new(&draft.text);
    scan.skip(is_space);
    let Some(code) = bracketed(&mut scan).or_else(|| separated(&mut scan)) else {
        return;
    };
    scan.skip(is_space);
    let rest = scan.rest();
    if let Some(country) = Country::from_code(&code) {
        if rest.iter().copied().any(is_word) {
            draft.text = rest.to_vec();
            draft.is_for(country);
        }
    } else if let Some(area) = look_up(&AREA_PREFIXES, &code) {
        draft.text = rest.to_vec();
        draft.parts.area = Some(area);
        draft.parts.stated = Stated::Name;
    }
}

/// Takes two or three capitals that no further word character follows, in small letters.
fn code(scan: &mut Scan<'_>) -> Option<String> {
    let mut there = *scan;
    let capitals = there.run(3, is_capital);
    if capitals.len() < 2 || there.peek().is_some_and(is_word) {
        return None;
    }
    *scan = there;
    Some(small(capitals))
}

fn bracketed(scan: &mut Scan<'_>) -> Option<String> {
    let mut there = *scan;
    let closing = match there.next()? {
        '[' => "]",
        '(' => ")",
        '|' => "|",
        _ => return None,
    };
    there.skip(is_space);
    let code = code(&mut there)?;
    there.skip(is_space);
    if !there.eat(closing) {
        return None;
    }
    *scan = there;
    Some(code)
}

fn separated(scan: &mut Scan<'_>) -> Option<String> {
    let mut there = *scan;
    let code = code(&mut there)?;
    let blanks = there.skip(is_space);
    let dash_apart = |mut dash: Scan<'_>| blanks > 0 && dash.eat("-–—") && dash.eat_if(is_space);
    if !there.eat_if(is_separator) {
        if !dash_apart(there) {
            return None;
        }
        there.next();
    }
    *scan = there;
    Some(code)
}

/// What stands between the code of a country and a name: colons, bars, blocks, stars, bullets.
fn is_separator(c: char) -> bool {
    matches!(
        c,
        ':' | '|' | '\u{2500}'..='\u{259f}' | '★' | '•' | '·' | '¦' | '»' | '>'
    )
}

/// Takes the code of a country away from the end: `HBO HD|US`.
pub(super) fn take_country_behind(draft: &mut Draft) {
    let mut scan = Scan::at_end(&draft.text);
    scan.skip_back(is_space);
    if scan.eat_back_if(|c| c == '|') {
        scan.skip_back(is_space);
    }
    let capitals = scan.skip_back(is_capital);
    scan.skip_back(is_space);
    if !matches!(capitals.len(), 2 | 3) || !scan.eat_back_if(|c| c == '|') {
        return;
    }
    let name = scan.before();
    let country = Country::from_code(&small(capitals));
    if let (None, Some(country), true) = (
        draft.parts.country,
        country,
        name.iter().copied().any(is_word),
    ) {
        draft.text = name.to_vec();
        draft.is_for(country);
    }
}

/// Where the name does not say the country, the group does, and else who asks.
pub(super) fn ask_group(draft: &mut Draft, group: &str, home: Option<Country>) {
    if draft.parts.country.is_some() {
        return;
    }
    let (country, stated) = group_country(group)
        .or(home.map(|home| (home, Stated::Group)))
        .unzip();
    draft.parts.country = country;
    draft.parts.stated = stated.unwrap_or_default();
}

/// The country that a group is named for, or with whose code it begins (`US | Movies`).
fn group_country(group: &str) -> Option<(Country, Stated)> {
    if group.is_empty() {
        return None;
    }
    if let Some(country) = Country::from_name(&fold_words(group)) {
        return Some((country, Stated::Group));
    }
    let chars: Vec<char> = group.chars().collect();
    let mut scan = Scan::new(&chars);
    scan.skip(is_not_word);
    let code = code(&mut scan)?;
    let ends = scan
        .peek()
        .is_none_or(|c| is_space(c) || matches!(c, '|' | ':' | ']' | ')' | '-'));
    let country = Country::from_code(&code)?;
    ends.then_some((country, Stated::GroupCode))
}
