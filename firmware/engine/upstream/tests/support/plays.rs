//! What a play needs at its other end: a player of defaults, a ring, and what came into it.

use std::sync::Arc;

use ingest::Ingest;
use ring::{Limits, Pool, Read, Ring};
use upstream::http::Client;
use upstream::{PlayerConfig, Preference};

/// How a player is set up that asks with `http`.
pub(crate) fn config(http: Client) -> PlayerConfig {
    PlayerConfig {
        http,
        hls_variant: Preference::Best,
        remux_slots: upstream::hls::RemuxSlots::default(),
        datagrams: upstream::DatagramConfig::default(),
    }
}

/// A ring, and what fills it.
pub(crate) fn open() -> (Ingest, Arc<Ring>) {
    let limits = Limits {
        behind_min: 4,
        segments_max: 8,
    };
    let (writer, ring) = ring::ring(&Pool::new(8), limits);
    (Ingest::new(writer), ring)
}

/// Everything published from the beginning.
pub(crate) fn published(ring: &Ring) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Read::Chunk(chunk) = ring.read(bytes.len() as u64) {
        bytes.extend_from_slice(&chunk.to_vec().expect("a heap"));
    }
    bytes
}
