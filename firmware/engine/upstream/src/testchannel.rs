//! The built-in test channel: a picture and a tone that need no provider and no network.

use ingest::Ingest;
use mpegts::Seam;

use crate::error::Error;

/// 9.6 s, in which video and audio end together. Made by `scripts/make-test-channel`.
pub const TEST_CHANNEL: &[u8] = include_bytes!("../assets/test-channel.ts");

/// Plays it for ever; clocks and counters go on over the seam.
pub(crate) async fn play(ingest: &mut Ingest) -> Result<(), Error> {
    loop {
        ingest.push(TEST_CHANNEL).await?;
        ingest.seam(Seam::Discontinuity)?;
    }
}
