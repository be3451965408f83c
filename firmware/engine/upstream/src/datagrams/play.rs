//! Plays a stream of datagrams.

use std::cell::RefCell;
use std::io;

use ingest::Ingest;
use rtp::{Content, Receiver, Taken};
use tokio::time::{Instant, sleep_until};

use super::DatagramConfig;
use super::address::Address;
use super::error::{Error, What};
use super::interface::Interface;
use super::rhythm::Rhythm;
use super::socket::{Socket, shown};
use super::tally::Tally;
use crate::kind::Kind;

/// The largest datagram there is (RFC 768: 16 bits of length, those of the header included).
const DATAGRAM_BYTES_MAX: usize = 65_535 - 8;
/// Datagrams, and bytes, that are read before the ring is looked at and others have their turn. With
/// what the reorder buffer may give out at once this is less than a segment of the ring.
const ROUND_DATAGRAMS_MAX: usize = 256;
const ROUND_BYTES_MAX: usize = 64 * 1024;

thread_local! {
    /// One for all streams: it stays in the cache.
    static SHARED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Plays until nothing comes any more. `interface` goes before the one in the address.
pub(crate) async fn play(
    address: &Address,
    interface: Option<&str>,
    config: &DatagramConfig,
    ingest: &mut Ingest,
) -> Result<(), crate::Error> {
    let mut stream = Stream::open(address, interface, config)?;
    loop {
        ingest.during(stream.ready()).await?;
        stream.take(ingest)?;
        ingest.room().await;
        if !stream.is_drained {
            // There is always more: others want to be served all the same.
            tokio::task::yield_now().await;
        }
    }
}

/// A stream that is open.
struct Stream<'a> {
    address: &'a Address,
    interface: Option<Interface>,
    config: &'a DatagramConfig,
    socket: Socket,
    receiver: Receiver,
    rhythm: Rhythm,
    tally: Tally,
    /// What has come while nothing was proved; `None` when it is known to be a transport stream.
    head: Option<Vec<u8>>,
    /// The payload type of RTP that carries something else.
    other_type: Option<u8>,
    /// Datagrams of any kind.
    datagrams: u64,
    /// When it was opened, or brought something last.
    progress_at: Instant,
    /// The last look found nothing more.
    is_drained: bool,
}

impl<'a> Stream<'a> {
    fn open(
        address: &'a Address,
        interface: Option<&str>,
        config: &'a DatagramConfig,
    ) -> Result<Self, Error> {
        let wanted = interface.or(address.interface.as_deref());
        let interface = wanted.map(Interface::find).transpose()?;
        let socket = Socket::open(address, interface.as_ref(), config.receive_buffer_bytes)?;
        let now = Instant::now();
        tracing::debug!(%address, interface = shown(interface.as_ref()), "receiving datagrams");
        Ok(Self {
            address,
            interface,
            config,
            rhythm: Rhythm::new(socket.capacity_bytes(), now),
            socket,
            receiver: Receiver::new(),
            tally: Tally::new(&address.to_string()),
            head: Some(Vec::new()),
            other_type: None,
            datagrams: 0,
            progress_at: now,
            is_drained: true,
        })
    }

    /// Waits until there may be something to read, or to give up.
    async fn ready(&mut self) -> Result<(), Error> {
        if !self.is_drained {
            return Ok(());
        }
        if let Some(look) = self.rhythm.next_look(Instant::now()) {
            self.socket.rest().map_err(|cause| self.failed(cause))?;
            sleep_until(look).await;
            return Ok(());
        }
        let mut until = self.silent_at();
        if let Some(deadline) = self.receiver.deadline() {
            until = until.min(deadline.into());
        }
        let readable = tokio::select! {
            readable = self.socket.readable() => readable,
            () = sleep_until(until) => Ok(()),
        };
        readable.map_err(|cause| self.failed(cause))
    }

    /// Reads what is there into `ingest`.
    fn take(&mut self, ingest: &mut Ingest) -> Result<(), crate::Error> {
        let now = Instant::now();
        let mut taken = Ok(());
        let mut out = |bytes: &[u8]| {
            if taken.is_ok() {
                taken = ingest.take(bytes);
            }
        };
        let read = SHARED.with_borrow_mut(|room| {
            room.resize(DATAGRAM_BYTES_MAX, 0);
            self.read(room, now, &mut out)
        });
        // What lay unread must not be given up: only now is it late.
        if self.is_drained {
            self.receiver.expire(now.into_std(), &mut out);
        }
        self.tally.counts = *self.receiver.counts();
        taken?;
        Ok(read?)
    }

    fn read(
        &mut self,
        room: &mut [u8],
        now: Instant,
        out: &mut impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        let (mut datagrams, mut bytes) = (0, 0);
        self.is_drained = false;
        while datagrams < ROUND_DATAGRAMS_MAX && bytes < ROUND_BYTES_MAX {
            let look = self.socket.look(room).map_err(|cause| self.failed(cause))?;
            let Some(look) = look else {
                self.is_drained = true;
                break;
            };
            if look.dropped > 0 {
                self.rhythm.lost();
                self.tally.dropped(look.dropped.into());
            }
            datagrams += 1;
            if let Some(datagram) = look.bytes.and_then(|count| room.get(..count)) {
                bytes += datagram.len();
                self.datagram(datagram, now, out)?;
            }
        }
        self.rhythm.found(datagrams, bytes, now);
        if now >= self.silent_at() {
            return Err(self.silent());
        }
        Ok(())
    }

    fn datagram(
        &mut self,
        datagram: &[u8],
        now: Instant,
        out: &mut impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        self.datagrams += 1;
        let taken = match &mut self.head {
            None => self.receiver.push(datagram, now.into_std(), &mut *out),
            Some(head) => {
                let also_head = |bytes: &[u8]| {
                    head.extend_from_slice(bytes);
                    out(bytes);
                };
                self.receiver.push(datagram, now.into_std(), also_head)
            }
        };
        if self.head.is_some() {
            self.prove(datagram, taken, out)?;
        }
        if self.head.is_none() && taken != Taken::PassedOver {
            self.progress_at = now;
        }
        Ok(())
    }

    /// Looks whether what has come is a transport stream.
    fn prove(
        &mut self,
        datagram: &[u8],
        taken: Taken,
        out: &mut impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        let Some(head) = &mut self.head else {
            return Ok(());
        };
        if taken == Taken::Unknown {
            head.extend_from_slice(datagram);
            if let Content::OtherRtp(packet) = Content::of(datagram) {
                self.other_type = Some(packet.payload_type);
            }
        }
        match Kind::by_bytes(head) {
            None => Ok(()),
            Some(Kind::MpegTs) => {
                if taken == Taken::Unknown {
                    self.receiver.take_unknown();
                    out(head);
                }
                self.head = None;
                Ok(())
            }
            Some(kind) => Err(Error::NoStream {
                address: self.address.to_string(),
                what: match self.other_type {
                    Some(payload_type) => What::Rtp { payload_type },
                    None => What::Bytes(kind),
                },
            }),
        }
    }

    /// When it has brought nothing for too long.
    fn silent_at(&self) -> Instant {
        let patience = if self.head.is_some() {
            self.config.first_wait
        } else {
            self.config.idle_timeout
        };
        self.progress_at + patience
    }

    fn silent(&self) -> Error {
        let address = self.address.to_string();
        if self.head.is_none() {
            let after = self.config.idle_timeout;
            return Error::Ceased { address, after };
        }
        Error::Silent {
            address,
            interface: shown(self.interface.as_ref()).to_owned(),
            seconds: self.config.first_wait.as_secs().max(1),
            datagrams: self.datagrams,
            is_group: self.address.is_group(),
        }
    }

    fn failed(&self, cause: io::Error) -> Error {
        Error::Receive {
            address: self.address.to_string(),
            cause,
        }
    }
}
