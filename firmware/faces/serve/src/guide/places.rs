//! How many guides are sent at once.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long a client waits for the ones before it.
const PLACE_WAIT_MAX: Duration = Duration::from_secs(20);

/// Guides that are on their way at once; from the plan. Each holds what its document does.
#[derive(Clone, Debug)]
pub struct GuidePlaces(Arc<Semaphore>);

impl GuidePlaces {
    /// So many.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// A place, once there is one; `None` where that takes too long.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.0).acquire_owned();
        timeout(PLACE_WAIT_MAX, place).await.ok()?.ok()
    }
}
