//! A backup of the Dipole that runs: it alone may read its store, so it is asked for one.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use desk::Passphrase;
use serde::{Deserialize, Serialize};

use super::failure::BackupFailure;
use crate::bind::HTTP_PORT_FALLBACK;

/// Making one takes a second or two, and longer where a list is being read.
const ANSWER_MAX: Duration = Duration::from_secs(60);
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// Bytes of the head of an answer.
const HEAD_BYTES_MAX: u64 = 16 << 10;
/// Bytes of a refusal.
const REFUSAL_BYTES_MAX: u64 = 4 << 10;

#[derive(Serialize)]
struct Wanted<'a> {
    passphrase: Option<&'a str>,
    without_secrets: bool,
}

#[derive(Deserialize)]
struct Problem {
    detail: String,
}

/// Asks at the addresses of the configuration, on this machine.
pub(super) fn ask(
    listening: &[SocketAddr],
    passphrase: Option<&Passphrase>,
    out: &mut dyn Write,
) -> Result<(), BackupFailure> {
    let addresses: Vec<_> = listening.iter().flat_map(|at| places(*at)).collect();
    for address in &addresses {
        if let Ok(stream) = TcpStream::connect_timeout(address, CONNECT_MAX) {
            return asked(*address, stream, passphrase, out);
        }
    }
    let addresses: Vec<_> = addresses.iter().map(SocketAddr::to_string).collect();
    Err(BackupFailure::Silent(addresses.join(", ")))
}

/// Where somebody who listens there is reached from here.
fn places(listening: SocketAddr) -> impl Iterator<Item = SocketAddr> {
    let here = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let port = listening.port();
    let fallback = (port == 80).then_some(HTTP_PORT_FALLBACK);
    let ports = [Some(port), fallback].into_iter().flatten();
    ports.map(move |port| SocketAddr::new(here, port))
}

fn asked(
    address: SocketAddr,
    mut stream: TcpStream,
    passphrase: Option<&Passphrase>,
    out: &mut dyn Write,
) -> Result<(), BackupFailure> {
    let failed = |why: String| BackupFailure::Asked {
        address: address.to_string(),
        why,
    };
    let told = |error: io::Error| failed(error.to_string());
    send(address, &mut stream, passphrase).map_err(told)?;
    let mut answer = BufReader::new(stream);
    let (status, length) = head(&mut answer).map_err(told)?;
    if status != 200 {
        let mut text = String::new();
        let read = answer.take(length.min(REFUSAL_BYTES_MAX));
        let _ = read.take(REFUSAL_BYTES_MAX).read_to_string(&mut text);
        let problem: Option<Problem> = serde_json::from_str(&text).ok();
        let why = problem.map_or_else(|| format!("status {status}"), |it| it.detail);
        return Err(failed(why));
    }
    let copied = io::copy(&mut answer.take(length), out).map_err(told)?;
    if copied != length {
        return Err(failed("it did not come to its end".to_owned()));
    }
    Ok(())
}

fn send(
    address: SocketAddr,
    stream: &mut TcpStream,
    passphrase: Option<&Passphrase>,
) -> io::Result<()> {
    stream.set_read_timeout(Some(ANSWER_MAX))?;
    stream.set_write_timeout(Some(ANSWER_MAX))?;
    let wanted = Wanted {
        passphrase: passphrase.map(Passphrase::as_str),
        without_secrets: passphrase.is_none(),
    };
    let body = serde_json::to_string(&wanted)?;
    let length = body.len();
    write!(
        stream,
        "POST /api/v1/backup HTTP/1.1\r\nHost: {address}\r\nX-Dipole: 1\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Status and length of what follows.
fn head(answer: &mut impl BufRead) -> io::Result<(u16, u64)> {
    let mut lines = answer.take(HEAD_BYTES_MAX);
    let (mut status, mut length) = (None, None);
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        match line.split_once(':') {
            _ if status.is_none() => {
                let code = line.split(' ').nth(1);
                status = Some(code.and_then(|code| code.parse().ok()).unwrap_or(0));
            }
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok();
            }
            _ if line.is_empty() => break,
            _ => {}
        }
    }
    let none = || io::Error::other("it is no Dipole of this version");
    status.zip(length).ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        let read = |text: &str| head(&mut text.as_bytes()).ok();
        let good = "HTTP/1.1 200 OK\r\nserver: x\r\nContent-Length: 12\r\n\r\n";
        assert_eq!(read(good), Some((200, 12)));
        assert_eq!(
            read("HTTP/1.1 409 Conflict\r\ncontent-length:0\r\n\r\n"),
            Some((409, 0))
        );
        for bad in [
            "",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
            "SSH-2.0\r\n\r\n",
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_running_one_is_looked_for_where_it_listens() {
        let of = |at: &str| {
            let places = places(at.parse().expect("an address"));
            places.map(|place| place.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of("0.0.0.0:80"), ["127.0.0.1:80", "127.0.0.1:8080"]);
        assert_eq!(of("[::]:8088"), ["[::1]:8088"]);
        assert_eq!(of("10.0.0.2:81"), ["10.0.0.2:81"]);
    }
}
