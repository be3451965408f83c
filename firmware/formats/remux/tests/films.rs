//! Goal: a film comes out the same, however its file is laid out: tables in front or behind,
//! fragments, sound far from its pictures. Method: files of one programme in `tests/data/films`,
//! and changes of them made here, read through [`Film`] by somebody who brings exactly the bytes
//! that are asked for; ffmpeg, where it is there, judges the transport stream.

use std::path::{Path, PathBuf};
use std::process::Command;

use mpegts::check::Checker;
use mpegts::ticks::PTS_WRAP;
use proptest::prelude::*;
use remux::{Film, Mux, Piece, Stats, UnitHead};

/// A place that lies so little ahead is read up to.
const NEAR_BYTES: u64 = 4096;
const NAMES: [&str; 5] = [
    "behind.mp4",
    "front.mp4",
    "fragments.mp4",
    "h264.mkv",
    "hevc.mkv",
];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/films")
        .join(name)
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).expect("a sample under version control")
}

fn film(name: &str) -> Film {
    match name.ends_with(".mkv") {
        true => Film::matroska(),
        false => Film::mp4(),
    }
}

/// Everything a film gives: a transport stream, its units, and how often it was read elsewhere.
#[derive(Default)]
struct Read {
    stream: Vec<u8>,
    units: Vec<(UnitHead, Vec<u8>)>,
    jumps: usize,
    stats: Stats,
}

/// Reads a film whose file is `bytes`, `cut` bytes at a time.
fn read(mut film: Film, bytes: &[u8], cut: usize) -> Result<Read, remux::Error> {
    let mut mux = Mux::new();
    let mut read = Read::default();
    // What was brought and not taken, and where it begins.
    let (mut at, mut front): (u64, &[u8]) = (0, &[]);
    let (mut idle, mut end) = (0, 0);
    loop {
        let skipped = film
            .at()
            .checked_sub(at)
            .and_then(|n| usize::try_from(n).ok());
        front = skipped.and_then(|n| front.get(n..)).unwrap_or_default();
        (at, idle) = (film.at(), idle + 1);
        assert!(idle < 1000, "neither read nor given: {film:?}");
        let before = front.len();
        let piece = film.next(&mut front)?;
        at += (before - front.len()) as u64;
        if before > front.len() || piece.is_some() {
            idle = 0;
        }
        let is_hungry = piece.is_none() && before == front.len();
        let has_streams = matches!(piece, Some(Piece::Streams));
        if let Some(piece) = piece {
            give(piece, &mut mux, &mut read);
        }
        if has_streams {
            mux.set_streams(film.streams());
        }
        if !is_hungry {
            continue;
        }
        let Some(ask) = film.ask()? else { break };
        assert!(ask.until > ask.at, "{ask:?}");
        if ask.at >= at && ask.at - at < front.len() as u64 {
            continue;
        }
        read.jumps += usize::from(!(end..end + NEAR_BYTES).contains(&ask.at));
        at = ask.at;
        let from = usize::try_from(at).unwrap_or(usize::MAX);
        front = bytes.get(from..).unwrap_or_default();
        front = &front[..front.len().min(cut)];
        end = at + front.len() as u64;
        if front.is_empty() && !film.end() {
            break;
        }
    }
    mux.end(&mut read.stream);
    read.stats = mux.stats();
    Ok(read)
}

fn give(piece: Piece<'_>, mux: &mut Mux, read: &mut Read) {
    match piece {
        Piece::Begin(head) => {
            mux.begin(&head, &mut read.stream);
            read.units.push((head, Vec::new()));
        }
        Piece::Data(data) => {
            mux.data(data, &mut read.stream);
            read.units.last_mut().expect("a unit").1.extend(data);
        }
        Piece::End => mux.end(&mut read.stream),
        Piece::Streams | Piece::Apart => {}
    }
}

/// The units of one stream, as (pts, dts, bytes), the times since its first one: muxers begin where
/// they like.
fn stream(read: &Read, stream: usize) -> Vec<(u64, u64, &[u8])> {
    let units = || read.units.iter().filter(|(head, _)| head.stream == stream);
    let first = units().next().map_or(0, |(head, _)| head.dts);
    let since = |time: u64| (time + PTS_WRAP - first) % PTS_WRAP;
    units()
        .map(|(head, data)| (since(head.pts), since(head.dts), data.as_slice()))
        .collect()
}

fn assert_clean(read: &Read) {
    assert_eq!(read.stats, Stats::default());
    let mut checker = Checker::new();
    checker.bytes(&read.stream);
    assert!(checker.report().is_clean(), "{:?}", checker.report());
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn find(bytes: &[u8], kind: &[u8; 4]) -> Vec<usize> {
    let found = bytes.windows(4).enumerate();
    found
        .filter(|(_, window)| *window == kind)
        .map(|(at, _)| at)
        .collect()
}

/// The film with its sound (its second track) copied behind everything else, `gap` bytes away.
fn with_sound_behind(film: &[u8], gap: usize) -> Vec<u8> {
    let mut moved = film.to_vec();
    let size = u32::try_from(gap + 8).expect("small").to_be_bytes();
    moved.extend(size);
    moved.extend(b"free");
    moved.resize(moved.len() + gap, 0);
    let (sizes, places) = (find(film, b"stsz")[1], find(film, b"stco")[1]);
    let (runs, chunks) = (find(film, b"stsc")[1], word(film, places + 8));
    let run_of = |chunk: u32| {
        let mut entries = (0..word(film, runs + 8) as usize).map(|n| runs + 12 + 12 * n);
        let run = entries.rfind(|at| word(film, *at) <= chunk + 1);
        word(film, run.expect("a run") + 4)
    };
    let mut next = 0;
    for chunk in 0..chunks {
        let entry = places + 12 + 4 * chunk as usize;
        let from = word(film, entry) as usize;
        let bytes: u32 = (next..next + run_of(chunk))
            .map(|n| word(film, sizes + 16 + 4 * n as usize))
            .sum();
        next += run_of(chunk);
        let to = u32::try_from(moved.len()).expect("small").to_be_bytes();
        moved[entry..entry + 4].copy_from_slice(&to);
        moved.extend_from_slice(&film[from..from + bytes as usize]);
    }
    moved
}

#[test]
fn one_programme_in_every_layout() {
    let expected = read(film(NAMES[0]), &sample(NAMES[0]), 1000).expect("a film");
    assert_eq!(stream(&expected, 0).len(), 100, "pictures of 4 s");
    assert!(stream(&expected, 1).len() > 187, "frames of 4 s");
    assert_clean(&expected);
    for name in &NAMES[..3] {
        for cut in [1, 777, usize::MAX] {
            let found = read(film(name), &sample(name), cut).expect("a film");
            assert_clean(&found);
            assert_eq!(stream(&found, 0), stream(&expected, 0), "{name}");
            // Times of the first frame of sound are the muxer's taste where an edit list is missing.
            let bytes = |read: &Read| -> Vec<Vec<u8>> {
                let units = stream(read, 1).into_iter();
                units.map(|(_, _, data)| data.to_vec()).collect()
            };
            assert_eq!(bytes(&found), bytes(&expected), "{name}");
        }
    }
}

#[test]
fn tables_in_front_are_read_in_one_go_and_behind_with_two_jumps() {
    let jumps = |name: &str| read(film(name), &sample(name), 4096).expect("a film").jumps;
    assert_eq!(jumps("front.mp4"), 0);
    assert_eq!(jumps("behind.mp4"), 2, "to the tables, and back");
}

#[test]
fn sound_far_behind_is_fetched_some_seconds_at_a_time() {
    let original = sample("behind.mp4");
    let expected = read(film("behind.mp4"), &original, 4096).expect("a film");
    for gap in [1000, 500_000] {
        let moved = with_sound_behind(&original, gap);
        for cut in [500, 100_000] {
            let found = read(film("behind.mp4"), &moved, cut).expect("a film");
            assert_clean(&found);
            assert_eq!(stream(&found, 1), stream(&expected, 1), "{gap}");
            assert_eq!(stream(&found, 0), stream(&expected, 0), "{gap}");
            assert!(found.jumps < 8, "{gap}: {} jumps", found.jumps);
        }
    }
}

#[test]
fn a_film_that_is_cut_off_plays_as_far_as_it_goes() {
    let whole = sample("front.mp4");
    let found = read(film("front.mp4"), &whole[..whole.len() / 2], 4096).expect("a film");
    let pictures = stream(&found, 0).len();
    assert!((20..90).contains(&pictures), "{pictures}");
}

/// What ffmpeg makes of each stream of a file: times and hashes of what it decodes.
fn frames(path: &Path, map: &str) -> Option<Vec<String>> {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", map, "-f", "framemd5", "-"])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(said.is_empty(), "{}: {said}", path.display());
    let lines = String::from_utf8(out.stdout).expect("text");
    let hash = |line: &str| line.rsplit(',').next().map(|hash| hash.trim().to_owned());
    let lines = lines.lines().filter(|line| !line.starts_with('#'));
    Some(lines.filter_map(hash).collect())
}

#[test]
fn ffmpeg_sees_the_same_pictures_and_hears_the_same_sound() {
    let folder = std::env::temp_dir().join(format!("dipole-films-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for name in NAMES {
        let found = read(film(name), &sample(name), 4096).expect("a film");
        let out = folder.join(format!("{name}.ts"));
        std::fs::write(&out, &found.stream).expect("written");
        let (Some(before), Some(after)) = (frames(&path(name), "0:v"), frames(&out, "0:v")) else {
            eprintln!("skipped: no ffmpeg");
            return;
        };
        assert_eq!(before.len(), 100, "{name}");
        assert_eq!(before, after, "{name}");
        // The priming that an edit list cuts off is heard in a transport stream.
        let (before, after) = (frames(&path(name), "0:a"), frames(&out, "0:a"));
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        assert!(after.len() >= before.len(), "{name}");
    }
    std::fs::remove_dir_all(folder).expect("removed");
}

/// Matroska says when pictures are shown, in milliseconds.
#[test]
fn matroska_gives_the_same_pictures_at_the_same_times() {
    let expected = read(film("behind.mp4"), &sample("behind.mp4"), 1000).expect("a film");
    for cut in [1, 777, usize::MAX] {
        let found = read(film("h264.mkv"), &sample("h264.mkv"), cut).expect("a film");
        assert_clean(&found);
        assert_eq!(found.jumps, 0);
        for index in [0, 1] {
            let (found, expected) = (shown(&found, index), shown(&expected, index));
            assert_eq!(found.len(), expected.len());
            for ((at, data), (expected_at, expected)) in found.iter().zip(&expected) {
                assert_eq!(data, expected);
                assert!(
                    at.abs_diff(*expected_at) <= 90,
                    "{at} and not {expected_at}"
                );
            }
        }
    }
}

/// The units of one stream: when they are shown after the first picture, and their bytes.
fn shown(read: &Read, stream: usize) -> Vec<(u64, &[u8])> {
    let first = read.units.iter().find(|(head, _)| head.stream == 0);
    let first = first.map_or(0, |(head, _)| head.pts);
    let units = read.units.iter().filter(|(head, _)| head.stream == stream);
    let since = |pts: u64| (pts + PTS_WRAP - first) % PTS_WRAP;
    units
        .map(|(head, data)| (since(head.pts), data.as_slice()))
        .collect()
}

/// No picture is decoded before the one in front of it, or after it is shown.
#[test]
fn times_of_decoding_go_on() {
    for name in ["h264.mkv", "hevc.mkv"] {
        let found = read(film(name), &sample(name), 4096).expect("a film");
        assert_clean(&found);
        let times: Vec<(i64, i64)> = found
            .units
            .iter()
            .filter(|(head, _)| head.stream == 0)
            .map(|(head, _)| (signed(head.pts), signed(head.dts)))
            .collect();
        assert_eq!(times.len(), 100, "{name}");
        assert!(
            times.windows(2).all(|pair| pair[0].1 < pair[1].1),
            "{name}: {times:?}"
        );
        assert!(
            times.iter().all(|(pts, dts)| dts <= pts),
            "{name}: {times:?}"
        );
    }
}

/// A time near zero, before it or behind it.
fn signed(ticks: u64) -> i64 {
    let ticks = i64::try_from(ticks).expect("33 bits");
    match ticks > i64::try_from(PTS_WRAP / 2).expect("33 bits") {
        true => ticks - i64::try_from(PTS_WRAP).expect("33 bits"),
        false => ticks,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Bytes that lie anywhere: in lengths, counts, places.
    #[test]
    fn no_damage_makes_a_film_panic(
        which in 0..NAMES.len(),
        damage in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 1..8),
        cut in 1_usize..5000,
    ) {
        let mut bytes = sample(NAMES[which]);
        // Most of it in the tables, where it tells.
        let tables = find(&bytes, b"moov").first().map_or(0, |at| at - 4);
        for (place, byte) in damage {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
            let at = tables + (place * (bytes.len() - tables).min(6000) as f64) as usize;
            bytes[at] = byte;
        }
        if let Ok(read) = read(film(NAMES[which]), &bytes, cut) {
            let mut checker = Checker::new();
            checker.bytes(&read.stream);
        }
    }
}
