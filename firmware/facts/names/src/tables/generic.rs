//! Words that say only "this is a television channel".

/// Words for television and particles around them, folded and sorted.
pub(crate) static GENERIC: [&str; 37] = [
    "and",
    "canal",
    "canale",
    "chaine",
    "channel",
    "de",
    "del",
    "el",
    "et",
    "feed",
    "gtrk",
    "hdtv",
    "i",
    "kanal",
    "kanali",
    "la",
    "le",
    "network",
    "of",
    "sender",
    "station",
    "stream",
    "tele",
    "telekanal",
    "televisio",
    "television",
    "televisione",
    "televizija",
    "televiziya",
    "televizyon",
    "tevee",
    "the",
    "tivi",
    "tv",
    "und",
    "utrk",
    "y",
];

/// The words for "television" among them, whose place tells channels apart; sorted.
pub(crate) static TELEVISION: [&str; 9] = [
    "tele",
    "televisio",
    "television",
    "televisione",
    "televizija",
    "televiziya",
    "televizyon",
    "tivi",
    "tv",
];

/// The words for "channel" whose place tells channels apart; sorted.
pub(crate) static CHANNEL: [&str; 4] = ["chaine", "channel", "kanal", "kanali"];

/// Whether the folded word says only that this is a television channel.
pub(crate) fn is_generic(word: &str) -> bool {
    GENERIC.binary_search(&word).is_ok()
}

/// Whether the folded word is one for "television".
pub(crate) fn is_television(word: &str) -> bool {
    TELEVISION.binary_search(&word).is_ok()
}

/// Whether the folded word is one for "channel".
pub(crate) fn is_channel(word: &str) -> bool {
    CHANNEL.binary_search(&word).is_ok()
}

/// Letters of a word for television that is known with a letter doubled or missing its double.
const MISSPELT_LETTERS_MIN: usize = 5;

/// The word for television that this one is, but for letters written twice or once ("channnel").
pub(crate) fn misspelt_generic(word: &str) -> Option<&'static str> {
    let has_double = || word.bytes().zip(word.bytes().skip(1)).any(|(a, b)| a == b);
    if word.len() < MISSPELT_LETTERS_MIN || !has_double() || is_generic(word) {
        return None;
    }
    let alike = |other: &&&str| other.len() >= MISSPELT_LETTERS_MIN && once(other).eq(once(word));
    GENERIC.iter().find(alike).copied()
}

/// The letters of a word, each run of one letter once.
fn once(word: &str) -> impl Iterator<Item = u8> {
    let before = std::iter::once(0).chain(word.bytes());
    let letters = word.bytes().zip(before);
    letters
        .filter(|(letter, before)| letter != before)
        .map(|(letter, _)| letter)
}
