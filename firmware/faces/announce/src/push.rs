//! One pushed stream: from the wish to the client of the data plane, and its end.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, UdpSocket},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use base::{ChannelSpec, Lock};
use fanout::{Client, ClientId, Counters, Datagrams, Framing, Outlet, Permit};
use hdhomerun::{
    PidFilter,
    control::{PushTarget, Transport},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tuner::{Lease, Viewing, Want};

use crate::told::Told;

/// Shortest time over which a rate is taken.
const RATE_WINDOW: Duration = Duration::from_millis(500);
/// Routers that a stream to a group may pass: none.
const MULTICAST_TTL: u32 = 1;

/// A socket towards the target. It is connected, so that an ICMP "port unreachable" comes back as
/// an error of the next send: the end of a receiver that vanished.
pub(crate) fn connect(target: &PushTarget) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    socket.set_nonblocking(true)?;
    socket.set_multicast_ttl_v4(MULTICAST_TTL)?;
    socket.connect(target.address)?;
    Ok(socket)
}

/// All that a push needs to begin.
pub(crate) struct Opening {
    pub(crate) tuners: Arc<tuner::Tuners>,
    pub(crate) fanout: fanout::Handle,
    pub(crate) permit: Permit,
    pub(crate) socket: UdpSocket,
    pub(crate) spec: ChannelSpec,
    pub(crate) tuner: u16,
    pub(crate) key: u32,
    pub(crate) client: IpAddr,
    pub(crate) transport: Transport,
    pub(crate) told: Told,
}

/// How far a push is.
#[derive(Debug)]
enum Stage {
    Opening,
    /// The lease is kept here and not by the data plane: a change of channel must find the tuner
    /// free at once.
    Attached(ClientId, Lease),
    Stopped,
}

/// A push that was begun.
#[derive(Debug)]
pub(crate) struct Running {
    stage: Arc<Lock<Stage>>,
    cancel: CancellationToken,
    filter: Arc<fanout::PidFilter>,
    counters: Arc<Counters>,
    told: Told,
    rate: Lock<Rate>,
}

#[derive(Debug)]
struct Rate {
    at: Instant,
    bytes: u64,
    bits_per_s: u64,
}

impl Opening {
    /// Tunes in the background and then hands the stream to the data plane.
    pub(crate) fn run(self, filter: &PidFilter, tasks: &TaskTracker) -> Running {
        let running = Running {
            stage: Arc::new(Lock::new(Stage::Opening)),
            cancel: CancellationToken::new(),
            filter: Arc::default(),
            counters: Arc::default(),
            told: self.told.clone(),
            rate: Lock::new(Rate {
                at: Instant::now(),
                bytes: 0,
                bits_per_s: 0,
            }),
        };
        running.refilter(filter);
        let (stage, cancel) = (Arc::clone(&running.stage), running.cancel.clone());
        let (filter, counters) = (Arc::clone(&running.filter), Arc::clone(&running.counters));
        tasks.spawn(async move {
            let want = Want::Tuner(usize::from(self.tuner));
            let tuned = tokio::select! {
                () = cancel.cancelled() => return,
                tuned = self.tuners.watch(want, self.spec.clone(), self.client, Some(self.key)) => tuned,
            };
            match tuned {
                Ok(viewing) => self.attach(viewing, filter, counters, &stage),
                Err(refusal) => {
                    tracing::info!(channel = %self.spec.number, %refusal, "nothing to push");
                    self.told.tell();
                }
            }
        });
        running
    }

    fn attach(
        self,
        viewing: Viewing,
        filter: Arc<fanout::PidFilter>,
        counters: Arc<Counters>,
        stage: &Lock<Stage>,
    ) {
        let framing = match self.transport {
            Transport::Udp => Framing::Udp,
            Transport::Rtp => Framing::Rtp {
                sequence: 0,
                ssrc: self.key,
            },
        };
        let client = Client {
            outlet: Outlet::Datagrams(Box::new(Datagrams::new(self.socket, framing, filter))),
            head: Vec::new(),
            ring: viewing.ring,
            start: viewing.start,
            duration: None,
            counters,
            session: Box::new(self.told),
        };
        let mut stage = stage.lock();
        if matches!(*stage, Stage::Opening) {
            let id = self.fanout.attach(self.permit, client);
            *stage = Stage::Attached(id, viewing.lease);
        }
    }
}

impl Running {
    /// Ends the push and frees its tuner.
    pub(crate) fn stop(self, fanout: &fanout::Handle) {
        self.cancel.cancel();
        let before = std::mem::replace(&mut *self.stage.lock(), Stage::Stopped);
        if let Stage::Attached(id, lease) = before {
            fanout.detach(id);
            drop(lease);
        }
    }

    /// Changes which PIDs are sent, from the next packet on.
    pub(crate) fn refilter(&self, filter: &PidFilter) {
        let ranges: Vec<(u16, u16)> = filter.ranges().collect();
        self.filter.set(&ranges);
    }

    /// Whether the push has ended by itself; true once.
    pub(crate) fn take_ended(&self) -> bool {
        self.told.ended.swap(false, Ordering::Acquire)
    }

    /// What was sent in the last half second or more.
    pub(crate) fn bits_per_s(&self, now: Instant) -> u64 {
        let mut rate = self.rate.lock();
        let elapsed = now.saturating_duration_since(rate.at);
        if elapsed >= RATE_WINDOW {
            let bytes = self.counters.bytes.load(Ordering::Relaxed);
            let bits = u128::from(bytes.saturating_sub(rate.bytes)) * 8_000;
            let bits_per_s = u64::try_from(bits / elapsed.as_millis().max(1)).unwrap_or(u64::MAX);
            *rate = Rate {
                at: now,
                bytes,
                bits_per_s,
            };
        }
        rate.bits_per_s
    }
}
