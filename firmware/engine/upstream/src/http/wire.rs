//! The bytes of a connection, as they come or by the handful.
//!
//! A live stream comes in pieces of a network packet. To be woken for each costs more than all that
//! is done with it, and a stream's next bytes are certain to come. So its socket is taken off the
//! reactor and read on the common beat: ten channels are thirteen wake-ups a second together.

use std::future::{Future, poll_fn};
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use base::next_beat;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a stream's bytes gather: what a viewer waits for anyway, since the data plane sends as
/// often.
const GATHER: Duration = Duration::from_millis(75);
/// A stream that brings more than this in that time is read more often, so that no receive buffer
/// fills.
const HANDFUL_BYTES: u32 = 96 * 1024;

/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;

/// Whether a connection is read on the beat; its wire and its body share it.
#[derive(Clone, Debug, Default)]
pub(super) struct OnBeat(Arc<AtomicBool>);

impl OnBeat {
    pub(super) fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A TCP connection.
pub(super) struct Wire {
    mode: Mode,
    on_beat: OnBeat,
}

enum Mode {
    /// Woken by the reactor.
    Woken(TcpStream),
    /// Read when the beat comes.
    Beaten(Beaten),
    /// Lost on the way from one to the other.
    Lost,
}

/// A socket that is read when the beat comes.
pub(super) struct Beaten {
    socket: std::net::TcpStream,
    beat: Pin<Box<Sleep>>,
    round: Instant,
    gathered: u32,
    /// The last read took all there was: another one now would be in vain.
    is_drained: bool,
    /// The beat is awaited.
    is_resting: bool,
}

impl Wire {
    pub(super) fn new(socket: TcpStream, on_beat: OnBeat) -> Self {
        Self {
            mode: Mode::Woken(socket),
            on_beat,
        }
    }

    /// The socket by itself, read on the beat.
    pub(super) fn into_beaten(self) -> io::Result<Beaten> {
        match self.mode {
            Mode::Woken(socket) => Ok(Beaten::new(socket.into_std()?)),
            Mode::Beaten(beaten) => Ok(beaten),
            Mode::Lost => Err(lost()),
        }
    }

    /// The mode that is asked for.
    fn mode(&mut self) -> io::Result<&mut Mode> {
        let asked = self.on_beat.is_set();
        if asked != matches!(self.mode, Mode::Beaten(_)) {
            self.mode = match std::mem::replace(&mut self.mode, Mode::Lost) {
                Mode::Woken(socket) => Mode::Beaten(Beaten::new(socket.into_std()?)),
                Mode::Beaten(beaten) => Mode::Woken(TcpStream::from_std(beaten.socket)?),
                Mode::Lost => Mode::Lost,
            };
        }
        Ok(&mut self.mode)
    }
}

impl Beaten {
    fn new(socket: std::net::TcpStream) -> Self {
        let now = Instant::now();
        Self {
            socket,
            beat: Box::pin(sleep_until(now)),
            round: now,
            gathered: 0,
            is_drained: false,
            is_resting: false,
        }
    }

    /// Waits until there may be something to read: for the next beat, if the last read took all.
    pub(super) async fn ready(&mut self) {
        poll_fn(|context| match self.is_drained {
            true => self.poll_beat(context),
            false => Poll::Ready(()),
        })
        .await;
    }

    /// Reads what is there; 0 at the end, `None` where there is nothing yet.
    pub(super) fn read(&mut self, room: &mut [u8]) -> io::Result<Option<usize>> {
        let count = match self.socket.read(room) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.is_drained = true;
                return Ok(None);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
            done => done?,
        };
        self.note(count, room.len());
        Ok(Some(count))
    }

    fn note(&mut self, count: usize, wanted: usize) {
        self.is_drained = count > 0 && count < wanted;
        let more = u32::try_from(count).unwrap_or(u32::MAX);
        self.gathered = self.gathered.saturating_add(more);
    }

    /// Waits for the next beat and makes a new round of it.
    fn poll_beat(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.is_resting {
            let now = Instant::now();
            let pause = pause(self.gathered, now.duration_since(self.round));
            (self.round, self.gathered, self.is_resting) = (now, 0, true);
            self.beat.as_mut().reset(round_end(now, pause));
        }
        ready!(self.beat.as_mut().poll(context));
        (self.is_resting, self.is_drained) = (false, false);
        Poll::Ready(())
    }

    /// Tries until it is done, or until the next beat.
    fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        mut attempt: impl FnMut(&mut std::net::TcpStream) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            match attempt(&mut self.socket) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.poll_beat(context));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

/// When to read again: on the common beat, unless the stream is too fast for that.
fn round_end(now: Instant, pause: Duration) -> Instant {
    if pause < GATHER {
        return now + pause;
    }
    // Not a moment after the last look.
    next_beat((now + GATHER / 5).into_std(), GATHER, Duration::ZERO).into()
}

/// How long to let bytes gather, by what the last round brought and took.
fn pause(gathered: u32, took: Duration) -> Duration {
    let took = took.max(Duration::from_millis(1));
    (took.saturating_mul(HANDFUL_BYTES) / gathered.max(1)).min(GATHER)
}

fn lost() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the socket was lost")
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.mode()? {
            Mode::Woken(socket) => Pin::new(socket).poll_read(context, buffer),
            Mode::Beaten(beaten) => {
                if beaten.is_drained {
                    ready!(beaten.poll_beat(context));
                }
                // Room is cleared before it is read into: no more of it than is likely filled.
                let wanted = buffer.remaining().min(READ_BYTES);
                let room = buffer.initialize_unfilled_to(wanted);
                let count = ready!(beaten.poll(context, |socket| socket.read(room)))?;
                beaten.note(count, wanted);
                buffer.advance(count);
                Poll::Ready(Ok(()))
            }
            Mode::Lost => Poll::Ready(Err(lost())),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.mode()? {
            Mode::Woken(socket) => Pin::new(socket).poll_write(context, bytes),
            Mode::Beaten(beaten) => beaten.poll(context, |socket| socket.write(bytes)),
            Mode::Lost => Poll::Ready(Err(lost())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TCP has no buffer of ours.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.mode()? {
            Mode::Woken(socket) => Pin::new(socket).poll_shutdown(context),
            Mode::Beaten(beaten) => Poll::Ready(beaten.socket.shutdown(std::net::Shutdown::Write)),
            Mode::Lost => Poll::Ready(Err(lost())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Rounds of a steady stream: what gathers in the pause of the round before.
    #[test]
    fn no_rate_fills_the_receive_buffer() {
        for mbit in [1, 8, 25, 50, 100, 200] {
            let bytes_per_ms = mbit * 1_000_000 / 8 / 1000;
            let (mut gathered, mut took) = (2000, Duration::from_millis(1));
            for round in 0..100 {
                took = pause(gathered, took).max(Duration::from_millis(1));
                gathered = bytes_per_ms * u32::try_from(took.as_millis()).unwrap();
                if round > 2 {
                    assert!(gathered < 128 * 1024, "{mbit} Mbit/s: {gathered}");
                }
            }
            assert_eq!(mbit <= 8, took == GATHER, "{mbit} Mbit/s: {took:?}");
        }
        assert_eq!(pause(0, GATHER), GATHER);
    }

    #[tokio::test]
    async fn bytes_come_whole_in_either_mode_and_over_the_change() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut there, _) = listener.accept().await.unwrap();
        let on_beat = OnBeat::default();
        let mut wire = Wire::new(here, on_beat.clone());
        for round in 0..8_u8 {
            on_beat.set(round % 2 == 1);
            wire.write_all(&[round; 100]).await.unwrap();
            let mut asked = [0; 100];
            there.read_exact(&mut asked).await.unwrap();
            assert_eq!(asked, [round; 100]);
            // From one packet to more than a receive buffer.
            let sent = vec![round; 1000 << round];
            let (written, read) = tokio::join!(there.write_all(&sent), async {
                let mut got = vec![0; sent.len()];
                wire.read_exact(&mut got).await.map(|_| got)
            });
            written.unwrap();
            assert!(read.unwrap() == sent, "round {round}");
        }
        drop(there);
        assert_eq!(
            wire.read(&mut [0; 10]).await.unwrap(),
            0,
            "the end is seen on the beat"
        );
    }
}
