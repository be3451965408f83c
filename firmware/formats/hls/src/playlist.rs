//! A playlist of either kind, and the way to it from bytes.

use url::Url;

use crate::convert;
use crate::error::Error;
use crate::limits::Limits;
use crate::master::MasterPlaylist;
use crate::media::MediaPlaylist;
use crate::resolver::Resolver;
use crate::sieve::sieve;

/// A playlist as it was read, with every address resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Playlist {
    /// A list of variants of the same programme (RFC 8216 calls it a master playlist, 8216bis a
    /// multivariant playlist).
    Master(MasterPlaylist),
    /// A list of segments.
    Media(MediaPlaylist),
}

impl Playlist {
    /// Reads a playlist under the default [`Limits`].
    ///
    /// `base` is the address the bytes came from *after* redirects: relative addresses in the
    /// playlist are resolved against it (RFC 8216 4.1).
    pub fn parse(bytes: &[u8], base: &Url) -> Result<Self, Error> {
        Self::parse_within(bytes, base, &Limits::default())
    }

    /// Reads a playlist under limits of the caller's choice.
    pub fn parse_within(bytes: &[u8], base: &Url, limits: &Limits) -> Result<Self, Error> {
        let sieved = sieve(bytes, limits)?;
        let mut resolver = Resolver::new(base, limits);
        if sieved.master {
            convert::master(sieved, &mut resolver).map(Self::Master)
        } else {
            convert::media(sieved, &mut resolver).map(Self::Media)
        }
    }
}
