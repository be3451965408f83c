//! Openers that fill a ring: MPEG-TS over HTTP and in datagrams, HLS, RTSP, films, files, commands,
//! the built-in test channel.
//!
//! [`Player`] picks the driver by the address; a driver awaits everything inside
//! `ingest.during(..)`, so that what has come in goes on being published at its pace.
//!
//! What does not belong here: which channel to play, retries and failover (tuner), conditioning
//! and pacing (ingest), parsing of formats.

pub mod command;
mod datagrams;
mod error;
mod file;
pub mod film;
pub mod hls;
pub mod http;
pub mod kind;
mod player;
pub mod rtsp;
mod testchannel;
mod ts;

pub use ::hls::Preference;
pub use datagrams::{
    DATAGRAMS_BYTES_MAX, DatagramConfig, Error as DatagramError, What as DatagramContent,
};
pub use error::Error;
pub use player::{PlayRequest, Player, PlayerConfig};
pub use testchannel::TEST_CHANNEL;
