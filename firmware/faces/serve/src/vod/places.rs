//! How many films are on their way at once.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How long a client waits for a place that another one leaves: a player that seeks asks anew before
/// it has closed what it had.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// The places of the memory plan for films. Clones are the same places.
#[derive(Clone, Debug)]
pub struct VodPlaces {
    places: Arc<Semaphore>,
    places_max: usize,
}

impl VodPlaces {
    /// So many at once.
    #[must_use]
    pub fn new(places_max: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places_max)),
            places_max,
        }
    }

    /// Films on their way.
    #[must_use]
    pub fn in_use(&self) -> usize {
        self.places_max
            .saturating_sub(self.places.available_permits())
    }

    /// A place, if there is one soon.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.places).acquire_owned();
        timeout(WAIT_MAX, place).await.ok()?.ok()
    }
}
