//! The body of a live stream, read by the handful.
//!
//! Most providers send a live stream as all that comes until they close. Nothing of HTTP is left in
//! such a body, so its socket is taken out of the connection and read directly, into one buffer that
//! all streams share: it stays in the cache, where a buffer for each would have left it by the next
//! beat. A body in chunks or under TLS goes through hyper.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Body as _;
use tokio::time::Instant;

use super::body::Body;
use super::wire::Beaten;
use super::{Error, Phase};

/// Bytes read at once: what `ingest` takes in one step.
const READ_BYTES: usize = 16 * 1024;
/// Pieces that hyper has taken out of the socket when it is taken out of hyper: one in its channel
/// and one in its buffer, and one more in case.
const FRONT_PIECES_MAX: usize = 4;

thread_local! {
    static SHARED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A live body: wait until it is [ready](Self::ready), then [take](Self::take) what there is.
/// Dropping it closes the connection.
pub struct Live(Source);

enum Source {
    Socket(Socket),
    Frames { body: Body, next: Option<Bytes> },
}

struct Socket {
    host: String,
    beaten: Beaten,
    /// What had been read before the socket was taken out.
    front: VecDeque<Bytes>,
    progress_at: Instant,
    idle_timeout: Duration,
    is_over: bool,
}

impl Body {
    /// From here on the bytes are taken by the handful, on the common beat: for a live stream,
    /// which comes in pieces of a network packet. They come up to 75 ms later and cost a fraction.
    #[must_use]
    pub fn live(self) -> Live {
        match Socket::of(self) {
            Ok(socket) => Live(Source::Socket(socket)),
            Err(body) => {
                if let Some(link) = &body.link {
                    link.on_beat.set(true);
                }
                Live(Source::Frames {
                    body: *body,
                    next: None,
                })
            }
        }
    }
}

impl Live {
    /// Waits until there may be bytes; `false` at the end. Safe to drop while waiting.
    ///
    /// # Errors
    /// The connection is lost, or brought nothing for too long.
    pub async fn ready(&mut self) -> Result<bool, Error> {
        match &mut self.0 {
            Source::Socket(socket) => {
                if socket.front.is_empty() && !socket.is_over {
                    socket.beaten.ready().await;
                }
                Ok(!socket.is_over || !socket.front.is_empty())
            }
            Source::Frames { body, next } => {
                if next.is_none() {
                    *next = body.next().await?;
                }
                Ok(next.is_some())
            }
        }
    }

    /// Hands the bytes that are there to `consume`, unless there are none after all.
    ///
    /// # Errors
    /// The connection is lost, or brought nothing for too long.
    pub fn take<R>(&mut self, consume: impl FnOnce(&[u8]) -> R) -> Result<Option<R>, Error> {
        match &mut self.0 {
            Source::Socket(socket) => match socket.front.pop_front() {
                Some(bytes) => Ok(Some(consume(&bytes))),
                None => socket.read(consume),
            },
            Source::Frames { next, .. } => Ok(next.take().map(|bytes| consume(&bytes))),
        }
    }
}

impl Socket {
    /// Takes the socket out of a body; gives the body back where that cannot be.
    fn of(mut body: Body) -> Result<Self, Box<Body>> {
        if !body.ends_with_connection || !body.link.as_ref().is_some_and(|link| link.is_plain()) {
            return Err(Box::new(body));
        }
        let mut front = ready_frames(&mut body);
        let Some(link) = body.link.take() else {
            return Err(Box::new(body));
        };
        let host = link.origin.to_string();
        let beaten = link.into_wire().and_then(|(wire, unread)| {
            front.extend(Some(unread).filter(|unread| !unread.is_empty()));
            wire.into_beaten().ok()
        });
        // Without a socket the body is at its end, which the next look at it says.
        let Some(beaten) = beaten else {
            return Err(Box::new(body));
        };
        Ok(Self {
            host,
            beaten,
            front,
            progress_at: Instant::now(),
            idle_timeout: body.idle_timeout,
            is_over: false,
        })
    }

    fn read<R>(&mut self, consume: impl FnOnce(&[u8]) -> R) -> Result<Option<R>, Error> {
        SHARED.with_borrow_mut(|room| {
            room.resize(READ_BYTES, 0);
            let read = self.beaten.read(room).map_err(|cause| Error::Lost {
                host: self.host.clone(),
                cause,
            })?;
            let now = Instant::now();
            match read {
                Some(0) => self.is_over = true,
                Some(count) => {
                    self.progress_at = now;
                    return Ok(Some(consume(&room[..count])));
                }
                None if now.duration_since(self.progress_at) > self.idle_timeout => {
                    return Err(Error::TimedOut {
                        host: self.host.clone(),
                        phase: Phase::Body,
                        after: self.idle_timeout,
                    });
                }
                None => {}
            }
            Ok(None)
        })
    }
}

/// What hyper holds ready; nothing more is read.
fn ready_frames(body: &mut Body) -> VecDeque<Bytes> {
    let mut front = VecDeque::with_capacity(FRONT_PIECES_MAX);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    while front.len() < FRONT_PIECES_MAX
        && let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body.frames).poll_frame(&mut context)
    {
        front.extend(frame.into_data().ok());
    }
    front
}
