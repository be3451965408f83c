//! How the end of a push gets about.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use fanout::{End, Session};
use tokio::sync::Notify;

/// Hears from the data plane, or from a failed tuning, that a push is over.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) ended: Arc<AtomicBool>,
    pub(crate) news: Arc<Notify>,
}

impl Told {
    pub(crate) fn tell(&self) {
        self.ended.store(true, Ordering::Release);
        self.news.notify_one();
    }
}

impl Session for Told {
    fn ended(self: Box<Self>, _end: End) {
        self.tell();
    }
}
