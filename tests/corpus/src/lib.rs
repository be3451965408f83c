//! What every parser is fed, by the fuzzers and by the replay of what they found.
//!
//! A [`Target`] takes any bytes and panics when a parser breaks its promise. The fuzz targets in
//! `fuzz/` call it with what libFuzzer invents, the test of this crate with `fuzz/corpus`, so that
//! a find stays found. What does not belong here: what a parser must *read* from good input; that
//! is tested beside each parser.

mod backups;
mod datagrams;
mod films;
mod guide;
mod hls_playlist;
mod m3u_list;
mod names_of_channels;
mod packets;
mod pieces;
mod rtp_payloads;
mod rule_sets;
mod segments;
mod transport_stream;
mod xtream_api;

/// One entry into one parser.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name of the fuzz target and of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Feeds the bytes; panics when a promise is broken.
    pub feed: fn(&[u8]),
}

/// Every target.
pub const TARGETS: [Target; 15] = [
    target("m3u", m3u_list::feed),
    target("xmltv", guide::feed),
    target("hls", hls_playlist::feed),
    target("segments", segments::feed),
    target("films", films::feed),
    target("ts", transport_stream::feed),
    target("rtp", datagrams::feed),
    target("hdhomerun_packets", packets::feed_packets),
    target("hdhomerun_names", packets::feed_names),
    target("rtp_payloads", rtp_payloads::feed),
    target("ssdp", packets::feed_ssdp),
    target("rules", rule_sets::feed),
    target("names", names_of_channels::feed),
    target("xtream", xtream_api::feed),
    target("archive", backups::feed),
];

const fn target(name: &'static str, feed: fn(&[u8])) -> Target {
    Target { name, feed }
}

/// Feeds `bytes` to the target of that name.
///
/// # Panics
/// When there is no such target, and when the parser breaks a promise.
pub fn feed(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.expect("a fuzz target is named as in TARGETS");
    (target.feed)(bytes);
}
