//! Accepting connections, bounding their number, and leaving in an orderly way.

use std::{
    future::poll_fn,
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Feeds},
    connection, notice,
    shared::Shared,
};

/// How long requests in service may go on after the end was announced.
const DRAIN_MAX: Duration = Duration::from_secs(2);
/// How long to wait before accepting again when the kernel has no descriptor or memory left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How often idle connections are asked to leave while newcomers wait.
const CROWDED_PAUSE: Duration = Duration::from_millis(250);

/// Where to listen; made by [`crate::bind`]. All routes answer on all of them.
#[derive(Debug, Default)]
pub struct Listeners {
    /// For documents and the page.
    pub http: Vec<StdListener>,
    /// Their first port stands in the addresses of streams; where there are none, the first port
    /// of `http` does.
    pub stream: Vec<StdListener>,
}

/// Serves until `shutdown`, then drains: accepts no more, ends idle connections, and gives
/// requests in service two seconds. Streams belong to the data plane and are not touched.
///
/// # Errors
/// Where the runtime cannot take a listener over, which happens before the first request.
pub async fn run(
    config: Config,
    feeds: Feeds,
    listeners: Listeners,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let stream_port = stream_port(&listeners)?;
    let listeners: Vec<TcpListener> = listeners
        .http
        .into_iter()
        .chain(listeners.stream)
        .map(TcpListener::from_std)
        .collect::<io::Result<_>>()?;
    let pages = Arc::new(Semaphore::new(config.pages_max));
    let shared = Shared::new(config, feeds, stream_port, shutdown.clone());
    let shared = Arc::new(shared);
    // Ends by itself at the shutdown.
    tokio::spawn(notice::log(Arc::clone(&shared)));
    // Bounded by permits: `pages` for connections, the data plane's for those that tune.
    let mut connections = JoinSet::new();
    let mut next_listener = 0;
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            Some(ended) = connections.join_next(), if !connections.is_empty() => note(ended),
            (place, socket) = newcomer(&shared, &pages, &listeners, &mut next_listener) => {
                connections.spawn(connection::serve(Arc::clone(&shared), socket, place));
            }
        }
    }
    drop(listeners);
    drain(connections).await;
    Ok(())
}

async fn drain(mut connections: JoinSet<()>) {
    let all_ended = async {
        while let Some(ended) = connections.join_next().await {
            note(ended);
        }
    };
    if timeout(DRAIN_MAX, all_ended).await.is_err() {
        tracing::info!(
            connections = connections.len(),
            "cut requests that did not end in time"
        );
        connections.shutdown().await;
    }
}

fn note(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task failed; this is a bug, please report it");
    }
}

fn stream_port(listeners: &Listeners) -> io::Result<u16> {
    let first = listeners.stream.first().or(listeners.http.first());
    first.map_or(Ok(0), |listener| Ok(listener.local_addr()?.port()))
}

/// The next connection, once there is a place for it. Until then it waits in the kernel's queue.
async fn newcomer(
    shared: &Shared,
    pages: &Arc<Semaphore>,
    listeners: &[TcpListener],
    next_listener: &mut usize,
) -> (OwnedSemaphorePermit, TcpStream) {
    let place = place(shared, pages).await;
    loop {
        match poll_fn(|cx| poll_accept(listeners, next_listener, cx)).await {
            Ok((socket, _)) => return (place, socket),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections; trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn place(shared: &Shared, pages: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    loop {
        if pages.available_permits() == 0 {
            shared.crowded.notify_waiters();
        }
        let permit = Arc::clone(pages).acquire_owned();
        if let Ok(permit) = timeout(CROWDED_PAUSE, permit).await {
            return permit.expect("the semaphore is never closed");
        }
    }
}

/// Asks the listeners in turn, beginning behind the one that answered last.
fn poll_accept(
    listeners: &[TcpListener],
    first: &mut usize,
    cx: &mut Context<'_>,
) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
    for step in 0..listeners.len() {
        let index = (*first + step) % listeners.len();
        if let Poll::Ready(accepted) = listeners[index].poll_accept(cx) {
            *first = index + 1;
            return Poll::Ready(accepted);
        }
    }
    Poll::Pending
}

/// Errors of a connection that was gone before it was accepted (accept(2), "Error handling").
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
