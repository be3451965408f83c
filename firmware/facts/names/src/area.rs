//! Feeds of a channel for a part of the world or of a country.

use crate::country::Country;
use crate::tables::area_members::AREA_MEMBERS;
use crate::tables::look_up;

/// An area of several countries for which a feed is made.
///
/// In the order of their [codes](Area::code), so that sorting by one is sorting by the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Africa.
    Africa,
    /// Asia and the Pacific.
    AsiaPacific,
    /// Asia, as the feeds of East and South-East Asia call themselves.
    Asia,
    /// The Balkans and the Adriatic.
    Balkan,
    /// Estonia, Latvia, Lithuania.
    Baltic,
    /// Belgium, the Netherlands, Luxembourg.
    Benelux,
    /// The Caribbean.
    Caribbean,
    /// Central and Eastern Europe.
    CentralEasternEurope,
    /// The Commonwealth of Independent States.
    Cis,
    /// Europe, the Middle East and Africa.
    Emea,
    /// All of Europe.
    Europe,
    /// Spain and Portugal.
    Iberia,
    /// Everywhere.
    International,
    /// Latin America.
    LatinAmerica,
    /// The Middle East and North Africa.
    MiddleEast,
    /// The Nordic countries.
    Nordic,
    /// South Asia.
    SouthAsia,
    /// South-East Asia.
    SouthEastAsia,
    /// Western Europe.
    WesternEurope,
}

impl Area {
    /// A short stable code, for keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Africa => "africa",
            Self::AsiaPacific => "apac",
            Self::Asia => "asia",
            Self::Balkan => "balkan",
            Self::Baltic => "baltic",
            Self::Benelux => "benelux",
            Self::Caribbean => "carib",
            Self::CentralEasternEurope => "cee",
            Self::Cis => "cis",
            Self::Emea => "emea",
            Self::Europe => "eu",
            Self::Iberia => "iberia",
            Self::International => "intl",
            Self::LatinAmerica => "latam",
            Self::MiddleEast => "mena",
            Self::Nordic => "nordic",
            Self::SouthAsia => "sas",
            Self::SouthEastAsia => "sea",
            Self::WesternEurope => "weu",
        }
    }

    /// The area in a user's words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Africa => "Africa",
            Self::AsiaPacific => "Asia Pacific",
            Self::Asia => "Asia",
            Self::Balkan => "Balkans",
            Self::Baltic => "Baltics",
            Self::Benelux => "Benelux",
            Self::Caribbean => "Caribbean",
            Self::CentralEasternEurope => "Central and Eastern Europe",
            Self::Cis => "CIS",
            Self::Emea => "Europe, Middle East, Africa",
            Self::Europe => "Europe",
            Self::Iberia => "Iberia",
            Self::International => "international",
            Self::LatinAmerica => "Latin America",
            Self::MiddleEast => "Middle East and North Africa",
            Self::Nordic => "Nordics",
            Self::SouthAsia => "South Asia",
            Self::SouthEastAsia => "Southeast Asia",
            Self::WesternEurope => "Western Europe",
        }
    }

    /// Whether a feed for this area is the one that a viewer in `country` gets, so that naming
    /// the area says nothing there. Never for Europe: a pan-European feed stands beside the
    /// national one.
    #[must_use]
    pub fn includes(self, country: Country) -> bool {
        look_up(&AREA_MEMBERS, self.code()).is_some_and(|members| members.contains(&country.code()))
    }
}

/// A feed for a part of a country: the halves of a compass and the time zones of North America.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// East. In the United States and Canada the plain channel, so it is not kept there.
    East,
    /// Mountain time.
    Mountain,
    /// North.
    North,
    /// Pacific, where a list shows that it is not the same as West (Canada). [`read`](crate::read)
    /// never says it: see [`Parts::pacific`](crate::Parts::pacific).
    Pacific,
    /// South.
    South,
    /// West, or Pacific.
    West,
}

impl Feed {
    /// The feed in a user's words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::East => "East",
            Self::Mountain => "Mountain",
            Self::North => "North",
            Self::Pacific => "Pacific",
            Self::South => "South",
            Self::West => "West",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn europe_includes_no_country_and_southeast_asia_singapore() {
        let country = |code| Country::from_code(code).expect("a code of the table");
        assert!(Area::SouthEastAsia.includes(country("sg")));
        assert!(!Area::SouthEastAsia.includes(country("de")));
        assert!(!Area::Europe.includes(country("de")));
    }

    #[test]
    fn areas_sort_like_their_codes() {
        assert!(Area::Africa < Area::AsiaPacific && Area::Africa.code() < Area::AsiaPacific.code());
        assert!(Area::Cis < Area::Emea && Area::Cis.code() < Area::Emea.code());
    }
}
