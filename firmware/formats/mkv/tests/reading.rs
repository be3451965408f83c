//! Goal: elements of every legal form are read, in every cut, and none that lies does harm. Method:
//! files built here, element by element, so that each length can be set wrong.

use mkv::{Error, Event, HELD_BYTES_MAX, Reader, TrackKind};
use proptest::prelude::*;

const UNKNOWN: &[u8] = &[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1F43_B675;
const TRACKS: u32 = 0x1654_AE6B;

fn id_bytes(id: u32) -> Vec<u8> {
    let bytes = id.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(3);
    bytes[first..].to_vec()
}

fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("small") | 0x1000_0000;
    [&id_bytes(id)[..], &length.to_be_bytes(), content].concat()
}

/// Until something comes that cannot be inside.
fn endless(id: u32, content: &[u8]) -> Vec<u8> {
    [&id_bytes(id)[..], UNKNOWN, content].concat()
}

fn header(doc_type: &[u8]) -> Vec<u8> {
    element(0x1A45_DFA3, &element(0x4282, doc_type))
}

fn track(number: u8, kind: u8, codec: &[u8], more: &[u8]) -> Vec<u8> {
    let entry = [
        element(0xD7, &[number]),
        element(0x83, &[kind]),
        element(0x86, codec),
        element(0x22_B59C, b"deu"),
        // 20 ms from frame to frame.
        element(0x23_E383, &20_000_000_u32.to_be_bytes()),
        more.to_vec(),
    ];
    element(0xAE, &entry.concat())
}

fn encoding(algorithm: u8, settings: &[u8]) -> Vec<u8> {
    let compression = [element(0x4254, &[algorithm]), element(0x4255, settings)].concat();
    let encoding = [element(0x5033, &[0]), element(0x5034, &compression)].concat();
    element(0x6D80, &element(0x6240, &encoding))
}

fn tracks() -> Vec<u8> {
    let all = [
        track(1, 1, b"V_MPEG4/ISO/AVC", &element(0x63A2, b"private")),
        track(2, 2, b"A_AC3", &encoding(3, &[0x0B, 0x77])),
        track(3, 17, b"S_TEXT/UTF8", &encoding(0, &[])),
    ];
    element(TRACKS, &all.concat())
}

/// A file with what a muxer may write: unknown lengths, groups, every lacing, things to pass over.
fn film() -> Vec<u8> {
    let time = |n: u8| element(0xE7, &[n]);
    let first = [
        time(10),
        element(0xA3, &[0x81, 0, 0, 0x80, 1, 2, 3]),
        // EBML lacing: 1, 2 and 3 bytes.
        element(0xA3, &[0x82, 0, 5, 0x86, 2, 0x81, 0xC0, 4, 5, 5, 6, 6, 6]),
        element(0xEC, &[0; 300]),
        element(0xA3, &[0x84, 0, 0, 0x80, 9, 9]),
    ];
    let second = [
        time(100),
        element(
            0xA0,
            &[
                element(0xA1, &[0x81, 0xFF, 0xFF, 0, 7, 8]),
                element(0xFB, &[0]),
            ]
            .concat(),
        ),
        // Xiph and fixed lacing: 1 and 2 bytes, 2 and 2.
        element(0xA3, &[0x82, 0, 0, 0x82, 1, 1, 1, 2, 2]),
        element(0xA3, &[0x82, 0, 40, 0x84, 1, 3, 3, 4, 4]),
    ];
    let segment = [
        element(0x114D_9B74, &[1; 20]),
        element(
            0x1549_A966,
            &element(0x2A_D7B1, &1_000_000_u32.to_be_bytes()),
        ),
        tracks(),
        endless(CLUSTER, &first.concat()),
        element(0x1C53_BB6B, &[0xFF; 200]),
        element(CLUSTER, &second.concat()),
        element(0x1254_C367, &[0; 100]),
    ];
    [header(b"matroska"), endless(SEGMENT, &segment.concat())].concat()
}

/// A frame: track, milliseconds, key, bytes.
type Frame = (usize, i64, Option<bool>, Vec<u8>);

fn read(file: &[u8], cut: usize) -> Result<Vec<Frame>, Error> {
    let mut reader = Reader::new();
    let mut frames: Vec<Frame> = Vec::new();
    while let Some(rest) = usize::try_from(reader.at())
        .ok()
        .and_then(|at| file.get(at..))
        && !rest.is_empty()
    {
        let mut input = &rest[..rest.len().min(cut)];
        while let Some(event) = reader.next(&mut input)? {
            match event {
                Event::Tracks | Event::FrameEnd => {}
                Event::Frame(head) => {
                    frames.push((
                        head.track,
                        head.time_ns / 1_000_000,
                        head.is_key,
                        Vec::new(),
                    ));
                }
                Event::Data(data) => frames.last_mut().expect("a frame").3.extend(data),
            }
        }
    }
    Ok(frames)
}

#[test]
fn what_a_muxer_may_write() {
    let expected: Vec<Frame> = vec![
        (0, 10, Some(true), vec![1, 2, 3]),
        (1, 15, Some(true), vec![4]),
        (1, 35, Some(true), vec![5, 5]),
        (1, 55, Some(true), vec![6, 6, 6]),
        (0, 99, None, vec![7, 8]),
        (1, 100, Some(true), vec![1]),
        (1, 120, Some(true), vec![2, 2]),
        (1, 140, Some(true), vec![3, 3]),
        (1, 160, Some(true), vec![4, 4]),
    ];
    for cut in [1, 7, usize::MAX] {
        assert_eq!(read(&film(), cut), Ok(expected.clone()), "{cut}");
    }
}

#[test]
fn tracks_tell_what_decoders_need() {
    let mut reader = Reader::new();
    let film = film();
    let mut input = &film[..];
    assert_eq!(reader.next(&mut input), Ok(Some(Event::Tracks)));
    let kinds: Vec<_> = reader.tracks().iter().map(|track| track.kind).collect();
    assert_eq!(
        kinds,
        [TrackKind::Video, TrackKind::Audio, TrackKind::Other]
    );
    let [video, audio, text] = reader.tracks() else {
        unreachable!("three tracks");
    };
    assert_eq!(
        (video.codec.as_str(), &video.private[..]),
        ("V_MPEG4/ISO/AVC", &b"private"[..])
    );
    assert_eq!(
        (video.language, video.frame_ns),
        (Some(*b"deu"), Some(20_000_000))
    );
    assert_eq!(
        (&audio.stripped[..], audio.is_encoded),
        (&[0x0B, 0x77][..], false)
    );
    assert!(text.is_encoded);
}

#[test]
fn lies_are_refused() {
    let file = |inside: &[u8]| [header(b"matroska"), endless(SEGMENT, inside)].concat();
    let too_long = [&id_bytes(TRACKS)[..], &[0x10, 0x10, 0, 0]].concat();
    let bytes = 1 << 20;
    let bytes_max = HELD_BYTES_MAX as u64;
    let block = [element(0xE7, &[0]), vec![0xA3, 0x90, 0x81]].concat();
    for (file, expected) in [
        (header(b"other"), Error::DocType),
        (element(0xA3, &[0]), Error::DocType),
        (file(&element(CLUSTER, &[])), Error::NoTracks),
        (file(&[0; 20]), Error::NoElement),
        (
            file(&too_long),
            Error::TooLarge {
                id: TRACKS,
                bytes,
                bytes_max,
            },
        ),
        (
            file(&[tracks(), element(CLUSTER, &block), vec![0; 99]].concat()),
            Error::Length { id: 0xA3 },
        ),
    ] {
        assert_eq!(read(&file, 5), Err(expected));
    }
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in 1_usize..400,
    ) {
        let mut film = film();
        for (at, byte) in damage {
            let at = at.index(film.len());
            film[at] = byte;
        }
        let _ = read(&film, cut);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, cut in 1_usize..40) {
        let _ = read(&[header(b"webm"), bytes].concat(), cut);
    }
}
