//! What all connections share.

use std::sync::Arc;

use base::Lock;
use tokio::{
    sync::{Notify, Semaphore},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Feeds},
    lineup_document::Lengths,
    page::Assets,
    scan::Scanner,
    view::Views,
};

/// Requests with a body that is kept, at once: a person changes one thing after the other. Bodies and
/// what is made of them are 512 KiB together at most, which the plan counts to the program.
const CHANGES_MAX: usize = 4;

/// The configuration, the live ends of other crates, and our own small state.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) feeds: Feeds,
    pub(crate) assets: Assets,
    pub(crate) scanner: Scanner,
    pub(crate) lengths: Lengths,
    pub(crate) views: Views,
    pub(crate) stream_port: u16,
    pub(crate) started: Instant,
    /// When a client's scan last had the sources read.
    pub(crate) scan_refreshed: Lock<Option<Instant>>,
    /// Places for requests whose body is kept until they are answered.
    pub(crate) changes: Semaphore,
    /// A place for the one backup that is on its way.
    pub(crate) backups: Arc<Semaphore>,
    /// Told when newcomers wait for a place: idle connections then leave.
    pub(crate) crowded: Notify,
    pub(crate) shutdown: CancellationToken,
}

impl Shared {
    pub(crate) fn new(
        config: Config,
        feeds: Feeds,
        stream_port: u16,
        shutdown: CancellationToken,
    ) -> Self {
        let views = Views::new(&config.identity, &config.profiles);
        Self {
            config,
            feeds,
            assets: Assets::new(),
            scanner: Scanner::default(),
            lengths: Lengths::default(),
            views,
            stream_port,
            started: Instant::now(),
            scan_refreshed: Lock::new(None),
            changes: Semaphore::new(CHANGES_MAX),
            backups: Arc::new(Semaphore::new(1)),
            crowded: Notify::new(),
            shutdown,
        }
    }
}
