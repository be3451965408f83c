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

use crate::vod::Transfer;

/// A stream that is ready to be sent.
pub(crate) struct Playing {
    pub(crate) viewing: Viewing,
    pub(crate) permit: Permit,
    pub(crate) head: Vec<u8>,
    pub(crate) duration: Option<Duration>,
}

/// What a connection becomes.
pub(crate) enum Next {
    /// A stream, sent by the data plane.
    Stream(Box<Playing>),
    /// A film, sent by the connection's own task.
    Film(Box<Transfer>),
}

/// What belongs to one connection besides hyper's part of it.
pub(crate) struct Seat {
    peer: SocketAddr,
    pub(crate) local: SocketAddr,
    place: Lock<Option<OwnedSemaphorePermit>>,
    next: Lock<Option<Next>>,
}

impl Seat {
    pub(crate) fn new(peer: SocketAddr, local: SocketAddr, place: OwnedSemaphorePermit) -> Self {
        Self {
            peer,
            local,
            place: Lock::new(Some(place)),
            next: Lock::new(None),
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
        *self.next.lock() = Some(Next::Stream(Box::new(playing)));
    }

    /// Leaves a film for the connection's task to find.
    pub(crate) fn send(&self, transfer: Transfer) {
        *self.next.lock() = Some(Next::Film(Box::new(transfer)));
    }

    /// Whether a stream or a film waits.
    pub(crate) fn can_hand_over(&self) -> bool {
        self.next.lock().is_some()
    }

    /// What waits.
    pub(crate) fn take_next(&self) -> Option<Next> {
        self.next.lock().take()
    }

    /// Gives the socket and a stream to the data plane.
    pub(crate) fn hand_over(&self, playing: Playing, socket: TcpStream, fanout: &fanout::Handle) {
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
