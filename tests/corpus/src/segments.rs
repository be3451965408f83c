//! Segments that are remuxed: whatever comes in, whole packets come out and times do not run back.

use mpegts::PacketView;
use mpegts::check::Checker;
use remux::{Fmp4Source, Mux, PackedSource, Piece, Source, TsSource, Wanted};

/// Output per input byte is bounded: a start code and parameter sets for a length of one byte, a
/// packet for a frame. So much of it is never reached.
const OUT_BYTES_MAX: usize = 64 << 20;

pub(crate) fn feed(bytes: &[u8]) {
    // The second byte says what the rest is taken for.
    let kind = bytes.get(1).copied().unwrap_or(0);
    let wanted = match kind & 3 {
        0 => Wanted::Video,
        1 => Wanted::Audio,
        _ => Wanted::All,
    };
    let source = match kind >> 2 & 3 {
        0 => Source::Ts(Box::new(TsSource::new(wanted))),
        1 => Source::Packed(Box::new(PackedSource::new())),
        _ => Source::Fmp4(Box::new(Fmp4Source::new(wanted))),
    };
    let cut = usize::from(bytes.first().copied().unwrap_or(0)) + 1;
    play(source, bytes.get(2..).unwrap_or_default(), cut);
}

fn play(mut source: Source, bytes: &[u8], cut: usize) {
    let mut mux = Mux::new();
    let mut out = Vec::new();
    source.begin(0);
    for piece in bytes.chunks(cut) {
        let mut input = piece;
        loop {
            match source.next(&mut input) {
                Ok(Some(Piece::Streams)) => mux.set_streams(source.streams()),
                Ok(Some(piece)) => give(piece, &mut mux, &mut out),
                Ok(None) => break,
                Err(error) => {
                    assert!(!error.to_string().is_empty(), "an error says something");
                    source.begin(0);
                    break;
                }
            }
            assert!(out.len() < OUT_BYTES_MAX, "more than can come of the input");
        }
    }
    while let Ok(Some(piece)) = source.finish() {
        give(piece, &mut mux, &mut out);
    }
    mux.end(&mut out);
    judge(&out);
}

fn give(piece: Piece<'_>, mux: &mut Mux, out: &mut Vec<u8>) {
    match piece {
        Piece::Begin(head) => mux.begin(&head, out),
        Piece::Data(data) => mux.data(data, out),
        Piece::End => mux.end(out),
        Piece::Streams | Piece::Apart => {}
    }
}

fn judge(out: &[u8]) {
    let (packets, rest) = out.as_chunks();
    assert!(rest.is_empty(), "no whole packets");
    let mut checker = Checker::new();
    for packet in packets {
        assert!(PacketView::new(packet).has_sync(), "no packet");
        checker.packet(packet);
    }
    assert_eq!(checker.report().continuity_errors, 0, "a counter jumps");
}
