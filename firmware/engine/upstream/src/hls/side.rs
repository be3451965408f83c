//! The playlist with the sound of a stream whose picture is in another one.
//!
//! It is followed like any playlist, but by whoever reads the picture: asked for its next unit it
//! fetches what it needs for that and nothing more. So both are fetched in step, with nothing
//! between them that could grow.

use std::time::Duration;

use hls::{Follower, FollowerConfig, Playlist, SegmentRequest, Step as Next};
use remux::{Mux, UnitHead, Wanted};
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{debug, warn};
use url::Url;

use super::error::Error;
use super::feed::{Feed, Step};
use super::outside::{Fetch, Intake};
use super::transfer::Transfer;
use crate::http::redact;

/// How long the picture waits for the first sound: as long as a player would wait for either.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// How long it waits when sound that was there fails to come.
const WAIT: Duration = Duration::from_secs(2);
/// While there is none, it is tried for this long ...
const TRY_WAIT: Duration = Duration::from_millis(500);
/// ... as often as this.
const TRY_EVERY: Duration = Duration::from_secs(2);
/// The sound begins so many segments earlier than the picture: their playlists are not cut alike,
/// and sound from before the first picture costs little.
const EARLIER_SEGMENTS: u32 = 1;

/// The sound of a stream.
pub(super) struct Side<B> {
    pub(super) feed: Feed<B>,
    follower: Follower,
    playlist: Url,
    started: Instant,
    /// The segment to be opened next.
    request: Option<SegmentRequest>,
    /// The unit that has begun and waits for its turn.
    head: Option<UnitHead>,
    /// Time lines begun since the start, and the discontinuity sequence of the current one.
    time_lines: u64,
    time_line: Option<u64>,
    patience: Patience,
    /// Its address is no longer valid.
    pub(super) is_expired: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    /// Nothing has come yet.
    First,
    /// It plays.
    Playing,
    /// It failed to come; tried again then.
    Missing { next_try: Instant },
    /// Its playlist has ended or will bring nothing more.
    Over,
}

impl<B> Side<B> {
    pub(super) fn new(playlist: Url, config: FollowerConfig) -> Self {
        let config = FollowerConfig {
            live_edge_segments: config.live_edge_segments.saturating_add(EARLIER_SEGMENTS),
            parts: false,
            ..config
        };
        Self {
            feed: Feed::new(Wanted::Audio),
            follower: Follower::new(config),
            playlist,
            started: Instant::now(),
            request: None,
            head: None,
            time_lines: 0,
            time_line: None,
            patience: Patience::First,
            is_expired: false,
        }
    }

    /// Its playlist has another address now.
    pub(super) fn moved_to(&mut self, playlist: Url) {
        self.playlist = playlist;
        self.is_expired = false;
    }

    /// The unit that [`Self::head`] gave is taken.
    pub(super) fn take(&mut self) {
        self.head = None;
    }

    /// Its next unit, once that has begun; `None` while there is none and the picture has waited
    /// long enough. `time_lines` are those of the picture: sound of a later one waits.
    ///
    /// # Errors
    /// What a look at the next segment would not mend.
    pub(super) async fn head<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        mux: &mut Mux,
        time_lines: u64,
    ) -> Result<Option<UnitHead>, Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        if self.head.is_some() {
            return Ok(self.head);
        }
        let now = Instant::now();
        let wait = match self.patience {
            Patience::First => FIRST_WAIT,
            Patience::Playing => WAIT,
            Patience::Missing { next_try } if next_try <= now => TRY_WAIT,
            Patience::Missing { .. } | Patience::Over => return Ok(None),
        };
        match timeout_at(now + wait, self.seek(transfer, mux, time_lines)).await {
            Ok(found) => found?,
            Err(_) => self.miss("it does not come in time"),
        }
        if self.head.is_some() {
            self.patience = Patience::Playing;
        }
        Ok(self.head)
    }

    /// The bytes of the unit that was taken, up to its end. A unit that stalls is given up.
    pub(super) async fn pour<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        mux: &mut Mux,
        out: &mut Vec<u8>,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        let poured = async {
            loop {
                match self.feed.step(transfer, mux, out).await? {
                    Step::Given => {}
                    Step::Begin(head) => return Ok(Some(head)),
                    Step::Over | Step::Streams | Step::Apart => return Ok(None),
                }
            }
        };
        match timeout_at(Instant::now() + WAIT, poured).await {
            Ok(Ok(head)) => self.head = head,
            Ok(Err(error)) => self.lose(error)?,
            Err(_) => {
                self.feed.close();
                self.follower.on_segment_lost();
                self.miss("it stalls");
            }
        }
        Ok(())
    }

    /// Safe to drop while waiting: what was begun goes on the next time.
    async fn seek<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        mux: &mut Mux,
        time_lines: u64,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        while self.head.is_none() {
            if self.feed.is_open() {
                // Bytes of units that were not taken go nowhere.
                match self.feed.step(transfer, mux, &mut Vec::new()).await {
                    Ok(Step::Begin(head)) => self.head = Some(head),
                    Ok(_) => {}
                    Err(error) => self.lose(error)?,
                }
            } else if let Some(request) = self.request.clone() {
                if self.is_of_a_later_time_line(&request, time_lines) {
                    return Ok(());
                }
                match self.open(transfer, &request).await {
                    Ok(()) => self.request = None,
                    Err(error) => {
                        self.request = None;
                        self.lose(error)?;
                    }
                }
            } else if !self.next(transfer).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    fn is_of_a_later_time_line(&mut self, request: &SegmentRequest, time_lines: u64) -> bool {
        let own = request.discontinuity_sequence;
        if *self.time_line.get_or_insert(own) == own {
            return false;
        }
        if self.time_lines >= time_lines {
            return true;
        }
        self.time_lines += 1;
        self.time_line = Some(own);
        false
    }

    async fn open<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        request: &SegmentRequest,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        self.feed.prepare(transfer, request).await?;
        let mut opened = transfer.open(request).await?;
        let kind = transfer.kind(&mut opened).await?;
        self.feed.begin(request, opened, kind);
        Ok(())
    }

    /// Does what the follower says; whether there is anything more to do now.
    async fn next<F, I>(&mut self, transfer: &mut Transfer<'_, F, I>) -> Result<bool, Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        match self.follower.next(self.started.elapsed()) {
            Next::Segment(request) => self.request = Some(request),
            Next::Reload { at } => {
                transfer.intake.during(sleep_until(self.started + at)).await;
                self.reload(transfer).await;
            }
            Next::Ended | Next::Stalled => {
                debug!("hls: the playlist of the sound has ended");
                self.patience = Patience::Over;
                return Ok(false);
            }
            Next::Unsupported(refusal) => return Err(refusal.into()),
        }
        Ok(true)
    }

    async fn reload<F, I>(&mut self, transfer: &mut Transfer<'_, F, I>)
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        let requested = self.started.elapsed();
        match transfer.playlist(&self.playlist).await {
            Ok((address, Playlist::Media(media))) => {
                self.playlist = address;
                self.follower.on_playlist(&media, requested);
            }
            Ok((address, Playlist::Master(_))) => {
                warn!(address = redact(&address), "hls: no playlist of sound");
                self.follower.on_reload_failed(requested);
            }
            Err(error) => {
                warn!(%error, "hls: the playlist of the sound could not be loaded");
                self.is_expired |= error.is_expired() || error.is_unknown();
                self.follower.on_reload_failed(requested);
            }
        }
    }

    /// A segment is passed over, unless the next one would not be any better.
    fn lose(&mut self, error: Error) -> Result<(), Error> {
        self.feed.close();
        if error.is_final() {
            return Err(error);
        }
        warn!(%error, "hls: a segment of sound is passed over");
        self.is_expired |= error.is_expired();
        self.follower.on_segment_lost();
        Ok(())
    }

    fn miss(&mut self, reason: &str) {
        if !matches!(self.patience, Patience::Missing { .. }) {
            warn!(reason, "hls: the picture goes on without its sound");
        }
        let next_try = Instant::now() + TRY_EVERY;
        self.patience = Patience::Missing { next_try };
    }
}
