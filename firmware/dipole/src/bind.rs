//! The addresses to listen at, and what happens where they may not be had.

use std::net::{SocketAddr, TcpListener};

use serve::{BindError, BindErrorKind};

/// Port of the page where 80 may not be bound.
pub(crate) const HTTP_PORT_FALLBACK: u16 = 8080;

/// Port 80 needs a right that a laptop's user has not; 8080 is told instead.
pub(crate) fn http(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, BindError> {
    match serve::bind(addresses) {
        Err(BindError {
            address,
            kind: kind @ (BindErrorKind::Denied | BindErrorKind::InUse),
        }) if address.port() == 80 => {
            let instead: Vec<_> = addresses
                .iter()
                .map(|address| match address.port() {
                    80 => SocketAddr::new(address.ip(), HTTP_PORT_FALLBACK),
                    _ => *address,
                })
                .collect();
            tracing::warn!(%kind, "port 80 may not be bound; the page is at port 8080 instead. Jellyfin and Emby find tuners at port 80 only: add this one there by its address");
            Ok(serve::bind(&instead)?)
        }
        result => Ok(result?),
    }
}

/// Without a listener of their own, streams come from the page's port: every route is on both.
pub(crate) fn streams(addresses: &[SocketAddr]) -> Vec<TcpListener> {
    serve::bind(addresses).unwrap_or_else(|error| {
        tracing::warn!(%error, "streams come from the page's port instead");
        Vec::new()
    })
}
