//! SSDP: notices on every interface, answers to searches.

use std::{
    hash::BuildHasher,
    io,
    net::{Ipv4Addr, SocketAddrV4},
    time::{Duration, Instant},
};

use hdhomerun::{
    Origin,
    ssdp::{Announcement, MAX_AGE_S, Message, SEARCH_BYTES_MAX, Search, Target},
};
use socket2::InterfaceIndexOrAddress;
use tokio_util::sync::CancellationToken;

use crate::{
    allowance::Allowance,
    config::Config,
    delayed::{Delayed, Waiting},
    interfaces::{self, Interface},
    pktinfo::{Local, PktInfoSocket, Received},
};

const GROUP: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
/// Routers that a notice may pass (UPnP Device Architecture 1.1, 1.1.2).
const TTL: u32 = 2;
/// How often the interfaces are looked at.
const RESCAN: Duration = Duration::from_secs(5);
/// Notices are repeated soon after the start, because a switch port or a wireless station may not
/// pass the first, and then three times within their life.
const NOTICES_SOON: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];
const NOTICES_EACH: Duration = Duration::from_secs(MAX_AGE_S as u64 / 3);
/// Longest wait before an answer. Clients that allow more gain nothing from it in a house.
const DELAY_MS_MAX: u64 = 400;
/// Searches answered at once and per second.
const SEARCHES_BURST: u32 = 100;
const SEARCHES_PER_S: u32 = 20;

/// Speaks SSDP until `shutdown`, then says byebye.
pub(crate) async fn run(config: &Config, shutdown: &CancellationToken) {
    if !config.ssdp {
        return;
    }
    let port = config.ssdp_port;
    match open(port) {
        Ok(socket) => Speaker::new(config, socket).run(shutdown).await,
        Err(error) => tracing::warn!(%error, port, "no SSDP: the UDP port cannot be bound"),
    }
}

fn open(port: u16) -> io::Result<PktInfoSocket> {
    let socket = PktInfoSocket::bind(port, true)?;
    let options = socket.options();
    options.set_multicast_ttl_v4(TTL)?;
    // Clients on this machine hear notices too; groups that others joined are not ours.
    options.set_multicast_loop_v4(true)?;
    options.set_multicast_all_v4(false)?;
    Ok(socket)
}

struct Speaker<'a> {
    config: &'a Config,
    socket: PktInfoSocket,
    interfaces: Vec<Interface>,
    delayed: Delayed,
    allowance: Allowance,
    notices_sent: usize,
}

impl<'a> Speaker<'a> {
    fn new(config: &'a Config, socket: PktInfoSocket) -> Self {
        let allowance = Allowance::new(SEARCHES_BURST, SEARCHES_PER_S, Instant::now());
        let (interfaces, delayed) = (Vec::new(), Delayed::default());
        Self {
            config,
            socket,
            interfaces,
            delayed,
            allowance,
            notices_sent: 0,
        }
    }

    async fn run(mut self, shutdown: &CancellationToken) {
        let mut buffer = [0; SEARCH_BYTES_MAX];
        let mut rescan_at = Instant::now();
        let mut notices_at = Instant::now();
        loop {
            let now = Instant::now();
            if now >= rescan_at {
                self.rescan();
                rescan_at = now + RESCAN;
            }
            if now >= notices_at {
                self.notify_all(Message::Alive);
                notices_at = now + self.pause();
            }
            self.answer_due(now);
            let wake_at = self
                .delayed
                .due_at()
                .unwrap_or(rescan_at)
                .min(rescan_at)
                .min(notices_at);
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep_until(wake_at.into()) => {}
                received = self.socket.receive(&mut buffer) => match received {
                    Ok(received) => self.heard(&buffer, received, Instant::now()),
                    Err(error) => tracing::debug!(%error, "a search was not received"),
                },
            }
        }
        self.notify_all(Message::ByeBye);
    }

    /// How long until the notices are sent again.
    fn pause(&mut self) -> Duration {
        let pause = NOTICES_SOON
            .get(self.notices_sent)
            .copied()
            .unwrap_or(NOTICES_EACH);
        self.notices_sent += 1;
        pause
    }

    /// Joins the group on interfaces that are new or have a new address, and tells their networks
    /// that we are there.
    fn rescan(&mut self) {
        let found = interfaces::multicast();
        let known = std::mem::replace(&mut self.interfaces, found);
        for gone in known
            .iter()
            .filter(|known| !self.interfaces.contains(known))
        {
            let interface = InterfaceIndexOrAddress::Index(gone.index);
            if let Err(error) = self
                .socket
                .options()
                .leave_multicast_v4_n(&GROUP, &interface)
            {
                tracing::debug!(%error, address = %gone.address, "interface left without leaving its group");
            }
        }
        for new in self
            .interfaces
            .iter()
            .filter(|found| !known.contains(found))
        {
            let interface = InterfaceIndexOrAddress::Index(new.index);
            if let Err(error) = self
                .socket
                .options()
                .join_multicast_v4_n(&GROUP, &interface)
            {
                tracing::warn!(%error, address = %new.address, "no SSDP searches are heard on this interface");
            }
            tracing::info!(address = %new.address, "announced by SSDP");
            self.notify(Message::Alive, *new);
        }
    }

    fn notify_all(&self, message: Message) {
        self.interfaces
            .iter()
            .for_each(|interface| self.notify(message, *interface));
    }

    fn notify(&self, message: Message, interface: Interface) {
        let Interface { index, address } = interface;
        let to = SocketAddrV4::new(GROUP, self.config.ssdp_port);
        self.send(
            message,
            Target::ALL.into_iter(),
            to,
            Local {
                interface: index,
                address,
            },
        );
    }

    fn heard(&mut self, buffer: &[u8], received: Received, now: Instant) {
        let Received {
            bytes,
            from,
            mut local,
        } = received;
        let datagram = buffer.get(..bytes).unwrap_or_default();
        let Some(search) = Search::parse(datagram, self.config.device.uuid) else {
            return;
        };
        if local.address.is_unspecified() {
            let by_index = |interface: &&Interface| interface.index == local.interface;
            let Some(interface) = self.interfaces.iter().find(by_index) else {
                return;
            };
            local.address = interface.address;
        }
        if self.allowance.take(now) {
            let due_at = now + delay(search.mx_s, from);
            self.delayed.push(Waiting {
                due_at,
                search,
                to: from,
                local,
            });
        }
    }

    fn answer_due(&mut self, now: Instant) {
        while let Some(Waiting {
            search, to, local, ..
        }) = self.delayed.pop(now)
        {
            self.send(Message::Found, search.targets(), to, local);
        }
    }

    fn send(
        &self,
        message: Message,
        targets: impl Iterator<Item = Target>,
        to: SocketAddrV4,
        local: Local,
    ) {
        let uuid = self.config.device.uuid;
        let origin = Origin {
            address: local.address.into(),
            port: self.config.http_port,
        };
        for target in targets {
            let text = Announcement {
                message,
                target,
                uuid,
                origin,
            }
            .to_string();
            if let Err(error) = self.socket.send(text.as_bytes(), to, local) {
                tracing::debug!(%error, %to, "an SSDP message was not sent");
            }
        }
    }
}

/// Some moment within what the asker allows.
fn delay(mx_s: u8, from: SocketAddrV4) -> Duration {
    let delay_ms_max = (u64::from(mx_s) * 1_000).min(DELAY_MS_MAX);
    let chance = std::hash::RandomState::new().hash_one(from);
    Duration::from_millis(chance % (delay_ms_max + 1))
}
