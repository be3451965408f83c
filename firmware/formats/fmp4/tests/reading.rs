//! Goal: boxes of every legal form are read, in every cut, and no box that lies does harm.
//! Method: segments built here, box by box, so that each field can be set wrong.

use fmp4::{Codec, Error, Event, HELD_BYTES_MAX, Reader, SAMPLES_MAX, SampleHead, Tracks};
use proptest::prelude::*;

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).expect("small");
    [&size.to_be_bytes()[..], kind, content].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// A track in AC-3, whose sample entry is the shortest.
fn track(id: u32, timescale: u32) -> Vec<u8> {
    let entry = boxed(b"ac-3", &[0; 28]);
    let stsd = boxed(b"stsd", &[words(&[0, 1]), entry].concat());
    let minf = boxed(b"minf", &boxed(b"stbl", &stsd));
    let mdhd = boxed(b"mdhd", &words(&[0, 0, 0, timescale, 0, 0]));
    let hdlr = boxed(b"hdlr", &[&words(&[0, 0])[..], b"soun", &[0; 13]].concat());
    let tkhd = boxed(b"tkhd", &words(&[0, 0, 0, id, 0, 0]));
    boxed(
        b"trak",
        &[tkhd, boxed(b"mdia", &[mdhd, hdlr, minf].concat())].concat(),
    )
}

fn init(tracks: &[(u32, u32)]) -> Vec<u8> {
    let mvhd = boxed(b"mvhd", &words(&[0, 0, 0, 1000, 0]));
    let traks: Vec<u8> = tracks
        .iter()
        .flat_map(|(id, scale)| track(*id, *scale))
        .collect();
    let trex: Vec<u8> = tracks
        .iter()
        .flat_map(|(id, _)| boxed(b"trex", &words(&[0, *id, 1, 10, 4, 0])))
        .collect();
    let moov = boxed(b"moov", &[mvhd, traks, boxed(b"mvex", &trex)].concat());
    [boxed(b"ftyp", b"iso5\0\0\0\0"), moov].concat()
}

/// A `traf` whose samples have the lengths `sizes`, beginning `offset` bytes behind the moof.
fn traf(id: u32, time: u32, offset: u32, sizes: &[u32]) -> Vec<u8> {
    let tfhd = boxed(b"tfhd", &words(&[0x02_0000, id]));
    let tfdt = boxed(b"tfdt", &words(&[0, time]));
    let count = u32::try_from(sizes.len()).expect("few");
    let trun = boxed(b"trun", &words(&[&[0x201, count, offset], sizes].concat()));
    boxed(b"traf", &[tfhd, tfdt, trun].concat())
}

/// A fragment with one run for each of `(track, time, sizes)`, one behind the other.
fn fragment(runs: &[(u32, u32, &[u32])]) -> Vec<u8> {
    let build = |offset: u32| {
        let mut at = offset;
        let mut content = boxed(b"mfhd", &words(&[0, 1]));
        for (id, time, sizes) in runs {
            content.extend(traf(*id, *time, at, sizes));
            at += sizes.iter().sum::<u32>();
        }
        (boxed(b"moof", &content), at)
    };
    let (moof, _) = build(0);
    let (moof, end) = build(u32::try_from(moof.len() + 8).expect("small"));
    let media: Vec<u8> = (0..end as usize - moof.len() - 8)
        .map(|n| n.to_le_bytes()[0])
        .collect();
    [moof, boxed(b"mdat", &media)].concat()
}

/// Samples as (track, dts, bytes), and how the segment ended.
type Found = (Vec<(usize, u64, Vec<u8>)>, Result<(), Error>);

fn read(segment: &[u8], cut: usize) -> Found {
    let mut reader = Reader::new();
    let mut samples = Vec::new();
    for chunk in segment.chunks(cut) {
        let mut input = chunk;
        loop {
            match reader.next(&mut input) {
                Ok(Some(Event::Sample(SampleHead { track, dts, .. }))) => {
                    samples.push((track, dts, Vec::new()));
                }
                Ok(Some(Event::Data(data))) => {
                    samples
                        .last_mut()
                        .expect("a sample")
                        .2
                        .extend_from_slice(data);
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => return (samples, Err(error)),
            }
        }
    }
    (samples, reader.finish())
}

#[test]
fn samples_of_two_tracks_and_two_fragments() {
    let segment = [
        init(&[(1, 100), (7, 50)]),
        boxed(b"styp", b"msdh"),
        boxed(b"sidx", &[0; 40]),
        fragment(&[(1, 5, &[3, 4]), (7, 2, &[5])]),
        boxed(b"emsg", &[9; 50]),
        boxed(b"free", &[]),
        fragment(&[(7, 12, &[2]), (1, 25, &[0, 6])]),
    ]
    .concat();
    let (samples, end) = read(&segment, usize::MAX);
    assert_eq!(end, Ok(()));
    let heads: Vec<_> = samples.iter().map(|s| (s.0, s.1, s.2.len())).collect();
    assert_eq!(
        heads,
        [
            (0, 5, 3),
            (0, 15, 4),
            (1, 2, 5),
            (1, 12, 2),
            (0, 25, 0),
            (0, 35, 6)
        ]
    );
    assert_eq!(samples[2].2, [7, 8, 9, 10, 11]);
    for cut in [1, 2, 9, 100] {
        assert_eq!(read(&segment, cut), (samples.clone(), Ok(())), "{cut}");
    }
}

#[test]
fn media_data_with_a_long_size_and_to_the_end() {
    let plain = fragment(&[(1, 0, &[3])]);
    let (moof, media) = plain.split_at(plain.len() - 11);
    // The data lie eight bytes farther with a size of 64 bits: the offset of the run says so.
    let at = moof.len() - 8;
    let mut far = moof.to_vec();
    far[at + 3] += 8;
    let large = [
        &far[..],
        &[0, 0, 0, 1],
        b"mdat",
        &19_u64.to_be_bytes(),
        &media[8..],
    ]
    .concat();
    let open = [moof, &[0; 4], &media[4..]].concat();
    for fragment in [large, open] {
        let (samples, end) = read(&[init(&[(1, 100)]), fragment].concat(), 5);
        assert_eq!((samples.len(), end), (1, Ok(())));
        assert_eq!(samples[0].2, [0, 1, 2]);
    }
}

#[test]
fn segments_that_lie_are_named() {
    let init = init(&[(1, 100)]);
    let good = fragment(&[(1, 0, &[3, 3])]);
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        [init.clone(), bytes].concat()
    };
    let moof = good.len() - 14;
    let oversized = u32::try_from(HELD_BYTES_MAX + 9)
        .expect("small")
        .to_be_bytes();
    let many = [
        boxed(b"tfhd", &words(&[0x02_0000, 1])),
        boxed(b"trun", &words(&[0, SAMPLES_MAX + 1])),
    ]
    .concat();
    let many = boxed(b"moof", &boxed(b"traf", &many));
    type Case = (&'static str, Vec<u8>, fn(&Error) -> bool);
    let table: Vec<Case> = vec![
        ("no header", good.clone(), |e| *e == Error::NoMovie),
        ("cut in media", with(&|b| b.truncate(b.len() - 1)), |e| {
            *e == Error::CutOff
        }),
        ("cut in a box", with(&|b| b.truncate(30)), |e| {
            *e == Error::CutOff
        }),
        ("no media", with(&|b| b.truncate(b.len() - 14)), |e| {
            *e == Error::CutOff
        }),
        ("media too short", with(&|b| b[moof + 3] -= 2), |e| {
            *e == Error::Misplaced
        }),
        ("data before the media", with(&|b| b[moof - 9] = 0), |e| {
            *e == Error::Misplaced
        }),
        ("too many entries", with(&|b| b[moof - 13] = 9), |e| {
            matches!(e, Error::Short { .. })
        }),
        (
            "a huge moof",
            with(&|b| b[..4].copy_from_slice(&oversized)),
            |e| matches!(e, Error::TooLarge { .. }),
        ),
        ("a box too long", with(&|b| b[11] = 0xFF), |e| {
            matches!(e, Error::Length { .. })
        }),
        ("too many samples", [init.clone(), many].concat(), |e| {
            matches!(
                e,
                Error::TooMany {
                    what: "samples",
                    ..
                }
            )
        }),
    ];
    for (name, segment, is_expected) in table {
        let (_, end) = read(&segment, 7);
        let error = end.expect_err(name);
        assert!(is_expected(&error), "{name}: {error:?}");
    }
}

#[test]
fn a_reader_goes_on_with_the_next_segment() {
    let mut reader = Reader::new();
    let init = init(&[(1, 100)]);
    let good = fragment(&[(1, 0, &[3])]);
    for (segment, is_good) in [(&init[..], true), (&good[..20], false), (&good[..], true)] {
        reader.begin(0);
        let mut input = segment;
        while reader.next(&mut input).expect("no box is wrong").is_some() {}
        assert_eq!(reader.finish().is_ok(), is_good);
    }
    let track = &reader.movie().expect("a movie").tracks[0];
    assert_eq!(
        (track.id, track.timescale.get(), &track.codec),
        (1, 100, &Codec::Ac3)
    );
}

#[test]
fn what_lies_apart_is_read_at_two_places() {
    let mut reader = Reader::new();
    let mut init = &init(&[(1, 100), (2, 100)])[..];
    while reader.next(&mut init).expect("a good header").is_some() {}
    let segment = fragment(&[(1, 0, &[50, 60, 70]), (2, 0, &[1, 2, 3])]);
    reader.begin(1000);
    let mut input = &segment[..];
    assert_eq!(reader.next(&mut input), Ok(Some(Event::Fragment)));
    // The samples of track 1 at 10 and 20 come before that of track 2 at 0.
    assert_eq!(reader.spread_bytes(), 130);
    let mut other = reader
        .split(Tracks::NONE.with(1))
        .expect("samples of track 2");
    let end = 1000 + segment.len() as u64;
    assert_eq!(other.extent(), Some((end - 6, end)));
    assert_eq!(reader.extent(), Some((end - 186, end - 6)));
    assert_eq!((reader.spread_bytes(), other.spread_bytes()), (0, 0));
    let count = |reader: &mut Reader, mut input: &[u8]| {
        let mut bytes = 0;
        while let Some(event) = reader.next(&mut input).expect("good") {
            if let Event::Data(data) = event {
                bytes += data.len();
            }
        }
        bytes
    };
    assert_eq!(count(&mut other, &segment[segment.len() - 6..]), 6);
    assert_eq!(other.finish(), Ok(()));
    assert_eq!(count(&mut reader, input), 180);
    assert_eq!(reader.finish(), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever is changed: no panic, no more bytes given out than put in.
    #[test]
    fn damage_does_no_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in 1_usize..64,
        end in any::<prop::sample::Index>(),
    ) {
        let mut segment = [
            init(&[(1, 100), (2, 90_000)]),
            fragment(&[(1, 5, &[3, 4, 5]), (2, 2, &[5, 1]), (1, 35, &[8])]),
        ]
        .concat();
        for (at, value) in changes {
            let at = at.index(segment.len());
            segment[at] = value;
        }
        segment.truncate(end.index(segment.len()) + 1);
        let (samples, _) = read(&segment, cut);
        let given: usize = samples.iter().map(|sample| sample.2.len()).sum();
        prop_assert!(given <= segment.len());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, cut in 1_usize..16) {
        let _ = read(&bytes, cut);
    }
}
