//! `GET /api/v1/channels?after=<GuideNumber>&limit=100&search=`: the lineup in pages, each
//! beginning behind the last number of the one before, so that an import between two of them
//! neither repeats nor skips a channel.

use hyper::{Response, StatusCode};
use lineup::{Channel, GuideNumber, Lineup};
use serde::Serialize;

use crate::{asked::Asked, body::Body, query, respond, shared::Shared, vod};

const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 200;
/// A search text is cut here.
const SEARCH_BYTES_MAX: usize = 128;

#[derive(Serialize)]
struct Page<'a> {
    channels: Vec<Row<'a>>,
    /// `after` of the next page; `null` at the end.
    next: Option<String>,
    /// Channels of the whole lineup.
    total: usize,
    /// A channel plays at `<stream_base>/auto/v<number>`.
    stream_base: String,
}

#[derive(Serialize)]
struct Row<'a> {
    number: String,
    name: &'a str,
    group: &'a str,
    id: String,
    hd: bool,
    /// Index of its source; `null` for the built-in channel.
    source: Option<u16>,
    /// How many streams it has: the primary and its backups.
    streams: usize,
    /// Where a film is had as a file, behind `stream_base`; `null` for a channel.
    vod: Option<String>,
}

pub(crate) fn channels(shared: &Shared, asked: &Asked) -> Response<Body> {
    let wanted = match Wanted::of(asked.query()) {
        Ok(wanted) => wanted,
        Err(detail) => return respond::problem(StatusCode::BAD_REQUEST, detail),
    };
    let lineup = std::sync::Arc::clone(&shared.feeds.lineup.borrow());
    let (channels, next) = wanted.page(&lineup);
    respond::json(&Page {
        channels,
        next: next.map(|number| number.to_string()),
        total: lineup.len(),
        stream_base: asked.reached.with_port(shared.stream_port),
    })
}

#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    after: Option<GuideNumber>,
    limit: usize,
    /// In lower case.
    search: String,
}

impl Wanted {
    fn of(query: Option<&str>) -> Result<Self, &'static str> {
        let mut wanted = Self {
            after: None,
            limit: LIMIT_DEFAULT,
            search: String::new(),
        };
        for (key, value) in query::pairs(query) {
            match &*key {
                "after" if value.is_empty() => wanted.after = None,
                "after" => {
                    let number = value.parse();
                    wanted.after = Some(number.map_err(|_| "`after` is a channel number")?);
                }
                "limit" => {
                    let limit = value.parse().ok().filter(|n| (1..=LIMIT_MAX).contains(n));
                    wanted.limit = limit.ok_or("`limit` is a number from 1 to 200")?;
                }
                "search" => {
                    let end = value.floor_char_boundary(SEARCH_BYTES_MAX);
                    wanted.search = value[..end].trim().to_lowercase();
                }
                _ => {}
            }
        }
        Ok(wanted)
    }

    /// Rows of this page, and the number behind which the next one begins.
    fn page<'a>(&self, lineup: &'a Lineup) -> (Vec<Row<'a>>, Option<GuideNumber>) {
        let mut rows = Vec::new();
        let mut last = None;
        for index in self.first(lineup)..lineup.len() {
            let Some(channel) = lineup.get(index) else {
                break;
            };
            if !self.matches(&channel) {
                continue;
            }
            if rows.len() == self.limit {
                return (rows, last);
            }
            last = Some(channel.number);
            rows.push(row(channel, lineup, index));
        }
        (rows, None)
    }

    /// Index of the first channel behind `after`, which itself may be gone by now.
    fn first(&self, lineup: &Lineup) -> usize {
        let Some(after) = self.after else {
            return 0;
        };
        let (mut low, mut high) = (0, lineup.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match lineup.get(middle) {
                Some(channel) if channel.number <= after => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        low
    }

    fn matches(&self, channel: &Channel<'_>) -> bool {
        self.search.is_empty()
            || contains(channel.name, &self.search)
            || contains(channel.group, &self.search)
            || channel.number.to_string().starts_with(&self.search)
    }
}

/// Whether `text` contains `lower`, which is in lower case, in any case.
fn contains(text: &str, lower: &str) -> bool {
    if text.is_ascii() {
        let (text, lower) = (text.as_bytes(), lower.as_bytes());
        return text
            .windows(lower.len())
            .any(|part| part.eq_ignore_ascii_case(lower));
    }
    text.to_lowercase().contains(lower)
}

fn row<'a>(channel: Channel<'a>, lineup: &Lineup, index: usize) -> Row<'a> {
    Row {
        number: channel.number.to_string(),
        name: respond::clipped(channel.name),
        group: respond::clipped(channel.group),
        id: channel.id.to_string(),
        hd: channel.is_hd(),
        source: (channel.source != Channel::BUILT_IN).then_some(channel.source),
        streams: lineup.streams(index).len(),
        vod: vod::of_channel(lineup, index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineup::{ChannelId, LineupBuilder};
    use proptest::prelude::*;

    fn lineup() -> Lineup {
        let mut builder = LineupBuilder::new(1 << 20);
        for n in 1..=250_u16 {
            let name = format!("{} Kanal {n}", if n % 10 == 0 { "Ärzte" } else { "News" });
            let (id, number) = (ChannelId(n.into()), GuideNumber::new(n, 0).unwrap());
            let channel = Channel {
                group: if n % 50 == 0 { "Sport" } else { "" },
                ..Channel::new(id, number, &name, "http://a.example/")
            };
            builder.push(channel).unwrap();
        }
        builder.build()
    }

    /// The numbers of all pages of a query.
    fn walk(lineup: &Lineup, query: &str) -> Vec<usize> {
        let mut wanted = Wanted::of(Some(query)).unwrap();
        let mut pages = Vec::new();
        loop {
            let (rows, next) = wanted.page(lineup);
            pages.push(rows.len());
            match next {
                Some(next) => wanted.after = Some(next),
                None => return pages,
            }
        }
    }

    #[test]
    fn pages_cover_the_lineup_once() {
        let lineup = lineup();
        for (query, pages) in [
            ("", vec![100, 100, 50]),
            ("limit=125", vec![125, 125]),
            ("after=249", vec![1]),
            ("after=300", vec![0]),
            ("after=10.5&limit=200", vec![200, 40]),
            ("search=%C3%A4RZTE", vec![25]),
            ("search=sport&limit=3", vec![3, 2]),
            ("search=25", vec![4]),
            ("search=nothing", vec![0]),
        ] {
            assert_eq!(walk(&lineup, query), pages, "{query}");
        }
    }

    #[test]
    fn refuses_nonsense() {
        for query in ["after=x", "after=0", "limit=0", "limit=201", "limit=x"] {
            assert!(Wanted::of(Some(query)).is_err(), "{query}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(query: String) {
            if let Ok(wanted) = Wanted::of(Some(&query)) {
                let _ = wanted.page(&lineup());
            }
        }
    }
}
