//! How far two names are from each other, letter by letter.

/// Names of more characters are not searched for slips.
pub(crate) const SLIP_CHARS_MAX: usize = 128;

/// Whether one insertion, deletion, replacement or swap of neighbours at most turns one into the
/// other.
pub(crate) fn at_most_one_edit(a: &str, b: &str) -> bool {
    let (shorter, longer) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = shorter.chars().zip(longer.chars());
    let same: usize = same
        .take_while(|(x, y)| x == y)
        .map(|(x, _)| x.len_utf8())
        .sum();
    let (shorter, longer) = (shorter.get(same..), longer.get(same..));
    let (Some(x), Some(y)) = (shorter, longer) else {
        return false;
    };
    let (Some((x0, xs)), Some((y0, ys))) = (without_first(x), without_first(y)) else {
        // One of them is at its end.
        return x.chars().chain(y.chars()).nth(1).is_none();
    };
    if xs == ys || xs == y || x == ys {
        return true;
    }
    match (without_first(xs), without_first(ys)) {
        (Some((x1, xs)), Some((y1, ys))) => x0 == y1 && x1 == y0 && xs == ys,
        _ => false,
    }
}

fn without_first(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    Some((chars.next()?, chars.as_str()))
}

/// Whether two names that are one edit apart are one name, written wrongly once.
///
/// A changed letter in a short word makes another word, and a changed digit another channel. So the
/// changed words must be long enough, and end alike, for endings tell words apart ("Sport",
/// "Sports" and the like aside).
pub(crate) fn is_slip<'a>(
    (key, words): (&str, impl Iterator<Item = &'a str>),
    (other_key, other_words): (&str, impl Iterator<Item = &'a str>),
) -> bool {
    if key.chars().next() != other_key.chars().next()
        || !digits(key).eq(digits(other_key))
        || !at_most_one_edit(key, other_key)
    {
        return false;
    }
    let (x, y) = differing(words.collect(), other_words.collect());
    let count = |text: &str| text.chars().count();
    let (shorter, longer) = if x.len() <= y.len() {
        (&x, &y)
    } else {
        (&y, &x)
    };
    let letters = count(&x).min(count(&y));
    if letters >= 4 && longer.strip_suffix('s') == Some(shorter) {
        return true;
    }
    let is_missing_letter =
        count(&x) != count(&y) && count(key) >= 10 && x.chars().next() == y.chars().next();
    letters >= if is_missing_letter { 3 } else { 5 } && end_alike(&x, &y)
}

/// The words between those that both begin and end with, glued.
fn differing(mut x: Vec<&str>, mut y: Vec<&str>) -> (String, String) {
    let begin = x.iter().zip(&y).take_while(|(x, y)| x == y).count();
    x.drain(..begin);
    y.drain(..begin);
    let end = x.iter().rev().zip(y.iter().rev());
    let end = end.take_while(|(x, y)| x == y).count();
    x.truncate(x.len() - end);
    y.truncate(y.len() - end);
    (x.concat(), y.concat())
}

/// The same last letter, or the last two swapped.
fn end_alike(x: &str, y: &str) -> bool {
    let last_two = |text: &str| {
        let mut chars = text.chars().rev();
        (chars.next(), chars.next())
    };
    let ((x1, x2), (y1, y2)) = (last_two(x), last_two(y));
    x1 == y1 || (x1 == y2 && x2 == y1)
}

fn digits(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| c.is_numeric())
}

/// Whether the words in which two names differ look like call signs: another letter, another
/// station.
pub(crate) fn differ_in_a_call_sign<'a>(
    words: impl Iterator<Item = &'a str>,
    other_words: impl Iterator<Item = &'a str>,
) -> bool {
    let (x, y) = differing(words.collect(), other_words.collect());
    // A plural is no call sign.
    let (shorter, longer) = if x.len() <= y.len() {
        (&x, &y)
    } else {
        (&y, &x)
    };
    if shorter.chars().count() >= 4 && longer.strip_suffix('s') == Some(shorter) {
        return false;
    }
    is_like_a_call_sign(&x) || is_like_a_call_sign(&y)
}

/// Call signs of North America (K, W, C), Japan (JO), Korea (HL) and Mexico (XE, XH), with the
/// suffix that stations carry.
fn is_like_a_call_sign(word: &str) -> bool {
    let word = word.trim_end_matches(char::is_numeric);
    let is_call = |call: &str| {
        let stems = [
            ("k", 2, 3),
            ("w", 2, 3),
            ("jo", 2, 2),
            ("hl", 2, 2),
            ("xe", 1, 3),
            ("xh", 1, 3),
            ("c", 3, 3),
        ];
        stems.iter().any(|&(stem, min, max)| {
            call.strip_prefix(stem).is_some_and(|rest| {
                (min..=max).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_lowercase())
            })
        })
    };
    let suffixes = ["", "dtv", "tv", "dt", "ld", "cd", "tdt"];
    suffixes
        .iter()
        .any(|suffix| word.strip_suffix(suffix).is_some_and(is_call))
}

/// Whether `short` is a shortened `long`: its beginning, or its consonants.
pub(crate) fn shortens(short: &str, long: &str) -> bool {
    let letters = short.chars().count();
    let of = long.chars().count();
    if letters < 2
        || of < letters + 2
        || !short.chars().chain(long.chars()).all(char::is_alphabetic)
        || short.chars().next() != long.chars().next()
    {
        return false;
    }
    let is_vowel = |c: char| "aeiou".contains(c);
    if long.starts_with(short) {
        // Cut behind a vowel it would be a word of its own ("Info", "Tele").
        return letters <= 4 && of >= 6 && (letters < 4 || !short.ends_with(is_vowel));
    }
    let consonants = long.chars().skip(1).filter(|&c| !is_vowel(c));
    consonants.eq(short.chars().skip(1))
}

/// Hashes of a name and of what it is without one of its characters from the second on. Two names
/// of one first character that are one edit apart have one of them in common. Empty for names of
/// more than [`SLIP_CHARS_MAX`] characters.
pub(crate) fn deletions(name: &str) -> impl Iterator<Item = u32> {
    // A polynomial in an odd number: what stands before and behind the gap is known from the
    // beginnings.
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    let count = name.chars().take(SLIP_CHARS_MAX + 1).count();
    let count = if count > SLIP_CHARS_MAX { 0 } else { count };
    let mut beginnings = Vec::with_capacity(count + 1);
    let mut powers = Vec::with_capacity(count + 1);
    let (mut hash, mut power) = (0_u64, 1_u64);
    beginnings.push(hash);
    powers.push(power);
    for c in name.chars().take(count) {
        hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(c) + 1);
        power = power.wrapping_mul(BASE);
        beginnings.push(hash);
        powers.push(power);
    }
    let gaps = 1..count;
    let at = move |list: &[u64], at: usize| list.get(at).copied().unwrap_or_default();
    let without = move |gap: usize| {
        let behind = at(&powers, count - gap - 1);
        let before = at(&beginnings, gap).wrapping_mul(behind);
        let end = at(&beginnings, gap + 1).wrapping_mul(behind);
        before.wrapping_add(hash).wrapping_sub(end)
    };
    let whole = (count > 0).then_some(hash);
    whole.into_iter().chain(gaps.map(without)).map(mix)
}

/// The upper half, to which each bit has contributed.
fn mix(hash: u64) -> u32 {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    u32::try_from(mixed >> 32).unwrap_or_default()
}

/// Whether two names are alike by so many percent: one less the edits over the longer one's
/// characters. Insertions, deletions and replacements count.
pub(crate) fn is_alike(a: &str, b: &str, percent: u8) -> bool {
    let a: Vec<char> = a.chars().take(SLIP_CHARS_MAX).collect();
    let b: Vec<char> = b.chars().take(SLIP_CHARS_MAX).collect();
    let longer = a.len().max(b.len());
    let edits_max = longer * 100_usize.saturating_sub(usize::from(percent)) / 100;
    if a.len().abs_diff(b.len()) > edits_max {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut best = left;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (above + 1)
                .min(left + 1)
                .min(diagonal + usize::from(x != y));
            diagonal = above;
            *cell = left;
            best = best.min(left);
        }
        if best > edits_max {
            return false;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().is_some_and(|&edits| edits <= edits_max)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_edit_is_one_letter_more_less_other_or_swapped() {
        for (a, b) in [
            ("", ""),
            ("", "a"),
            ("abc", "abc"),
            ("abc", "ab"),
            ("abc", "xbc"),
            ("abc", "acb"),
            ("bac", "abc"),
            ("жук", "жуки"),
            ("aéb", "aeb"),
        ] {
            assert!(at_most_one_edit(a, b) && at_most_one_edit(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("abc", "a"),
            ("abcd", "badc"),
            ("abc", "xyc"),
            ("abcd", "acxb"),
            ("", "ab"),
        ] {
            assert!(
                !at_most_one_edit(a, b) && !at_most_one_edit(b, a),
                "{a} {b}"
            );
        }
    }

    fn are_slips(a: &str, b: &str) -> bool {
        let glued = |words: &str| words.split(' ').collect::<String>();
        is_slip((&glued(a), a.split(' ')), (&glued(b), b.split(' ')))
    }

    #[test]
    fn slips_are_in_long_words_that_end_alike() {
        assert!(are_slips("harbour light", "harbor light"));
        assert!(are_slips("nordic sprots", "nordic sports"));
        assert!(are_slips("silver movie", "silver movies"));
        // Another digit, another first letter, another ending, another short word.
        assert!(!are_slips("harbour 1", "harbour 2"));
        assert!(!are_slips("harbour light", "carbour light"));
        assert!(!are_slips("stories kanal", "storiet kanal"));
        assert!(!are_slips("canal j", "canal n"));
        assert!(!are_slips("morning cdf", "morning cdo"));
    }

    #[test]
    fn call_signs_are_no_slips() {
        let differ = |a: &str, b: &str| differ_in_a_call_sign(a.split(' '), b.split(' '));
        assert!(differ("nhk joaxdtv", "nhk joexdtv"));
        assert!(differ("news wabc", "news wnbc"));
        assert!(differ("xhtv2 mexico", "xhtw2 mexico"));
        assert!(!differ("harbour", "harbor"));
        assert!(!differ("club", "clubs"));
    }

    #[test]
    fn words_are_shortened_at_their_end_or_to_consonants() {
        assert!(shortens("ent", "entertainment"));
        assert!(shortens("dok", "dokumentar"));
        assert!(shortens("chnnl", "channel"));
        assert!(!shortens("info", "information"), "a word of its own");
        assert!(!shortens("sport", "sports"));
        assert!(!shortens("s", "sports"));
        assert!(!shortens("1", "100000"));
    }

    #[test]
    fn names_are_alike_by_their_longer_one() {
        assert!(is_alike("skysport1", "skysport2", 75));
        assert!(is_alike("hbo", "hbo2", 75));
        assert!(!is_alike("hbo", "hbo22", 75));
        assert!(!is_alike("alpha", "bravo", 75));
        assert!(is_alike("alpha", "bravo", 0));
        assert!(!is_alike("alpha", "alphb", 100));
        assert!(is_alike("", "", 100));
    }

    proptest! {
        #[test]
        fn names_one_edit_apart_share_a_hash(name in "[a-dé]{2,20}", at in 1..20_usize, c in "[a-dé]", kind in 0..4) {
            let chars: Vec<char> = name.chars().collect();
            let at = at.min(chars.len() - 1);
            let mut other = chars.clone();
            let c = c.chars().next().unwrap();
            match kind {
                0 => other[at] = c,
                1 => other.insert(at, c),
                2 => { other.remove(at); }
                _ => if at + 1 < other.len() { other.swap(at, at + 1) },
            }
            let other: String = other.into_iter().collect();
            prop_assert!(at_most_one_edit(&name, &other));
            let hashes: Vec<u32> = deletions(&name).collect();
            prop_assert!(deletions(&other).any(|hash| hashes.contains(&hash)), "{} {}", name, other);
        }

        #[test]
        fn nothing_panics(a in ".{0,40}", b in ".{0,40}", percent: u8) {
            let words = || a.split(' ');
            let _ = is_slip((&a, words()), (&b, b.split(' ')));
            let _ = differ_in_a_call_sign(words(), b.split(' '));
            let _ = shortens(&a, &b);
            prop_assert_eq!(is_alike(&a, &b, percent), is_alike(&b, &a, percent));
            prop_assert_eq!(at_most_one_edit(&a, &b), at_most_one_edit(&b, &a));
            prop_assert!(deletions(&a).count() <= a.chars().count().max(1));
        }
    }

    #[test]
    fn long_names_are_not_searched() {
        assert_eq!(
            deletions(&"a".repeat(SLIP_CHARS_MAX)).count(),
            SLIP_CHARS_MAX
        );
        assert_eq!(deletions(&"a".repeat(SLIP_CHARS_MAX + 1)).count(), 0);
    }
}
