//! All clients, and the sweep over them.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use super::{
    client::{Client, Target},
    config::{Config, Error, SWEEP},
};

/// What one read takes or throws away, at most.
const READ_BYTES_MAX: usize = 256 * 1024;
/// `SO_RCVBUF` of clients that do not read: what is held for them is then held by the server.
const STALLED_RECEIVE_BUFFER: usize = 16 * 1024;
/// Between the first client of each channel and all others: the source has a key frame a second.
const FIRST_PLAYS: Duration = Duration::from_millis(1500);
/// For all connects together.
const CONNECTING_MAX: Duration = Duration::from_secs(20);
/// Connects between two sweeps: 1,000 a second.
const CONNECTS_PER_SWEEP: usize = 20;

/// The clients of one run.
pub(crate) struct Fleet {
    pub(crate) clients: Vec<Client>,
    /// Bytes that each client had when the window began.
    pub(crate) bytes_before: Vec<u64>,
    /// Sweeps that began more than a sweep too late: the audience itself is too slow.
    pub(crate) sweeps_late: u64,
    /// Clients that were not accepted.
    pub(crate) unconnected: usize,
    /// Streams that ended and were asked for again.
    pub(crate) asked_again: u64,
    targets: Vec<Target>,
    wanted: usize,
    stalled: usize,
    silent: Vec<std::net::TcpStream>,
    check_every: usize,
    is_again: bool,
    room: Vec<u8>,
    next: Instant,
}

impl Fleet {
    /// A fleet that is not connected yet.
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let targets: Option<Vec<_>> = config.urls.iter().map(|url| Target::parse(url)).collect();
        Ok(Self {
            clients: Vec::with_capacity(config.clients),
            bytes_before: Vec::new(),
            sweeps_late: 0,
            unconnected: 0,
            asked_again: 0,
            targets: targets.ok_or(Error::Asked)?,
            wanted: config.clients,
            stalled: config.stalled,
            silent: Vec::new(),
            check_every: config.check_every.max(1),
            is_again: config.is_again,
            room: vec![0; READ_BYTES_MAX],
            next: Instant::now(),
        })
    }

    /// Connects everybody, going on to read meanwhile: one client of each channel first, then,
    /// when they play, the rest. Who does not get in, or not in time, is counted.
    pub(crate) fn connect_all(&mut self) {
        self.next = Instant::now();
        let until = self.next + CONNECTING_MAX;
        for number in 0..self.wanted {
            match self.connect(number) {
                Ok(client) if Instant::now() < until => self.clients.push(client),
                _ => self.unconnected += 1,
            }
            if number + 1 == self.targets.len() {
                self.sweep_for(FIRST_PLAYS);
            } else if number % CONNECTS_PER_SWEEP == 0 {
                self.sweep_for(SWEEP);
            }
            if Instant::now() >= until {
                self.unconnected = self.wanted - self.clients.len();
                break;
            }
        }
        for number in 0..self.stalled {
            let target = &self.targets[number % self.targets.len()];
            match target.ask_with(Some(STALLED_RECEIVE_BUFFER)) {
                Ok(socket) => self.silent.push(socket),
                Err(_) => self.unconnected += 1,
            }
            if number % CONNECTS_PER_SWEEP == 0 {
                self.sweep_for(SWEEP);
            }
        }
    }

    /// One in `check_every` of each channel's clients is checked, beginning with the first.
    fn connect(&self, number: usize) -> io::Result<Client> {
        let channel = number % self.targets.len();
        let is_checked = (number / self.targets.len()).is_multiple_of(self.check_every);
        Client::connect(channel, &self.targets[channel], is_checked)
    }

    /// From now on is counted; ages taken before are forgotten.
    pub(crate) fn begin_window(&mut self) {
        self.bytes_before = self.clients.iter().map(|client| client.bytes).collect();
        for checker in self
            .clients
            .iter_mut()
            .filter_map(|client| client.checker.as_mut())
        {
            checker.take_ages();
        }
        self.sweeps_late = 0;
    }

    /// Sweeps on every tick for so long.
    pub(crate) fn sweep_for(&mut self, duration: Duration) {
        let until = Instant::now() + duration;
        while Instant::now() < until {
            let now = Instant::now();
            thread::sleep(self.next.saturating_duration_since(now));
            self.sweeps_late += u64::from(now > self.next + SWEEP);
            self.next = (self.next + SWEEP).max(now);
            self.sweep();
        }
    }

    fn sweep(&mut self) {
        for number in 0..self.clients.len() {
            let client = &mut self.clients[number];
            client.sweep(&mut self.room);
            if client.end.is_some() && self.is_again {
                let bytes = client.bytes;
                if let Ok(mut again) = self.connect(number) {
                    again.bytes = bytes;
                    self.clients[number] = again;
                    self.asked_again += 1;
                }
            }
        }
    }
}
