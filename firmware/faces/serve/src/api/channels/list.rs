//! `GET /api/v1/channels?after=<GuideNumber>&limit=100&search=&state=active|inactive|all&group=
//! &source=<index>&favourite=`: the lineup in pages, each beginning behind the last number of the
//! one before, so that an import between two of them neither repeats nor skips a channel.

use hyper::{Response, StatusCode};
use lineup::{GuideNumber, Lineup};
use serde::Serialize;

use super::{Row, filter::Filter, row, tagged};
use crate::{asked::Asked, body::Body, query, respond, shared::Shared};

const LIMIT_DEFAULT: usize = 100;
const LIMIT_MAX: usize = 200;

#[derive(Serialize)]
struct Page<'a> {
    channels: Vec<Row<'a>>,
    /// `after` of the next page; `null` at the end.
    next: Option<String>,
    /// Channels of the whole lineup in this state.
    total: usize,
    /// A channel plays at `<stream_base>/auto/v<number>`.
    stream_base: String,
}

pub(crate) fn channels(shared: &Shared, asked: &Asked) -> Response<Body> {
    let wanted = match Wanted::of(asked.query()) {
        Ok(wanted) => wanted,
        Err(detail) => return respond::problem(StatusCode::BAD_REQUEST, detail),
    };
    let lineup = std::sync::Arc::clone(&shared.feeds.lineup.borrow());
    let (channels, next) = wanted.page(&lineup);
    let page = respond::json(&Page {
        channels,
        next: next.map(|number| number.to_string()),
        total: wanted.filter.total(&lineup),
        stream_base: asked.reached.with_port(shared.stream_port),
    });
    tagged(page, lineup.revision())
}

#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    after: Option<GuideNumber>,
    limit: usize,
    filter: Filter,
}

impl Wanted {
    fn of(query: Option<&str>) -> Result<Self, &'static str> {
        let mut wanted = Self {
            after: None,
            limit: LIMIT_DEFAULT,
            filter: Filter::default(),
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
                _ => {
                    wanted.filter.take(&key, &value)?;
                }
            }
        }
        Ok(wanted)
    }

    /// Rows of this page, and the number behind which the next one begins.
    fn page<'a>(&self, lineup: &'a Lineup) -> (Vec<Row<'a>>, Option<GuideNumber>) {
        let matcher = self.filter.matcher();
        let behind = lineup.behind(self.after);
        let mut matching = behind.filter(|&index| matcher.matches(lineup, index));
        let places: Vec<usize> = matching.by_ref().take(self.limit).collect();
        let more = matching.next().is_some();
        let last = places.last().and_then(|&index| lineup.get(index));
        let next = last.filter(|_| more).map(|channel| channel.number);
        let rows = places.into_iter().filter_map(|index| row(lineup, index));
        (rows.collect(), next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineup::{Channel, ChannelId, LineupBuilder};
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
