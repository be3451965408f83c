//! The thread's state: clients in groups by ring, swept on a tick. Time is an argument, so that a
//! test can drive it.

use std::{
    os::fd::AsFd,
    sync::Arc,
    time::{Duration, Instant},
};

use nix::sys::epoll::{Epoll, EpollEvent, EpollFlags};
use ring::{Position, Ring};

use crate::{
    client::{Client, ClientId, End, Flush, Outlet, Patience, Served},
    config::Config,
    queue,
};

/// How often the kernel is asked what it holds for the clients.
const QUEUE_CHECK: Duration = Duration::from_secs(1);

struct Group {
    ring: Arc<Ring>,
    members: Vec<u32>,
    /// Published end at the last flush, and when that was.
    flushed: Position,
    flushed_at: Instant,
}

struct Slot {
    id: ClientId,
    served: Served,
}

/// Clients and their groups.
pub(crate) struct Engine {
    config: Config,
    epoll: Arc<Epoll>,
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    groups: Vec<Group>,
    queues_checked: Instant,
    send_buffer: usize,
}

impl Engine {
    pub(crate) fn new(config: Config, epoll: Arc<Epoll>, now: Instant) -> Self {
        Self {
            config,
            epoll,
            slots: Vec::new(),
            free: Vec::new(),
            groups: Vec::new(),
            queues_checked: now,
            send_buffer: queue::SEND_BUFFER_MAX,
        }
    }

    /// Whether nobody is served, so that nothing need be swept.
    pub(crate) fn is_idle(&self) -> bool {
        self.groups.is_empty()
    }

    fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Takes a client into service and sends it what there is, at once.
    pub(crate) fn attach(&mut self, id: ClientId, client: Client, now: Instant) {
        let (served, ring) = Served::new(client, now);
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("clients_max is far below u32::MAX")
        });
        let hang_ups = EpollFlags::EPOLLRDHUP | EpollFlags::EPOLLHUP | EpollFlags::EPOLLERR;
        if let Err(errno) = self.epoll.add(
            served.outlet.as_fd(),
            EpollEvent::new(hang_ups, index.into()),
        ) {
            self.free.push(index);
            return served.session.ended(End::Failed(errno));
        }
        self.slots[index as usize] = Some(Slot { id, served });
        let group = self.group_of(ring, now);
        self.groups[group].members.push(index);
        self.fit_send_buffers(Some(index));
        self.flush(group, index, now);
        self.drop_empty_groups();
    }

    fn group_of(&mut self, ring: Arc<Ring>, now: Instant) -> usize {
        let known = self
            .groups
            .iter()
            .position(|group| Arc::ptr_eq(&group.ring, &ring));
        known.unwrap_or_else(|| {
            let flushed = ring.published();
            self.groups.push(Group {
                ring,
                members: Vec::new(),
                flushed,
                flushed_at: now,
            });
            self.groups.len() - 1
        })
    }

    /// Takes a client out of service.
    pub(crate) fn detach(&mut self, id: ClientId) {
        let found = self
            .slots
            .iter()
            .position(|slot| slot.as_ref().is_some_and(|slot| slot.id == id));
        if let Some(index) = found.and_then(|index| u32::try_from(index).ok()) {
            self.end(index, End::Detached);
            self.drop_empty_groups();
        }
    }

    /// epoll says that a client hung up.
    pub(crate) fn hung_up(&mut self, index: u32) {
        self.end(index, End::HungUp);
        self.drop_empty_groups();
    }

    /// Ends everybody: the daemon shuts down.
    pub(crate) fn drain(&mut self) {
        for index in 0..self.slots.len() {
            if let Ok(index) = u32::try_from(index) {
                self.end(index, End::StreamEnded);
            }
        }
        self.drop_empty_groups();
    }

    /// One tick: every ring that has enough new bytes, to each of its clients.
    pub(crate) fn sweep(&mut self, now: Instant) {
        if now.duration_since(self.queues_checked) >= QUEUE_CHECK {
            self.queues_checked = now;
            self.check_queues();
        }
        for group in 0..self.groups.len() {
            let published = self.groups[group].ring.published();
            let due = self.is_due(&self.groups[group], published, now);
            if due {
                self.groups[group].flushed = published;
                self.groups[group].flushed_at = now;
            }
            self.sweep_group(group, due, now);
        }
        self.drop_empty_groups();
    }

    fn is_due(&self, group: &Group, published: Position, now: Instant) -> bool {
        let fresh = published - group.flushed;
        fresh >= self.config.flush_bytes
            || now.duration_since(group.flushed_at) >= self.config.hold_max
            || group.ring.is_closed()
    }

    /// A client that is behind is served on every tick, the others when the ring is due.
    fn sweep_group(&mut self, group: usize, due: bool, now: Instant) {
        let mut at = 0;
        while let Some(&index) = self.groups[group].members.get(at) {
            let Some(slot) = &self.slots[index as usize] else {
                break;
            };
            if slot.served.duration_over(now) {
                self.end(index, End::DurationOver);
                continue;
            }
            if due || slot.served.is_behind(self.groups[group].flushed) {
                self.flush(group, index, now);
            }
            // Whoever was ended has left the list, and the next one stands in its place.
            if self.groups[group].members.get(at) == Some(&index) {
                at += 1;
            }
        }
    }

    fn flush(&mut self, group: usize, index: u32, now: Instant) {
        let patience = Patience {
            stall_max: self.config.stall_max,
            skips_max: self.config.skips_max,
            skips_window: self.config.skips_window,
        };
        let Some(slot) = &mut self.slots[index as usize] else {
            return;
        };
        if let Flush::Over(end) = slot.served.flush(&self.groups[group].ring, now, &patience) {
            self.end(index, end);
        }
    }

    fn end(&mut self, index: u32, end: End) {
        let Some(slot) = self.slots.get_mut(index as usize).and_then(Option::take) else {
            return;
        };
        self.free.push(index);
        for group in &mut self.groups {
            group.members.retain(|member| *member != index);
        }
        let Served {
            outlet, session, ..
        } = slot.served;
        // Closing the socket takes it out of the epoll set, too.
        drop(outlet);
        session.ended(end);
        self.fit_send_buffers(None);
    }

    fn drop_empty_groups(&mut self) {
        self.groups.retain(|group| !group.members.is_empty());
    }

    /// Caps the send buffer of a newcomer, and everybody's when the number of clients has crossed
    /// a power of two.
    fn fit_send_buffers(&mut self, newcomer: Option<u32>) {
        let bytes = queue::send_buffer(self.len(), self.config.send_pool_bytes);
        let all = bytes != self.send_buffer;
        self.send_buffer = bytes;
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(Slot {
                served:
                    Served {
                        outlet: Outlet::Tcp(socket),
                        ..
                    },
                ..
            }) = slot
            else {
                continue;
            };
            let is_newcomer = newcomer.is_some_and(|newcomer| newcomer as usize == index);
            if (all || is_newcomer)
                && let Err(errno) = queue::cap_send_buffer(socket, bytes)
            {
                tracing::debug!(%errno, "the send buffer of a client could not be capped");
            }
        }
    }

    /// Keeps the send buffers together within the plan: of the clients that did not take all they
    /// were sent last time, the fullest go first. Called before a sweep, so that what is in the
    /// buffers of the others is on its way and not left over.
    fn check_queues(&mut self) {
        let mut total = 0;
        let mut late: Vec<(u64, u32)> = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(Slot { served, .. }) = slot else {
                continue;
            };
            let Outlet::Tcp(socket) = &served.outlet else {
                continue;
            };
            let Ok(bytes) = queue::unacknowledged(socket) else {
                continue;
            };
            total += bytes;
            if served.is_late()
                && let Ok(index) = u32::try_from(index)
            {
                late.push((bytes, index));
            }
        }
        if total <= self.config.send_pool_bytes {
            return;
        }
        late.sort_unstable();
        while total > self.config.send_pool_bytes
            && let Some((bytes, index)) = late.pop()
        {
            total -= bytes;
            self.end(index, End::OverBudget);
        }
        self.drop_empty_groups();
    }
}
