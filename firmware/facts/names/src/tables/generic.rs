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
