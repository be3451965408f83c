//! Connections that wait for their next request.

use std::sync::{Arc, Weak};

use base::Lock;
use tokio::time::Instant;

use super::link::Link;
use super::origin::Origin;

/// The idle connections of one session, oldest first.
pub(super) struct IdleLinks {
    links_max: usize,
    links: Lock<Vec<Link>>,
}

impl IdleLinks {
    pub(super) fn new(links_max: usize) -> Arc<Self> {
        Arc::new(Self {
            links_max,
            links: Lock::new(Vec::with_capacity(links_max)),
        })
    }

    /// Whether any connection is kept at all.
    pub(super) fn keeps(&self) -> bool {
        self.links_max > 0
    }

    /// A connection to `origin` that the server has not closed meanwhile.
    pub(super) async fn take(&self, origin: &Origin) -> Option<Link> {
        loop {
            let mut link = {
                let mut links = self.links.lock();
                let place = links.iter().rposition(|link| link.origin == *origin)?;
                links.remove(place)
            };
            if link.is_ready().await {
                return Some(link);
            }
        }
    }

    /// Closes the oldest where a new connection would be one too many.
    pub(super) fn make_room(&self) {
        let mut links = self.links.lock();
        if !links.is_empty() && links.len() >= self.links_max {
            links.remove(0);
        }
    }

    fn keep(&self, mut link: Link) {
        if self.keeps() {
            self.make_room();
            link.idle_since = Instant::now();
            self.links.lock().push(link);
        }
    }
}

/// Where a connection goes when its body has been read to the end. Weak: a body that outlives its
/// session must not keep it.
pub(super) struct Home(Weak<IdleLinks>);

impl Home {
    pub(super) fn of(links: &Arc<IdleLinks>) -> Self {
        Self(Arc::downgrade(links))
    }

    pub(super) fn keep(&self, link: Link) {
        if let Some(links) = self.0.upgrade() {
            links.keep(link);
        }
    }
}
