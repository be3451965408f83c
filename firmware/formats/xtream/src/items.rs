//! What the objects of lists say.

use std::borrow::Cow;

use crate::Fields;

/// A category: a group of channels, of films or of series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category<'a> {
    /// Its id.
    pub id: Cow<'a, str>,
    /// Its name.
    pub name: Cow<'a, str>,
}

impl<'a> Category<'a> {
    /// Reads an object; `None` where id or name are missing.
    #[must_use]
    pub fn of(fields: Fields<'a>) -> Option<Self> {
        let id = fields.id(&["category_id", "id"])?;
        let name = fields.text_of(&["category_name", "name"]);
        (!name.is_empty()).then_some(Self { id, name })
    }
}

/// A live stream.
///
/// `num` is not read: it is the place in the panel's list, moved by every stream that comes or goes, and
/// no channel number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live<'a> {
    /// Its id in addresses.
    pub id: Cow<'a, str>,
    /// Its name; the id where it has none.
    pub name: Cow<'a, str>,
    /// Address of its logo; may be empty.
    pub icon: &'a str,
    /// Its id in the guide; may be empty.
    pub epg_channel_id: Cow<'a, str>,
    /// Its category; may be empty.
    pub category_id: Cow<'a, str>,
    /// Days of the past that can be played; 0 where there is no archive.
    pub archive_days: u32,
}

impl<'a> Live<'a> {
    /// Reads an object; `None` where the id is missing.
    #[must_use]
    pub fn of(fields: Fields<'a>) -> Option<Self> {
        let id = fields.id(&["stream_id", "id"])?;
        let has_archive = fields.flag("tv_archive").unwrap_or(false);
        let days = fields.number("tv_archive_duration").unwrap_or(0);
        Some(Self {
            name: named(fields, &id),
            icon: fields.address("stream_icon"),
            epg_channel_id: fields.text("epg_channel_id"),
            category_id: category(fields),
            archive_days: u32::try_from(days)
                .ok()
                .filter(|_| has_archive)
                .unwrap_or(0),
            id,
        })
    }
}

/// A film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movie<'a> {
    /// Its id in addresses.
    pub id: Cow<'a, str>,
    /// Its name; the id where it has none.
    pub name: Cow<'a, str>,
    /// What the file's name ends in, without a dot; `mp4` where nothing is said.
    pub extension: String,
    /// Its category; may be empty.
    pub category_id: Cow<'a, str>,
    /// Year or date of its release, as said; may be empty.
    pub year: Cow<'a, str>,
    /// From 0 to 10, as said; may be empty.
    pub rating: Cow<'a, str>,
    /// Address of its poster; may be empty.
    pub poster: &'a str,
}

impl<'a> Movie<'a> {
    /// Reads an object; `None` where the id is missing.
    #[must_use]
    pub fn of(fields: Fields<'a>) -> Option<Self> {
        let id = fields.id(&["stream_id", "vod_id", "id"])?;
        Some(Self {
            name: named(fields, &id),
            extension: extension(fields),
            category_id: category(fields),
            year: fields.text_of(&["year", "releaseDate", "release_date", "releasedate"]),
            rating: fields.text("rating"),
            poster: poster(fields, &["stream_icon", "cover", "cover_big"]),
            id,
        })
    }
}

/// A series; its episodes are asked for by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series<'a> {
    /// Its id.
    pub id: Cow<'a, str>,
    /// Its name; the id where it has none.
    pub name: Cow<'a, str>,
    /// Its category; may be empty.
    pub category_id: Cow<'a, str>,
    /// Year or date of its release, as said; may be empty.
    pub year: Cow<'a, str>,
    /// From 0 to 10, as said; may be empty.
    pub rating: Cow<'a, str>,
    /// Address of its poster; may be empty.
    pub poster: &'a str,
}

impl<'a> Series<'a> {
    /// Reads an object; `None` where the id is missing.
    #[must_use]
    pub fn of(fields: Fields<'a>) -> Option<Self> {
        let id = fields.id(&["series_id", "id"])?;
        Some(Self {
            name: named(fields, &id),
            category_id: category(fields),
            year: fields.text_of(&["year", "releaseDate", "release_date", "releasedate"]),
            rating: fields.text("rating"),
            poster: poster(fields, &["cover", "stream_icon", "cover_big"]),
            id,
        })
    }
}

/// An episode of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode<'a> {
    /// Its id in addresses.
    pub id: Cow<'a, str>,
    /// Its title; the id where it has none.
    pub title: Cow<'a, str>,
    /// Its season; 0 where nothing is said.
    pub season: u32,
    /// Its number in the season; 0 where nothing is said.
    pub number: u32,
    /// What the file's name ends in, without a dot; `mp4` where nothing is said.
    pub extension: String,
}

impl<'a> Episode<'a> {
    /// Reads an object that stands under the name of its season, or under none; `None` where the id is
    /// missing.
    #[must_use]
    pub fn of(season: &str, fields: Fields<'a>) -> Option<Self> {
        let id = fields.id(&["id", "stream_id", "episode_id"])?;
        let small = |number: i64| u32::try_from(number).unwrap_or(0);
        let said = fields.number("season").map(small);
        let season = said.or_else(|| season.trim().parse().ok()).unwrap_or(0);
        let title = fields.text_of(&["title", "name"]);
        Some(Self {
            title: if title.is_empty() { id.clone() } else { title },
            season,
            number: fields.number("episode_num").map_or(0, small),
            extension: extension(fields),
            id,
        })
    }
}

fn named<'a>(fields: Fields<'a>, id: &Cow<'a, str>) -> Cow<'a, str> {
    let name = fields.text_of(&["name", "stream_display_name", "title"]);
    if name.is_empty() { id.clone() } else { name }
}

/// Newer panels give a list of categories beside, or instead of, the one.
fn category<'a>(fields: Fields<'a>) -> Cow<'a, str> {
    let one = fields.text("category_id");
    if !one.is_empty() && one != "0" {
        return one;
    }
    fields.list("category_ids").next().unwrap_or_default()
}

/// It becomes part of an address: letters and digits, at most eight.
fn extension(fields: Fields<'_>) -> String {
    let said = fields.text("container_extension");
    let said = said.trim_start_matches('.');
    let is_fit = (1..=8).contains(&said.len()) && said.bytes().all(|c| c.is_ascii_alphanumeric());
    if is_fit {
        said.to_ascii_lowercase()
    } else {
        "mp4".to_owned()
    }
}

fn poster<'a>(fields: Fields<'a>, names: &[&str]) -> &'a str {
    let mut posters = names.iter().map(|name| fields.address(name));
    posters
        .find(|poster| !poster.is_empty())
        .unwrap_or_default()
}
