//! The country and other heads before the name, the country behind it and in the group.

use super::draft::Draft;
use crate::area::Area;
use crate::country::Country;
use crate::fold::fold_words;
use crate::parts::{Quality, Stated};
use crate::scan::{Scan, is_capital, is_not_word, is_space, is_word, small, text_of};
use crate::tables::areas::AREA_PREFIXES;
use crate::tables::look_up;
use crate::tables::quality::{MARKS, told_by};

/// Heads before one name that are read: `VIP | UK | 4K | Name`.
const HEADS_MAX: usize = 4;
/// Longest head, in characters: the name of a country.
const HEAD_CHARS_MAX: usize = 32;

/// What a head says.
#[derive(Clone, Copy, Default)]
struct Head {
    country: Option<Country>,
    area: Option<Area>,
    quality: Quality,
}

/// Takes away from the beginning what stands before a name: the code or name of a country, an area,
/// qualities, in brackets (`[US]`, `|US|`) or before a sign (`US:`, `US ▎`, `US - `, `4K | US ✦ `).
/// Ornaments before and between them go too. Not if nothing would remain.
pub(super) fn take_country(draft: &mut Draft) {
    let mut all = Head::default();
    let mut taken = 0;
    let mut scan = Scan::new(&draft.text);
    for _ in 0..HEADS_MAX {
        scan.skip(is_ornament);
        let Some(head) = bracketed(&mut scan).or_else(|| separated(&mut scan)) else {
            break;
        };
        let contradicts =
            all.country.is_some() && head.country.is_some_and(|other| all.country != Some(other));
        if contradicts || !scan.rest().iter().copied().any(is_word) {
            break;
        }
        all.country = all.country.or(head.country);
        all.area = all.area.or(head.area);
        all.quality = all.quality.max(head.quality);
        taken = scan.at();
    }
    if taken == 0 {
        return;
    }
    draft.text.drain(..taken);
    draft.has_quality(all.quality);
    if let Some(country) = all.country {
        draft.is_for(country);
    } else if all.area.is_some() {
        draft.parts.area = all.area;
        draft.parts.stated = Stated::Name;
    }
}

/// Blanks and signs that open no bracket.
fn is_ornament(c: char) -> bool {
    is_not_word(c) && closing(c).is_none()
}

/// What closes the bracket that this sign opens.
fn closing(c: char) -> Option<char> {
    Some(match c {
        '[' => ']',
        '(' => ')',
        '{' => '}',
        '<' => '>',
        '|' => '|',
        '«' => '»',
        '【' => '】',
        '「' => '」',
        '〔' => '〕',
        _ => return None,
    })
}

fn bracketed(scan: &mut Scan<'_>) -> Option<Head> {
    let mut there = *scan;
    let closing = closing(there.next()?)?;
    let inside = there.run(HEAD_CHARS_MAX, |c| c != closing);
    if !there.eat_if(|c| c == closing) {
        // "|UK Name": the bar opens nothing.
        scan.skip(|c| c == '|');
        return None;
    }
    let head = head(inside, true)?;
    *scan = there;
    Some(head)
}

fn separated(scan: &mut Scan<'_>) -> Option<Head> {
    let mut there = *scan;
    for _ in 0..HEAD_CHARS_MAX {
        let c = there.peek()?;
        let is_dash = is_dash(c) && there.back().is_some_and(is_space);
        if is_dash || is_separator(c) {
            break;
        }
        there.next();
    }
    let inside = there.before().get(scan.at()..).unwrap_or_default();
    let sign = there.next()?;
    let parts = is_separator(sign) || is_dash(sign) && there.eat_if(is_space);
    if !parts {
        return None;
    }
    let head = head(inside, matches!(sign, ':' | '|'))?;
    *scan = there;
    Some(head)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—')
}

/// What stands between the code of a country and a name: colons, bars, blocks, stars, arrows,
/// whatever is no letter and no sign that names have inside.
fn is_separator(c: char) -> bool {
    !is_word(c) && !is_space(c) && !is_dash(c) && !".,'’`´&+!?/()[]{}<@%$€\"°º;".contains(c)
}

/// The head that this text is. Small letters are a code only where the sign behind shows it.
fn head(text: &[char], is_shown: bool) -> Option<Head> {
    let folded = fold_words(&text_of(text));
    let area = look_up(&AREA_PREFIXES, &folded);
    let mut head = Head {
        country: Country::from_name(&folded),
        area: area.filter(|_| !text.iter().any(|c| c.is_lowercase())),
        quality: Quality::default(),
    };
    if head.country.is_some() || head.area.is_some() {
        return Some(head);
    }
    if folded == "24 7" || folded == "en" && text.iter().any(|c| c.is_uppercase()) {
        return Some(head);
    }
    let words = || {
        text.split(|c| is_not_word(*c))
            .filter(|word| !word.is_empty())
    };
    let is_alone = words().nth(1).is_none();
    for word in words() {
        let small = small(word);
        let in_capitals = word.iter().copied().all(is_capital);
        let is_code = matches!(word, [_, _, _] if in_capitals)
            || matches!(word, [_, _] if in_capitals || is_shown && is_alone);
        let country = Country::from_code(&small).filter(|_| is_code);
        // "SD" alone is Sudan.
        match (told_by(&small), country) {
            (Some(quality), None) => head.quality = head.quality.max(quality),
            (Some(quality), _) if !is_alone => head.quality = head.quality.max(quality),
            (_, Some(other)) if head.country.is_none_or(|country| country == other) => {
                head.country = Some(other);
            }
            _ if MARKS.binary_search(&small.as_str()).is_ok() => {}
            _ => return None,
        }
    }
    (!folded.is_empty()).then_some(head)
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
