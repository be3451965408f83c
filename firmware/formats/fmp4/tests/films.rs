//! Goal: the tables of a film tell where each sample is, whole or through windows, and tables that
//! lie do no harm. Method: films built here, box by box, with samples that are known; whoever reads
//! brings the bytes that are asked for, in any cut.

use fmp4::{Index, Survey, Surveyed, Unknown};
use proptest::prelude::*;

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).expect("small");
    [&size.to_be_bytes()[..], kind, content].concat()
}

fn words(words: impl IntoIterator<Item = u32>) -> Vec<u8> {
    words.into_iter().flat_map(u32::to_be_bytes).collect()
}

fn count(items: &[impl Sized]) -> u32 {
    u32::try_from(items.len()).expect("few")
}

/// What a sample is: place, bytes, decoding time, composition offset, key.
type Known = (u64, u32, u64, i32, bool);

/// Samples of a track in chunks of `in_chunk`, which begin 100 bytes apart.
fn samples(sizes: &[u32], in_chunk: usize) -> Vec<Known> {
    let mut at = 48;
    let mut dts = 0;
    let mut known = Vec::new();
    for (index, size) in sizes.iter().enumerate() {
        if index % in_chunk == 0 && index > 0 {
            at += 100;
        }
        let composition = i32::try_from(index % 3).expect("small") * 10;
        known.push((at, *size, dts, composition, index % 7 == 0));
        at += u64::from(*size);
        // Two durations, for runs of five.
        dts += if index / 5 % 2 == 0 { 40 } else { 41 };
    }
    known
}

fn table(kind: &[u8; 4], head: &[u32], entries: Vec<u32>) -> Vec<u8> {
    let whole = [0].iter().chain(head).copied().chain(entries);
    boxed(kind, &words(whole))
}

fn tables(known: &[Known], in_chunk: usize) -> Vec<u8> {
    let n = count(known);
    let runs: Vec<u32> = (0..n.div_ceil(5))
        .flat_map(|run| [5.min(n - run * 5), 40 + run % 2])
        .collect();
    let offsets: Vec<u32> = known
        .iter()
        .flat_map(|k| [1, k.3.cast_unsigned()])
        .collect();
    let chunks: Vec<u32> = known
        .iter()
        .step_by(in_chunk)
        .map(|k| u32::try_from(k.0).expect("small"))
        .collect();
    let keys: Vec<u32> = (1..)
        .zip(known)
        .filter(|(_, k)| k.4)
        .map(|(at, _)| at)
        .collect();
    [
        boxed(b"stsd", &[words([0, 1]), boxed(b"ac-3", &[0; 28])].concat()),
        table(b"stts", &[count(&runs) / 2], runs),
        table(b"ctts", &[n], offsets),
        table(
            b"stsc",
            &[1],
            vec![1, u32::try_from(in_chunk).expect("small"), 1],
        ),
        table(b"stsz", &[0, n], known.iter().map(|k| k.1).collect()),
        table(b"stco", &[count(&chunks)], chunks),
        table(b"stss", &[count(&keys)], keys),
    ]
    .concat()
}

/// A film with its tables behind `media_bytes` of media data.
fn film(known: &[Known], in_chunk: usize, media_bytes: u32) -> Vec<u8> {
    let minf = boxed(b"minf", &boxed(b"stbl", &tables(known, in_chunk)));
    let mdhd = boxed(b"mdhd", &words([0, 0, 0, 1000, 0, 0]));
    let hdlr = boxed(b"hdlr", &[&words([0, 0])[..], b"soun", &[0; 13]].concat());
    let mdia = boxed(b"mdia", &[mdhd, hdlr, minf].concat());
    let tkhd = boxed(b"tkhd", &words([0, 0, 0, 1, 0, 0]));
    let trak = boxed(b"trak", &[tkhd, mdia].concat());
    let mvhd = boxed(b"mvhd", &words([0, 0, 0, 1000, 0]));
    let cover = boxed(b"udta", &[7; 3000]);
    let moov = boxed(b"moov", &[mvhd, cover, trak].concat());
    let media = boxed(b"mdat", &vec![0; media_bytes as usize]);
    [boxed(b"ftyp", b"isom\0\0\0\0"), media, moov].concat()
}

fn survey(film: &[u8], cut: usize) -> Result<Option<Surveyed>, fmp4::Error> {
    let mut survey = Survey::new();
    for _ in 0..2 * film.len() / cut + 100 {
        let from = usize::try_from(survey.at()).unwrap_or(usize::MAX);
        let Some(mut input) = film.get(from..).filter(|rest| !rest.is_empty()) else {
            // Behind the last byte there is nothing more to bring, but perhaps enough was brought.
            return survey.next(&mut &[][..]);
        };
        input = &input[..input.len().min(cut)];
        if let Some(surveyed) = survey.next(&mut input)? {
            return Ok(Some(surveyed));
        }
    }
    unreachable!("the survey goes round in circles: {survey:?}");
}

/// All samples of the first track; how often a window had to be filled.
fn read(film: &[u8], mut index: Index, cut: usize) -> Result<(Vec<Known>, usize), fmp4::Error> {
    let (mut known, mut fills) = (Vec::new(), 0);
    loop {
        match index.peek(0) {
            Ok(None) => return Ok((known, fills)),
            Ok(Some(placed)) => {
                let head = placed.head;
                known.push((
                    placed.at,
                    head.size,
                    head.dts,
                    head.composition,
                    head.is_sync,
                ));
                index.pass(&placed);
            }
            Err(Unknown::Error(error)) => return Err(error),
            Err(Unknown::Window(window)) => {
                let place = index.place(window).expect("a window has a place");
                let from = usize::try_from(place.at).expect("small");
                let bytes = &film[from..from + place.bytes];
                let mut at = place.at;
                for piece in bytes.chunks(cut) {
                    index.fill(window, at, piece);
                    at += piece.len() as u64;
                }
                fills += 1;
                assert!(fills < 10_000, "a window is filled in vain");
            }
        }
        if known.len() > 1_000_000 {
            return Ok((known, fills));
        }
    }
}

fn plain(film: &[u8], cut: usize) -> Index {
    match survey(film, cut) {
        Ok(Some(Surveyed::Plain(index))) => *index,
        other => unreachable!("a good film: {other:?}"),
    }
}

#[test]
fn tables_of_a_long_film_are_seen_through_windows() {
    let sizes: Vec<u32> = (0..40_000).map(|n| n % 90 + 1).collect();
    let known = samples(&sizes, 4);
    let film = film(&known, 4, 1000);
    for cut in [1000, usize::MAX] {
        let index = plain(&film, cut);
        assert!(!index.is_whole());
        let (found, fills) = read(&film, index, cut).expect("a good film");
        assert_eq!(found.len(), known.len());
        assert!(found == known);
        // 584 KB in windows of 8 KiB.
        assert!((70..120).contains(&fills), "{fills}");
    }
}

#[test]
fn tables_of_a_short_film_are_held_whole() {
    let known = samples(&[10; 1000], 3);
    let film = film(&known, 3, 50);
    for cut in [1, 100, usize::MAX] {
        let index = plain(&film, cut);
        assert!(index.is_whole());
        assert_eq!(read(&film, index, 1), Ok((known.clone(), 0)));
    }
}

proptest! {
    #[test]
    fn any_sizes_in_any_chunks(
        sizes in prop::collection::vec(0_u32..500, 1..300),
        in_chunk in 1_usize..20,
        cut in 1_usize..3000,
    ) {
        let known = samples(&sizes, in_chunk);
        let film = film(&known, in_chunk, 30);
        prop_assert_eq!(read(&film, plain(&film, cut), cut), Ok((known, 0)));
    }

    #[test]
    fn no_damage_makes_it_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in 1_usize..3000,
    ) {
        let mut film = film(&samples(&[5; 40], 3), 3, 30);
        // Not the cover, which nobody reads.
        let tables = film.len() - 1000;
        for (at, byte) in damage {
            let at = at.index(1000);
            film[tables + at] = byte;
        }
        if let Ok(Some(Surveyed::Plain(index))) = survey(&film, cut)
            && index.is_whole()
        {
            let _ = read(&film, *index, cut);
        }
    }
}
