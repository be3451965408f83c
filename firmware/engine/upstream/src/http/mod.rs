//! A bounded HTTP/1.1 client: one GET at a time, redirects, cookies, keep-alive, TLS.
//!
//! hyper speaks HTTP, rustls TLS; what is ours is everything that has to be counted: at most two
//! idle connections per [`Session`], at most so many cookies, redirects and header bytes, and a
//! time-out for every wait. There is no pool behind one's back and no task: a connection is driven
//! by whoever waits for its answer, so dropping a [`Response`] closes the socket at once. Providers
//! count sockets, and one that lingers is one viewer too many.
//!
//! What does not belong here: what bytes mean (`kind`), uploads, HTTP/2, caches.

mod auth;
mod body;
mod config;
mod cookies;
mod dial;
mod error;
mod head;
mod idle;
mod link;
mod live;
mod origin;
mod redact;
mod redirect;
mod request;
mod session;
mod tls;
mod wire;

pub(crate) use auth::percent_decoded;
pub use body::{Body, Response};
pub use config::ClientConfig;
pub use dial::LOOKUPS_MAX;
pub(crate) use dial::dial_tcp;
pub use error::{Error, Phase};
pub use live::Live;
pub use redact::redact;
pub use request::{Range, Request, Trust};
pub use session::{Client, Session};
