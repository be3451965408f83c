//! The data plane: one thread that sends every ring to its clients on a common tick.
//!
//! Batching is what makes it cheap: at 8 Mbit/s a client gets one `send` of about 50 KB twenty
//! times a second, and the clients of one channel are served one after the other, while those
//! 50 KB are in the cache. No task, no timer and no readiness event per client; epoll is asked
//! for hang-ups only, so that a tuner is free the moment its client is gone.
//!
//! What does not belong here: HTTP (the head of a response comes ready-made), tuners, accounts
//! of who may watch what.

mod client;
mod config;
mod datagrams;
mod engine;
mod handle;
mod queue;
mod skip;
mod tcp;

pub use client::{Client, ClientId, Counters, End, Outlet, Session};
pub use config::Config;
pub use datagrams::{Datagrams, Framing, PidFilter};
pub use handle::{Full, Handle, Permit, StartError, Stats, start};

#[cfg(test)]
mod tests;
