//! Who holds which connection, and who is next. Pure.

use super::priority::Priority;

/// Those who wait at most; beyond, waiting is in vain at once. One per channel being opened.
const WAITING_MAX: usize = 4096;

/// A holder of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HolderId(u64);

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Slot {
        source: u16,
        id: HolderId,
    },
    Wait {
        ticket: Ticket,
        /// Who is to close for it.
        preempts: Option<HolderId>,
    },
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    id: HolderId,
    source: u16,
    priority: Priority,
    /// Told to close already: it makes room for one, not for two.
    is_leaving: bool,
}

#[derive(Clone, Debug)]
struct Waiter {
    ticket: Ticket,
    sources: Vec<u16>,
    priority: Priority,
}

/// The books of all sources.
#[derive(Debug)]
pub(super) struct Ledger {
    limits: Vec<Option<usize>>,
    /// In the order in which they came.
    holders: Vec<Holder>,
    /// In the order in which they are served.
    waiters: Vec<Waiter>,
    next: u64,
}

impl Ledger {
    pub(super) fn new(limits: Vec<Option<usize>>) -> Self {
        Self {
            limits,
            holders: Vec::new(),
            waiters: Vec::new(),
            next: 0,
        }
    }

    /// Other connections from now on. Who holds more than are allowed keeps them until they are
    /// closed; who waits gets what there is more of: ticket and new holder of each.
    pub(super) fn limit(
        &mut self,
        source: u16,
        connections: Option<usize>,
    ) -> Vec<(Ticket, HolderId)> {
        let place = usize::from(source);
        if self.limits.len() <= place {
            self.limits.resize(place + 1, None);
        }
        self.limits[place] = connections;
        std::iter::from_fn(|| self.next_of(source)).collect()
    }

    pub(super) fn in_use(&self, source: u16) -> usize {
        let holders = self.holders.iter();
        holders.filter(|holder| holder.source == source).count()
    }

    /// Somebody who waits for this source would have got what is free, so nobody is overtaken.
    pub(super) fn has_room(&self, source: u16) -> bool {
        let limit = self.limits.get(usize::from(source)).copied().flatten();
        limit.is_none_or(|limit| self.in_use(source) < limit)
    }

    /// Whether the source has a connection to give, those counted that give way to this at once. One
    /// that does so already is somebody's.
    pub(super) fn can_have_room(&self, source: u16, priority: Priority) -> bool {
        let gives_way = |holder: &Holder| {
            let yields = match priority {
                // A probe takes its time to close, and there may be another stream.
                Priority::Standby | Priority::Probe | Priority::Viewer => {
                    holder.priority == Priority::Standby
                }
                Priority::Admin => holder.priority < Priority::Admin,
            };
            holder.source == source && yields && !holder.is_leaving
        };
        self.has_room(source) || self.holders.iter().any(gives_way)
    }

    /// The holder needs its connection for something else than it said; whether it still has it to
    /// keep.
    pub(super) fn rank(&mut self, id: HolderId, priority: Priority) -> bool {
        let mut holders = self.holders.iter_mut();
        match holders.find(|holder| holder.id == id && !holder.is_leaving) {
            Some(holder) => {
                holder.priority = priority;
                true
            }
            None => false,
        }
    }

    pub(super) fn try_take(&mut self, source: u16, priority: Priority) -> Option<HolderId> {
        self.has_room(source).then(|| self.hold(source, priority))
    }

    /// The first source with room, else a place in the queue.
    pub(super) fn take(&mut self, sources: &[u16], priority: Priority) -> Taken {
        if let Some(&source) = sources.iter().find(|source| self.has_room(**source)) {
            let id = self.hold(source, priority);
            return Taken::Slot { source, id };
        }
        let ticket = Ticket(self.number());
        if self.waiters.len() >= WAITING_MAX {
            return Taken::Wait {
                ticket,
                preempts: None,
            };
        }
        let behind = |waiter: &Waiter| waiter.priority < priority;
        let place = self.waiters.iter().position(behind);
        let waiter = Waiter {
            ticket,
            sources: sources.to_vec(),
            priority,
        };
        self.waiters
            .insert(place.unwrap_or(self.waiters.len()), waiter);
        let preempts = self.preempt(sources, priority);
        Taken::Wait { ticket, preempts }
    }

    /// The lowest of those below `priority`, and of several the one that came last: it has the
    /// least to lose.
    fn preempt(&mut self, sources: &[u16], priority: Priority) -> Option<HolderId> {
        let below = self.holders.iter_mut().rev().filter(|holder| {
            sources.contains(&holder.source) && holder.priority < priority && !holder.is_leaving
        });
        let victim = below.min_by_key(|holder| holder.priority)?;
        victim.is_leaving = true;
        Some(victim.id)
    }

    /// A connection is closed. Who gets it: ticket, source, and the new holder.
    pub(super) fn release(&mut self, id: HolderId) -> Option<(Ticket, u16, HolderId)> {
        let place = self.holders.iter().position(|holder| holder.id == id)?;
        let source = self.holders.remove(place).source;
        let (ticket, id) = self.next_of(source)?;
        Some((ticket, source, id))
    }

    /// Who has waited for this source gets a connection, where it has one to give.
    fn next_of(&mut self, source: u16) -> Option<(Ticket, HolderId)> {
        if !self.has_room(source) {
            return None;
        }
        let wants = |waiter: &Waiter| waiter.sources.contains(&source);
        let next = self.waiters.iter().position(wants)?;
        let waiter = self.waiters.remove(next);
        let id = self.hold(source, waiter.priority);
        Some((waiter.ticket, id))
    }

    /// Leaves the queue; one that has been served is in it no more.
    pub(super) fn leave(&mut self, ticket: Ticket) {
        self.waiters.retain(|waiter| waiter.ticket != ticket);
    }

    fn hold(&mut self, source: u16, priority: Priority) -> HolderId {
        let id = HolderId(self.number());
        self.holders.push(Holder {
            id,
            source,
            priority,
            is_leaving: false,
        });
        id
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Priority::{Admin, Probe, Standby, Viewer};

    fn slot(taken: Taken) -> HolderId {
        match taken {
            Taken::Slot { id, .. } => id,
            Taken::Wait { .. } => panic!("no slot"),
        }
    }

    fn wait(taken: Taken) -> (Ticket, Option<HolderId>) {
        match taken {
            Taken::Wait { ticket, preempts } => (ticket, preempts),
            Taken::Slot { .. } => panic!("no wait"),
        }
    }

    #[test]
    fn first_come_first_served_within_a_priority() {
        let mut ledger = Ledger::new(vec![Some(1)]);
        let holder = slot(ledger.take(&[0], Admin));
        let (probe, _) = wait(ledger.take(&[0], Probe));
        let (one, _) = wait(ledger.take(&[0], Viewer));
        let (two, _) = wait(ledger.take(&[0], Viewer));
        let (admin, _) = wait(ledger.take(&[0], Admin));
        let mut served = Vec::new();
        let mut holder = Some(holder);
        while let Some((ticket, 0, next)) = holder.and_then(|id| ledger.release(id)) {
            served.push(ticket);
            assert_eq!(ledger.in_use(0), 1);
            holder = Some(next);
        }
        assert_eq!(served, [admin, one, two, probe]);
        assert_eq!(ledger.in_use(0), 0);
    }

    #[test]
    fn a_viewer_takes_the_newest_probes_place_and_no_two() {
        let mut ledger = Ledger::new(vec![Some(3)]);
        let viewer = slot(ledger.take(&[0], Viewer));
        let old = slot(ledger.take(&[0], Probe));
        let new = slot(ledger.take(&[0], Probe));
        assert_eq!(wait(ledger.take(&[0], Viewer)).1, Some(new));
        assert_eq!(wait(ledger.take(&[0], Viewer)).1, Some(old));
        assert_eq!(
            wait(ledger.take(&[0], Viewer)).1,
            None,
            "viewers are equals"
        );
        assert_eq!(wait(ledger.take(&[0], Admin)).1, Some(viewer));
        assert_eq!(wait(ledger.take(&[0], Probe)).1, None);
    }

    #[test]
    fn what_stands_by_gives_way_to_anybody_once() {
        let mut ledger = Ledger::new(vec![Some(2)]);
        let old = slot(ledger.take(&[0], Standby));
        let probe = slot(ledger.take(&[0], Probe));
        assert!(!ledger.has_room(0) && ledger.can_have_room(0, Viewer));
        assert_eq!(wait(ledger.take(&[0], Probe)).1, Some(old));
        assert!(
            !ledger.can_have_room(0, Viewer),
            "it is promised to somebody"
        );
        assert!(!ledger.rank(old, Viewer), "too late");
        assert_eq!(wait(ledger.take(&[0], Viewer)).1, Some(probe));
        assert_eq!(ledger.try_take(0, Standby), None);
    }

    #[test]
    fn what_plays_stands_by_no_more() {
        let mut ledger = Ledger::new(vec![Some(1)]);
        let id = slot(ledger.take(&[0], Standby));
        assert!(ledger.rank(id, Viewer));
        assert!(!ledger.can_have_room(0, Viewer));
        assert_eq!(
            wait(ledger.take(&[0], Viewer)).1,
            None,
            "viewers are equals"
        );
    }

    #[test]
    fn whoever_takes_any_of_several_gets_the_first_that_is_free() {
        let mut ledger = Ledger::new(vec![Some(1), Some(1), None]);
        let first = slot(ledger.take(&[0, 1], Viewer));
        let second = slot(ledger.take(&[0, 1], Viewer));
        let (ticket, _) = wait(ledger.take(&[0, 1], Viewer));
        let (served, source, _) = ledger.release(second).unwrap();
        assert_eq!((served, source), (ticket, 1));
        assert_eq!(ledger.release(first), None);
        assert_eq!(ledger.release(first), None, "twice is once");
        assert!(ledger.has_room(0) && !ledger.has_room(1) && ledger.has_room(2));
        assert!(ledger.has_room(77), "a source that nobody limits");
    }

    #[test]
    fn who_leaves_the_queue_is_not_served() {
        let mut ledger = Ledger::new(vec![Some(1)]);
        let holder = slot(ledger.take(&[0], Viewer));
        let (gone, _) = wait(ledger.take(&[0], Viewer));
        let (stays, _) = wait(ledger.take(&[0], Viewer));
        ledger.leave(gone);
        assert_eq!(ledger.release(holder).unwrap().0, stays);
    }

    #[test]
    fn another_limit_serves_who_waits_and_drives_nobody_out() {
        let mut ledger = Ledger::new(vec![Some(1)]);
        let first = slot(ledger.take(&[0], Viewer));
        let (one, _) = wait(ledger.take(&[0], Viewer));
        let (two, _) = wait(ledger.take(&[0], Viewer));
        let served = ledger.limit(0, Some(2));
        assert_eq!(
            served.iter().map(|(ticket, _)| *ticket).collect::<Vec<_>>(),
            [one]
        );
        assert_eq!(ledger.limit(0, Some(1)), [], "both go on");
        assert_eq!(ledger.in_use(0), 2);
        assert_eq!(ledger.release(first), None, "there is one too many still");
        let (ticket, 0, _) = ledger.release(served[0].1).unwrap() else {
            panic!("another source");
        };
        assert_eq!(ticket, two);
        assert_eq!(ledger.limit(9, Some(1)), []);
        slot(ledger.take(&[9], Viewer));
        wait(ledger.take(&[9], Viewer));
    }
}
