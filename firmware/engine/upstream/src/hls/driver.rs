//! The loop that does what the follower says.

use std::time::Duration;

use hls::{Follower, FollowerConfig, MediaPlaylist, Playlist, Preference, SegmentRequest, Step};
use tokio::time::{Instant, sleep_until};
use tracing::{debug, info, warn};
use url::Url;

use super::error::Error;
use super::keys::KeyCache;
use super::outside::{Fetch, Intake};
use super::transfer::Transfer;
use crate::http::redact;

/// Segments lost in a row until the address counts as dead: about a minute at common lengths.
const LOST_IN_ROW_MAX: u32 = 8;

/// How an HLS address is played.
#[derive(Clone, Copy, Debug, Default)]
pub struct HlsConfig {
    /// Which variant of a master playlist.
    pub preference: Preference,
    /// Where to begin and how long to wait.
    pub follower: FollowerConfig,
    /// What a playlist may cost.
    pub limits: hls::Limits,
}

/// Plays `address` until its playlist ends.
///
/// A segment that cannot be had is passed over; an address whose token has run out is looked up
/// anew from `address`. What is still in the intake at the end is the caller's to drain.
///
/// # Errors
/// Whatever another look at the same address right now would not mend. Cancel by dropping.
pub async fn play<F: Fetch, I: Intake>(
    fetch: &mut F,
    intake: &mut I,
    address: &Url,
    config: &HlsConfig,
) -> Result<(), Error> {
    let transfer = Transfer {
        fetch,
        intake,
        limits: config.limits,
        keys: KeyCache::default(),
    };
    let mut driver = Driver {
        transfer,
        address,
        config,
        started: Instant::now(),
        follower: Follower::new(config.follower),
        playlist: address.clone(),
        lost_in_row: 0,
        renewed_for: None,
        begun: false,
        last_error: None,
    };
    let outcome = driver.run().await;
    info!(counters = ?driver.follower.counters(), "hls: done");
    outcome
}

struct Driver<'a, F, I> {
    transfer: Transfer<'a, F, I>,
    /// The channel's own address.
    address: &'a Url,
    config: &'a HlsConfig,
    started: Instant,
    follower: Follower,
    /// The media playlist, where it answered last: what a redirect opened a session for is kept.
    playlist: Url,
    lost_in_row: u32,
    /// The segment whose address was renewed already: once is enough.
    renewed_for: Option<u64>,
    /// A segment has been begun, so the next one needs a seam.
    begun: bool,
    /// Why the playlist could not be loaded last time.
    last_error: Option<Box<Error>>,
}

impl<F: Fetch, I: Intake> Driver<'_, F, I> {
    async fn run(&mut self) -> Result<(), Error> {
        let requested = self.now();
        let media = self.locate().await?;
        self.follower.on_playlist(&media, requested);
        loop {
            match self.follower.next(self.now()) {
                Step::Segment(request) => self.segment(&request).await?,
                Step::Reload { at } => self.reload(at).await,
                Step::Ended => return Ok(()),
                Step::Stalled => return Err(Error::Stalled(self.last_error.take())),
                Step::Unsupported(refusal) => return Err(refusal.into()),
            }
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// From the channel's address to a media playlist.
    async fn locate(&mut self) -> Result<MediaPlaylist, Error> {
        let (address, playlist) = self.transfer.playlist(self.address).await?;
        let master = match playlist {
            Playlist::Media(media) => {
                self.playlist = address;
                return Ok(media);
            }
            Playlist::Master(master) => master,
        };
        let variant = master
            .choose(self.config.preference)
            .ok_or(hls::Error::NoVariant)?;
        debug!(bandwidth = variant.bandwidth, resolution = ?variant.resolution, "hls: variant");
        if variant.audio_apart {
            warn!("hls: the sound is in a playlist of its own and will be missing");
        }
        let (address, playlist) = self.transfer.playlist(&variant.uri).await?;
        match playlist {
            Playlist::Media(media) => {
                self.playlist = address;
                Ok(media)
            }
            Playlist::Master(_) => Err(Error::NestedMaster(redact(&address))),
        }
    }

    /// Waits until a reload is due and does it. No failure ends the play at once: the follower
    /// calls a stall when it has gone on for too long.
    async fn reload(&mut self, at: Duration) {
        self.transfer
            .intake
            .during(sleep_until(self.started + at))
            .await;
        let requested = self.now();
        let address = self.playlist.clone();
        let loaded = match self.transfer.playlist(&address).await {
            Ok((address, Playlist::Media(media))) => {
                self.playlist = address;
                Ok(media)
            }
            Ok((address, Playlist::Master(_))) => Err(Error::NestedMaster(redact(&address))),
            Err(error) => Err(error),
        };
        match loaded {
            Err(error) if error.is_expired() || error.is_unknown() => {
                debug!(%error, "hls: the playlist is looked up anew");
                let located = self.locate().await;
                self.take(located, requested);
            }
            loaded => self.take(loaded, requested),
        }
    }

    fn take(&mut self, loaded: Result<MediaPlaylist, Error>, requested: Duration) {
        match loaded {
            Ok(media) => {
                self.follower.on_playlist(&media, requested);
                self.last_error = None;
            }
            Err(error) => {
                warn!(%error, "hls: the playlist could not be loaded");
                self.follower.on_reload_failed(requested);
                self.last_error = Some(Box::new(error));
            }
        }
    }

    async fn segment(&mut self, request: &SegmentRequest) -> Result<(), Error> {
        if self.begun {
            self.transfer.intake.seam(match request.seam {
                hls::Seam::Continuous => mpegts::Seam::Continuous,
                hls::Seam::Discontinuity => mpegts::Seam::Discontinuity,
            })?;
        }
        self.begun = true;
        match self.transfer.segment(request).await {
            Ok(()) => {
                self.lost_in_row = 0;
                Ok(())
            }
            Err(error) if error.is_final() => Err(error),
            Err(error) if error.is_expired() && self.renewed_for != Some(request.sequence) => {
                debug!(%error, "hls: the addresses are looked up anew");
                self.renewed_for = Some(request.sequence);
                self.follower.on_addresses_expired();
                let requested = self.now();
                let located = self.locate().await;
                self.take(located, requested);
                Ok(())
            }
            Err(error) => self.lose(error),
        }
    }

    fn lose(&mut self, error: Error) -> Result<(), Error> {
        warn!(%error, "hls: a segment is passed over");
        self.follower.on_segment_lost();
        self.lost_in_row += 1;
        if self.lost_in_row < LOST_IN_ROW_MAX {
            return Ok(());
        }
        Err(Error::SegmentsLost {
            in_row: self.lost_in_row,
            last: Box::new(error),
        })
    }
}
