//! Why entries are one channel, in words a user understands.

use std::fmt;

/// Why an entry is in its channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A user has said so.
    Decision,
    /// The name is the same once quality and decoration are set aside.
    SameName,
    /// The same sub-channel of the same station.
    SameStation,
    /// One channel in several countries.
    SeveralCountries,
    /// One channel in countries that share a market.
    NeighbouringCountries,
    /// A small country carries the feed of its neighbour.
    CarriedFeed,
    /// No country given, and one channel of this name only.
    OnlyOneOfThisName,
    /// No country given, several channels of this name, and the logo of one of them.
    SameLogo,
    /// The name of the owner stands before it.
    OwnerBefore,
    /// One letter differs.
    OneLetter,
    /// The same name in letters of another script.
    OtherScript,
    /// A word is shortened.
    ShortenedWord,
    /// The owner is named after "by".
    OwnerBehind,
    /// The same `tvg-id`.
    SameId,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 14] = [
        Self::Decision,
        Self::SameName,
        Self::SameStation,
        Self::SeveralCountries,
        Self::NeighbouringCountries,
        Self::CarriedFeed,
        Self::OnlyOneOfThisName,
        Self::SameLogo,
        Self::OwnerBefore,
        Self::OneLetter,
        Self::OtherScript,
        Self::ShortenedWord,
        Self::OwnerBehind,
        Self::SameId,
    ];

    /// A short name for programs; it never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::SameName => "same-name",
            Self::SameStation => "same-station",
            Self::SeveralCountries => "several-countries",
            Self::NeighbouringCountries => "neighbouring-countries",
            Self::CarriedFeed => "carried-feed",
            Self::OnlyOneOfThisName => "only-one-of-this-name",
            Self::SameLogo => "same-logo",
            Self::OwnerBefore => "owner-before",
            Self::OneLetter => "one-letter",
            Self::OtherScript => "other-script",
            Self::ShortenedWord => "shortened-word",
            Self::OwnerBehind => "owner-behind",
            Self::SameId => "same-id",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decision => "you decided so",
            Self::SameName => "the name is the same once quality and decoration are set aside",
            Self::SameStation => "both are the same sub-channel of one station",
            Self::SeveralCountries => "the name is the same: one channel in several countries",
            Self::NeighbouringCountries => "the name is the same in neighbouring countries",
            Self::CarriedFeed => "a small country carries the feed of its neighbour",
            Self::OnlyOneOfThisName => "no country is given, and there is one channel of this name",
            Self::SameLogo => {
                "no country is given, and it has the logo of this one among several of the name"
            }
            Self::OwnerBefore => "the name of its owner stands before it",
            Self::OneLetter => "one letter differs",
            Self::OtherScript => "it is the same name in another script",
            Self::ShortenedWord => "a word is shortened",
            Self::OwnerBehind => "the owner is named after \"by\"",
            Self::SameId => "the tvg-id is the same",
        })
    }
}

/// Why two entries are one channel, or are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explanation {
    /// They are one: for the reasons on the way from one to the other, each once.
    Joined {
        /// The reasons, never none.
        reasons: Vec<Reason>,
        /// What both say beyond the name (country, shift, station), in a user's words; may be
        /// empty.
        about: String,
    },
    /// They are two.
    Apart(Difference),
}

/// What keeps two entries apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A user has said so.
    Decision,
    /// A part of the name differs.
    Part {
        /// Which part, in a user's words.
        part: &'static str,
        /// The parts of both; empty where a name has none.
        values: [String; 2],
    },
    /// The country differs, and the name has editions in several countries.
    Edition([String; 2]),
    /// The names differ.
    Name([String; 2]),
    /// The names are the same, but too short to be the same channel in two countries.
    TooCommon([String; 2]),
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined { reasons, about } => {
                f.write_str("joined because ")?;
                for (at, reason) in reasons.iter().enumerate() {
                    let between = if at == 0 { "" } else { "; " };
                    write!(f, "{between}{reason}")?;
                }
                if about.is_empty() {
                    Ok(())
                } else {
                    write!(f, " ({about})")
                }
            }
            Self::Apart(difference) => write!(f, "kept apart: {difference}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: &str| {
            if text.is_empty() {
                "none".to_owned()
            } else {
                text.to_owned()
            }
        };
        match self {
            Self::Decision => f.write_str("you decided so"),
            Self::Part {
                part,
                values: [a, b],
            } => {
                write!(f, "{part} differs ({} / {})", or_none(a), or_none(b))
            }
            Self::Edition([a, b]) => write!(
                f,
                "the country differs ({} / {}), and this name has editions of its own in several",
                or_none(a),
                or_none(b)
            ),
            Self::Name([a, b]) => write!(f, "the names differ ({a} / {b})"),
            Self::TooCommon([a, b]) => write!(
                f,
                "the country differs ({} / {}), and so short a name may be two channels",
                or_none(a),
                or_none(b)
            ),
        }
    }
}
