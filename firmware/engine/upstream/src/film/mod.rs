//! Plays a film (MP4, fragmented or not; Matroska) once, from its beginning to its end.
//!
//! ```text
//! Film::ask -> Medium (ranges over HTTP, a local file) -> Film::next -> Mux -> Ingest
//! ```
//!
//! The film says where it wants to be read; one connection at a time brings it, and is not read
//! while the ring is full. A connection that is lost in the middle is taken up again at the byte
//! where it stopped.
//!
//! What does not belong here: containers (`remux`), seeking for a viewer, another try of the whole
//! film (the tuner).

mod error;
mod local;
mod medium;
mod web;

use bytes::{Buf as _, Bytes};
use ingest::Ingest;
use remux::{Film, Mux, Piece};
use tracing::{debug, warn};

use crate::kind::Kind;
pub use error::Error;
pub(crate) use local::Local;
pub(crate) use medium::Medium;
pub(crate) use web::Web;

/// Bytes of the transport stream made before they are handed on. A piece makes about as much.
const OUT_BYTES: usize = 16 * 1024;
/// Steps in a row that neither take nor give anything: a film that has come to that is in a circle.
const IDLE_STEPS_MAX: u32 = 64;

/// Upper bound of what playing a film holds beside what every upstream does, in bytes: the film,
/// the output in the making, and what was brought and not read.
pub const FILM_BYTES_MAX: usize = remux::FILM_BYTES_MAX + 3 * OUT_BYTES + 64 * 1024;

/// What was brought and not taken, and where it begins in the file.
struct Front {
    at: u64,
    bytes: Bytes,
}

impl Front {
    /// Lets go of what lies before `at`; of everything, where `at` lies elsewhere.
    fn go_to(&mut self, at: u64) {
        let skipped = at
            .checked_sub(self.at)
            .and_then(|n| usize::try_from(n).ok());
        match skipped.filter(|n| *n <= self.bytes.len()) {
            Some(n) => self.bytes.advance(n),
            None => self.bytes = Bytes::new(),
        }
        self.at = at;
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.at = self.at.saturating_add(count as u64);
    }
}

/// The reader of a film.
fn of_kind(kind: Kind) -> Box<Film> {
    // Some tens of kilobytes that a future need not carry about.
    Box::new(match kind {
        Kind::Matroska => Film::matroska(),
        _ => Film::mp4(),
    })
}

/// Plays a film whose first bytes are `head`. What is published is played to its end by whoever
/// calls this.
pub(crate) async fn play(
    kind: Kind,
    mut medium: Medium,
    head: Bytes,
    ingest: &mut Ingest,
) -> Result<(), Error> {
    let mut film = of_kind(kind);
    let mut front = Front { at: 0, bytes: head };
    let mut mux = Mux::new();
    let mut out = Vec::new();
    let mut idle_steps = 0;
    loop {
        front.go_to(film.at());
        let is_progress = step(&mut film, &mut front, &mut mux, &mut out)?;
        if out.len() >= OUT_BYTES {
            ingest.push(&out).await?;
            out.clear();
        }
        if is_progress {
            idle_steps = 0;
            continue;
        }
        idle_steps += 1;
        if idle_steps > IDLE_STEPS_MAX {
            return Err(Error::Remux(remux::Error::Damaged { what: "film" }));
        }
        let Some(ask) = film.ask()? else { break };
        front.go_to(ask.at);
        if !front.bytes.is_empty() {
            continue;
        }
        match medium.read(ask, ingest).await? {
            Some(bytes) => front.bytes = bytes,
            None if film.end() => debug!(at = ask.at, "film: the file is over"),
            None => return Err(Error::CutOff),
        }
    }
    mux.end(&mut out);
    Ok(ingest.push(&out).await?)
}

/// Takes the next piece of the film. Returns whether that was any.
fn step(
    film: &mut Film,
    front: &mut Front,
    mux: &mut Mux,
    out: &mut Vec<u8>,
) -> Result<bool, Error> {
    let mut input = &front.bytes[..];
    let before = input.len();
    let piece = film.next(&mut input)?;
    let taken = before - input.len();
    let is_progress = piece.is_some() || taken > 0;
    let has_streams = matches!(piece, Some(Piece::Streams));
    match piece {
        Some(Piece::Begin(head)) => mux.begin(&head, out),
        Some(Piece::Data(data)) => mux.data(data, out),
        Some(Piece::End) => mux.end(out),
        Some(Piece::Streams | Piece::Apart) | None => {}
    }
    front.advance(taken);
    if has_streams {
        mux.set_streams(film.streams());
        if let Some(reason) = film.left_out() {
            warn!(reason, "film: sound is left out");
        }
    }
    Ok(is_progress)
}
