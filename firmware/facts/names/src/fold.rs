//! Folding: what is equal for a reader becomes equal for a machine.

use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use crate::tables::letters;

/// Small letters, Latin ones where there is a table for the script, no marks. Other scripts stay.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for_each_folded(text, |c| folded.push(c));
    folded
}

/// The folded words of a text, separated by single spaces: runs of letters and digits. An
/// apostrophe does not part a word.
#[must_use]
pub fn fold_words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut parted = false;
    for_each_folded(text, |c| match c {
        '\'' => {}
        c if c.is_alphanumeric() => {
            if parted && !words.is_empty() {
                words.push(' ');
            }
            parted = false;
            words.push(c);
        }
        _ => parted = true,
    });
    words
}

/// Compatibility forms become the letters they stand for (`ᴴᴰ` → `HD`), and letters with marks one
/// character each: Unicode NFKC.
pub(crate) fn compose(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc()
        .normalize(text)
        .into_owned()
}

fn for_each_folded(text: &str, mut each: impl FnMut(char)) {
    if text.is_ascii() {
        for c in text.chars() {
            each(match c {
                '`' => '\'',
                c => c.to_ascii_lowercase(),
            });
        }
        return;
    }
    let classes = CanonicalCombiningClassMapBorrowed::new();
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    for c in decomposed.chars().flat_map(char::to_lowercase) {
        if c.is_ascii() {
            each(if c == '`' { '\'' } else { c });
        } else if classes.get_u8(c) != 0 {
            // A mark above, below or through the letter before it.
        } else if let Some(latin) = letters::latin(c) {
            latin.chars().for_each(&mut each);
        } else {
            each(letters::digit(c).unwrap_or(c));
        }
    }
}

/// What is written differently where one name is carried from one script into another, and what
/// stands for it here, in this order.
const SAME_SOUND: [(&str, &str); 14] = [
    ("kh", "h"),
    ("ts", "c"),
    ("tz", "c"),
    ("ph", "f"),
    ("ks", "x"),
    ("yo", "e"),
    ("w", "v"),
    ("ck", "k"),
    ("ou", "u"),
    ("yu", "u"),
    ("z", "s"),
    ("y", "i"),
    ("j", "i"),
    ("q", "k"),
];

/// A key that is equal for spellings of one name in several scripts ("Perviy", "Первый").
#[must_use]
pub fn sound(key: &str) -> String {
    let mut heard = key.to_owned();
    for (written, sound) in SAME_SOUND {
        if heard.contains(written) {
            heard = heard.replace(written, sound);
        }
    }
    let mut last = None;
    heard.retain(|c| {
        let doubled = last == Some(c) && !c.is_ascii_digit();
        last = Some(c);
        !doubled
    });
    heard
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_scripts_are_folded_away() {
        for (text, folded) in [
            ("México", "mexico"),
            ("ÖRF Zwölf", "orf zwolf"),
            ("Łódź ß", "lodz ss"),
            ("İzmir ılık", "izmir ilik"),
            ("Первый канал", "pervyi kanal"),
            ("ΑΛΦΑ", "alfa"),
            ("არხი", "arkhi"),
            ("Ալիք", "alik"),
            ("قناة ٢", "قناة 2"),
            ("ＨＤ１", "hd1"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        for (text, words) in [
            ("  Kids' TV_2 -- x", "kids tv 2 x"),
            ("Côte d’Ivoire", "cote divoire"),
            ("***", ""),
            ("a`b", "ab"),
        ] {
            assert_eq!(fold_words(text), words, "{text}");
        }
    }

    #[test]
    fn one_name_in_two_scripts_sounds_the_same() {
        assert_eq!(sound(&fold("Perviy")), sound(&fold("Первый")));
        assert_eq!(sound("aa11bb"), "a11b");
    }
}
