//! Openers that fill a ring: MPEG-TS over HTTP, HLS, files, the built-in test channel.
//!
//! What does not belong here: which channel to play, retries and failover (tuner), conditioning
//! and pacing (ingest), parsing of formats.

pub mod http;
