//! Areas of several countries: their names, prefixes and members.

use crate::area::Area;

/// Folded name and area, sorted. "World" is missing: it is usually part of a name.
pub(crate) static AREA_NAMES: [(&str, Area); 41] = [
    ("adria", Area::Balkan),
    ("africa", Area::Africa),
    ("afrique", Area::Africa),
    ("america latina", Area::LatinAmerica),
    ("apac", Area::AsiaPacific),
    ("arabia", Area::MiddleEast),
    ("asia", Area::Asia),
    ("asia pacific", Area::AsiaPacific),
    ("balkan", Area::Balkan),
    ("balkans", Area::Balkan),
    ("baltic", Area::Baltic),
    ("baltics", Area::Baltic),
    ("benelux", Area::Benelux),
    ("caribbean", Area::Caribbean),
    ("cee", Area::CentralEasternEurope),
    ("central europe", Area::CentralEasternEurope),
    ("cis", Area::Cis),
    ("eastern europe", Area::CentralEasternEurope),
    ("emea", Area::Emea),
    ("europa", Area::Europe),
    ("europe", Area::Europe),
    ("ex yu", Area::Balkan),
    ("iberia", Area::Iberia),
    ("international", Area::International),
    ("latam", Area::LatinAmerica),
    ("latin america", Area::LatinAmerica),
    ("latino america", Area::LatinAmerica),
    ("latinoamerica", Area::LatinAmerica),
    ("mena", Area::MiddleEast),
    ("middle east", Area::MiddleEast),
    ("nordic", Area::Nordic),
    ("nordics", Area::Nordic),
    ("pacific rim", Area::AsiaPacific),
    ("pan regional", Area::LatinAmerica),
    ("panregional", Area::LatinAmerica),
    ("scandinavia", Area::Nordic),
    ("sea", Area::SouthEastAsia),
    ("south asia", Area::SouthAsia),
    ("south east asia", Area::SouthEastAsia),
    ("southeast asia", Area::SouthEastAsia),
    ("western europe", Area::WesternEurope),
];

/// Prefixes of names, in lower case, that name an area; sorted.
pub(crate) static AREA_PREFIXES: [(&str, Area); 4] = [
    ("afr", Area::Africa),
    ("arb", Area::MiddleEast),
    ("eyu", Area::Balkan),
    ("lat", Area::LatinAmerica),
];

/// The countries in which naming the area says nothing, sorted; see [`Area::includes`].
pub(crate) fn members(area: Area) -> &'static [&'static str] {
    match area {
        Area::Africa => &[
            "ao", "bw", "ci", "cm", "gh", "ke", "mz", "na", "ng", "sn", "tz", "ug", "za", "zm",
            "zw",
        ],
        Area::AsiaPacific => &["au", "hk", "id", "my", "nz", "ph", "sg", "th", "tw", "vn"],
        Area::Asia => &[
            "bn", "cn", "hk", "id", "in", "jp", "kh", "kr", "la", "mm", "mo", "my", "ph", "sg",
            "th", "tw", "vn",
        ],
        Area::Balkan => &["al", "ba", "bg", "hr", "me", "mk", "rs", "si", "xk"],
        Area::Baltic => &["ee", "lt", "lv"],
        Area::Benelux => &["be", "lu", "nl"],
        Area::Caribbean => &["aw", "bb", "bs", "cu", "cw", "do", "ht", "jm", "pr", "tt"],
        Area::CentralEasternEurope => &[
            "al", "ba", "bg", "by", "cz", "ee", "hr", "hu", "lt", "lv", "md", "me", "mk", "pl",
            "ro", "rs", "ru", "si", "sk", "ua",
        ],
        Area::Cis => &["am", "az", "by", "kg", "kz", "md", "ru", "tj", "tm", "uz"],
        Area::Emea => &[],
        Area::Europe => &[],
        Area::Iberia => &["es", "pt"],
        Area::International => &[],
        Area::LatinAmerica => &[
            "ar", "bo", "cl", "co", "cr", "cu", "do", "ec", "gt", "hn", "mx", "ni", "pa", "pe",
            "pr", "py", "sv", "uy", "ve",
        ],
        Area::MiddleEast => &[
            "ae", "bh", "dz", "eg", "iq", "jo", "kw", "lb", "ly", "ma", "om", "ps", "qa", "sa",
            "sd", "sy", "tn", "ye",
        ],
        Area::Nordic => &["dk", "fi", "is", "no", "se"],
        Area::SouthAsia => &["bd", "in", "lk", "np", "pk"],
        Area::SouthEastAsia => &[
            "bn", "hk", "id", "kh", "la", "mm", "my", "ph", "sg", "th", "vn",
        ],
        Area::WesternEurope => &[],
    }
}
