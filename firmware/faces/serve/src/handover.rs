//! How a socket leaves hyper and becomes a stream.
//!
//! A request for a stream is read by hyper like any other, also as a later one of a kept
//! connection. Its service tunes, while hyper goes on watching for the client's hang-up and drops
//! the service (and so the tuner) when it comes. Refusals are plain responses. Success is not: the
//! service leaves a [`Playing`] at the connection's [`Seat`] and never ends; the connection's task
//! finds it there, takes the socket out of hyper and gives it to the data plane, which writes the
//! head. hyper has then written nothing for this request, and owes nothing of an earlier one: it
//! reads a request only when everything before it is flushed, to which a test holds it.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use base::Lock;
use fanout::{Client, End, Outlet, Permit, Session};
use tokio::{net::TcpStream, sync::OwnedSemaphorePermit};
use tuner::{Lease, Viewing};

/// A stream that is ready to be sent.
pub(crate) struct Playing {
    pub(crate) viewing: Viewing,
    pub(crate) permit: Permit,
    pub(crate) head: Vec<u8>,
    pub(crate) duration: Option<Duration>,
}

/// What belongs to one connection besides hyper's part of it.
pub(crate) struct Seat {
    peer: SocketAddr,
    pub(crate) local: SocketAddr,
    place: Lock<Option<OwnedSemaphorePermit>>,
    playing: Lock<Option<Playing>>,
}

impl Seat {
    pub(crate) fn new(peer: SocketAddr, local: SocketAddr, place: OwnedSemaphorePermit) -> Self {
        Self {
            peer,
            local,
            place: Lock::new(Some(place)),
            playing: Lock::new(None),
        }
    }

    /// The client's address.
    pub(crate) fn client(&self) -> IpAddr {
        self.peer.ip().to_canonical()
    }

    /// Gives the place among the pages back: from here on the connection counts as a stream,
    /// however it ends.
    pub(crate) fn leave_pages(&self) {
        self.place.lock().take();
    }

    /// Leaves a stream for the connection's task to find.
    pub(crate) fn play(&self, playing: Playing) {
        *self.playing.lock() = Some(playing);
    }

    /// Whether a stream waits.
    pub(crate) fn can_hand_over(&self) -> bool {
        self.playing.lock().is_some()
    }

    /// Gives the socket and the stream that waits to the data plane.
    pub(crate) fn hand_over(&self, socket: TcpStream, fanout: &fanout::Handle) {
        let Some(playing) = self.playing.lock().take() else {
            return;
        };
        // Taken out of the runtime's epoll; it stays non-blocking.
        let socket = match socket.into_std() {
            Ok(socket) => socket,
            Err(error) => return tracing::warn!(%error, "cannot take a socket over"),
        };
        let Viewing {
            ring, start, lease, ..
        } = playing.viewing;
        let client = Client {
            outlet: Outlet::Tcp(socket),
            head: playing.head,
            ring,
            start,
            duration: playing.duration,
            counters: Default::default(),
            session: Box::new(Watching {
                lease,
                client: self.client(),
            }),
        };
        fanout.attach(playing.permit, client);
    }
}

/// Holds the tuner for as long as the data plane serves the client.
struct Watching {
    lease: Lease,
    client: IpAddr,
}

impl Session for Watching {
    fn ended(self: Box<Self>, end: End) {
        drop(self.lease);
        tracing::info!(client = %self.client, ?end, "a stream ended");
    }
}
