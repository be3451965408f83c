//! Why a request failed. No text here holds a password or a query: hosts, and redacted addresses.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// What a request was waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The addresses of the host's name.
    Resolve,
    /// The TCP connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The header of the answer.
    Header,
    /// The next piece of the body.
    Body,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Resolve => "the address of its name",
            Self::Connect => "a connection",
            Self::Tls => "the TLS handshake",
            Self::Header => "an answer",
            Self::Body => "more data",
        })
    }
}

/// A request that failed. `is_temporary` tells whether to try again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be asked for.
    #[error("the address {url} cannot be used: {reason}")]
    BadUrl {
        /// The address, redacted.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A header that the source's settings or the playlist ask for is none.
    #[error("the request header {name:?} is not valid HTTP: correct it in the source's settings")]
    BadHeader {
        /// Its name; the value may be a secret.
        name: String,
    },
    /// The name was not found.
    #[error("the name {host} cannot be resolved: {cause}")]
    Dns {
        /// The name.
        host: String,
        /// From the resolver.
        cause: io::Error,
    },
    /// No address of the host took the connection.
    #[error("no connection to {host}: {cause}")]
    Connect {
        /// Host and port.
        host: String,
        /// From the last address tried.
        cause: io::Error,
    },
    /// The TLS handshake failed.
    #[error("no secure connection to {host}: {cause}")]
    Tls {
        /// Host and port.
        host: String,
        /// From rustls.
        cause: io::Error,
    },
    /// The extra certificates cannot be read.
    #[error("the certificate file {} cannot be used: {reason}", path.display())]
    CaFile {
        /// The file of [`ClientConfig::extra_ca`](super::ClientConfig::extra_ca).
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Nothing came for too long.
    #[error("{host} let us wait {} s for {phase}", after.as_secs_f32())]
    TimedOut {
        /// Host and port.
        host: String,
        /// What was awaited.
        phase: Phase,
        /// For how long.
        after: Duration,
    },
    /// The answer is not HTTP/1.
    #[error(
        "the answer of {host} is not HTTP (Shoutcast servers that say \"ICY 200 OK\" are not supported)"
    )]
    NotHttp {
        /// Host and port.
        host: String,
    },
    /// The answer's header is beyond the limits.
    #[error(
        "the answer's header of {host} is longer than {head_bytes_max} bytes or {headers_max} fields"
    )]
    HeadTooLarge {
        /// Host and port.
        host: String,
        /// The limit in bytes.
        head_bytes_max: usize,
        /// The limit in fields.
        headers_max: usize,
    },
    /// The connection broke before the answer's header was complete.
    #[error("{host} broke off before it answered: {cause}")]
    NoAnswer {
        /// Host and port.
        host: String,
        /// From hyper.
        cause: hyper::Error,
    },
    /// An answer other than 2xx and 304.
    #[error("{host} answered {}", describe(*code))]
    Status {
        /// Host and port.
        host: String,
        /// The status code.
        code: u16,
    },
    /// More redirects than are followed.
    #[error("more than {max} redirects, the last one to {url}")]
    TooManyRedirects {
        /// The limit.
        max: usize,
        /// Where the next one leads, redacted.
        url: String,
    },
    /// The same address a second time, and no new cookie since.
    #[error("the redirects go in a circle over {url}")]
    RedirectLoop {
        /// The address seen twice, redacted.
        url: String,
    },
    /// A redirect that leads nowhere.
    #[error("{host} redirects, but {reason}")]
    BadRedirect {
        /// Host and port that sent it.
        host: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The connection broke within the body.
    #[error("{host} broke off: {cause}")]
    Body {
        /// Host and port.
        host: String,
        /// From hyper.
        cause: hyper::Error,
    },
    /// The connection of a live stream broke.
    #[error("{host} broke off: {cause}")]
    Lost {
        /// Host and port.
        host: String,
        /// From the socket.
        cause: io::Error,
    },
    /// The body is longer than whoever reads it allows.
    #[error("the answer of {host} is longer than {bytes_max} bytes")]
    BodyTooLarge {
        /// Host and port.
        host: String,
        /// The limit.
        bytes_max: usize,
    },
}

impl Error {
    /// Whether the same request may succeed a little later without anybody changing a setting.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Dns { .. }
            | Self::Connect { .. }
            | Self::TimedOut { .. }
            | Self::NoAnswer { .. }
            | Self::Body { .. }
            | Self::Lost { .. } => true,
            Self::Tls { cause, .. } => !is_certificate(cause),
            Self::Status { code, .. } => is_temporary_status(*code),
            Self::BadUrl { .. }
            | Self::BadHeader { .. }
            | Self::CaFile { .. }
            | Self::NotHttp { .. }
            | Self::HeadTooLarge { .. }
            | Self::TooManyRedirects { .. }
            | Self::RedirectLoop { .. }
            | Self::BadRedirect { .. }
            | Self::BodyTooLarge { .. } => false,
        }
    }
}

fn is_certificate(cause: &io::Error) -> bool {
    let tls = cause
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
}

/// RFC 9110 names some; codes from 452 on are not registered and stand for "all your connections
/// are in use" with providers (456, 458 and others), which passes.
fn is_temporary_status(code: u16) -> bool {
    matches!(code, 408 | 425 | 429 | 452..=599)
}

fn describe(code: u16) -> String {
    let meaning = match code {
        401 | 403 => Some("the account or the address is not accepted"),
        404 | 410 => Some("the address does not exist (any more)"),
        429 => Some("too many requests"),
        _ => None,
    };
    let reason = hyper::StatusCode::from_u16(code)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("unknown status");
    match meaning {
        Some(meaning) => format!("{code} {reason}: {meaning}"),
        None => format!("{code} {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_and_what_does_not() {
        for (code, temporary) in [
            (403, false),
            (404, false),
            (429, true),
            (458, true),
            (503, true),
        ] {
            let error = Error::Status {
                host: "h:80".into(),
                code,
            };
            assert_eq!(error.is_temporary(), temporary, "{code}");
        }
    }

    #[test]
    fn texts_say_what_to_think() {
        let error = Error::Status {
            host: "h:80".into(),
            code: 404,
        };
        assert_eq!(
            error.to_string(),
            "h:80 answered 404 Not Found: the address does not exist (any more)"
        );
        let error = Error::TimedOut {
            host: "h:80".into(),
            phase: Phase::Header,
            after: Duration::from_secs(10),
        };
        assert_eq!(error.to_string(), "h:80 let us wait 10 s for an answer");
    }
}
