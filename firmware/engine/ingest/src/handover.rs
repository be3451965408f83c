//! A channel's intake on its way from one stream to the next.
//!
//! Whoever plays a stream has the intake for as long as it plays: an opener borrows it for the
//! whole life of a connection. A stream that stands by plays as well, into a ring of its own; when
//! it is to take over, the channel's intake is handed to it beneath its opener, which goes on
//! reading and knows nothing of it.
//!
//! What does not belong here: the decision who takes over (`tuner`), how the bytes pass on
//! ([`Ingest`]).

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use base::Lock;
use tokio::sync::Notify;

use crate::Ingest;

/// Where a channel's intake is while no stream has it.
#[derive(Debug)]
pub struct Home(Lock<Option<Box<Ingest>>>);

impl Home {
    /// A place for this intake, which lies in it.
    #[must_use]
    pub fn new(ingest: Ingest) -> Arc<Self> {
        Arc::new(Self(Lock::new(Some(Box::new(ingest)))))
    }

    /// The intake, unless somebody has it. It comes back by itself.
    #[must_use]
    pub fn lend(self: &Arc<Self>) -> Option<Lent> {
        let ingest = self.0.lock().take()?;
        Some(Lent {
            ingest: Some(ingest),
            home: Arc::clone(self),
        })
    }
}

/// A channel's intake in somebody's hands; dropping it gives it back.
#[derive(Debug)]
pub struct Lent {
    /// Taken out by the drop only.
    ingest: Option<Box<Ingest>>,
    home: Arc<Home>,
}

impl Deref for Lent {
    type Target = Ingest;

    fn deref(&self) -> &Ingest {
        self.ingest.as_ref().expect("it is taken out in drop only")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Ingest {
        self.ingest.as_mut().expect("it is taken out in drop only")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        *self.home.0.lock() = self.ingest.take();
    }
}

/// The hand that reaches a stream that stands by: see [`Ingest::standby`].
#[derive(Debug, Default)]
pub struct Handover {
    channel: Lock<Option<Lent>>,
    told: Notify,
}

impl Handover {
    /// Gives the stream the channel's intake. From its next await on what it has held since its
    /// newest key frame, and all that comes behind it, goes to the channel's ring.
    pub fn give(&self, channel: Lent) {
        *self.channel.lock() = Some(channel);
        self.told.notify_one();
    }

    pub(crate) fn take(&self) -> Option<Lent> {
        self.channel.lock().take()
    }

    /// Comes back once something was given.
    pub(crate) async fn given(&self) {
        self.told.notified().await;
    }
}
