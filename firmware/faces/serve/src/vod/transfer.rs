//! A film on its way to one client: read from the provider as fast as the client takes it, one piece
//! at a time.
//!
//! The head promised certain bytes of a certain file, and those are sent or the connection is closed.
//! Where the provider's connection is lost, or ends before its time, another one goes on at the very
//! byte, if the file is still the same. A client that takes nothing (a player that pauses) loses the
//! provider's connection after a while, and gets it back unnoticed when it goes on.

use std::{net::IpAddr, sync::Arc, time::Duration};

use base::StreamSpec;
use bytes::{Buf, Bytes};
use socket2::SockRef;
use tokio::{
    io::{AsyncWriteExt, Interest},
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep_until, timeout_at},
};
use tuner::{Priority, Slots};

use super::{
    CLIENT_SEND_BYTES,
    door::{VodError, VodHead, VodOpener},
    open::{Connected, rest},
    portion::{Portion, goes_on},
};

/// A client that takes nothing for so long holds no connection of the provider any more.
const REST_AFTER: Duration = Duration::from_secs(20);
/// A client that takes nothing for so long is closed: a player can come back with a range.
const IDLE_MAX: Duration = Duration::from_secs(300);
/// How long a lost connection is looked for again; players wait for 30 s and more.
const RESUME_MAX: Duration = Duration::from_secs(25);
/// Bytes behind which a connection counts as found again.
const PROGRESS_BYTES: u64 = 16 * 1024;
/// Before the second try to go on; each further one waits twice as long, up to the maximum.
const RESUME_PAUSE: Duration = Duration::from_millis(250);
const RESUME_PAUSE_MAX: Duration = Duration::from_secs(4);
/// What a client may say behind its request until it is no client.
const CHATTER_BYTES_MAX: usize = 64 * 1024;

/// Where a film comes from.
pub(crate) struct Origin {
    pub(crate) opener: Arc<dyn VodOpener>,
    pub(crate) slots: Arc<Slots>,
    pub(crate) stream: StreamSpec,
}

/// A film that is ready to be sent.
pub(crate) struct Transfer {
    pub(crate) head: Bytes,
    pub(crate) origin: Origin,
    pub(crate) portion: Portion,
    pub(crate) connected: Option<Connected>,
    /// Held to the end: the memory of the transfer.
    pub(crate) place: OwnedSemaphorePermit,
    pub(crate) client: IpAddr,
    /// For the log.
    pub(crate) name: String,
}

/// Why a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum End {
    #[error("all of it was sent")]
    Whole,
    #[error("the client left")]
    Left,
    #[error("the client took nothing for {} s", IDLE_MAX.as_secs())]
    Idle,
    #[error("{0}")]
    Broken(String),
}

impl Transfer {
    /// Sends it, and closes the connection.
    pub(crate) async fn send(self, mut socket: TcpStream) {
        let (client, name) = (self.client, self.name.clone());
        if let Err(error) = prepare(&socket) {
            return tracing::debug!(%client, %error, "the client is gone");
        }
        let is_endless = self.portion.end.is_none();
        let mut sending = Sending::new(self);
        let end = {
            let (reading, mut writing) = socket.split();
            tokio::select! {
                biased;
                () = hung_up(&reading) => End::Left,
                end = sending.run(&mut writing) => end,
            }
        };
        let bytes = sending.next - sending.portion.first;
        drop(sending);
        tracing::info!(%client, film = %name, bytes, %end, "a film's transfer ended");
        match end {
            End::Whole => socket.shutdown().await.unwrap_or_default(),
            // Its end is told by closing: what is not whole must not look like it.
            End::Broken(_) if is_endless => {
                let reset = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
                reset.unwrap_or_default();
            }
            End::Left | End::Idle | End::Broken(_) => {}
        }
    }
}

/// A client may pause longer than a page's may; what the kernel keeps for it is bounded.
fn prepare(socket: &TcpStream) -> std::io::Result<()> {
    let socket = SockRef::from(socket);
    socket.set_tcp_user_timeout(Some(IDLE_MAX))?;
    socket.set_send_buffer_size(CLIENT_SEND_BYTES)
}

/// Comes back when the client has closed its side, or talks without end.
async fn hung_up(socket: &ReadHalf<'_>) {
    let mut heard = [0; 1024];
    let mut chatter = 0;
    while chatter <= CHATTER_BYTES_MAX && socket.ready(Interest::READABLE).await.is_ok() {
        match socket.try_read(&mut heard) {
            Ok(0) => return,
            Ok(count) => chatter += count,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

/// How far it is.
struct Sending {
    head: Bytes,
    origin: Origin,
    portion: Portion,
    connected: Option<Connected>,
    /// The next byte of the file.
    next: u64,
    loss: Loss,
    _place: OwnedSemaphorePermit,
}

/// A connection that was lost and is looked for again.
#[derive(Debug, Default)]
struct Loss {
    /// Since when; `None` while all is well.
    since: Option<Instant>,
    pause: Duration,
    /// Bytes that have come since the connection was found again.
    bytes: u64,
}

impl Sending {
    fn new(transfer: Transfer) -> Self {
        Self {
            head: transfer.head,
            next: transfer.portion.first,
            origin: transfer.origin,
            portion: transfer.portion,
            connected: transfer.connected,
            loss: Loss::default(),
            _place: transfer.place,
        }
    }

    async fn run(&mut self, client: &mut WriteHalf<'_>) -> End {
        let mut piece = std::mem::take(&mut self.head);
        loop {
            if let Err(end) = self.write(client, piece).await {
                return end;
            }
            piece = match self.piece().await {
                Ok(Some(piece)) => piece,
                Ok(None) => return End::Whole,
                Err(VodError(why)) => return End::Broken(why),
            };
        }
    }

    /// Writes a piece, and lets go of the provider while the client takes nothing.
    async fn write(&mut self, client: &mut WriteHalf<'_>, mut piece: Bytes) -> Result<(), End> {
        let mut taken_at = Instant::now();
        while piece.has_remaining() {
            let patience = match self.connected {
                Some(_) => REST_AFTER,
                None => IDLE_MAX,
            };
            tokio::select! {
                biased;
                wrote = client.write_buf(&mut piece) => match wrote {
                    Ok(1..) => taken_at = Instant::now(),
                    Ok(0) | Err(_) => return Err(End::Left),
                },
                () = sleep_until(taken_at + patience) => {
                    if self.connected.take().is_none() {
                        return Err(End::Idle);
                    }
                }
            }
        }
        Ok(())
    }

    /// The next piece of what was promised; `None` behind the last one.
    async fn piece(&mut self) -> Result<Option<Bytes>, VodError> {
        loop {
            let left = self.portion.end.map(|end| end.saturating_sub(self.next));
            if left == Some(0) {
                return Ok(None);
            }
            let Some(connected) = &mut self.connected else {
                self.reconnect().await?;
                continue;
            };
            if let Some(front) = connected.front.take() {
                return Ok(Some(self.take(front, left)));
            }
            let read = tokio::select! {
                biased;
                () = connected.slot.preempted() => Err(VodError("somebody else needs the connection".to_owned())),
                read = connected.body.next() => read,
            };
            match read {
                Ok(Some(piece)) => return Ok(Some(self.take(piece, left))),
                Ok(None) if left.is_none() => return Ok(None),
                Ok(None) => self.lost("it ended before its time"),
                Err(error) if left.is_none() => return Err(error),
                Err(error) => self.lost(&error.to_string()),
            }
        }
    }

    /// Counts a piece, cut to what was promised. Behind the last one the provider's connection goes.
    fn take(&mut self, mut piece: Bytes, left: Option<u64>) -> Bytes {
        if let Some(left) = left {
            piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        let count = piece.len() as u64;
        self.next += count;
        self.loss.bytes = self.loss.bytes.saturating_add(count);
        if self.loss.bytes >= PROGRESS_BYTES {
            self.loss = Loss::default();
        }
        if self.portion.end == Some(self.next) {
            self.connected = None;
        }
        piece
    }

    fn lost(&mut self, why: &str) {
        tracing::info!(at = self.next, "a film's connection was lost: {why}");
        self.connected = None;
    }

    /// Another connection that goes on with the next byte.
    async fn reconnect(&mut self) -> Result<(), VodError> {
        if self.portion.end.is_none() || self.portion.takes_ranges == Some(false) {
            return Err(VodError(
                "the provider's file cannot be gone on with".to_owned(),
            ));
        }
        let until = *self.loss.since.get_or_insert_with(Instant::now) + RESUME_MAX;
        loop {
            let pause = self.loss.pause;
            self.loss.pause = (pause * 2).clamp(RESUME_PAUSE, RESUME_PAUSE_MAX);
            self.loss.bytes = 0;
            sleep_until((Instant::now() + pause).min(until)).await;
            let headers = rest(&self.portion, self.next);
            let tried = resume(&self.origin, headers, until);
            let judged = match timeout_at(until, tried).await {
                Ok(Some((head, connected))) => {
                    goes_on(&head, &self.portion, self.next).map(|same| (same, connected))
                }
                Ok(None) | Err(_) => None,
            };
            match judged {
                Some((true, connected)) => {
                    self.connected = Some(connected);
                    return Ok(());
                }
                Some((false, _)) => {
                    return Err(VodError(
                        "the provider's file is another one now".to_owned(),
                    ));
                }
                None if Instant::now() < until => {}
                None => {
                    return Err(VodError(
                        "the provider's connection did not come back".to_owned(),
                    ));
                }
            }
        }
    }
}

/// One try to get what is left; `None` where nobody answers.
async fn resume(
    origin: &Origin,
    headers: Vec<(&'static str, String)>,
    until: Instant,
) -> Option<(VodHead, Connected)> {
    let sources = [origin.stream.source];
    let slot = origin.slots.take(&sources, Priority::Viewer, until);
    let slot = slot.await?;
    let answer = origin.opener.open(&origin.stream, headers).await.ok()?;
    let connected = Connected {
        body: answer.body,
        slot,
        front: None,
    };
    Some((answer.head, connected))
}
