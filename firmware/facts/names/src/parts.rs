//! What a name consists of.
//!
//! Tens of thousands are held while a lineup is made, so the rare parts are boxed and the words
//! are one text.

use std::borrow::Cow;

use crate::area::{Area, Feed};
use crate::country::Country;
use crate::language::{Language, NumberWord};
use crate::station::{Dial, Station};
use crate::tables::generic;

/// The parts of a name. See [`read`](crate::read).
///
/// Facts about this one name: what the rest of the list shows (an open sub-channel, what `A+B`
/// means) is no business of this type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The country it is for.
    pub country: Option<Country>,
    /// How sure the country is.
    pub stated: Stated,
    /// The country that stands at the end of the name or in brackets: evidence that the name has
    /// national editions. Then it is `country` too.
    pub edition: Option<Country>,
    /// The name's own words say which edition it is ("(México)", "Slovenija", "GB").
    pub says_edition: bool,
    /// The area it is for.
    pub area: Option<Area>,
    /// An area that was named but says nothing, since the country lies in it.
    pub area_around: Option<Area>,
    /// The part of the country it is for.
    pub feed: Option<Feed>,
    /// The name says "Pacific" where [`feed`](Self::feed) says West.
    pub pacific: bool,
    /// Hours behind the plain channel, 0 to 24.
    pub shift_hours: u8,
    /// Language, where a country has feeds in several.
    pub language: Option<Language>,
    /// The spelled number that stands as digits at the end of [`words`](Self::words).
    pub number_word: Option<NumberWord>,
    /// The place of the word for television.
    pub form: Form,
    /// Quality of the picture, as far as the name tells. Never part of what the channel is.
    pub quality: Quality,
    /// A plus stood between two letters ("A+B"): it may be part of the name or mean "and".
    pub plus_inside: bool,
    /// No letters but Latin ones and those of scripts that have no table here.
    pub latin: bool,
    /// The first word stands in the name as four capitals beginning with K, W or C, and is no
    /// common word: a call sign, if the list knows that station.
    pub maybe_call: bool,
    /// The station, if the name holds a call sign.
    pub station: Option<Box<Station>>,
    /// Call sign and dial number as written, also where the call sign is misspelt.
    pub dial: Option<Box<Dial>>,
    /// `tvg-id` in lower case without blanks around it; empty where it says nothing.
    pub tvg_id: Box<str>,
    /// Folded words, separated by single spaces.
    pub(crate) words: Box<str>,
    /// Folded words without those for television, glued.
    pub(crate) key: Box<str>,
}

impl Parts {
    /// The folded words of the name, without what became a part. Never empty: an unreadable name
    /// is one word of its own, beginning with NUL.
    pub fn words(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.words.split(' ')
    }

    /// [`words`](Self::words) as one text, separated by single spaces.
    #[must_use]
    pub fn joined_words(&self) -> &str {
        &self.words
    }

    /// The words that are not merely words for television. May be none.
    pub fn core_words(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.words().filter(|word| !generic::is_generic(word))
    }

    /// The key of the name: its words without those for television, glued ("Lobo TV" → `lobo`).
    /// Where fewer than two letters would remain, all of them ("TV 2" → `tv2`).
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The strict key: all words, glued.
    #[must_use]
    pub fn glued(&self) -> Cow<'_, str> {
        if self.words.contains(' ') {
            Cow::Owned(self.words().collect())
        } else {
            Cow::Borrowed(&self.words)
        }
    }

    /// The key by sound: equal for spellings of one name in several scripts.
    #[must_use]
    pub fn sound(&self) -> String {
        crate::fold::sound(&self.key)
    }

    /// `tvg-id` without the feed behind `@`, or empty.
    #[must_use]
    pub fn tvg_id_without_feed(&self) -> &str {
        match self.tvg_id.rsplit_once('@') {
            Some((id, feed))
                if !feed.is_empty()
                    && feed
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) =>
            {
                id
            }
            _ => &self.tvg_id,
        }
    }

    /// Nothing in the name could be read.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.words.starts_with('\0')
    }
}

/// How sure the country of a name is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stated {
    /// Nobody says it.
    #[default]
    Nowhere,
    /// The group is the name of a country, or it is known from elsewhere.
    Group,
    /// The group begins with the code of a country.
    GroupCode,
    /// The name says it.
    Name,
}

/// Where the word for television stands. "TV Lobo" and "Lobo TV" are two channels; "Lobo" could
/// be either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// There is none.
    #[default]
    Plain,
    /// "Lobo Channel".
    Channel,
    /// "TV Lobo".
    Leading,
    /// "Lobo TV".
    Trailing,
}

/// Quality of the picture, as names tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quality {
    /// Not told (a codec alone says nothing).
    #[default]
    Unknown,
    /// Standard definition or less.
    Sd,
    /// 720 lines or unspecified high definition.
    Hd,
    /// 1080 lines.
    FullHd,
    /// 2160 lines.
    Uhd,
    /// 4320 lines.
    Uhd8k,
}

impl Quality {
    /// 0 to 6, for distances: an unknown quality is nearer to SD than to HD.
    #[must_use]
    pub fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Sd => 1,
            Self::Hd => 3,
            Self::FullHd => 4,
            Self::Uhd => 5,
            Self::Uhd8k => 6,
        }
    }

    /// The quality in a user's words; empty where it is unknown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Sd => "SD",
            Self::Hd => "HD",
            Self::FullHd => "Full HD",
            Self::Uhd => "4K",
            Self::Uhd8k => "8K",
        }
    }
}

/// Heap and all, a name is planned with some 200 bytes: 30,000 of them are 6 MiB.
const _: () = assert!(size_of::<Parts>() <= 96);
