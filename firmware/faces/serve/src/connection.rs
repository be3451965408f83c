//! One connection: hyper reads requests and writes responses, until it ends or becomes a stream or a
//! film.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use hyper::{Request, Response, body::Incoming, server::conn::http1, service::Service};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::{net::TcpStream, sync::OwnedSemaphorePermit};

use crate::{
    answer::answer,
    body::Body,
    handover::{Next, Seat},
    shared::Shared,
};

/// hyper's read buffer and, separately, its write buffer: a request's head, or a response's head
/// and a piece of its body.
const BUFFER_BYTES_MAX: usize = 16 * 1024;
const HEADERS_MAX: usize = 64;
/// How long a request's head may take, counted from the end of the last response: so it is also
/// how long a connection may be idle.
const HEAD_MAX: Duration = Duration::from_secs(10);
/// A peer that acknowledges nothing, or takes nothing, for this long is gone (RFC 5482).
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(20);

type Connection = http1::Connection<TokioIo<TcpStream>, Answering>;

/// Answers the requests of one connection.
struct Answering {
    shared: Arc<Shared>,
    seat: Arc<Seat>,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (shared, seat) = (Arc::clone(&self.shared), Arc::clone(&self.seat));
        Box::pin(async move { Ok(answer(&shared, &seat, request).await) })
    }
}

/// Serves one connection. `place` is its place among the pages.
pub(crate) async fn serve(shared: Arc<Shared>, socket: TcpStream, place: OwnedSemaphorePermit) {
    let Ok((peer, local)) = prepare(&socket) else {
        return;
    };
    let seat = Arc::new(Seat::new(peer, local, place));
    let service = Answering {
        shared: Arc::clone(&shared),
        seat: Arc::clone(&seat),
    };
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(socket), service);
    match drive(&mut connection, &shared, &seat).await {
        Outcome::Over(Ok(())) => {}
        Outcome::Over(Err(error)) => tracing::debug!(%peer, %error, "a connection broke off"),
        Outcome::Handover => {
            let socket = connection.into_parts().io.into_inner();
            match seat.take_next() {
                Some(Next::Stream(playing)) => {
                    seat.hand_over(*playing, socket, &shared.feeds.fanout);
                }
                Some(Next::Film(transfer)) => tokio::select! {
                    () = shared.shutdown.cancelled() => {}
                    () = transfer.send(socket) => {}
                },
                None => {}
            }
        }
    }
}

fn prepare(socket: &TcpStream) -> std::io::Result<(SocketAddr, SocketAddr)> {
    socket.set_nodelay(true)?;
    SockRef::from(socket).set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX))?;
    Ok((socket.peer_addr()?, socket.local_addr()?))
}

enum Outcome {
    /// The connection has ended.
    Over(hyper::Result<()>),
    /// A stream or a film is ready to be sent on it.
    Handover,
}

/// Polls the connection until it ends or is to be handed over. While the box is crowded, and when
/// it shuts down, the connection ends with the response in service.
async fn drive(connection: &mut Connection, shared: &Shared, seat: &Seat) -> Outcome {
    let mut leaving = false;
    loop {
        tokio::select! {
            biased;
            outcome = poll_fn(|cx| poll(connection, seat, cx)) => return outcome,
            () = shared.shutdown.cancelled(), if !leaving => {}
            () = shared.crowded.notified(), if !leaving => {}
        }
        leaving = true;
        Pin::new(&mut *connection).graceful_shutdown();
    }
}

/// The service runs inside of the connection's own poll, so a handover is seen right behind it.
fn poll(connection: &mut Connection, seat: &Seat, cx: &mut Context<'_>) -> Poll<Outcome> {
    match Pin::new(connection).poll(cx) {
        Poll::Ready(result) => Poll::Ready(Outcome::Over(result)),
        Poll::Pending if seat.can_hand_over() => Poll::Ready(Outcome::Handover),
        Poll::Pending => Poll::Pending,
    }
}
