//! The countries of an area.

/// Code of an area and the countries in which naming it says nothing; sorted. Europe is missing: a
/// pan-European feed stands beside the national one.
pub(crate) static AREA_MEMBERS: [(&str, &[&str]); 15] = [
    (
        "africa",
        &[
            "ao", "bw", "ci", "cm", "gh", "ke", "mz", "na", "ng", "sn", "tz", "ug", "za", "zm",
            "zw",
        ],
    ),
    (
        "apac",
        &["au", "hk", "id", "my", "nz", "ph", "sg", "th", "tw", "vn"],
    ),
    (
        "asia",
        &[
            "bn", "cn", "hk", "id", "in", "jp", "kh", "kr", "la", "mm", "mo", "my", "ph", "sg",
            "th", "tw", "vn",
        ],
    ),
    (
        "balkan",
        &["al", "ba", "bg", "hr", "me", "mk", "rs", "si", "xk"],
    ),
    ("baltic", &["ee", "lt", "lv"]),
    ("benelux", &["be", "lu", "nl"]),
    (
        "carib",
        &["aw", "bb", "bs", "cu", "cw", "do", "ht", "jm", "pr", "tt"],
    ),
    (
        "cee",
        &[
            "al", "ba", "bg", "by", "cz", "ee", "hr", "hu", "lt", "lv", "md", "me", "mk", "pl",
            "ro", "rs", "ru", "si", "sk", "ua",
        ],
    ),
    (
        "cis",
        &["am", "az", "by", "kg", "kz", "md", "ru", "tj", "tm", "uz"],
    ),
    ("iberia", &["es", "pt"]),
    (
        "latam",
        &[
            "ar", "bo", "cl", "co", "cr", "cu", "do", "ec", "gt", "hn", "mx", "ni", "pa", "pe",
            "pr", "py", "sv", "uy", "ve",
        ],
    ),
    (
        "mena",
        &[
            "ae", "bh", "dz", "eg", "iq", "jo", "kw", "lb", "ly", "ma", "om", "ps", "qa", "sa",
            "sd", "sy", "tn", "ye",
        ],
    ),
    ("nordic", &["dk", "fi", "is", "no", "se"]),
    ("sas", &["bd", "in", "lk", "np", "pk"]),
    (
        "sea",
        &[
            "bn", "hk", "id", "kh", "la", "mm", "my", "ph", "sg", "th", "vn",
        ],
    ),
];
