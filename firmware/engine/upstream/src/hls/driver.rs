//! The loop that does what the follower says.

use std::time::Duration;

use hls::{Follower, FollowerConfig, MediaPlaylist, Playlist, Preference, SegmentRequest, Step};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{debug, info, warn};
use url::Url;

use super::error::Error;
use super::join::Join;
use super::keys::KeyCache;
use super::opened::Opened;
use super::outside::{Fetch, Intake};
use super::patience::{AGAIN_AFTER, Patience};
use super::remux_slots::{RemuxSlot, RemuxSlots};
use super::side::Side;
use super::sniff::Kind;
use super::transfer::Transfer;
use crate::http::redact;

/// Segments lost in a row until the address counts as dead: about a minute at common lengths.
const LOST_IN_ROW_MAX: u32 = 8;

/// How often addresses are looked up anew because that of the sound has run out.
const SIDE_RENEWAL_EVERY: Duration = Duration::from_secs(10);

/// How an HLS address is played.
#[derive(Clone, Debug, Default)]
pub struct HlsConfig {
    /// Which variant of a master playlist.
    pub preference: Preference,
    /// Where to begin and how long to wait.
    pub follower: FollowerConfig,
    /// What a playlist may cost.
    pub limits: hls::Limits,
    /// Shared by all streams: how many of them may be remuxed.
    pub remux_slots: RemuxSlots,
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
        is_giving: false,
        patience: Patience::new(),
        join: Join::new(),
        slot: None,
        remuxes: None,
        time_line: None,
        side_renewed_at: None,
        last_error: None,
    };
    let outcome = driver.run().await;
    info!(counters = ?driver.follower.counters(), "hls: done");
    outcome
}

struct Driver<'a, F: Fetch, I> {
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
    /// Bytes of the segment at hand went to the intake, so it cannot be asked for again.
    is_giving: bool,
    patience: Patience,
    join: Join<F::Body>,
    /// Held from the first segment that is remuxed on.
    slot: Option<RemuxSlot>,
    /// Whether the segments go through `join`, or as they are: known with the first one.
    remuxes: Option<bool>,
    /// The discontinuity sequence of the segment before.
    time_line: Option<u64>,
    side_renewed_at: Option<Instant>,
    /// Why the playlist could not be loaded last time.
    last_error: Option<Box<Error>>,
}

impl<F: Fetch, I: Intake> Driver<'_, F, I> {
    async fn run(&mut self) -> Result<(), Error> {
        let requested = self.now();
        let media = self.locate().await?;
        self.patience.loaded(media.target_duration);
        self.follower.on_playlist(&media, requested);
        loop {
            match self.follower.next(self.now()) {
                Step::Segment(request) => self.segment(&request).await?,
                Step::Reload { at } => self.reload(at).await?,
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
                self.follow_sound(None);
                return Ok(media);
            }
            Playlist::Master(master) => master,
        };
        let variant = master
            .choose(self.config.preference)
            .ok_or(hls::Error::NoVariant)?;
        debug!(bandwidth = variant.bandwidth, resolution = ?variant.resolution, "hls: variant");
        let sound = master.audio_of(variant);
        debug!(sound = ?sound.map(|sound| &sound.name), "hls: sound in a playlist of its own");
        self.follow_sound(sound.and_then(|sound| sound.uri.clone()));
        let (address, playlist) = self.transfer.playlist(&variant.uri).await?;
        match playlist {
            Playlist::Media(media) => {
                self.playlist = address;
                Ok(media)
            }
            Playlist::Master(_) => Err(Error::NestedMaster(redact(&address))),
        }
    }

    /// The playlist of the sound, where it has one of its own, is this now.
    fn follow_sound(&mut self, address: Option<Url>) {
        // Two playlists at once are read in step by whole segments: parts of one would wait for those
        // of the other.
        let wants_parts = self.config.follower.parts && address.is_none();
        self.follower.use_parts(wants_parts);
        match (address, &mut self.join.side) {
            (Some(address), Some(side)) => side.moved_to(address),
            (Some(address), None) => {
                let side = Side::new(address, self.config.follower);
                self.join.set_side(Some(side));
            }
            (None, _) => self.join.set_side(None),
        }
    }

    /// Waits until a reload is due and does it. A failure is borne as long as [`Patience`] has it.
    async fn reload(&mut self, at: Duration) -> Result<(), Error> {
        let at = self.patience.reload_at(at, self.transfer.intake.ahead());
        self.transfer
            .intake
            .during(sleep_until(self.started + at))
            .await;
        let requested = self.now();
        let ahead = self.transfer.intake.ahead();
        let wait = match self.follower.blocking() {
            Some(_) => self.patience.blocked_wait(ahead),
            None => self.patience.answer_wait(ahead),
        };
        let loaded = match timeout(wait, self.load()).await {
            Ok(loaded) => loaded,
            Err(_) => Err(no_answer(&self.playlist, wait)),
        };
        self.take(loaded, requested)
    }

    /// The playlist as it is now. Safe to drop while waiting.
    async fn load(&mut self) -> Result<MediaPlaylist, Error> {
        if let Some(media) = self.load_blocking().await {
            return Ok(media);
        }
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
                self.locate().await
            }
            loaded => loaded,
        }
    }

    /// The playlist as soon as there is more, where the server lets us wait for that; nothing where
    /// that fails. Safe to drop while waiting.
    async fn load_blocking(&mut self) -> Option<MediaPlaylist> {
        let address = self.follower.blocking()?.ask(&self.playlist);
        match self.transfer.playlist(&address).await {
            Ok((address, Playlist::Media(media))) => {
                self.playlist = hls::plain(&address);
                return Some(media);
            }
            Ok((_, Playlist::Master(_))) => debug!("hls: no playlist for a request that waits"),
            Err(error) => debug!(%error, "hls: a request that waits has failed"),
        }
        self.follower.on_blocking_failed();
        None
    }

    fn take(
        &mut self,
        loaded: Result<MediaPlaylist, Error>,
        requested: Duration,
    ) -> Result<(), Error> {
        match loaded {
            Ok(media) => {
                self.patience.loaded(media.target_duration);
                self.follower.on_playlist(&media, requested);
                self.last_error = None;
            }
            Err(error) => {
                warn!(%error, "hls: the playlist could not be loaded");
                self.follower.on_reload_failed(requested);
                let has_waited = matches!(error, Error::NoAnswer { .. });
                self.patience.playlist_failed(self.now(), has_waited);
                if self.is_over() {
                    return Err(Error::PlaylistLost(Box::new(error)));
                }
                self.last_error = Some(Box::new(error));
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        let ahead = self.transfer.intake.ahead();
        self.patience.is_over(ahead, self.follower.waiting())
    }

    async fn segment(&mut self, request: &SegmentRequest) -> Result<(), Error> {
        self.renew_sound().await?;
        self.seam(request).await?;
        self.begun = true;
        match self.give_or_try_again(request).await {
            Ok(()) => {
                self.lost_in_row = 0;
                self.follower.on_given();
                self.patience.given();
                Ok(())
            }
            Err(error) if error.is_final() => Err(error),
            Err(error) if error.is_expired() && self.renewed_for != Some(request.sequence) => {
                debug!(%error, "hls: the addresses are looked up anew");
                self.renewed_for = Some(request.sequence);
                self.follower.on_addresses_expired();
                let requested = self.now();
                let located = self.locate().await;
                self.take(located, requested)
            }
            Err(error) => self.lose(error),
        }
    }

    /// Says how a segment joins the one before. Units on one time line need nothing: a segment that
    /// was lost is a gap in the picture, which sound of its own may fill.
    async fn seam(&mut self, request: &SegmentRequest) -> Result<(), Error> {
        let runs_on = request.part.is_some_and(|part| part > 0);
        if runs_on && request.seam == hls::Seam::Continuous {
            return Ok(());
        }
        let line = request.discontinuity_sequence;
        let is_same_line = self.time_line.replace(line) == Some(line);
        let is_gap = is_same_line && self.join.side.is_some();
        match (self.begun, self.remuxes, request.seam) {
            (true, Some(true), hls::Seam::Discontinuity) if !is_gap => {
                self.join.cross(&mut self.transfer).await?;
            }
            (false, ..) | (true, Some(true), _) => {}
            (true, _, hls::Seam::Continuous) => {
                self.transfer.intake.seam(mpegts::Seam::Continuous)?;
            }
            (true, _, hls::Seam::Discontinuity) => {
                self.transfer.intake.seam(mpegts::Seam::Discontinuity)?;
            }
        }
        Ok(())
    }

    /// A segment that fails with nothing behind it is asked for once more: it may not have reached
    /// the server that announces it, and there is nothing else to do.
    async fn give_or_try_again(&mut self, request: &SegmentRequest) -> Result<(), Error> {
        self.is_giving = false;
        let error = match self.give(request).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let has_waited = matches!(error, Error::NoAnswer { .. });
        let is_last_word = self.is_giving || has_waited || error.is_final() || error.is_expired();
        if is_last_word || self.follower.waiting() > 0 {
            return Err(error);
        }
        debug!(%error, "hls: the segment is asked for again");
        self.transfer.intake.during(sleep(AGAIN_AFTER)).await;
        self.give(request).await
    }

    /// Fetches a segment and gives it out: a whole transport stream as it is, all else remuxed.
    async fn give(&mut self, request: &SegmentRequest) -> Result<(), Error> {
        let wait = self.patience.answer_wait(self.transfer.intake.ahead());
        let (opened, kind) = match timeout(wait, self.open(request)).await {
            Ok(opened) => opened?,
            Err(_) => return Err(no_answer(&request.uri, wait)),
        };
        self.is_giving = true;
        let remuxes = kind != Kind::TransportStream || self.join.side.is_some();
        if remuxes && self.slot.is_none() {
            self.slot = Some(self.config.remux_slots.take()?);
        }
        if self
            .remuxes
            .replace(remuxes)
            .is_some_and(|before| before != remuxes)
        {
            self.join.cross(&mut self.transfer).await?;
        }
        if remuxes {
            let begun = (opened, kind);
            // On the heap: most streams never come here, and need no room for it in their task.
            return Box::pin(self.join.segment(&mut self.transfer, request, begun)).await;
        }
        self.transfer.pass(opened).await
    }

    /// A segment that has begun to come, and what it is. Safe to drop while waiting.
    async fn open(&mut self, request: &SegmentRequest) -> Result<(Opened<F::Body>, Kind), Error> {
        self.join.prepare(&mut self.transfer, request).await?;
        let mut opened = self.transfer.open(request).await?;
        let kind = self.transfer.kind(&mut opened).await?;
        Ok((opened, kind))
    }

    /// Looks the addresses up anew where that of the sound has run out.
    async fn renew_sound(&mut self) -> Result<(), Error> {
        let is_expired = self.join.side.as_ref().is_some_and(|side| side.is_expired);
        let is_due = |at: Instant| at.elapsed() >= SIDE_RENEWAL_EVERY;
        if !is_expired || !self.side_renewed_at.is_none_or(is_due) {
            return Ok(());
        }
        self.side_renewed_at = Some(Instant::now());
        let requested = self.now();
        let located = self.locate().await;
        self.take(located, requested)
    }

    fn lose(&mut self, error: Error) -> Result<(), Error> {
        if !self.is_giving && self.follower.on_refused() {
            debug!(%error, "hls: a part is asked for again");
            return Ok(());
        }
        warn!(%error, "hls: a segment is passed over");
        self.follower.on_segment_lost();
        self.lost_in_row += 1;
        let has_waited = matches!(error, Error::NoAnswer { .. });
        self.patience.segment_lost(has_waited);
        if self.lost_in_row < LOST_IN_ROW_MAX && !self.is_over() {
            return Ok(());
        }
        Err(Error::SegmentsLost {
            in_row: self.lost_in_row,
            last: Box::new(error),
        })
    }
}

fn no_answer(address: &Url, wait: Duration) -> Error {
    Error::NoAnswer {
        address: redact(address),
        seconds: wait.as_secs(),
    }
}
