//! The HDHomeRun documents. What they look like is the `hdhomerun` crate's; here they get their
//! facts.

use std::{fmt, sync::Arc, time::Duration};

use hdhomerun::documents::{
    LineupFormat, TunerInUse, write_device_xml, write_discover_json, write_lineup_status_json,
    write_status_json_entry,
};
use hyper::{Response, StatusCode};
use tokio::time::Instant;

use crate::{
    asked::Asked,
    body::Body,
    favourite,
    lineup_document::{LineupPieces, Part},
    query, respond,
    shared::Shared,
    view::{Selection, View},
};

/// A client's scan has the sources read, but not more often than this: any page in a browser of
/// the house can post a scan.
const SCAN_REFRESH_PAUSE: Duration = Duration::from_secs(60);

const JSON: &str = "application/json";

pub(crate) fn discover(shared: &Shared, asked: &Asked) -> Response<Body> {
    let (view, base) = reached(shared, asked);
    written(JSON, |out| write_discover_json(out, &view.identity, &base))
}

pub(crate) fn device_xml(shared: &Shared, asked: &Asked) -> Response<Body> {
    let (view, base) = reached(shared, asked);
    written("application/xml", |out| {
        write_device_xml(out, &view.identity, &base)
    })
}

/// What is looked at, and where its documents lie for this client.
fn reached<'a>(shared: &'a Shared, asked: &Asked) -> (&'a View, String) {
    let view = shared.views.get(asked.view);
    let base = format!("{}{}", asked.reached.base_url(), view.prefix);
    (view, base)
}

/// The channels that are looked at.
fn selection(shared: &Shared, asked: &Asked) -> Selection {
    let view = shared.views.get(asked.view);
    view.selection(&shared.feeds.sources.borrow())
}

/// The same lineup whatever `?show=` asks for.
pub(crate) fn lineup(shared: &Shared, asked: &Asked, format: LineupFormat) -> Response<Body> {
    let lineup = Arc::clone(&shared.feeds.lineup.borrow());
    let (_, page_base) = reached(shared, asked);
    let bases = [asked.reached.with_port(shared.stream_port), page_base];
    let part = Part {
        view: asked.view,
        selection: selection(shared, asked),
    };
    let pieces = LineupPieces::new(lineup, part, format, bases, &shared.lengths);
    respond::document(format.content_type(), Body::Lineup(pieces))
}

pub(crate) fn lineup_status(shared: &Shared, asked: &Asked) -> Response<Body> {
    let lineup = Arc::clone(&shared.feeds.lineup.borrow());
    let channels = selection(shared, asked).count(&lineup);
    let scan = shared.scanner.look(Instant::now(), channels);
    written(JSON, |out| write_lineup_status_json(out, scan))
}

/// A scan is always answered with 200: Plex ends its set-up at anything else, and posts one even
/// where none is possible. `favorite=+5.1` makes a channel a favourite, `-5.1` an ordinary one again,
/// `x5.1` takes it out of the lineup, as a HDHomeRun does.
pub(crate) async fn lineup_post(shared: &Shared, asked: &Asked) -> Response<Body> {
    for (key, value) in query::pairs(asked.query()) {
        match (&*key, &*value) {
            ("scan", "start") => {
                shared.scanner.start(Instant::now());
                refresh_for_scan(shared);
            }
            ("scan", "abort") => shared.scanner.abort(),
            ("favorite", mark) => {
                if let Err(refusal) = favourite::mark(shared, asked, mark).await {
                    return refusal;
                }
            }
            _ => {}
        }
    }
    respond::empty(StatusCode::OK)
}

fn refresh_for_scan(shared: &Shared) {
    let now = Instant::now();
    let mut refreshed = shared.scan_refreshed.lock();
    if refreshed.is_none_or(|at| now.duration_since(at) >= SCAN_REFRESH_PAUSE) {
        *refreshed = Some(now);
        shared.feeds.desk.wish_refresh();
    }
}

pub(crate) fn tuner_status(shared: &Shared) -> Response<Body> {
    let tuners = shared.feeds.tuners.status();
    written(JSON, |out| {
        for (index, tuner) in tuners.iter().enumerate() {
            let in_use = tuner.playing.as_ref().filter(|_| tuner.viewers > 0);
            let in_use = in_use.map(|playing| TunerInUse {
                number: &playing.number,
                name: respond::clipped(&playing.name),
                target: tuner.holder,
            });
            write_status_json_entry(out, index, in_use, index + 1 == tuners.len())?;
        }
        Ok(())
    })
}

fn written(
    content_type: &'static str,
    write: impl FnOnce(&mut String) -> fmt::Result,
) -> Response<Body> {
    let mut text = String::new();
    write(&mut text).expect("writing into a String cannot fail");
    respond::document(content_type, text)
}
