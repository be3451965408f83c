//! `GET /api/v1/changes`: what was decided, the newest first; `POST /api/v1/changes/<n>/undo` takes
//! one back.

use desk::ChannelOrder;
use hyper::Response;
use lineup::decisions::Logged;
use serde::Serialize;

use super::{channels, not_done, refused};
use crate::{asked::Asked, body::Body, respond, shared::Shared};

#[derive(Serialize)]
struct Log<'a> {
    changes: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    n: u64,
    at_unix_s: u64,
    words: &'a str,
    /// How many channels it was about.
    channels: u32,
    /// The change that it took back.
    undoes: Option<u64>,
    /// The change that took it back, if none took that one back.
    undone_by: Option<u64>,
}

pub(crate) fn changes(shared: &Shared) -> Response<Body> {
    let log = std::sync::Arc::clone(&shared.feeds.changes.borrow());
    let changes = log.iter().map(|change| Row {
        n: change.n,
        at_unix_s: change.at_unix_s,
        words: &change.words,
        channels: change.channels,
        undoes: change.undoes,
        undone_by: undone_by(&log, change.n),
    });
    respond::json(&Log {
        changes: changes.collect(),
    })
}

pub(crate) async fn undo(shared: &Shared, asked: &Asked, change: u64) -> Response<Body> {
    if let Some(refusal) = refused(asked) {
        return refusal;
    }
    let if_revision = match channels::if_revision(asked) {
        Ok(revision) => revision,
        Err(refused) => return not_done(&refused),
    };
    let order = |answer| ChannelOrder::Undo {
        change,
        if_revision,
        answer,
    };
    channels::told(shared.feeds.desk.ask(order).await)
}

/// `log` is the newest first: who undid a change comes before it, and was undone before that.
fn undone_by(log: &[Logged], n: u64) -> Option<u64> {
    let undoing = log.iter().filter(|change| change.undoes == Some(n));
    let latest = undoing.map(|change| change.n).max()?;
    undone_by(log, latest).is_none().then_some(latest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_redone_is_not_undone() {
        let change = |n, undoes| Logged {
            n,
            at_unix_s: 0,
            words: String::new(),
            undoes,
            channels: 1,
        };
        let log = [
            change(5, Some(1)),
            change(4, Some(3)),
            change(3, Some(2)),
            change(2, None),
            change(1, None),
        ];
        let undone: Vec<_> = log.iter().map(|change| undone_by(&log, change.n)).collect();
        assert_eq!(undone, [None, None, Some(4), None, Some(5)]);
    }
}
