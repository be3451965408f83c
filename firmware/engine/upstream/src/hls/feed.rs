//! Segments of one playlist as units: which reader, which header, which piece comes next.

use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use hls::{Map, MapRequest, SegmentRequest};
use remux::{Fmp4Source, Mux, PackedSource, Piece, Source, StreamInfo, TsSource, UnitHead, Wanted};
use tracing::warn;

use super::error::Error;
use super::opened::Opened;
use super::outside::{Fetch, Intake};
use super::sniff::{self, Kind};
use super::transfer::Transfer;
use crate::http::redact;

/// Reads segment after segment.
pub(super) struct Feed<B> {
    source: Source,
    kind: Kind,
    wanted: Wanted,
    opened: Option<Opened<B>>,
    /// What has come of it and was not read.
    input: Bytes,
    /// The header that the source has read.
    map: Option<Arc<Map>>,
}

/// What one step brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// [`Feed::streams`] are others now.
    Streams,
    /// A fragment begins whose streams lie far apart.
    Apart,
    /// A unit begins; it is to be given to the mux, or not.
    Begin(UnitHead),
    /// Bytes went to the mux, or the unit has ended.
    Given,
    /// The segment is read.
    Over,
}

impl<B> Feed<B> {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self {
            source: source_of(Kind::FragmentedMp4, wanted),
            kind: Kind::FragmentedMp4,
            wanted,
            opened: None,
            input: Bytes::new(),
            map: None,
        }
    }

    /// For the samples of a fragment that were split off.
    pub(super) fn of_part(source: Fmp4Source, opened: Opened<B>) -> Self {
        Self {
            source: Source::Fmp4(Box::new(source)),
            opened: Some(opened),
            ..Self::new(Wanted::All)
        }
    }

    pub(super) fn streams(&self) -> &[StreamInfo] {
        self.source.streams()
    }

    pub(super) fn wanted(&self) -> Wanted {
        self.wanted
    }

    pub(super) fn is_open(&self) -> bool {
        self.opened.is_some()
    }

    /// Lets go of a segment that was begun.
    pub(super) fn close(&mut self) {
        self.opened = None;
        self.input = Bytes::new();
    }

    /// What is in the file of this fragment behind the first stream, to be read beside it.
    pub(super) fn split(&mut self) -> Option<Fmp4Source> {
        match &mut self.source {
            Source::Fmp4(source) => source.split(),
            Source::Ts(_) | Source::Packed(_) => None,
        }
    }

    /// Fetches the header that a segment needs, where it is another than the one before. Safe to
    /// drop while waiting.
    pub(super) async fn prepare<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        request: &SegmentRequest,
    ) -> Result<(), Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        let Some(request) = &request.map else {
            return Ok(());
        };
        if self
            .map
            .as_ref()
            .is_some_and(|map| map.is_same(&request.map))
        {
            return Ok(());
        }
        let header = transfer.map(request).await?;
        self.close();
        // A transport stream may have a header as well: its tables, which it repeats anyway.
        if sniff::judge(&header) != Some(Ok(Kind::TransportStream)) {
            self.turn_into(Kind::FragmentedMp4);
            self.read_map(&header, request)?;
        }
        self.map = Some(Arc::clone(&request.map));
        Ok(())
    }

    fn read_map(&mut self, header: &[u8], request: &MapRequest) -> Result<(), Error> {
        self.map = None;
        self.source.begin(0);
        let mut input = header;
        let failed = |source| Error::Remux {
            address: redact(&request.map.uri),
            source,
        };
        while self.source.next(&mut input).map_err(failed)?.is_some() {}
        if let Source::Fmp4(source) = &mut self.source
            && let Some(reason) = source.left_out()
        {
            warn!(reason, "hls: a sound track is left out");
        }
        Ok(())
    }

    /// Begins a segment whose answer and kind are there. [`Self::streams`] may be others now.
    pub(super) fn begin(&mut self, request: &SegmentRequest, opened: Opened<B>, kind: Kind) {
        self.close();
        self.turn_into(kind);
        let position = request.byte_range.map_or(0, |range| range.offset);
        self.source.begin(position);
        self.opened = Some(opened);
    }

    fn turn_into(&mut self, kind: Kind) {
        if kind != self.kind {
            self.kind = kind;
            self.source = source_of(kind, self.wanted);
            self.map = None;
        }
    }

    /// Goes on to the next piece: bytes and ends of units go to `mux`, which passes them over where
    /// it did not take the unit. Safe to drop while waiting.
    pub(super) async fn step<F, I>(
        &mut self,
        transfer: &mut Transfer<'_, F, I>,
        mux: &mut Mux,
        out: &mut Vec<u8>,
    ) -> Result<Step, Error>
    where
        F: Fetch<Body = B>,
        I: Intake,
    {
        loop {
            let Some(opened) = &mut self.opened else {
                return Ok(Step::Over);
            };
            let failed = |opened: &Opened<B>, source| Error::Remux {
                address: redact(&opened.address),
                source,
            };
            let mut input = &self.input[..];
            let piece = self.source.next(&mut input);
            let piece = piece.map(|piece| piece.map(|piece| give(piece, mux, out)));
            let left = input.len();
            self.input.advance(self.input.len() - left);
            if let Some(step) = piece.map_err(|source| failed(opened, source))? {
                return Ok(step);
            }
            if let Some(bytes) = transfer.read(opened).await? {
                self.input = bytes;
                continue;
            }
            let piece = self
                .source
                .finish()
                .map(|piece| piece.map(|piece| give(piece, mux, out)));
            let step = piece.map_err(|source| failed(opened, source))?;
            if step.is_none() {
                self.close();
            }
            return Ok(step.unwrap_or(Step::Over));
        }
    }
}

fn give(piece: Piece<'_>, mux: &mut Mux, out: &mut Vec<u8>) -> Step {
    match piece {
        Piece::Streams => return Step::Streams,
        Piece::Apart => return Step::Apart,
        Piece::Begin(head) => return Step::Begin(head),
        Piece::Data(data) => mux.data(data, out),
        Piece::End => mux.end(out),
    }
    Step::Given
}

fn source_of(kind: Kind, wanted: Wanted) -> Source {
    match kind {
        Kind::FragmentedMp4 => Source::Fmp4(Box::new(Fmp4Source::new(wanted))),
        Kind::TransportStream => Source::Ts(Box::new(TsSource::new(wanted))),
        Kind::PackedAudio => Source::Packed(Box::new(PackedSource::new())),
    }
}
