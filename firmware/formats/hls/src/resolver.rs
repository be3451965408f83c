//! Addresses of a playlist, made absolute within a number of bytes.

use url::Url;

use crate::error::Error;
use crate::limits::Limits;

/// Resolves the addresses of one playlist against where it came from.
pub(crate) struct Resolver<'a> {
    base: &'a Url,
    bytes_max: usize,
    bytes: usize,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(base: &'a Url, limits: &Limits) -> Self {
        Self {
            base,
            bytes_max: limits.addresses_bytes_max,
            bytes: 0,
        }
    }

    /// Resolves an address; only http and https are followed, so that a provider cannot point the
    /// program at files or other protocols of its own machine.
    pub(crate) fn resolve(&mut self, address: &str) -> Option<Url> {
        if address.is_empty() || self.bytes > self.bytes_max {
            return None;
        }
        let usable = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        let url = self.base.join(address).ok().filter(usable)?;
        self.bytes = self.bytes.saturating_add(url.as_str().len());
        // `join` leaves up to as much again unused behind an address; a copy has just its length.
        Some(url.clone())
    }

    /// To be asked at the end: an error if there were more addresses than fit.
    pub(crate) fn finish(&self) -> Result<(), Error> {
        if self.bytes > self.bytes_max {
            return Err(Error::AddressesTooLong {
                bytes_max: self.bytes_max,
            });
        }
        Ok(())
    }
}
