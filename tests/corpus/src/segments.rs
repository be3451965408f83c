//! Segments that are remuxed: whatever comes in, whole packets come out and times do not run back.

use mpegts::PacketView;
use mpegts::check::Checker;
use remux::{Fmp4Source, Mux, PackedSource, Piece, Source, TsSource, Wanted};

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
    let mut judge = Judge::default();
    source.begin(0);
    for piece in bytes.chunks(cut) {
        let mut input = piece;
        loop {
            match source.next(&mut input) {
                Ok(Some(Piece::Streams)) => mux.set_streams(source.streams()),
                Ok(Some(piece)) => judge.give(piece, &mut mux),
                Ok(None) => break,
                Err(error) => {
                    assert!(!error.to_string().is_empty(), "an error says something");
                    source.begin(0);
                    break;
                }
            }
        }
    }
    while let Ok(Some(piece)) = source.finish() {
        judge.give(piece, &mut mux);
    }
    judge.give(Piece::End, &mut mux);
}

/// Holds the output to its promises as it comes: a few bytes may make many packets.
#[derive(Default)]
struct Judge {
    checker: Checker,
    out: Vec<u8>,
}

impl Judge {
    fn give(&mut self, piece: Piece<'_>, mux: &mut Mux) {
        match piece {
            Piece::Begin(head) => mux.begin(&head, &mut self.out),
            Piece::Data(data) => mux.data(data, &mut self.out),
            Piece::End => mux.end(&mut self.out),
            Piece::Streams | Piece::Apart => {}
        }
        let (packets, rest) = self.out.as_chunks();
        assert!(rest.is_empty(), "no whole packets");
        for packet in packets {
            assert!(PacketView::new(packet).has_sync(), "no packet");
            self.checker.packet(packet);
        }
        let errors = self.checker.report().continuity_errors;
        assert_eq!(errors, 0, "a counter jumps");
        self.out.clear();
    }
}
