//! A request as routes see it.

use bytes::Bytes;
use hyper::{Method, Request};

use crate::address::Reached;

/// A request whose body has been read, with what routes need to know of it.
pub(crate) struct Asked {
    pub(crate) request: Request<()>,
    pub(crate) reached: Reached,
    /// The body, where the route is one of the API's that change something; empty elsewhere.
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn query(&self) -> Option<&str> {
        self.request.uri().query()
    }

    pub(crate) fn is_head(&self) -> bool {
        self.request.method() == Method::HEAD
    }

    /// A header's value as text; `None` where it is absent or no text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name)?.to_str().ok()
    }
}
