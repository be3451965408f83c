//! Answers that wait a moment, so that not all devices of a house answer at once (UPnP Device
//! Architecture 1.0, 1.2.3).

use std::{collections::VecDeque, net::SocketAddrV4, time::Instant};

use hdhomerun::ssdp::Search;

use crate::pktinfo::Local;

/// Answers that may wait at once. A search beyond that is not answered: it will be repeated.
pub(crate) const WAITING_MAX: usize = 64;

/// An answer that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) due_at: Instant,
    pub(crate) search: Search,
    pub(crate) to: SocketAddrV4,
    pub(crate) local: Local,
}

/// The queue, in the order of dueness.
#[derive(Debug, Default)]
pub(crate) struct Delayed {
    waiting: VecDeque<Waiting>,
}

impl Delayed {
    /// Adds an answer; drops it where the queue is full or already holds the same. Clients send
    /// each search two or three times in a row, and one answer serves them all.
    pub(crate) fn push(&mut self, answer: Waiting) {
        let is_same = |other: &Waiting| other.to == answer.to && other.search == answer.search;
        if self.waiting.len() >= WAITING_MAX || self.waiting.iter().any(is_same) {
            return;
        }
        let at = self
            .waiting
            .partition_point(|other| other.due_at <= answer.due_at);
        self.waiting.insert(at, answer);
    }

    /// When the next is due.
    pub(crate) fn due_at(&self) -> Option<Instant> {
        self.waiting.front().map(|answer| answer.due_at)
    }

    /// The next, if it is due.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<Waiting> {
        self.waiting.pop_front_if(|answer| answer.due_at <= now)
    }
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, time::Duration};

    use hdhomerun::Uuid;

    use super::*;

    #[test]
    fn gives_in_order_and_within_bounds() {
        let text = "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: ssdp:all\r\nMX: 1\r\n\r\n";
        let search = Search::parse(text.as_bytes(), Uuid([0; 16])).unwrap();
        let start = Instant::now();
        let waiting = |port: u16, ms| Waiting {
            due_at: start + Duration::from_millis(ms),
            search,
            to: SocketAddrV4::new(Ipv4Addr::LOCALHOST, port),
            local: Local {
                interface: 1,
                address: Ipv4Addr::LOCALHOST,
            },
        };
        let mut delayed = Delayed::default();
        for (port, ms) in [(1, 30), (2, 10), (1, 5), (3, 20)] {
            delayed.push(waiting(port, ms));
        }
        assert_eq!(delayed.due_at(), Some(waiting(2, 10).due_at));
        assert_eq!(delayed.pop(start), None);
        let now = start + Duration::from_secs(1);
        let ports: Vec<u16> = std::iter::from_fn(|| delayed.pop(now))
            .map(|answer| answer.to.port())
            .collect();
        assert_eq!(ports, [2, 3, 1]);
        (0..1_000).for_each(|port| delayed.push(waiting(port, 0)));
        assert_eq!(std::iter::from_fn(|| delayed.pop(now)).count(), WAITING_MAX);
    }
}
