//! What faces ask of an account's films and series, and of what is on: questions that change nothing, and
//! their answers as they stand in the API.

use serde::Serialize;

/// Films or series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shelf {
    /// Films.
    Movies,
    /// Series.
    Series,
}

/// A film or an episode: what can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilmKind {
    /// A film.
    Movie,
    /// An episode of a series.
    Episode,
}

/// The lasting id of a film, a series or an episode: the number of its source, and the id that its panel
/// knows it by, with a hyphen between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleId {
    /// Number of the source.
    pub source: u16,
    /// Its id at the panel: letters and digits of ASCII, `_` and `-`.
    pub id: String,
}

/// Bytes of an id at a panel.
const ID_BYTES_MAX: usize = 64;

impl TitleId {
    /// An id as [`TitleId`] is written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (source, id) = text.split_once('-')?;
        let is_number = source.bytes().all(|byte| byte.is_ascii_digit());
        (is_number && Self::is_fit(id)).then_some(())?;
        Some(Self {
            source: source.parse().ok()?,
            id: id.to_owned(),
        })
    }

    /// Whether an id of a panel can be part of ours. They are numbers, but for very odd panels.
    #[must_use]
    pub fn is_fit(id: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        (1..=ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(is_plain)
    }
}

/// Which titles are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitlesWish {
    /// Which shelf.
    pub shelf: Shelf,
    /// Words that the name must have, in any case; empty for all.
    pub words: String,
    /// Only of this source.
    pub source: Option<u16>,
    /// Only of the group of this name, in any case.
    pub category: Option<String>,
    /// Where to go on: source, and place in its catalogue.
    pub from: (u16, u64),
    /// How many at most.
    pub limit: usize,
}

/// Titles, a page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Titles {
    /// In the order of their panels.
    pub titles: Vec<Title>,
    /// What `cursor` says to go on behind them; `None` at the end. A page may be short, or empty, and have one
    /// nevertheless: so many titles are looked at for one page.
    pub next: Option<String>,
    /// The catalogues of all sources that have one.
    pub catalogs: Vec<CatalogView>,
}

/// A film or a series. Texts are empty where the panel says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Title {
    /// Its lasting id.
    pub id: String,
    /// Number of its source.
    pub source: u16,
    /// Its name.
    pub name: String,
    /// Name of its group.
    pub category: String,
    /// Year or date of its release, as said.
    pub year: String,
    /// From 0 to 10, as said.
    pub rating: String,
    /// Address of its poster.
    pub poster: String,
    /// Where the film is played; `None` for a series, whose episodes are.
    pub path: Option<String>,
}

/// The catalogue of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CatalogView {
    /// Number of the source.
    pub source: u16,
    /// Its name.
    pub name: String,
    /// Whether it is being read.
    pub is_reading: bool,
    /// Titles that it has.
    pub titles: u64,
    /// When it was last read in full, in seconds since 1970.
    pub read_unix_s: Option<u64>,
    /// What went wrong at the last reading; what there was stays.
    pub error: Option<String>,
    /// Why titles are missing at its end.
    pub cut: Option<String>,
}

/// A series with its episodes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeriesView {
    /// Its lasting id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is about; may be empty.
    pub plot: String,
    /// Address of its poster; may be empty.
    pub poster: String,
    /// In the order of their numbers.
    pub seasons: Vec<SeasonView>,
    /// Whether there are more episodes than are listed.
    pub is_cut: bool,
}

/// A season.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeasonView {
    /// Its number; 0 for what belongs to none.
    pub season: u32,
    /// In the order of their numbers.
    pub episodes: Vec<EpisodeView>,
}

/// An episode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EpisodeView {
    /// Its lasting id.
    pub id: String,
    /// Its number in the season; 0 where nobody says.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Where it is played.
    pub path: String,
}

/// What is on, and what comes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Programmes {
    /// Who says so: the name of a guide or of a source; `None` where nobody says anything.
    pub of: Option<String>,
    /// Whether it is a guide, and not the panel that was asked.
    pub is_guide: bool,
    /// By their beginning; the first may be on now.
    pub programmes: Vec<ProgrammeView>,
}

/// A programme.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProgrammeView {
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Its beginning, in seconds since 1970.
    pub start_unix_s: i64,
    /// Its end, in seconds since 1970.
    pub stop_unix_s: i64,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// There is no such title.
    #[error(
        "there is no such title, or the films of its source are not listed: set vod on the source"
    )]
    NotFound,
    /// Too many ask.
    #[error("too much is asked for just now: try again in a moment")]
    Busy,
    /// The panel does not answer, or not with what it was asked for; what it did.
    #[error("the panel does not answer the question: {0}")]
    Panel(String),
    /// The store cannot be read.
    #[error("the catalogue cannot be read: {0}")]
    Storage(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_nowhere_else() {
        for (text, expected) in [
            ("3-12", Some((3, "12"))),
            ("0-ab-1_x", Some((0, "ab-1_x"))),
            ("+3-12", None),
            ("3-", None),
            ("3", None),
            ("-12", None),
            ("70000-1", None),
            ("3-../x", None),
            ("3-a b", None),
        ] {
            let read = TitleId::parse(text);
            let read = read.as_ref().map(|it| (it.source, it.id.as_str()));
            assert_eq!(read, expected, "{text}");
        }
    }
}
