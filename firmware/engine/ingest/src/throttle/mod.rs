//! How fast bytes may come in: for all streams together, for those of a source, for each.
//!
//! [`Bucket`] is a token bucket, [`Ledger`] decides whose turn it is; both know no clock. A [`Toll`]
//! belongs to one stream and is paid for its bytes: whoever waits for it reads nothing meanwhile, so
//! the provider feels the limit as a closed TCP window.
//!
//! What does not belong here: how fast a stream plays (`pacer`), how fast clients read (`fanout`).

mod bucket;
mod ledger;
mod rates;

use std::{sync::Arc, time::Duration};

use base::Lock;
use ledger::{Ledger, StreamId};
use tokio::time::{Instant, sleep};

pub use bucket::{BURST_BYTES_MAX, BURST_BYTES_MIN};
pub use rates::Rates;

/// Bytes that are let in at once: small, so that streams take turns.
const GRANT_BYTES_MAX: u64 = 16 * 1024;
/// The shortest wait: a timer of the runtime knows nothing shorter.
const WAIT_MIN: Duration = Duration::from_millis(1);

/// The limits of all streams. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Throttle {
    ledger: Arc<Lock<Ledger>>,
    began: Instant,
}

impl Throttle {
    /// Limits streams to these rates.
    #[must_use]
    pub fn new(rates: &Rates) -> Self {
        Self {
            ledger: Arc::new(Lock::new(Ledger::new(rates))),
            began: Instant::now(),
        }
    }

    /// Limits the streams of a source to another rate, in kbit/s; 0 is none. A stream that nothing
    /// limits when it begins is never limited.
    pub fn limit(&self, source: u16, kbit: u64) {
        self.ledger.lock().limit(source, kbit);
    }

    /// What a stream of this source has to pay; `None` where nothing limits it.
    #[must_use]
    pub fn stream(&self, source: u16) -> Option<Toll> {
        let id = self.ledger.lock().open(source)?;
        Some(Toll {
            throttle: self.clone(),
            id,
        })
    }
}

/// What one stream pays for its bytes.
#[derive(Debug)]
pub struct Toll {
    throttle: Throttle,
    id: StreamId,
}

impl Toll {
    /// Waits until so many bytes may have come in. Dropped while it waits, it has paid for a part.
    pub async fn pay(&self, bytes: u64) {
        let mut left = bytes;
        while left > 0 {
            let grant = left.min(GRANT_BYTES_MAX);
            self.grant(grant).await;
            left -= grant;
        }
    }

    async fn grant(&self, bytes: u64) {
        let _waiting = Waiting(self);
        loop {
            let now = self.throttle.began.elapsed();
            let wait = self.throttle.ledger.lock().take(self.id, bytes, now);
            match wait {
                None => return,
                Some(wait) => sleep(wait.max(WAIT_MIN)).await,
            }
        }
    }
}

impl Drop for Toll {
    fn drop(&mut self) {
        self.throttle.ledger.lock().close(self.id);
    }
}

/// A place in the queue; dropping it leaves the queue.
struct Waiting<'a>(&'a Toll);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.throttle.ledger.lock().leave(self.0.id);
    }
}

#[cfg(test)]
mod tests;
