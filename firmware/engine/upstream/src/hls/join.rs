//! Units of one or two files, in the order in which they are decoded, as one transport stream.

use std::time::Duration;

use hls::SegmentRequest;
use mpegts::ticks::{PTS_PER_SECOND, pts_difference};
use remux::{Mux, UnitHead, Wanted};
use tokio::time::timeout;
use tracing::{debug, warn};

use super::error::Error;
use super::feed::{Feed, Step};
use super::opened::Opened;
use super::outside::{Fetch, Intake};
use super::side::Side;
use super::sniff::Kind;
use super::transfer::Transfer;

/// Bytes made before they are handed on. A piece of input makes at most about twice that.
const OUT_BYTES: usize = 16 * 1024;
/// Sound so far ahead of the picture is of another time line: it is passed over. Playlists begin at
/// most some segments apart.
const AHEAD_TICKS_MAX: i64 = 60 * PTS_PER_SECOND.cast_signed();
/// How long the picture waits for the rest of its own fragment, read at a second place.
const PART_WAIT: Duration = Duration::from_secs(5);

/// Upper bound of what playing HLS holds beside what every upstream does, in bytes: two readers,
/// the output in the making, and what two bodies have given that was not read. A second connection
/// comes on top.
pub const REMUX_BYTES_MAX: usize = 2 * (remux::SOURCE_BYTES_MAX + 16 * 1024) + 3 * OUT_BYTES;

/// Puts files together.
pub(super) struct Join<B> {
    main: Feed<B>,
    /// The other streams of the current fragment, read at a place of their own.
    part: Option<Part<B>>,
    pub(super) side: Option<Side<B>>,
    mux: Mux,
    out: Vec<u8>,
    /// Nothing of the picture has gone out since the clock began.
    is_fresh: bool,
    /// Time lines of the picture since the start.
    time_lines: u64,
}

struct Part<B> {
    feed: Feed<B>,
    head: Option<UnitHead>,
}

impl<B> Join<B> {
    pub(super) fn new() -> Self {
        Self {
            main: Feed::new(Wanted::All),
            part: None,
            side: None,
            mux: Mux::new(),
            out: Vec::new(),
            is_fresh: true,
            time_lines: 0,
        }
    }

    /// The sound comes from this playlist from now on, or from the main one.
    pub(super) fn set_side(&mut self, side: Option<Side<B>>) {
        self.side = side;
        let wanted = if self.side.is_some() {
            Wanted::Video
        } else {
            Wanted::All
        };
        if self.main.wanted() != wanted {
            self.main = Feed::new(wanted);
        }
    }

    /// The times that follow have nothing to do with those before; what is unfinished is given out.
    pub(super) async fn cross<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        self.mux.end(&mut self.out);
        self.hand_on(transfer).await?;
        transfer.intake.seam(mpegts::Seam::Discontinuity)?;
        self.mux.restart_clock();
        self.is_fresh = true;
        self.time_lines += 1;
        Ok(())
    }

    /// See [`Feed::prepare`].
    pub(super) async fn prepare<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        request: &SegmentRequest,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        self.main.prepare(transfer, request).await
    }

    /// Gives out a segment, and the sound that belongs to it.
    pub(super) async fn segment<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        request: &SegmentRequest,
        (opened, kind): (Opened<B>, Kind),
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        self.main.begin(request, opened, kind);
        self.describe();
        let read = self.read(transfer, request).await;
        self.main.close();
        self.mux.end(&mut self.out);
        let rest = self.part_before(transfer, None).await;
        self.part = None;
        self.hand_on(transfer).await?;
        read.and(rest)
    }

    async fn read<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        request: &SegmentRequest,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        loop {
            let step = self
                .main
                .step(transfer, &mut self.mux, &mut self.out)
                .await?;
            match step {
                Step::Streams => self.describe(),
                Step::Apart => {
                    self.part_before(transfer, None).await?;
                    self.part = self.part_of_fragment(transfer, request).await;
                }
                Step::Begin(head) => {
                    self.part_before(transfer, Some(&head)).await?;
                    self.side_before(transfer, &head).await?;
                    self.mux.begin(&head, &mut self.out);
                    self.is_fresh = false;
                }
                Step::Given => {}
                Step::Over => return Ok(()),
            }
            if self.out.len() >= OUT_BYTES {
                self.hand_on(transfer).await?;
            }
        }
    }

    fn describe(&mut self) {
        let side = self
            .side
            .as_ref()
            .map_or(&[][..], |side| side.feed.streams());
        self.mux.set_streams(self.main.streams().iter().chain(side));
    }

    async fn hand_on<F, I>(&mut self, transfer: &mut Transfer<'_, F, I>) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        if !self.out.is_empty() {
            transfer.intake.push(&self.out).await?;
            self.out.clear();
        }
        Ok(())
    }

    /// Opens the second place of a fragment whose streams lie far apart. Without it the sound of
    /// this fragment would come too late to be heard; the picture goes on either way.
    async fn part_of_fragment<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        request: &SegmentRequest,
    ) -> Option<Part<B>>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        let source = self.main.split()?;
        let extent = source.extent()?;
        match timeout(PART_WAIT, transfer.open_part(request, extent)).await {
            Ok(Ok(opened)) => {
                debug!(
                    ?extent,
                    "hls: the sound of a fragment is read beside the picture"
                );
                let feed = Feed::of_part(source, opened);
                return Some(Part { feed, head: None });
            }
            Ok(Err(error)) => warn!(%error, "hls: the sound of a fragment cannot be read"),
            Err(_) => warn!("hls: the sound of a fragment does not come in time"),
        }
        None
    }

    /// Gives out what the part has that is decoded before `head`, or all of it.
    async fn part_before<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        head: Option<&UnitHead>,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        while let Some(part) = &mut self.part {
            let is_later =
                |own: &UnitHead| head.is_some_and(|head| pts_difference(own.dts, head.dts) >= 0);
            if part.head.as_ref().is_some_and(is_later) {
                return Ok(());
            }
            if let Some(own) = part.head.take() {
                self.mux.begin(&own, &mut self.out);
            }
            let step = part.feed.step(transfer, &mut self.mux, &mut self.out);
            match timeout(PART_WAIT, step).await {
                Ok(Ok(Step::Begin(own))) => part.head = Some(own),
                Ok(Ok(Step::Over)) => self.part = None,
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    warn!(%error, "hls: the sound of a fragment ends early");
                    self.part = None;
                }
                Err(_) => self.part = None,
            }
            if self.out.len() >= OUT_BYTES {
                self.hand_on(transfer).await?;
            }
        }
        Ok(())
    }

    /// Gives out the sound that is decoded before `head`, a picture.
    async fn side_before<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        head: &UnitHead,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        let Some(mut side) = self.side.take() else {
            return Ok(());
        };
        let outcome = self.side_until(transfer, &mut side, head).await;
        let is_silent = side.feed.streams().is_empty();
        self.side = Some(side);
        if !is_silent {
            self.describe();
        }
        outcome
    }

    async fn side_until<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        side: &mut Side<B>,
        head: &UnitHead,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        let offset = self.main.streams().len();
        while let Some(own) = side.head(transfer, &mut self.mux, self.time_lines).await? {
            let ahead = pts_difference(own.dts, head.dts);
            if (0..=AHEAD_TICKS_MAX).contains(&ahead) {
                break;
            }
            side.take();
            // Sound from before the first picture, or of another time line, goes nowhere.
            if ahead < 0 && !self.is_fresh {
                let stream = offset + own.stream;
                self.mux.begin(&UnitHead { stream, ..own }, &mut self.out);
            }
            side.pour(transfer, &mut self.mux, &mut self.out).await?;
            self.mux.end(&mut self.out);
            if self.out.len() >= OUT_BYTES {
                self.hand_on(transfer).await?;
            }
        }
        Ok(())
    }
}
