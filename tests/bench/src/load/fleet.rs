//! All clients, and the sweep over them.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    Config, Error, SWEEP,
    client::{Client, Target},
};

/// What one read takes or throws away, at most.
const READ_BYTES_MAX: usize = 256 * 1024;
/// `SO_RCVBUF` of clients that do not read: what is held for them is then held by the server.
const STALLED_RECEIVE_BUFFER: usize = 16 * 1024;
/// Connects between two sweeps: 1,000 a second.
const CONNECTS_PER_SWEEP: usize = 20;

/// The clients of one run.
pub(crate) struct Fleet {
    pub(crate) clients: Vec<Client>,
    /// Bytes that each client had when the window began.
    pub(crate) bytes_before: Vec<u64>,
    /// Sweeps that began more than a sweep too late: the audience itself is too slow.
    pub(crate) sweeps_late: u64,
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

    /// Connects everybody, going on to read meanwhile.
    pub(crate) fn connect_all(&mut self) -> Result<(), Error> {
        self.next = Instant::now();
        for number in 0..self.wanted {
            let client = self.connect(number)?;
            self.clients.push(client);
            if number % CONNECTS_PER_SWEEP == 0 {
                self.sweep_for(SWEEP);
            }
        }
        for number in 0..self.stalled {
            let target = &self.targets[number % self.targets.len()];
            let socket = target
                .ask_with(Some(STALLED_RECEIVE_BUFFER))
                .map_err(|error| Error::Connect {
                    client: number,
                    error,
                })?;
            self.silent.push(socket);
            if number % CONNECTS_PER_SWEEP == 0 {
                self.sweep_for(SWEEP);
            }
        }
        Ok(())
    }

    /// One in `check_every` of each channel's clients is checked, beginning with the first.
    fn connect(&self, number: usize) -> Result<Client, Error> {
        let channel = number % self.targets.len();
        let is_checked = (number / self.targets.len()).is_multiple_of(self.check_every);
        Client::connect(channel, &self.targets[channel], is_checked).map_err(|error| {
            Error::Connect {
                client: number,
                error,
            }
        })
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
