//! The page's API, version 1: JSON, errors as `application/problem+json`.
//!
//! Reading needs no right beyond being in the house; a host name that is not ours is refused
//! before anything is routed here (DNS rebinding).

mod channels;
mod refresh;
mod status;

pub(crate) use channels::channels;
pub(crate) use refresh::refresh;
pub(crate) use status::status;
