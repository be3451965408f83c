//! TCP 65001: control connections.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use base::Lock;
use hdhomerun::{
    Framer,
    control::{Control, Peer, Request, reply},
    packet::PACKET_BYTES_MAX,
};
use socket2::{Domain, SockRef, Socket, TcpKeepalive, Type};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{MissedTickBehavior, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{config::Config, device::Tuners, keepalive};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 16;
/// How long a connection may be silent that neither locks a tuner nor receives a stream.
const IDLE_MAX: Duration = Duration::from_secs(300);
/// How long a client may take to read a reply; it gives up itself after 2.5 s.
const WRITE_MAX: Duration = Duration::from_secs(5);
/// How often the state is looked through for clients that vanished.
const TICK: Duration = Duration::from_secs(1);
/// A peer that lost its power is found out after a minute or two (tcp(7)).
const TCP_KEEPALIVE: TcpKeepalive = TcpKeepalive::new()
    .with_time(Duration::from_secs(60))
    .with_interval(Duration::from_secs(20))
    .with_retries(3);
/// Pause after an accept that failed, as for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

type Shared = Arc<Lock<Control<Tuners>>>;

/// Serves control clients until `shutdown`, then stops every push.
pub(crate) async fn run(config: &Config, device: Tuners, shutdown: &CancellationToken) {
    let (ended, tasks) = (device.ended(), device.tasks());
    let control: Shared = Arc::new(Lock::new(Control::new(device)));
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = listen(config, &control) => {}
        () = keepalive::run(config.keepalive_port, &control) => {}
        () = watch(&control, &ended) => {}
    }
    control.lock().free_all();
    tasks.close();
    tasks.wait().await;
}

/// Looks after the pushes: those that ended by themselves, and those whose client vanished.
async fn watch(control: &Shared, ended: &tokio::sync::Notify) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = ended.notified() => {}
            _ = tick.tick() => control.lock().tick(Instant::now()),
        }
        let mut control = control.lock();
        while let Some(tuner) = control.device_mut().next_ended() {
            control.push_ended(tuner);
        }
    }
}

async fn listen(config: &Config, control: &Shared) {
    let address = config.control_address;
    let listener = match bind(address.into()) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(%error, %address, "no control connections: the TCP port cannot be bound");
            return std::future::pending().await;
        }
    };
    // Dropping the set at the end closes the connections.
    let mut connections = JoinSet::new();
    for connection in 0_u64.. {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "a control connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        if connections.len() >= config.control_connections_max {
            tracing::warn!(%from, "control connection refused: as many as allowed are open");
            continue;
        }
        let peer = Peer {
            address: canonical(from),
            connection,
        };
        connections.spawn(serve(stream, peer, Arc::clone(control)));
    }
}

fn canonical(from: SocketAddr) -> IpAddr {
    from.ip().to_canonical()
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // A restart must not wait for connections of the last run to fade.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

async fn serve(mut stream: TcpStream, peer: Peer, control: Shared) {
    let closing = Closing {
        connection: peer.connection,
        control,
    };
    if let Err(error) = converse(&mut stream, peer, &closing.control).await {
        tracing::debug!(%error, client = %peer.address, "control connection ended");
    }
}

/// Tells the rules that a connection is gone, however it ended.
struct Closing {
    connection: u64,
    control: Shared,
}

impl Drop for Closing {
    fn drop(&mut self) {
        self.control.lock().closed(self.connection);
    }
}

/// Requests and replies, in order, until the client closes or sends what cannot be read.
async fn converse(stream: &mut TcpStream, peer: Peer, control: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    SockRef::from(&*stream).set_tcp_keepalive(&TCP_KEEPALIVE)?;
    let mut framer = Framer::default();
    let mut buffer = [0; PACKET_BYTES_MAX];
    loop {
        let bytes = match timeout(IDLE_MAX, stream.read(&mut buffer)).await {
            Ok(bytes) => bytes?,
            Err(_) if control.lock().needs(peer.connection) => continue,
            Err(_) => return Ok(()),
        };
        if bytes == 0 {
            return Ok(());
        }
        let mut rest = buffer.get(..bytes).unwrap_or_default();
        while !rest.is_empty() {
            rest = framer.feed(rest);
            while let Some(packet) = framer.packet().map_err(io::Error::other)? {
                let request = Request::parse(&packet).map_err(io::Error::other)?;
                let outcome = control.lock().handle(&request, peer, Instant::now());
                let reply = reply(request.name, &outcome);
                timeout(WRITE_MAX, stream.write_all(&reply)).await??;
            }
        }
    }
}
