//! Fragments whose tracks lie far apart: all of one, then all of the other, as ffmpeg writes them.
//!
//! The file is built here: two tracks in AC-3, the shortest there is to describe, of which the first
//! has 100 KB before the second begins.

use mpegts::check::Checker;
use mpegts::{PacketView, ticks::pts_difference};
use url::Url;

use super::testing::{Answer, Provider, Tape, encrypt};
use super::{HlsConfig, play};

const SAMPLES: u32 = 100;
const FIRST_BYTES: u32 = 1000;
const SECOND_BYTES: u32 = 300;
const LIST: &str = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXT-X-MAP:URI=\"init\"\n";

fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).expect("small");
    [&size.to_be_bytes()[..], kind, content].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn track(id: u32) -> Vec<u8> {
    let entry = boxed(b"ac-3", &[0; 28]);
    let stsd = boxed(b"stsd", &[words(&[0, 1]), entry].concat());
    let minf = boxed(b"minf", &boxed(b"stbl", &stsd));
    let mdhd = boxed(b"mdhd", &words(&[0, 0, 0, 10, 0, 0]));
    let hdlr = boxed(b"hdlr", &[&words(&[0, 0])[..], b"soun", &[0; 13]].concat());
    let tkhd = boxed(b"tkhd", &words(&[0, 0, 0, id, 0, 0]));
    let mdia = boxed(b"mdia", &[mdhd, hdlr, minf].concat());
    boxed(b"trak", &[tkhd, mdia].concat())
}

fn init() -> Vec<u8> {
    let mvhd = boxed(b"mvhd", &words(&[0, 0, 0, 10, 0]));
    boxed(b"moov", &[mvhd, track(1), track(2)].concat())
}

/// Ten samples a second of each track.
fn segment() -> Vec<u8> {
    let traf = |id, offset, size| {
        // Duration and size by default; the base is the moof.
        let tfhd = boxed(b"tfhd", &words(&[0x02_0018, id, 1, size]));
        let tfdt = boxed(b"tfdt", &words(&[0, 0]));
        let trun = boxed(b"trun", &words(&[1, SAMPLES, offset]));
        boxed(b"traf", &[tfhd, tfdt, trun].concat())
    };
    let moof = |bytes: u32| {
        let second = bytes + 8 + SAMPLES * FIRST_BYTES;
        let trafs = [
            traf(1, bytes + 8, FIRST_BYTES),
            traf(2, second, SECOND_BYTES),
        ];
        boxed(b"moof", &trafs.concat())
    };
    let bytes = u32::try_from(moof(0).len()).expect("small");
    let media = vec![9; (SAMPLES * (FIRST_BYTES + SECOND_BYTES)) as usize];
    [moof(bytes), boxed(b"mdat", &media)].concat()
}

async fn play_from(provider: &mut Provider) -> Tape {
    let address = Url::parse("http://h/list").expect("constant");
    let mut tape = Tape::default();
    let outcome = play(provider, &mut tape, &address, &HlsConfig::default()).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    tape
}

/// PES packets of both streams; they come in order of decoding.
fn units(tape: &Tape) -> [usize; 2] {
    let mut checker = Checker::new();
    checker.bytes(&tape.bytes);
    assert!(checker.report().is_clean(), "{:?}", checker.report());
    let (packets, _) = tape.bytes.as_chunks::<188>();
    let mut found = [0, 0];
    let mut last = None;
    for view in packets.iter().map(PacketView::new) {
        let stream = usize::from(view.pid().wrapping_sub(0x100));
        let (Some(count), true) = (found.get_mut(stream), view.pusi()) else {
            continue;
        };
        *count += 1;
        let dts = mpegts::pes::PesView::parse(view.payload()).and_then(|pes| pes.dts());
        let dts = dts.expect("a time");
        let step = last
            .replace(dts)
            .map_or(0, |last| pts_difference(dts, last));
        assert!(step >= 0, "{step}");
    }
    found
}

#[tokio::test(start_paused = true)]
async fn the_second_track_is_read_beside_the_first() {
    for (answer, what) in [
        (Answer::Body(segment()), "in part"),
        (Answer::Whole(segment()), "by a server without ranges"),
    ] {
        let mut provider = Provider::default()
            .on("/list", format!("{LIST}0\n#EXT-X-ENDLIST\n"))
            .on("/init", init())
            .on("/0", answer);
        let tape = play_from(&mut provider).await;
        assert_eq!(units(&tape), [100, 100], "{what}");
        assert_eq!(provider.requests_of("/0"), 2, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_part_of_a_file_and_encrypted() {
    let (key, iv) = (*b"0123456789abcdef", 5_u128.to_be_bytes());
    let sealed = "#EXT-X-KEY:METHOD=AES-128,URI=\"key\",IV=0x5\n";
    let length = segment().len();
    for (tags, file) in [
        (
            format!("#EXT-X-BYTERANGE:{length}@77\n"),
            [vec![1; 77], segment(), vec![2; 50]].concat(),
        ),
        (sealed.to_owned(), encrypt(&segment(), &key, &iv)),
    ] {
        let mut provider = Provider::default()
            .on("/list", format!("{LIST}{tags}0\n#EXT-X-ENDLIST\n"))
            .on("/init", init())
            .on("/key", key.to_vec())
            .on("/0", file);
        let tape = play_from(&mut provider).await;
        assert_eq!(units(&tape), [100, 100], "{tags}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_second_request_the_first_track_plays() {
    for refusal in [
        Answer::Status(429),
        Answer::NoConnection,
        Answer::Broken(vec![9; 500]),
    ] {
        let mut provider = Provider::default()
            .on("/list", format!("{LIST}0\n#EXT-X-ENDLIST\n"))
            .on("/init", init())
            .on("/0", segment())
            .on("/0", refusal);
        let [first, second] = units(&play_from(&mut provider).await);
        assert_eq!(first, 100);
        assert!(second < 3, "{second}");
    }
}
