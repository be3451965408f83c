//! What an address says besides where the stream is: the account, and how packets are to come.

use std::fmt;

use retina::client::Credentials;
use url::Url;

use super::{Error, Transport};
use crate::http::percent_decoded;

/// RFC 2326 clause 3.2.
const PORT: u16 = 554;

/// An address as it is asked for.
#[derive(Clone)]
pub(super) struct Address {
    /// With the scheme `rtsp` and without user and password, which a server must not see in it.
    pub(super) url: Url,
    pub(super) credentials: Option<Credentials>,
    /// `rtspt://` and `rtspu://`, as VLC, Kodi and ffmpeg write it: this transport and no other.
    pub(super) forced: Option<Transport>,
    /// Host and port, for messages.
    pub(super) host: String,
}

impl Address {
    pub(super) fn of(url: &Url) -> Result<Self, Error> {
        let bad = |reason| Error::BadAddress { reason };
        let name = url.host_str().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| bad("it names no host"))?;
        let host = format!("{name}:{}", url.port().unwrap_or(PORT));
        let forced = match url.scheme() {
            "rtsps" => return Err(Error::Secure { host }),
            "rtspt" => Some(Transport::Tcp),
            "rtspu" => Some(Transport::Udp),
            _ => None,
        };
        let credentials = credentials(url)?;
        let mut url = url.clone();
        let unchangeable = |()| bad("its scheme or its account cannot be read");
        url.set_scheme("rtsp").map_err(unchangeable)?;
        url.set_username("").map_err(unchangeable)?;
        url.set_password(None).map_err(unchangeable)?;
        url.set_fragment(None);
        Ok(Self {
            url,
            credentials,
            forced,
            host,
        })
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, Error> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let text = |part: &str| String::from_utf8(percent_decoded(part)).ok();
    // They go into a header.
    let is_plain = |text: &String| text.chars().all(|c| !c.is_control());
    let pair = text(url.username())
        .filter(is_plain)
        .zip(text(url.password().unwrap_or_default()).filter(is_plain));
    let (username, password) = pair.ok_or(Error::BadAddress {
        reason: "its user or password has characters that no account has",
    })?;
    Ok(Some(Credentials { username, password }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_and_transports() {
        let table = [
            ("rtsp://h/a?b=1&c", "rtsp://h/a?b=1&c", None, None),
            (
                "rtspt://h:8554/a",
                "rtsp://h:8554/a",
                None,
                Some(Transport::Tcp),
            ),
            ("rtspu://h/a", "rtsp://h/a", None, Some(Transport::Udp)),
            (
                "rtsp://u:p%40ss@[::1]:8/a#x",
                "rtsp://[::1]:8/a",
                Some(("u", "p@ss")),
                None,
            ),
            ("rtsp://u@h", "rtsp://h", Some(("u", "")), None),
        ];
        for (text, url, account, forced) in table {
            let address = Address::of(&Url::parse(text).unwrap()).unwrap();
            assert_eq!(address.url.as_str(), url);
            assert_eq!(address.forced, forced);
            let found = address.credentials.as_ref();
            let found = found.map(|c| (c.username.as_str(), c.password.as_str()));
            assert_eq!(found, account);
            assert!(!format!("{address:?}").contains("p@ss"), "{address:?}");
        }
    }

    #[test]
    fn addresses_that_cannot_be_asked() {
        for text in [
            "rtsp:///a",
            "rtsp://u%0a:p@h/a",
            "rtsp://u:%ff@h/a",
            "rtsp:a",
        ] {
            let error = Address::of(&Url::parse(text).unwrap()).unwrap_err();
            assert!(matches!(error, Error::BadAddress { .. }), "{text}: {error}");
        }
        let error = Address::of(&Url::parse("rtsps://u:hush@h/a").unwrap()).unwrap_err();
        assert!(matches!(error, Error::Secure { .. }), "{error}");
        assert!(!error.to_string().contains("hush"));
    }
}
