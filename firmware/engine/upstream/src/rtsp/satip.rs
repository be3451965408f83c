//! SAT>IP servers (SAT>IP Specification 1.2.2, clause 3.5): a dialect of RTSP that begins with SETUP.
//!
//! What is to be received stands in the query of the address, and DESCRIBE tells of streams that are
//! there already: of one that is not it is answered with 404 (clause 3.5.7). `retina` asks nothing
//! before that, so this dialogue is ours. It needs little of RTSP: one stream, always a transport
//! stream in RTP, no accounts.

use std::net::IpAddr;
use std::time::Duration;

use ingest::Ingest;
use socket2::SockRef;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use super::address::Address;
use super::ask::{Ask, GATHER, OUT_BYTES, RTCP_BYE};
use super::messages::{Answer, MESSAGE_BYTES_MAX, Message, message};
use super::{Error, Transport};
use crate::http::{ClientConfig, Phase, dial_tcp};

/// RFC 2326 clause 12.37: where the server names no time.
const SESSION_TIMEOUT_S: u64 = 60;
/// Pairs of ports that are tried.
const PORT_TRIES: usize = 16;
/// Nobody reads the reports.
const REPORTS_BUFFER_BYTES: usize = 4 * 1024;
const DATAGRAM_BYTES_MAX: usize = 2 * 1024;
const PORT: u16 = 554;

/// Whether an address asks for a frequency, as those of SAT>IP do (clause 3.5.10).
pub(super) fn is_asked(url: &Url) -> bool {
    let has = |name: &str| {
        url.query_pairs()
            .any(|(own, _)| own.eq_ignore_ascii_case(name))
    };
    has("freq") && has("msys")
}

/// Plays until the server ends the stream.
pub(super) async fn play(
    address: &Address,
    ask: &Ask<'_>,
    ingest: &mut Ingest,
) -> Result<(), crate::Error> {
    let wanted = address.forced.unwrap_or(ask.transport);
    let session = Box::pin(Session::open(address, ask, wanted));
    let mut session = ingest.during(session).await?;
    let mut out = Vec::with_capacity(OUT_BYTES);
    loop {
        let more = ingest.during(session.handful(&mut out)).await;
        ingest.push(&out).await?;
        out.clear();
        if !more? {
            return Ok(());
        }
        if session.udp.is_none() && session.is_drained {
            let beat = base::next_beat(std::time::Instant::now(), GATHER, Duration::ZERO);
            ingest.during(sleep_until(beat.into())).await;
        }
    }
}

/// Ports of our own for packets and reports.
struct Ports {
    packets: UdpSocket,
    _reports: UdpSocket,
    number: u16,
    server: IpAddr,
}

impl Ports {
    /// An even port and the one behind it (RFC 3550 clause 11).
    fn open(stream: &TcpStream, config: &ClientConfig) -> std::io::Result<Self> {
        let (own, server) = (stream.local_addr()?.ip(), stream.peer_addr()?.ip());
        let bind = |port| std::net::UdpSocket::bind((own, port));
        for _ in 0..PORT_TRIES {
            let first = bind(0)?;
            let number = first.local_addr()?.port();
            let Some(reports) = (number % 2 == 0).then(|| bind(number + 1).ok()).flatten() else {
                continue;
            };
            let bytes = usize::try_from(config.receive_buffer_bytes).unwrap_or(usize::MAX);
            SockRef::from(&first).set_recv_buffer_size(bytes)?;
            SockRef::from(&reports).set_recv_buffer_size(REPORTS_BUFFER_BYTES)?;
            first.set_nonblocking(true)?;
            reports.set_nonblocking(true)?;
            return Ok(Self {
                packets: UdpSocket::from_std(first)?,
                _reports: UdpSocket::from_std(reports)?,
                number,
                server,
            });
        }
        Err(std::io::Error::other("no two ports in a row are free"))
    }
}

/// A dialogue. Dropping it writes TEARDOWN and closes the connection.
struct Session {
    stream: TcpStream,
    /// What has come and was not read, at its front.
    buffer: Vec<u8>,
    filled: usize,
    /// Nothing more was there when it was read last.
    is_drained: bool,
    host: String,
    user_agent: String,
    /// What is asked about: first the address, then the stream that it became.
    url: Url,
    id: Option<String>,
    sequence: u32,
    channel: u8,
    udp: Option<Ports>,
    keep_alive: Duration,
    keep_alive_at: Instant,
    /// When a packet came last.
    progress_at: Instant,
    idle_timeout: Duration,
    /// The number of the packet that came last: over UDP one that is late comes too late.
    last: Option<u16>,
}

impl Session {
    async fn open(
        address: &Address,
        ask: &Ask<'_>,
        wanted: Transport,
    ) -> Result<Self, crate::Error> {
        let host = address.url.host().ok_or(Error::BadAddress {
            reason: "it names no host",
        })?;
        let port = address.url.port().unwrap_or(PORT);
        let stream = dial_tcp(host, port, ask.config).await?;
        let mut session = Self {
            stream,
            buffer: vec![0; MESSAGE_BYTES_MAX],
            filled: 0,
            is_drained: false,
            host: address.host.clone(),
            user_agent: ask.user_agent.to_owned(),
            url: address.url.clone(),
            id: None,
            sequence: 0,
            channel: 0,
            udp: None,
            keep_alive: Duration::from_secs(SESSION_TIMEOUT_S / 2),
            keep_alive_at: Instant::now(),
            progress_at: Instant::now(),
            idle_timeout: ask.config.idle_timeout,
            last: None,
        };
        let limit = ask.config.header_timeout;
        let begun = timeout(
            limit,
            session.begin(ask.config, wanted, address.forced.is_some()),
        );
        let late = Error::TimedOut {
            host: address.host.clone(),
            phase: Phase::Header,
            after: limit,
        };
        begun.await.map_err(|_| late)??;
        Ok(session)
    }

    async fn begin(
        &mut self,
        config: &ClientConfig,
        wanted: Transport,
        is_forced: bool,
    ) -> Result<(), Error> {
        let mut answer = self.set_up(config, wanted).await?;
        // 461, or what servers say that know one transport only.
        if matches!(answer.code, 400 | 406 | 461 | 501) && !is_forced {
            answer = self.set_up(config, wanted.other()).await?;
        }
        match answer.code {
            200..=299 => {}
            461 => {
                return Err(Error::NoTransport {
                    host: self.host.clone(),
                });
            }
            code => return Err(self.refused(code)),
        }
        self.take_session(&answer)?;
        let answer = self.ask("PLAY", "").await?;
        if !(200..300).contains(&answer.code) {
            return Err(self.refused(answer.code));
        }
        self.keep_alive_at = Instant::now() + self.keep_alive;
        self.progress_at = Instant::now();
        Ok(())
    }

    async fn set_up(
        &mut self,
        config: &ClientConfig,
        transport: Transport,
    ) -> Result<Answer, Error> {
        let header = match transport {
            Transport::Tcp => {
                self.udp = None;
                "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n".to_owned()
            }
            Transport::Udp => {
                let ports = Ports::open(&self.stream, config);
                let ports = ports.map_err(|error| self.lost(&error))?;
                let (first, second) = (ports.number, ports.number + 1);
                self.udp = Some(ports);
                format!("Transport: RTP/AVP;unicast;client_port={first}-{second}\r\n")
            }
        };
        self.ask("SETUP", &header).await
    }

    /// Session, its time-out and the stream's number (clauses 3.5.2 and 3.5.3).
    fn take_session(&mut self, answer: &Answer) -> Result<(), Error> {
        let mut parts = answer.header("Session").unwrap_or_default().split(';');
        let id = parts.next().unwrap_or_default().trim();
        if id.is_empty() || id.chars().any(|c| !c.is_ascii_graphic()) {
            return Err(self.nonsense("a SETUP without a session"));
        }
        self.id = Some(id.to_owned());
        let seconds =
            parts.find_map(|part| part.trim().strip_prefix("timeout=")?.parse::<u64>().ok());
        let seconds = seconds
            .unwrap_or(SESSION_TIMEOUT_S)
            .clamp(4, SESSION_TIMEOUT_S);
        self.keep_alive = Duration::from_secs(seconds / 2);
        let transport = answer.header("Transport").unwrap_or_default();
        let channel = transport.split(';').find_map(|part| {
            let channels = part.trim().strip_prefix("interleaved=")?;
            channels.split('-').next()?.parse().ok()
        });
        self.channel = channel.unwrap_or(0);
        let stream = answer.header("com.ses.streamID").map(str::parse::<u32>);
        if let Some(Ok(number)) = stream {
            self.url.set_query(None);
            self.url.set_path(&format!("/stream={number}"));
        }
        Ok(())
    }

    /// Asks, and waits for the answer; packets that come meanwhile are passed over.
    async fn ask(&mut self, method: &str, headers: &str) -> Result<Answer, Error> {
        let request = self.request(method, headers);
        let written = self.stream.write_all(request.as_bytes()).await;
        written.map_err(|error| self.lost(&error))?;
        loop {
            while let Some((message, length)) = self.next_message()? {
                self.take(length);
                if let Message::Answer(answer) = message {
                    return Ok(answer);
                }
            }
            let ready = self.stream.readable().await;
            ready.map_err(|error| self.lost(&error))?;
            if !self.read()? {
                return Err(self.nonsense("it hangs up instead of an answer"));
            }
        }
    }

    fn request(&mut self, method: &str, headers: &str) -> String {
        self.sequence += 1;
        let (url, sequence, agent) = (&self.url, self.sequence, &self.user_agent);
        let session = self.id.as_ref().map(|id| format!("Session: {id}\r\n"));
        let session = session.unwrap_or_default();
        format!(
            "{method} {url} RTSP/1.0\r\nCSeq: {sequence}\r\nUser-Agent: {agent}\r\n{session}{headers}\r\n"
        )
    }

    fn next_message(&self) -> Result<Option<(Message, usize)>, Error> {
        let come = self.buffer.get(..self.filled).unwrap_or_default();
        message(come).map_err(|_| self.nonsense("what it sends is no RTSP"))
    }

    fn take(&mut self, length: usize) {
        self.buffer.copy_within(length..self.filled, 0);
        self.filled -= length;
    }

    /// Reads what is there; gives whether there may be more.
    fn read(&mut self) -> Result<bool, Error> {
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        match self.stream.try_read(room) {
            Ok(0) => Ok(false),
            Ok(count) => {
                self.filled += count;
                self.is_drained = self.filled < self.buffer.len();
                Ok(true)
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                self.is_drained = true;
                Ok(true)
            }
            Err(error) => Err(self.lost(&error)),
        }
    }

    /// Waits for packets and appends what they carry; gives whether there may be more.
    async fn handful(&mut self, out: &mut Vec<u8>) -> Result<bool, Error> {
        loop {
            let idle_at = self.progress_at + self.idle_timeout;
            let mut datagram = [0; DATAGRAM_BYTES_MAX];
            let udp = async {
                match &self.udp {
                    Some(ports) => ports.packets.recv_from(&mut datagram).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                ready = self.stream.readable() => {
                    ready.map_err(|error| self.lost(&error))?;
                    if !self.read()? || self.messages(out)? {
                        return Ok(false);
                    }
                }
                received = udp => {
                    let (count, from) = received.map_err(|error| self.lost(&error))?;
                    if self.udp.as_ref().is_some_and(|ports| ports.server == from.ip()) {
                        self.packet(datagram.get(..count).unwrap_or_default(), out);
                    }
                }
                () = sleep_until(self.keep_alive_at) => self.keep_alive().await?,
                () = sleep_until(idle_at) => return Err(self.silent()),
            }
            if !out.is_empty() {
                return Ok(true);
            }
        }
    }

    /// Takes the messages that have come whole; gives whether the stream has ended.
    fn messages(&mut self, out: &mut Vec<u8>) -> Result<bool, Error> {
        let mut at = 0;
        let buffer = std::mem::take(&mut self.buffer);
        let mut is_over = false;
        let mut outcome = Ok(());
        while let Some(rest) = buffer.get(at..self.filled) {
            match message(rest) {
                Ok(Some((Message::Packet { channel, place }, length))) => {
                    let packet = rest.get(place).unwrap_or_default();
                    if channel == self.channel {
                        self.packet(packet, out);
                    } else if channel == self.channel.wrapping_add(1) {
                        is_over |= has_bye(packet);
                    }
                    at += length;
                }
                Ok(Some((_, length))) => at += length,
                Ok(None) => break,
                Err(_) => {
                    outcome = Err(self.nonsense("what it sends is no RTSP"));
                    break;
                }
            }
        }
        self.buffer = buffer;
        self.take(at);
        outcome.map(|()| is_over)
    }

    fn packet(&mut self, packet: &[u8], out: &mut Vec<u8>) {
        let Ok(packet) = rtp::Packet::parse(packet) else {
            return;
        };
        let ahead = self
            .last
            .map_or(1, |last| packet.sequence.wrapping_sub(last));
        if (1..0x8000).contains(&ahead) {
            self.last = Some(packet.sequence);
            self.progress_at = Instant::now();
            out.extend_from_slice(packet.payload);
        }
    }

    /// OPTIONS (clause 3.5.6). Its answer is passed over when it comes.
    async fn keep_alive(&mut self) -> Result<(), Error> {
        self.keep_alive_at = Instant::now() + self.keep_alive;
        let request = self.request("OPTIONS", "");
        let written = timeout(self.idle_timeout, self.stream.write_all(request.as_bytes())).await;
        written
            .map_err(|_| self.silent())?
            .map_err(|error| self.lost(&error))
    }

    fn refused(&self, code: u16) -> Error {
        let host = self.host.clone();
        Error::Status { host, code }
    }

    fn lost(&self, error: &std::io::Error) -> Error {
        Error::Lost {
            host: self.host.clone(),
            cause: error.to_string(),
        }
    }

    fn nonsense(&self, what: &str) -> Error {
        Error::Nonsense {
            host: self.host.clone(),
            what: what.to_owned(),
        }
    }

    fn silent(&self) -> Error {
        Error::TimedOut {
            host: self.host.clone(),
            phase: Phase::Body,
            after: self.idle_timeout,
        }
    }
}

impl Drop for Session {
    /// The server's tuner is free at once, and not when the session times out.
    fn drop(&mut self) {
        if self.id.is_some() {
            let request = self.request("TEARDOWN", "");
            // Written at once or not at all: a drop does not wait.
            let _ = self.stream.try_write(request.as_bytes());
        }
    }
}

/// Whether a compound of reports has one that says BYE (RFC 3550 clause 6.6).
fn has_bye(mut reports: &[u8]) -> bool {
    while let [_, kind, high, low, ..] = reports {
        if *kind == RTCP_BYE {
            return true;
        }
        let words = usize::from(u16::from_be_bytes([*high, *low])) + 1;
        reports = reports.get(4 * words..).unwrap_or_default();
    }
    false
}
