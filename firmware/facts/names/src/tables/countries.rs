//! Countries: their codes and names. ISO 3166-1, with the three-letter codes of ISO, of the IOC and
//! of playlists.

/// ISO 3166-1 alpha-2 codes (and Kosovo), sorted.
pub(crate) static COUNTRIES: [&str; 191] = [
    "ad", "ae", "af", "al", "am", "ao", "ar", "at", "au", "aw", "az", "ba", "bb", "bd", "be", "bf",
    "bg", "bh", "bi", "bj", "bn", "bo", "br", "bs", "bt", "bw", "by", "bz", "ca", "cd", "cf", "cg",
    "ch", "ci", "cl", "cm", "cn", "co", "cr", "cu", "cv", "cw", "cy", "cz", "de", "dj", "dk", "do",
    "dz", "ec", "ee", "eg", "er", "es", "et", "fi", "fj", "fo", "fr", "ga", "gb", "ge", "gf", "gh",
    "gl", "gm", "gn", "gp", "gq", "gr", "gt", "gw", "gy", "hk", "hn", "hr", "ht", "hu", "id", "ie",
    "il", "in", "iq", "ir", "is", "it", "jm", "jo", "jp", "ke", "kg", "kh", "kp", "kr", "kw", "kz",
    "la", "lb", "li", "lk", "lr", "lt", "lu", "lv", "ly", "ma", "mc", "md", "me", "mg", "mk", "ml",
    "mm", "mn", "mo", "mq", "mr", "mt", "mu", "mv", "mw", "mx", "my", "mz", "na", "nc", "ne", "ng",
    "ni", "nl", "no", "np", "nu", "nz", "om", "pa", "pe", "pf", "pg", "ph", "pk", "pl", "pr", "ps",
    "pt", "py", "qa", "re", "ro", "rs", "ru", "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl",
    "sm", "sn", "so", "sr", "ss", "sv", "sy", "td", "tg", "th", "tj", "tm", "tn", "tr", "tt", "tw",
    "tz", "ua", "ug", "us", "uy", "uz", "va", "ve", "vn", "ws", "xk", "ye", "za", "zm", "zw",
];
