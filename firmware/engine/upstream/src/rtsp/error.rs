//! Why an RTSP stream does not play. No text here holds a password or a query, nor what a server
//! wrote: `retina` shows packets and addresses in its errors.

use std::time::Duration;

use crate::http::Phase;

/// An RTSP stream does not play, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be asked for.
    #[error("the address of the RTSP stream cannot be used: {reason}")]
    BadAddress {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// RTSP over TLS.
    #[error("{host}: rtsps:// is not supported by this version; use the rtsp:// address")]
    Secure {
        /// Host and port.
        host: String,
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
    /// An answer other than 2xx.
    #[error("{host} answered {}", describe(*code))]
    Status {
        /// Host and port.
        host: String,
        /// RFC 2326 clause 7.1.1.
        code: u16,
    },
    /// Neither TCP nor UDP is to the server's liking.
    #[error(
        "{host} sends its packets neither over TCP nor over UDP to us: check rtsp_transport and the address"
    )]
    NoTransport {
        /// Host and port.
        host: String,
    },
    /// Nothing of it can be given out.
    #[error(
        "{host} offers {offered}, which cannot be given out: set the camera to H.264 or H.265, and AAC"
    )]
    NothingToPlay {
        /// Host and port.
        host: String,
        /// Codecs, as the server names them.
        offered: String,
    },
    /// What came is no RTSP, or against its rules.
    #[error("{host} does not speak RTSP as it should ({what}): check the address")]
    Nonsense {
        /// Host and port.
        host: String,
        /// What went wrong, in a few words.
        what: String,
    },
    /// No connection, or it broke.
    #[error("{host}: {cause}")]
    Lost {
        /// Host and port.
        host: String,
        /// In a few words.
        cause: String,
    },
    /// The sound or the picture cannot be remuxed.
    #[error(transparent)]
    Remux(#[from] remux::Error),
}

impl Error {
    /// Of what `retina` tells.
    pub(super) fn of(host: &str, error: &retina::Error) -> Self {
        let host = host.to_owned();
        match error.status_code() {
            Some(code) if !(200..300).contains(&code) => return Self::Status { host, code },
            Some(_) => {
                let what = "its answer cannot be understood".to_owned();
                return Self::Nonsense { host, what };
            }
            None => {}
        }
        // These begin with what happened and the system's own words for it; others with whatever
        // came from the server.
        const OF_THE_SYSTEM: [&str; 4] = [
            "Unable to connect to RTSP server: ",
            "Error reading from RTSP peer: ",
            "Error writing to RTSP peer: ",
            "Error receiving UDP packet: ",
        ];
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        if OF_THE_SYSTEM.iter().any(|start| line.starts_with(start)) {
            let cause = line.to_owned();
            return Self::Lost { host, cause };
        }
        let what = match line.split(':').next() {
            Some("RTSP framing error") => "what it sends is no RTSP",
            _ => "a packet out of place",
        };
        Self::Nonsense {
            host,
            what: what.to_owned(),
        }
    }

    /// Whether the same address may play a little later without anybody changing a setting.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Lost { .. } | Self::Nonsense { .. } => true,
            // Not Enough Bandwidth is how SAT>IP servers say that all tuners are in use.
            Self::Status { code, .. } => matches!(code, 408 | 429 | 453..=455 | 500 | 502..=504),
            Self::BadAddress { .. }
            | Self::Secure { .. }
            | Self::NoTransport { .. }
            | Self::NothingToPlay { .. } => false,
            Self::Remux(error) => !error.is_lasting(),
        }
    }

    /// Whether the server said no: to ask again at once is to be told so again.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Status {
                code: 401 | 403 | 404 | 410 | 454,
                ..
            }
        )
    }
}

fn describe(code: u16) -> String {
    let meaning = match code {
        300..=399 => "it has moved: put the new address into the list",
        401 | 403 => "the account or the address is not accepted",
        404 | 410 => "the address does not exist (any more)",
        453 => "it has no room for another stream",
        454 => "it does not know the session",
        503 => "it is busy",
        _ => return code.to_string(),
    };
    format!("{code}: {meaning}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_and_what_is_a_no() {
        for (code, temporary, refusal) in [
            (302, false, false),
            (401, false, true),
            (404, false, true),
            (453, true, false),
            (454, true, true),
            (461, false, false),
            (501, false, false),
            (503, true, false),
        ] {
            let error = Error::Status {
                host: "h:554".to_owned(),
                code,
            };
            assert_eq!(error.is_temporary(), temporary, "{code}");
            assert_eq!(error.is_refusal(), refusal, "{code}");
        }
    }
}
