//! Whom to connect to.

use std::fmt;

use url::{Host, Url};

use super::{Error, Trust, redact};

/// Scheme, host, port and trust: what a kept connection may be used for again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) secure: bool,
    pub(super) host: Host<String>,
    pub(super) port: u16,
    /// A connection that was made without looking is not used by whoever wants to look.
    pub(super) trust: Trust,
}

impl Origin {
    pub(super) fn of(url: &Url, trust: Trust) -> Result<Self, Error> {
        let bad = |reason| Error::BadUrl {
            url: redact(url),
            reason,
        };
        let secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(bad("only http and https can be fetched")),
        };
        let host = url.host().ok_or_else(|| bad("it names no host"))?;
        let port = url.port_or_known_default().unwrap_or(80);
        Ok(Self {
            secure,
            host: host.to_owned(),
            port,
            trust,
        })
    }

    /// The value of the Host header: the port only where it is not the scheme's own
    /// (RFC 9110, 7.2).
    pub(super) fn authority(&self) -> String {
        match (self.secure, self.port) {
            (false, 80) | (true, 443) => self.host.to_string(),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities() {
        for (address, authority, shown) in [
            ("http://Example.com/", "example.com", "example.com:80"),
            ("https://h:8443/", "h:8443", "h:8443"),
            ("https://h/", "h", "h:443"),
            ("https://h:80/", "h:80", "h:80"),
            ("http://[::1]:8080/", "[::1]:8080", "[::1]:8080"),
            ("http://[::1]/", "[::1]", "[::1]:80"),
        ] {
            let origin = Origin::of(&Url::parse(address).unwrap(), Trust::default()).unwrap();
            assert_eq!(origin.authority(), authority);
            assert_eq!(origin.to_string(), shown);
        }
        assert!(Origin::of(&Url::parse("rtsp://h/").unwrap(), Trust::default()).is_err());
    }
}
