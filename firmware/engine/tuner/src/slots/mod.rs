//! Provider slots: how many connections each source allows, who holds them, who waits.
//!
//! [`Ledger`] decides, without I/O or clock. [`Slots`] hands out [`Slot`]s: whoever holds one may
//! have a connection, and gives it back when that connection **is closed**, not when it is about
//! to be. Providers count sockets: a proxy that counts what it wants to have open is cut off
//! while it believes to be within the limit.

mod ledger;
mod priority;

use std::sync::Arc;

use base::Lock;
use ledger::{HolderId, Ledger, Taken, Ticket};
use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

pub use priority::Priority;

/// The connections of all sources.
#[derive(Debug)]
pub struct Slots {
    inner: Lock<Inner>,
}

#[derive(Debug)]
struct Inner {
    ledger: Ledger,
    /// Where each ticket's slot is sent to.
    waiting: Vec<(Ticket, oneshot::Sender<Slot>)>,
    /// How each holder is told to close.
    holding: Vec<(HolderId, CancellationToken)>,
}

/// A place for one connection to a source. Drop it when that connection is closed.
#[derive(Debug)]
pub struct Slot {
    slots: Arc<Slots>,
    id: HolderId,
    source: u16,
    preempted: CancellationToken,
}

impl Slot {
    /// Whose connection it is.
    #[must_use]
    pub const fn source(&self) -> u16 {
        self.source
    }

    /// Comes back when somebody with a higher priority needs the connection: close it at once, and
    /// drop the slot.
    pub async fn preempted(&self) {
        self.preempted.cancelled().await;
    }

    /// From now on the connection is for this. `false` where it is somebody else's already: close
    /// it, and drop the slot.
    #[must_use]
    pub(crate) fn rank(&self, priority: Priority) -> bool {
        self.slots.inner.lock().ledger.rank(self.id, priority)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // What is granted is sent when the lock is off: a slot that nobody takes is dropped, and
        // comes here again.
        let granted = {
            let mut inner = self.slots.inner.lock();
            inner.holding.retain(|(id, _)| *id != self.id);
            let granted = inner.ledger.release(self.id);
            granted.and_then(|(ticket, source, id)| inner.grant(&self.slots, ticket, source, id))
        };
        if let Some((tell, slot)) = granted {
            drop(tell.send(slot));
        }
    }
}

impl Inner {
    /// The slot of whoever waits with this ticket, and where it is to be sent.
    fn grant(
        &mut self,
        slots: &Arc<Slots>,
        ticket: Ticket,
        source: u16,
        id: HolderId,
    ) -> Option<(oneshot::Sender<Slot>, Slot)> {
        let mut waiting = self.waiting.iter();
        let place = waiting.position(|(known, _)| *known == ticket)?;
        let (_, tell) = self.waiting.swap_remove(place);
        Some((tell, self.slot(slots, source, id)))
    }

    fn slot(&mut self, slots: &Arc<Slots>, source: u16, id: HolderId) -> Slot {
        let preempted = CancellationToken::new();
        self.holding.push((id, preempted.clone()));
        Slot {
            slots: Arc::clone(slots),
            id,
            source,
            preempted,
        }
    }
}

/// A place in the queue; dropping it leaves the queue.
struct Waiting<'a> {
    slots: &'a Slots,
    ticket: Ticket,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut inner = self.slots.inner.lock();
        inner.ledger.leave(self.ticket);
        inner.waiting.retain(|(ticket, _)| *ticket != self.ticket);
    }
}

impl Slots {
    /// `limits`: connections that each source allows at once, by source index; `None`, and a source
    /// without an entry, is no limit.
    #[must_use]
    pub fn new(limits: Vec<Option<usize>>) -> Arc<Self> {
        Arc::new(Self {
            inner: Lock::new(Inner {
                ledger: Ledger::new(limits),
                waiting: Vec::new(),
                holding: Vec::new(),
            }),
        })
    }

    /// Allows a source another number of connections from now on. Those that are open stay open.
    pub fn limit(self: &Arc<Self>, source: u16, connections: Option<usize>) {
        let granted: Vec<_> = {
            let mut inner = self.inner.lock();
            let served = inner.ledger.limit(source, connections);
            let served = served.into_iter();
            served
                .filter_map(|(ticket, id)| inner.grant(self, ticket, source, id))
                .collect()
        };
        for (tell, slot) in granted {
            drop(tell.send(slot));
        }
    }

    /// Whether the source has a connection to give right now.
    #[must_use]
    pub fn has_room(&self, source: u16) -> bool {
        self.inner.lock().ledger.has_room(source)
    }

    /// Whether somebody of this priority can have one: from what is free, or at once from whom it
    /// matters less to: a viewer from a stream that stands by, an admin's choice from a viewer, too.
    #[must_use]
    pub fn has_room_for(&self, source: u16, priority: Priority) -> bool {
        self.inner.lock().ledger.can_have_room(source, priority)
    }

    /// Connections to a source, open or being closed.
    #[must_use]
    pub fn in_use(&self, source: u16) -> usize {
        self.inner.lock().ledger.in_use(source)
    }

    /// A slot of this source, if there is one right now.
    #[must_use]
    pub fn try_take(self: &Arc<Self>, source: u16, priority: Priority) -> Option<Slot> {
        let mut inner = self.inner.lock();
        let id = inner.ledger.try_take(source, priority)?;
        Some(inner.slot(self, source, id))
    }

    /// A slot of one of these sources: at once, or when one becomes free; those who wait get theirs
    /// by priority, then in the order in which they came. Takes one from a lower priority where that
    /// is possible. `None` after `until`.
    pub async fn take(
        self: &Arc<Self>,
        sources: &[u16],
        priority: Priority,
        until: Instant,
    ) -> Option<Slot> {
        let (ticket, granted) = {
            let mut inner = self.inner.lock();
            match inner.ledger.take(sources, priority) {
                Taken::Slot { source, id } => return Some(inner.slot(self, source, id)),
                Taken::Wait { ticket, preempts } => {
                    let victim = inner.holding.iter().find(|(id, _)| Some(*id) == preempts);
                    if let Some((_, preempted)) = victim {
                        preempted.cancel();
                    }
                    let (tell, granted) = oneshot::channel();
                    inner.waiting.push((ticket, tell));
                    (ticket, granted)
                }
            }
        };
        let _waiting = Waiting {
            slots: self,
            ticket,
        };
        timeout_at(until, granted).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests;
