//! From a name to a connection.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::client::TlsStream;
use url::Host;

use super::link::Link;
use super::origin::Origin;
use super::tls::Tls;
use super::wire::{OnBeat, Wire};
use super::{ClientConfig, Error, Phase, Trust};

/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 8;
/// Names asked for at once. The system's resolver cannot be called off: where no name server answers, each
/// holds one of the runtime's threads that may block for half a minute, whoever still waits for it. What
/// else needs such a thread must find one.
pub const LOOKUPS_MAX: usize = 4;

static LOOKUPS: Semaphore = Semaphore::const_new(LOOKUPS_MAX);

/// Opens a connection: name, TCP, TLS where asked for, HTTP.
pub(super) async fn dial(origin: &Origin, config: &ClientConfig, tls: &Tls) -> Result<Link, Error> {
    let deadline = Instant::now() + config.connect_timeout;
    let late = |phase| Error::TimedOut {
        host: origin.to_string(),
        phase,
        after: config.connect_timeout,
    };
    let addresses = timeout_at(deadline, resolve(origin))
        .await
        .map_err(|_| late(Phase::Resolve))??;
    let tcp = timeout_at(deadline, connect(origin, &addresses, config))
        .await
        .map_err(|_| late(Phase::Connect))??;
    let on_beat = OnBeat::default();
    let wire = Wire::new(tcp, on_beat.clone());
    if origin.secure {
        let tls = timeout_at(deadline, secure(origin, wire, tls))
            .await
            .map_err(|_| late(Phase::Tls))??;
        Link::open(origin, tls, on_beat, config).await
    } else {
        Link::open(origin, wire, on_beat, config).await
    }
}

/// Opens a connection that is not for HTTP, within the same limits.
pub(crate) async fn dial_tcp(
    host: Host<&str>,
    port: u16,
    config: &ClientConfig,
) -> Result<TcpStream, Error> {
    let origin = Origin {
        secure: false,
        host: host.to_owned(),
        port,
        trust: Trust::default(),
    };
    let dialled = async {
        let addresses = resolve(&origin).await?;
        connect(&origin, &addresses, config).await
    };
    let outcome = timeout(config.connect_timeout, dialled).await;
    outcome.map_err(|_| Error::TimedOut {
        host: origin.to_string(),
        phase: Phase::Connect,
        after: config.connect_timeout,
    })?
}

async fn resolve(origin: &Origin) -> Result<Vec<SocketAddr>, Error> {
    let name = match &origin.host {
        Host::Ipv4(ip) => return Ok(vec![SocketAddr::new(IpAddr::V4(*ip), origin.port)]),
        Host::Ipv6(ip) => return Ok(vec![SocketAddr::new(IpAddr::V6(*ip), origin.port)]),
        Host::Domain(name) => name,
    };
    let failed = |cause| Error::Dns {
        host: name.clone(),
        cause,
    };
    let place = LOOKUPS.acquire().await;
    let asked = (name.clone(), origin.port);
    let looking = spawn_blocking(move || {
        let found = (asked.0.as_str(), asked.1).to_socket_addrs();
        drop(place);
        Ok(found?.take(ADDRESSES_MAX).collect::<Vec<_>>())
    });
    let found = looking
        .await
        .map_err(io::Error::other)
        .and_then(|found| found);
    let addresses = found.map_err(failed)?;
    if addresses.is_empty() {
        return Err(failed(io::Error::other("the name has no address")));
    }
    Ok(addresses)
}

/// Tries one address after the other, in the resolver's order (RFC 6724), each with its share of
/// the time. Not two at once as in RFC 8305: a provider that counts connections would count both.
async fn connect(
    origin: &Origin,
    addresses: &[SocketAddr],
    config: &ClientConfig,
) -> Result<TcpStream, Error> {
    let share = config.connect_timeout / u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut last = io::Error::other("no address");
    for &address in addresses {
        match connect_one(address, share, config).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
        tracing::debug!(%address, error = %last, "no connection");
    }
    if last.kind() == io::ErrorKind::TimedOut {
        return Err(Error::TimedOut {
            host: origin.to_string(),
            phase: Phase::Connect,
            after: config.connect_timeout,
        });
    }
    Err(Error::Connect {
        host: origin.to_string(),
        cause: last,
    })
}

async fn connect_one(
    address: SocketAddr,
    share: Duration,
    config: &ClientConfig,
) -> io::Result<TcpStream> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Before connecting: the window's scale is settled by the first packet (tcp(7)).
    socket.set_recv_buffer_size(config.receive_buffer_bytes)?;
    socket.set_nodelay(true)?;
    timeout(share, socket.connect(address)).await?
}

async fn secure(origin: &Origin, wire: Wire, tls: &Tls) -> Result<TlsStream<Wire>, Error> {
    let failed = |cause| Error::Tls {
        host: origin.to_string(),
        cause,
    };
    let name = match &origin.host {
        Host::Ipv4(ip) => ServerName::from(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => ServerName::from(IpAddr::V6(*ip)),
        Host::Domain(name) => {
            ServerName::try_from(name.clone()).map_err(|error| failed(io::Error::other(error)))?
        }
    };
    let connector = tls.connector(origin).await?;
    connector.connect(name, wire).await.map_err(failed)
}
