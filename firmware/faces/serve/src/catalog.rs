//! What is needed from whoever knows films, series and what is on.
//!
//! The daemon connects it to `catalog` and `guide`, which this crate does not know.

use std::{future::Future, pin::Pin};

use base::StreamSpec;
use desk::catalog::{
    CatalogError, FilmKind, Programmes, SeriesView, Shelf, Title, TitleId, Titles, TitlesWish,
};
use lineup::ChannelId;

/// A question being answered.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, CatalogError>> + Send + 'a>>;

/// Knows the films and series of accounts, and what is on.
pub trait CatalogOpener: Send + Sync + 'static {
    /// A page of titles.
    fn titles(&self, wish: TitlesWish) -> Answering<'_, Titles>;

    /// One title.
    fn title(&self, shelf: Shelf, id: TitleId) -> Answering<'_, Title>;

    /// A series with its episodes.
    fn series(&self, id: TitleId) -> Answering<'_, SeriesView>;

    /// What is on at a channel, and what comes.
    fn programmes(&self, channel: ChannelId) -> Answering<'_, Programmes>;

    /// Where a film or an episode lies; `None` where nobody lists films.
    fn film(&self, kind: FilmKind, id: &TitleId, extension: &str) -> Option<StreamSpec>;
}
