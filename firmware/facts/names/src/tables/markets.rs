//! Which countries share a market, and which carry the feeds of a larger neighbour.

/// Markets: countries whose platforms carry the same channels.
pub(crate) static MARKETS: [&[&str]; 22] = [
    &["us", "ca", "gb", "ie", "au", "nz", "nu"],
    &["de", "at", "ch", "li", "lu"],
    &["fr", "be", "ch", "lu", "mc"],
    &["be", "nl"],
    &["es", "ad"],
    &["pt", "ao", "mz", "cv"],
    &["it", "sm", "ch", "va"],
    &["se", "no", "dk", "fi", "is", "fo", "gl"],
    &["cz", "sk"],
    &[
        "ru", "by", "kz", "kg", "uz", "tj", "tm", "am", "az", "ge", "md", "ua", "lv", "ee", "lt",
    ],
    &["rs", "hr", "ba", "me", "si", "mk", "xk", "al"],
    &["ro", "md"],
    &["gr", "cy"],
    &[
        "mx", "gt", "hn", "sv", "ni", "cr", "pa", "cu", "do", "pr", "co", "ve", "ec", "pe", "bo",
        "cl", "ar", "uy", "py",
    ],
    &[
        "sa", "ae", "kw", "qa", "bh", "om", "ye", "eg", "ma", "dz", "tn", "ly", "sd", "iq", "jo",
        "lb", "sy", "ps",
    ],
    &["in", "bd", "lk", "np"],
    &["cn", "hk", "tw", "mo", "sg", "my", "id"],
    &[
        "fr", "sn", "ml", "ci", "bf", "gn", "ne", "tg", "bj", "cm", "ga", "cg", "cd", "td", "ma",
        "dz", "tn", "re", "gp", "mq", "gf", "ht", "mg",
    ],
    &["sg", "my", "id", "th", "ph", "vn", "hk"],
    &["hu", "ro", "sk", "rs"],
    &["ir", "af", "tj"],
    &["ke", "ug", "tz", "rw", "gh", "ng", "za", "zm", "zw"],
];

/// Small countries and the neighbour whose national feeds they carry, sorted.
pub(crate) static CARRIES: [(&str, &str); 9] = [
    ("ad", "es"),
    ("at", "de"),
    ("by", "ru"),
    ("ie", "gb"),
    ("li", "ch"),
    ("mc", "fr"),
    ("nu", "nz"),
    ("nz", "au"),
    ("sm", "it"),
];
