//! Goal: what goes into the multiplexer comes out of its packets, at its time, whatever the lengths
//! and the times are. Method: units of every length through `Mux` and back through `TsSource`, which
//! share no code; `mpegts::check` judges what is between.

use mpegts::check::Checker;
use mpegts::ticks::PTS_WRAP;
use mpegts::{PacketView, Seam};
use proptest::prelude::*;
use remux::{Mux, PackedSource, Piece, Stats, StreamInfo, TsSource, UnitHead, Wanted};

/// What `Mux` adds to every time.
const LEAD: u64 = 180_000;
const PICTURE: usize = 0;
const SOUND: usize = 1;

fn picture() -> StreamInfo {
    StreamInfo {
        stream_type: 0x1B,
        stream_id: 0xE0,
        is_video: true,
        descriptors: Vec::new(),
    }
}

fn sound() -> StreamInfo {
    StreamInfo {
        stream_type: 0x0F,
        stream_id: 0xC0,
        is_video: false,
        descriptors: vec![0x0A, 4, b'd', b'e', b'u', 0],
    }
}

fn head(stream: usize, dts: u64, bytes: usize) -> UnitHead {
    UnitHead {
        stream,
        pts: (dts + if stream == PICTURE { 7200 } else { 0 }) % PTS_WRAP,
        dts: dts % PTS_WRAP,
        is_key: false,
        bytes: (stream == SOUND).then_some(bytes),
    }
}

fn mux(units: &[(UnitHead, Vec<u8>)]) -> (Vec<u8>, Stats) {
    let mut mux = Mux::new();
    let mut out = Vec::new();
    mux.set_streams([&picture(), &sound()]);
    for (head, data) in units {
        mux.begin(head, &mut out);
        for part in data.chunks(100) {
            mux.data(part, &mut out);
        }
        mux.end(&mut out);
    }
    (out, mux.stats())
}

fn unmux(stream: &[u8], wanted: Wanted, cut: usize) -> Vec<(UnitHead, Vec<u8>)> {
    let mut source = TsSource::new(wanted);
    let mut units: Vec<(UnitHead, Vec<u8>)> = Vec::new();
    let mut take = |piece: Piece<'_>| match piece {
        Piece::Begin(head) => units.push((head, Vec::new())),
        Piece::Data(data) => units.last_mut().expect("a unit").1.extend_from_slice(data),
        Piece::End | Piece::Streams | Piece::Apart => {}
    };
    for chunk in stream.chunks(cut) {
        let mut input = chunk;
        while let Some(piece) = source.next(&mut input) {
            take(piece);
        }
    }
    while let Some(piece) = source.finish() {
        take(piece);
    }
    units
}

/// Pictures every 40 ms and sound every 20 ms, of these lengths, from `start` on.
fn programme(start: u64, lengths: &[usize]) -> Vec<(UnitHead, Vec<u8>)> {
    let mut units = Vec::new();
    for (index, length) in lengths.iter().enumerate() {
        let stream = if index % 3 == 0 { PICTURE } else { SOUND };
        let time = start + (index / 3 * 3600 + index % 3 * 1800) as u64;
        let data: Vec<u8> = (0..*length)
            .map(|at| (at * 7 + index).to_le_bytes()[0])
            .collect();
        units.push((head(stream, time, *length), data));
    }
    units
}

fn assert_comes_back(units: &[(UnitHead, Vec<u8>)], cut: usize) {
    let (stream, stats) = mux(units);
    assert_eq!(stats, Stats::default());
    let mut checker = Checker::new();
    checker.bytes(&stream);
    assert!(checker.report().is_clean(), "{:?}", checker.report());
    for (index, wanted) in [(PICTURE, Wanted::Video), (SOUND, Wanted::Audio)] {
        let sent = units.iter().filter(|(head, _)| head.stream == index);
        let sent: Vec<_> = sent
            .map(|(head, data)| {
                (
                    (head.pts + LEAD) % PTS_WRAP,
                    (head.dts + LEAD) % PTS_WRAP,
                    data,
                )
            })
            .collect();
        let back = unmux(&stream, wanted, cut);
        let back: Vec<_> = back
            .iter()
            .map(|(head, data)| (head.pts, head.dts, data))
            .collect();
        assert_eq!(back, sent);
    }
}

#[test]
fn every_length_of_a_unit() {
    let lengths: Vec<usize> = (1..600).collect();
    assert_comes_back(&programme(0, &lengths), 188);
}

#[test]
fn times_wrap() {
    for before in [1, 1800, 36_000, 200_000, 300_000] {
        assert_comes_back(&programme(PTS_WRAP - before, &[300; 300]), 1000);
    }
}

proptest! {
    #[test]
    fn any_lengths_and_any_start(
        lengths in prop::collection::vec(1_usize..3000, 1..60),
        start in 0..PTS_WRAP,
        cut in 1_usize..500,
    ) {
        assert_comes_back(&programme(start, &lengths), cut);
    }

    #[test]
    fn no_bytes_make_a_source_panic(bytes: Vec<u8>, cut in 1_usize..64) {
        unmux(&bytes, Wanted::All, cut);
        let mut source = PackedSource::new();
        for chunk in bytes.chunks(cut) {
            let mut input = chunk;
            while let Ok(Some(_)) = source.next(&mut input) {}
        }
    }
}

#[test]
fn late_units_are_passed_over_and_counted() {
    let data = vec![1; 10];
    let unit = |stream, dts| (head(stream, dts, 10), data.clone());
    let (stream, stats) = mux(&[
        unit(PICTURE, 900_000),
        // 300 ms late is in time, 500 ms are not.
        unit(SOUND, 900_000 - 27_000),
        unit(SOUND, 900_000 - 45_000),
        // Before the one that went before.
        unit(SOUND, 900_000 - 28_000),
        unit(PICTURE, 903_600),
    ]);
    let expected = Stats {
        late: 1,
        backwards: 1,
        restarts: 0,
    };
    assert_eq!(stats, expected);
    assert_eq!(unmux(&stream, Wanted::Audio, 188).len(), 1);
    assert_eq!(unmux(&stream, Wanted::Video, 188).len(), 2);
}

#[test]
fn pictures_that_begin_anew_restart_the_clock() {
    let data = vec![1; 10];
    let unit = |stream, dts| (head(stream, dts, 10), data.clone());
    let (_, stats) = mux(&[
        unit(PICTURE, 9_000_000),
        unit(PICTURE, 0),
        unit(SOUND, 1800),
        unit(PICTURE, 3600),
    ]);
    assert_eq!((stats.restarts, stats.late), (1, 0));
}

#[test]
fn the_clock_goes_on_without_pictures() {
    let data = vec![1; 300];
    let mut units = vec![(head(PICTURE, 0, 300), data.clone())];
    units.extend((1..40).map(|n| (head(SOUND, n * 1920, 300), data.clone())));
    units.push((head(PICTURE, 40 * 1920, 300), data));
    let (stream, _) = mux(&units);
    let (packets, _) = stream.as_chunks::<188>();
    let clocks: Vec<u64> = packets
        .iter()
        .filter_map(|p| PacketView::new(p).pcr())
        .collect();
    let steps = clocks.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(
        steps
            .clone()
            .all(|step| step > 0 && step <= 27_000_000 / 10),
        "{clocks:?}"
    );
    assert!(clocks.len() > 15);
}

/// What other streams are goes out with a new version of the PMT, and a conditioner follows.
#[test]
fn other_streams_are_announced() {
    let mut mux = Mux::new();
    let mut out = Vec::new();
    let mut conditioner = mpegts::Conditioner::new();
    let mut sink = Discard;
    let mut found = Vec::new();
    for (round, infos) in [vec![picture()], vec![picture(), sound()], vec![sound()]]
        .iter()
        .enumerate()
    {
        mux.set_streams(infos);
        mux.set_streams(infos);
        mux.restart_clock();
        for n in 0..50 {
            mux.begin(&head(0, round as u64 * 900_000 + n * 3600, 10), &mut out);
            mux.data(&[n.to_le_bytes()[0]; 10], &mut out);
        }
        mux.end(&mut out);
        conditioner.push(&out, &mut sink);
        conditioner.seam(Seam::Discontinuity, &mut sink);
        out.clear();
        let program = conditioner.program().expect("a PMT");
        found.push((program.version, program.streams.len(), program.pcr_pid));
    }
    assert_eq!(found, [(0, 1, 0x100), (1, 2, 0x100), (2, 1, 0x100)]);
}

struct Discard;

impl mpegts::Sink for Discard {
    fn random_access(&mut self, _: &[(u16, u8)]) {}
    fn clock(&mut self, _: u64) {}
    fn packet(&mut self, _: &mpegts::Packet) {}
}
