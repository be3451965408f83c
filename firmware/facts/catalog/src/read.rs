//! One attempt to read one catalogue: from the panel to the thread that packs it.

use std::{ops::ControlFlow, sync::Arc};

use desk::catalog::Shelf;
use store::{CatalogState, Store};
use sync::{Asker, Groups, HostCause};
use tokio::{sync::mpsc, task, time::timeout};
use upstream::http;
use xtream::Action;

use crate::{
    Account,
    error::Error,
    job::Job,
    limits::{PIECES_MAX, READ_TIME_MAX},
};

/// Reads a catalogue at the first host that gives all of it, and stores it.
pub(crate) async fn read(
    store: &Arc<Store>,
    http: &http::Client,
    account: &Account,
    shelf: Shelf,
) -> Result<CatalogState, Error> {
    let mut failed = Error::Aborted;
    for (place, at) in account.panel.in_order() {
        let asker = Asker {
            source: &account.settings,
            http,
        };
        let reading = read_at(store, asker, (account, at), shelf);
        let done = timeout(READ_TIME_MAX, reading).await;
        match done.unwrap_or(Err(Error::TooSlow)) {
            Ok(state) => {
                account.panel.answered(place);
                return Ok(state);
            }
            // Another host would say the same.
            Err(error @ (Error::Store(_) | Error::Shrunk { .. })) => return Err(error),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

async fn read_at(
    store: &Arc<Store>,
    asker: Asker<'_>,
    (account, at): (&Account, &xtream::Account),
    shelf: Shelf,
) -> Result<CatalogState, Error> {
    let (categories, titles) = match shelf {
        Shelf::Movies => (Action::VodCategories, Action::VodStreams),
        Shelf::Series => (Action::SeriesCategories, Action::Series),
    };
    let groups = match asker.groups(at, categories).await {
        Ok(groups) => groups,
        // A panel that has none says so in many ways.
        Err(HostCause::Answer(_)) => Groups::default(),
        Err(cause) => return Err(Error::Host(cause)),
    };
    let mut body = asker.open(at.api(titles)).await.map_err(Error::Host)?;
    let (sender, receiver) = mpsc::channel(PIECES_MAX);
    let job = Job::new(Arc::clone(store), account, shelf, groups);
    let thread = task::spawn_blocking(move || job.run(receiver));
    let fed = loop {
        let piece = match body.next().await {
            Ok(piece) => piece,
            // The thread sees that nobody sends any more.
            Err(error) => break Err(Error::Host(error.into())),
        };
        let flow = match (&piece, sender.send(piece.clone()).await) {
            (Some(_), Ok(())) => ControlFlow::Continue(()),
            // The end; or the thread wants no more, and says why.
            _ => ControlFlow::Break(()),
        };
        if flow.is_break() {
            break Ok(());
        }
    };
    drop(sender);
    let done = thread.await.unwrap_or(Err(Error::Aborted));
    fed.and(done)
}
