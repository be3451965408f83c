//! The data plane seen from the control plane: attach, detach, count.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use base::{Lock, next_beat};
use nix::{
    errno::Errno,
    sys::{
        epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout},
        eventfd::{EfdFlags, EventFd},
    },
};

use crate::{
    client::{Client, ClientId, End, Session},
    config::Config,
    engine::Engine,
};

/// Events taken from epoll in one go.
const EVENTS_MAX: usize = 256;
/// A tick comes this long after the beat on which upstreams are read, when they are done.
const AFTER_BEAT: Duration = Duration::from_millis(5);
/// epoll's token of the mailbox; clients have their slot's index.
const WAKE: u64 = u64::MAX;

/// There are as many clients as the plan allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "all {clients_max} client places of the memory plan are taken: raise memory.budget or clients.max"
)]
pub struct Full {
    /// Places there are.
    pub clients_max: usize,
}

/// The data plane could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// epoll or its mailbox was refused.
    #[error("the kernel gives no epoll instance: {0}")]
    Epoll(#[from] Errno),
    /// The thread was refused.
    #[error("the data plane's thread cannot be started: {0}")]
    Thread(#[from] io::Error),
}

/// Totals since start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Clients served now.
    pub clients: usize,
    /// Places there are.
    pub clients_max: usize,
    /// Clients that were served in all.
    pub attached: u64,
    /// Clients given up because they stalled, lagged too often or did not fit.
    pub given_up: u64,
    /// Ticks swept.
    pub ticks: u64,
}

enum Command {
    Attach(ClientId, Box<Client>),
    Detach(ClientId),
}

struct Shared {
    mailbox: Lock<Vec<Command>>,
    wake: EventFd,
    clients: AtomicUsize,
    clients_max: usize,
    next_id: AtomicU64,
    attached: AtomicU64,
    given_up: AtomicU64,
    ticks: AtomicU64,
    stopping: AtomicBool,
}

/// A handle on the data plane; clones are the same one.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

/// The right to one client place. Dropping it gives the place back.
pub struct Permit(Arc<Shared>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.clients.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A session that gives its place back, too, and counts who was given up.
struct Counted {
    inner: Box<dyn Session>,
    permit: Permit,
}

impl Session for Counted {
    fn ended(self: Box<Self>, end: End) {
        if matches!(end, End::Stalled | End::TooSlow | End::OverBudget) {
            self.permit.0.given_up.fetch_add(1, Ordering::Relaxed);
        }
        let Self { inner, permit } = *self;
        drop(permit);
        inner.ended(end);
    }
}

impl Handle {
    /// Takes a client place.
    ///
    /// # Errors
    /// [`Full`] where the plan has none left.
    pub fn reserve(&self) -> Result<Permit, Full> {
        let clients_max = self.0.clients_max;
        self.0
            .clients
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |clients| {
                (clients < clients_max).then_some(clients + 1)
            })
            .map(|_| Permit(Arc::clone(&self.0)))
            .map_err(|_| Full { clients_max })
    }

    /// Hands a client over. From here on the data plane owns its socket and tells its session
    /// when it is gone.
    pub fn attach(&self, permit: Permit, mut client: Client) -> ClientId {
        let id = ClientId(self.0.next_id.fetch_add(1, Ordering::Relaxed));
        client.session = Box::new(Counted {
            inner: client.session,
            permit,
        });
        self.0.attached.fetch_add(1, Ordering::Relaxed);
        self.tell(Command::Attach(id, Box::new(client)));
        id
    }

    /// Ends a client, if it is still there.
    pub fn detach(&self, id: ClientId) {
        self.tell(Command::Detach(id));
    }

    /// Ends all clients and the thread behind this handle.
    pub fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
        self.wake();
    }

    /// Totals since start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            clients: self.0.clients.load(Ordering::Relaxed),
            clients_max: self.0.clients_max,
            attached: self.0.attached.load(Ordering::Relaxed),
            given_up: self.0.given_up.load(Ordering::Relaxed),
            ticks: self.0.ticks.load(Ordering::Relaxed),
        }
    }

    /// The mailbox is bounded by permits (attach) and by the clients that exist (detach).
    fn tell(&self, command: Command) {
        self.0.mailbox.lock().push(command);
        self.wake();
    }

    fn wake(&self) {
        // The counter cannot overflow: it is read before each sweep. A failed write means that
        // a wake-up is pending already.
        let _: Result<usize, Errno> = self.0.wake.write(1);
    }
}

/// Starts the data plane on a thread of its own.
///
/// # Errors
/// [`StartError`] where the kernel refuses epoll or the thread.
pub fn start(config: Config) -> Result<(Handle, JoinHandle<()>), StartError> {
    let epoll = Arc::new(Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?);
    let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
    epoll.add(&wake, EpollEvent::new(EpollFlags::EPOLLIN, WAKE))?;
    let shared = Arc::new(Shared {
        mailbox: Lock::new(Vec::new()),
        wake,
        clients: AtomicUsize::new(0),
        clients_max: config.clients_max,
        next_id: AtomicU64::new(1),
        attached: AtomicU64::new(0),
        given_up: AtomicU64::new(0),
        ticks: AtomicU64::new(0),
        stopping: AtomicBool::new(false),
    });
    let handle = Handle(Arc::clone(&shared));
    let thread = std::thread::Builder::new()
        .name("fanout".to_owned())
        .stack_size(256 * 1024)
        .spawn(move || run(&shared, &epoll, config))?;
    Ok((handle, thread))
}

fn run(shared: &Shared, epoll: &Arc<Epoll>, config: Config) {
    let mut engine = Engine::new(config, Arc::clone(epoll), Instant::now());
    let mut events = [EpollEvent::empty(); EVENTS_MAX];
    let mut next_tick = Instant::now();
    while !shared.stopping.load(Ordering::Acquire) {
        let timeout = if engine.is_idle() {
            None
        } else {
            Some(next_tick.saturating_duration_since(Instant::now()))
        };
        let count = wait(epoll, &mut events, timeout);
        for event in &events[..count] {
            match u32::try_from(event.data()) {
                Ok(index) => engine.hung_up(index),
                Err(_) => empty_mailbox(shared, &mut engine),
            }
        }
        let now = Instant::now();
        if now >= next_tick {
            engine.sweep(now);
            shared.ticks.fetch_add(1, Ordering::Relaxed);
            // A sweep that took longer than a tick is not made up for.
            next_tick = next_beat(now, config.tick, AFTER_BEAT);
        }
    }
    empty_mailbox(shared, &mut engine);
    engine.drain();
}

fn empty_mailbox(shared: &Shared, engine: &mut Engine) {
    let _: Result<u64, Errno> = shared.wake.read();
    let commands = std::mem::take(&mut *shared.mailbox.lock());
    for command in commands {
        match command {
            Command::Attach(id, client) => engine.attach(id, *client, Instant::now()),
            Command::Detach(id) => engine.detach(id),
        }
    }
}

fn wait(epoll: &Epoll, events: &mut [EpollEvent], timeout: Option<Duration>) -> usize {
    let timeout = timeout.map_or(EpollTimeout::NONE, |timeout| {
        // Rounded up: waking a little late is one sweep, a little early is two.
        let millis = timeout.as_micros().div_ceil(1000);
        EpollTimeout::from(u16::try_from(millis).unwrap_or(u16::MAX))
    });
    match epoll.wait(events, timeout) {
        Ok(count) => count,
        Err(Errno::EINTR) => 0,
        Err(errno) => {
            tracing::error!(%errno, "epoll failed; the data plane goes on by its tick");
            0
        }
    }
}
