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
