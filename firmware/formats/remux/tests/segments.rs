//! Goal: what ffmpeg wrote as fragmented MP4 comes out as a transport stream without a fault, with
//! the same pictures and frames at the same times. Method: samples of `tests/data`, in all cuts,
//! judged by `mpegts::check` and by a reader of PES headers that is written here.

use std::path::Path;

use mpegts::check::Checker;
use mpegts::pes::PesView;
use mpegts::ticks::pts_difference;
use mpegts::{Codec, PacketView};
use remux::{Fmp4Source, Mux, Piece, Source, Wanted};

fn sample(name: &str, file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(folder.join(name).join(file)).expect("a sample under version control")
}

/// Everything that a source gives of an init segment and two media segments.
fn remux(name: &str, wanted: Wanted, cut: usize) -> Vec<u8> {
    let mut source = Source::Fmp4(Box::new(Fmp4Source::new(wanted)));
    let mut mux = Mux::new();
    let mut out = Vec::new();
    for file in ["init.mp4", "0.m4s", "1.m4s"] {
        source.begin(0);
        for chunk in sample(name, file).chunks(cut) {
            let mut chunk = chunk;
            while feed(&mut source, &mut chunk, &mut mux, &mut out) {}
        }
        while drain(&mut source, &mut mux, &mut out) {}
    }
    assert_eq!(mux.stats(), remux::Stats::default());
    out
}

fn feed(source: &mut Source, chunk: &mut &[u8], mux: &mut Mux, out: &mut Vec<u8>) -> bool {
    match source.next(chunk).expect("a good sample") {
        None => return false,
        Some(Piece::Streams) => mux.set_streams(source.streams()),
        Some(piece) => give(piece, mux, out),
    }
    true
}

fn drain(source: &mut Source, mux: &mut Mux, out: &mut Vec<u8>) -> bool {
    match source.finish().expect("a whole sample") {
        None => false,
        Some(piece) => {
            give(piece, mux, out);
            true
        }
    }
}

fn give(piece: Piece<'_>, mux: &mut Mux, out: &mut Vec<u8>) {
    match piece {
        Piece::Begin(head) => mux.begin(&head, out),
        Piece::Data(data) => mux.data(data, out),
        Piece::End => mux.end(out),
        Piece::Streams | Piece::Apart => {}
    }
}

/// What a transport stream holds: codec, PES packets, first PTS and DTS, bytes, of each stream.
#[derive(Debug)]
struct Found {
    codec: Codec,
    units: usize,
    first: (u64, u64),
    last_dts: u64,
    keys: usize,
}

fn examine(stream: &[u8]) -> Vec<Found> {
    let mut checker = Checker::new();
    checker.bytes(stream);
    assert!(checker.report().is_clean(), "{:?}", checker.report());
    let mut conditioner = mpegts::Conditioner::new();
    let mut sink = Discard;
    conditioner.push(stream, &mut sink);
    let program = conditioner.program().expect("a PMT").clone();
    let stats = conditioner.stats();
    assert_eq!(
        (stats.clock_jumps, stats.continuity_errors),
        (0, 0),
        "{stats:?}"
    );
    let (packets, _) = stream.as_chunks::<188>();
    let of = |stream: &mpegts::Stream| {
        let starts = packets.iter().map(PacketView::new);
        let starts: Vec<_> = starts
            .filter(|view| view.pid() == stream.pid && view.pusi())
            .collect();
        let times: Vec<_> = starts
            .iter()
            .map(|view| PesView::parse(view.payload()).expect("a PES header"))
            .map(|pes| (pes.pts().expect("a PTS"), pes.dts().expect("a DTS")))
            .collect();
        Found {
            codec: stream.codec,
            units: times.len(),
            first: times[0],
            last_dts: times[times.len() - 1].1,
            keys: starts.iter().filter(|view| view.random_access()).count(),
        }
    };
    program.streams.iter().map(of).collect()
}

struct Discard;

impl mpegts::Sink for Discard {
    fn random_access(&mut self, _: &[(u16, u8)]) {}
    fn clock(&mut self, _: u64) {}
    fn packet(&mut self, _: &mpegts::Packet) {}
}

#[test]
fn every_codec_comes_out_whole() {
    // 25 pictures a second and two key frames; 48,000 / 1024 or / 1536 frames of sound, and one of
    // priming where the encoder has it.
    for (name, video, audio, frames) in [
        ("h264-aac", Codec::H264, Codec::AacAdts, 94..=95),
        ("h264-eac3", Codec::H264, Codec::Eac3, 62..=64),
        ("hevc-ac3", Codec::Hevc, Codec::Ac3, 62..=64),
    ] {
        let found = examine(&remux(name, Wanted::All, 4096));
        let [picture, sound] = found.as_slice() else {
            panic!("{name}: {found:?}");
        };
        assert_eq!((picture.codec, sound.codec), (video, audio), "{name}");
        assert_eq!((picture.units, picture.keys), (50, 2), "{name}");
        assert!(frames.contains(&sound.units), "{name}: {}", sound.units);
        // Both begin together, but for priming and the delay of reordering.
        let apart = pts_difference(picture.first.0, sound.first.0);
        assert!(apart.abs() <= 3000, "{name}: {apart} ticks");
        let long = pts_difference(picture.last_dts, picture.first.1);
        assert_eq!(long, 49 * 3600, "{name}");
    }
}

#[test]
fn the_cut_makes_no_difference() {
    let whole = remux("h264-aac", Wanted::All, usize::MAX);
    for cut in [1, 7, 188, 1000, 20_000] {
        assert!(remux("h264-aac", Wanted::All, cut) == whole, "{cut}");
    }
}

#[test]
fn picture_and_sound_alone() {
    for (wanted, codec) in [
        (Wanted::Video, Codec::H264),
        (Wanted::Audio, Codec::AacAdts),
    ] {
        let found = examine(&remux("h264-aac", wanted, 1000));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].codec, codec);
    }
}

#[test]
fn tables_and_clock_come_often_enough() {
    let stream = remux("h264-aac", Wanted::All, 1000);
    let (packets, _) = stream.as_chunks::<188>();
    let mut clock = None;
    let mut tables = None;
    let mut is_behind_tables = false;
    for view in packets.iter().map(PacketView::new) {
        if let Some(pcr) = view.pcr() {
            let last = clock.replace(pcr).unwrap_or(pcr);
            assert!(
                (0..=27_000_000 / 25).contains(&(pcr - last)),
                "{}",
                pcr - last
            );
        }
        if view.pid() == 0 {
            let last = tables.zip(clock);
            assert!(last.is_none_or(|(then, now)| now - then <= 27_000_000 / 5));
            tables = clock;
            is_behind_tables = true;
        } else if view.random_access() {
            assert!(is_behind_tables, "a key frame without tables");
        } else if view.pusi() && view.pid() != 0x1000 {
            is_behind_tables = false;
        }
    }
}

/// One bit of a sample wrong, at every place in its boxes: an error or another stream, no panic,
/// and what comes out are packets.
#[test]
fn damage_is_an_error_or_another_stream() {
    let init = sample("h264-aac", "init.mp4");
    let media = sample("h264-aac", "0.m4s");
    let places = (0..init.len() + 2400).step_by(3);
    for place in places {
        let mut files = [init.clone(), media.clone()];
        let (file, at) = if place < init.len() {
            (0, place)
        } else {
            (1, place - init.len())
        };
        files[file][at] ^= 1 << (place % 8);
        let mut source = Source::Fmp4(Box::new(Fmp4Source::new(Wanted::All)));
        let mut mux = Mux::new();
        let mut out = Vec::new();
        for file in &files {
            source.begin(0);
            let mut bytes = file.as_slice();
            loop {
                match source.next(&mut bytes) {
                    Ok(Some(Piece::Streams)) => mux.set_streams(source.streams()),
                    Ok(Some(piece)) => give(piece, &mut mux, &mut out),
                    Ok(None) => break,
                    Err(error) => {
                        assert!(!error.to_string().is_empty());
                        break;
                    }
                }
            }
        }
        mux.end(&mut out);
        assert_eq!(out.len() % 188, 0);
        assert!(out.chunks(188).all(|packet| packet[0] == 0x47));
    }
}
