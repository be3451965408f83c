//! Films: whatever a file says of its own layout, its reader ends, takes only what it has asked for,
//! and gives units that do not overlap.

use remux::{Film, Mux, Piece};

/// Steps in a row that neither take nor give.
const IDLE_STEPS_MAX: u32 = 64;
/// Places asked for: a file of some kilobytes may name each of its bytes many times.
const ASKS_MAX: u32 = 20_000;

pub(crate) fn feed(bytes: &[u8]) {
    // The first two bytes say how the rest is cut and what it is taken for.
    let [cut, kind, file @ ..] = bytes else {
        return;
    };
    let film = match kind & 1 {
        0 => Film::mp4(),
        _ => Film::matroska(),
    };
    if let Err(error) = play(film, file, usize::from(*cut) * 16 + 1) {
        assert!(!error.to_string().is_empty(), "an error says something");
    }
}

fn play(mut film: Film, file: &[u8], cut: usize) -> Result<(), remux::Error> {
    let mut mux = Mux::new();
    let mut out = Vec::new();
    let (mut idle, mut asks, mut is_open) = (0, 0, false);
    let mut front: &[u8] = &[];
    let mut at = 0;
    while idle < IDLE_STEPS_MAX && asks < ASKS_MAX {
        if film.at() != at {
            (front, at) = (&[], film.at());
        }
        let before = front.len();
        let piece = film.next(&mut front)?;
        at += (before - front.len()) as u64;
        idle += 1;
        if let Some(piece) = piece {
            idle = 0;
            is_open = give(piece, is_open, &mut mux, &mut out);
            out.clear();
            continue;
        }
        if before > front.len() {
            idle = 0;
            continue;
        }
        let Some(ask) = film.ask()? else {
            return Ok(());
        };
        assert!(ask.until > ask.at, "{ask:?}");
        asks += 1;
        if ask.at == at && !front.is_empty() {
            continue;
        }
        at = ask.at;
        let from = usize::try_from(at).unwrap_or(usize::MAX);
        front = file.get(from..).unwrap_or_default();
        front = front.get(..cut).unwrap_or(front);
        if front.is_empty() && !film.end() {
            return Ok(());
        }
    }
    Ok(())
}

/// Returns whether a unit is open now.
fn give(piece: Piece<'_>, is_open: bool, mux: &mut Mux, out: &mut Vec<u8>) -> bool {
    match piece {
        Piece::Begin(head) => {
            assert!(!is_open, "a unit begins inside another");
            mux.begin(&head, out);
            true
        }
        Piece::Data(data) => {
            assert!(is_open, "bytes outside a unit");
            mux.data(data, out);
            true
        }
        Piece::End => {
            assert!(is_open, "an end outside a unit");
            mux.end(out);
            false
        }
        Piece::Streams | Piece::Apart => is_open,
    }
}
