//! A channel's intake on its way from one stream to the next.
//!
//! Whoever plays a stream has the intake for as long as it plays: an opener borrows it for the
//! whole life of a connection. A stream that stands by plays as well, into a ring of its own; when
//! it is to take over, the channel's intake is handed to it beneath its opener, which goes on
//! reading and knows nothing of it.
//!
//! What does not belong here: the decision who takes over (`tuner`), how the bytes pass on
//! (`Ingest`).

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use base::Lock;
use tokio::sync::Notify;

/// Where a channel's intake is while no stream has it.
#[derive(Debug)]
pub struct Home<T>(Lock<Option<Box<T>>>);

impl<T> Home<T> {
    /// A place for this intake, which lies in it.
    #[must_use]
    pub fn new(ingest: T) -> Arc<Self> {
        Arc::new(Self(Lock::new(Some(Box::new(ingest)))))
    }

    /// The intake, unless somebody has it. It comes back by itself.
    #[must_use]
    pub fn lend(self: &Arc<Self>) -> Option<Lent<T>> {
        let ingest = self.0.lock().take()?;
        Some(Lent {
            ingest: Some(ingest),
            home: Arc::clone(self),
        })
    }
}

/// A channel's intake in somebody's hands; dropping it gives it back.
#[derive(Debug)]
pub struct Lent<T> {
    /// Taken out by the drop only.
    ingest: Option<Box<T>>,
    home: Arc<Home<T>>,
}

impl<T> Deref for Lent<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.ingest.as_ref().expect("it is taken out in drop only")
    }
}

impl<T> DerefMut for Lent<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.ingest.as_mut().expect("it is taken out in drop only")
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        *self.home.0.lock() = self.ingest.take();
    }
}

/// The hand that reaches a stream that stands by.
#[derive(Debug)]
pub struct Handover<T> {
    channel: Lock<Option<Lent<T>>>,
    told: Notify,
}

impl<T> Default for Handover<T> {
    fn default() -> Self {
        Self {
            channel: Lock::new(None),
            told: Notify::new(),
        }
    }
}

impl<T> Handover<T> {
    /// Gives the stream the channel's intake. From its next await on what it has held since its
    /// newest key frame, and all that comes behind it, goes to the channel's ring.
    pub fn give(&self, channel: Lent<T>) {
        *self.channel.lock() = Some(channel);
        self.told.notify_one();
    }

    pub(crate) fn take(&self) -> Option<Lent<T>> {
        self.channel.lock().take()
    }

    /// Comes back once something was given.
    pub(crate) async fn given(&self) {
        self.told.notified().await;
    }
}
