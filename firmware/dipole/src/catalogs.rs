//! The adapter between `serve`, which is asked for films and for what is on, and those who know: `catalog`,
//! and for programmes `guide` first.

use std::sync::Arc;

use base::StreamSpec;
use catalog::{Accounts, Catalog};
use desk::catalog::{
    CatalogError, FilmKind, ProgrammeView, Programmes, SeriesView, Shelf, Title, TitleId, Titles,
    TitlesWish,
};
use lineup::{ChannelId, Lineup};
use serve::{Answering, CatalogOpener};
use store::Store;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use upstream::http;

use crate::guides::Upcoming;

/// Programmes that are told of a channel.
const PROGRAMMES_MAX: usize = 8;

/// Asks whoever knows.
struct Catalogs {
    catalog: Arc<Catalog>,
    guides: Upcoming,
    lineup: watch::Receiver<Arc<Lineup>>,
}

/// Starts reading what these accounts have, one at a time of all who share `reading`.
pub(crate) fn start(
    store: &Arc<Store>,
    client: &http::Client,
    (accounts, reading): (Accounts, Arc<Semaphore>),
    shutdown: &CancellationToken,
) -> (Arc<Catalog>, JoinHandle<()>) {
    let catalog = Catalog::new(Arc::clone(store), client.clone(), accounts, reading);
    let catalog = Arc::new(catalog);
    let running = Arc::clone(&catalog).run(shutdown.child_token());
    (catalog, tokio::spawn(running))
}

/// Whom `serve` asks.
pub(crate) fn opener(
    catalog: Arc<Catalog>,
    guides: Upcoming,
    lineup: watch::Receiver<Arc<Lineup>>,
) -> Arc<dyn CatalogOpener> {
    Arc::new(Catalogs {
        catalog,
        guides,
        lineup,
    })
}

impl Catalogs {
    async fn what_is_on(&self, channel: ChannelId) -> Result<Programmes, CatalogError> {
        let stored = self.guides.of(channel, PROGRAMMES_MAX).await;
        let stored = stored.map_err(|error| CatalogError::Storage(error.to_string()))?;
        if let Some(of_guide) = stored {
            let programmes = of_guide.programmes.into_iter().map(|it| ProgrammeView {
                title: it.title,
                description: it.description,
                start_unix_s: it.start,
                stop_unix_s: it.stop,
            });
            return Ok(Programmes {
                of: Some(of_guide.guide),
                is_guide: true,
                programmes: programmes.collect(),
            });
        }
        self.catalog.programmes(&self.streams(channel)).await
    }

    fn streams(&self, channel: ChannelId) -> Vec<StreamSpec> {
        let lineup = self.lineup.borrow();
        let spec = lineup
            .index_of_id(channel)
            .and_then(|index| lineup.spec(index));
        spec.map(|spec| spec.streams).unwrap_or_default()
    }
}

impl CatalogOpener for Catalogs {
    fn titles(&self, wish: TitlesWish) -> Answering<'_, Titles> {
        Box::pin(self.catalog.titles(wish))
    }

    fn title(&self, shelf: Shelf, id: TitleId) -> Answering<'_, Title> {
        Box::pin(self.catalog.title(shelf, id))
    }

    fn series(&self, id: TitleId) -> Answering<'_, SeriesView> {
        Box::pin(async move { self.catalog.series(&id).await })
    }

    fn programmes(&self, channel: ChannelId) -> Answering<'_, Programmes> {
        Box::pin(self.what_is_on(channel))
    }

    fn film(&self, kind: FilmKind, id: &TitleId, extension: &str) -> Option<StreamSpec> {
        self.catalog.film(kind, id, extension)
    }
}
