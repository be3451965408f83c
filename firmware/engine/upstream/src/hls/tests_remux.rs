//! What is no transport stream by itself: fragmented MP4, and sound in a playlist of its own.
//!
//! The samples are those of the crate `remux`: two seconds in two segments, 50 pictures.

use std::path::Path;
use std::time::Duration;

use mpegts::check::Checker;
use mpegts::{Codec, Conditioner, PacketView};
use remux::{Fmp4Source, Mux, Piece, Wanted};
use tokio::time::Instant;
use url::Url;

use super::testing::{Answer, Provider, Tape, encrypt};
use super::{Error, HlsConfig, RemuxSlots, play};

const KEY: [u8; 16] = *b"sixteen byte key";
const IV: [u8; 16] = [7; 16];
const FILES: [&str; 3] = ["init.mp4", "0.m4s", "1.m4s"];
/// Frames of sound in the sample `h264-aac`, by the samples of its runs.
const AAC_FRAMES: std::ops::RangeInclusive<usize> = 94..=95;

fn sample(name: &str, file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../formats/remux/tests/data");
    std::fs::read(folder.join(name).join(file)).expect("a sample under version control")
}

/// A provider with the three files of a sample in a folder of that name.
fn with_sample(provider: Provider, name: &str) -> Provider {
    FILES.iter().fold(provider, |provider, file| {
        provider.on(&format!("/{name}/{file}"), sample(name, file))
    })
}

fn list(body: &str) -> String {
    format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n{body}#EXT-X-ENDLIST\n")
}

fn whole(name: &str) -> String {
    format!(
        "#EXT-X-MAP:URI=\"/{name}/init.mp4\"\n#EXTINF:1,\n/{name}/0.m4s\n#EXTINF:1,\n/{name}/1.m4s\n"
    )
}

async fn play_from(provider: &mut Provider) -> (Result<(), Error>, Tape) {
    let address = Url::parse("http://h/list").expect("constant");
    let mut tape = Tape::default();
    let outcome = play(provider, &mut tape, &address, &HlsConfig::default()).await;
    (outcome, tape)
}

struct Discard;

impl mpegts::Sink for Discard {
    fn random_access(&mut self, _: &[(u16, u8)]) {}
    fn clock(&mut self, _: u64) {}
    fn packet(&mut self, _: &mpegts::Packet) {}
}

/// The streams of a clean transport stream: codec and PES packets.
fn streams(tape: &Tape) -> Vec<(Codec, usize)> {
    let mut checker = Checker::new();
    checker.bytes(&tape.bytes);
    let report = checker.report();
    if tape.discontinuities == 0 {
        assert!(report.is_clean(), "{report:?}");
    }
    assert_eq!((report.continuity_errors, report.sync_losses), (0, 0));
    let mut conditioner = Conditioner::new();
    conditioner.push(&tape.bytes, &mut Discard);
    let program = conditioner.program().expect("a PMT").clone();
    let (packets, _) = tape.bytes.as_chunks::<188>();
    let units = |pid| {
        let views = packets.iter().map(PacketView::new);
        views
            .filter(|view| view.pid() == pid && view.pusi())
            .count()
    };
    let streams = program.streams.iter();
    streams
        .map(|stream| (stream.codec, units(stream.pid)))
        .collect()
}

fn assert_whole(tape: &Tape) {
    let found = streams(tape);
    let [(Codec::H264, 50), (Codec::AacAdts, frames)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(AAC_FRAMES.contains(frames), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn every_codec_is_played() {
    for (name, codecs) in [
        ("h264-aac", [Codec::H264, Codec::AacAdts]),
        ("h264-eac3", [Codec::H264, Codec::Eac3]),
        ("hevc-ac3", [Codec::Hevc, Codec::Ac3]),
    ] {
        let mut provider = with_sample(Provider::default(), name).on("/list", list(&whole(name)));
        let (outcome, tape) = play_from(&mut provider).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        let found: Vec<_> = streams(&tape).iter().map(|stream| stream.0).collect();
        assert_eq!(found, codecs);
        assert_eq!(tape.discontinuities, 0);
        // The header is fetched once.
        assert_eq!(provider.requests.len(), 4);
    }
}

/// Where the fragments of a segment begin and end.
fn fragments(file: &[u8]) -> Vec<std::ops::Range<usize>> {
    let (mut begins, mut at) = (Vec::new(), 0);
    while let Some(head) = file.get(at..at + 8) {
        if &head[4..] == b"moof" {
            begins.push(at);
        }
        let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        at += usize::try_from(size).expect("a small box");
    }
    begins[0] = 0;
    let ends = begins.iter().skip(1).copied().chain([file.len()]);
    begins
        .iter()
        .copied()
        .zip(ends)
        .map(|(begin, end)| begin..end)
        .collect()
}

#[tokio::test(start_paused = true)]
async fn parts_of_segments_are_fragments() {
    let head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-PART-INF:PART-TARGET=1\n\
        #EXT-X-MAP:URI=\"/h264-aac/init.mp4\"\n";
    let [first, second] = ["0.m4s", "1.m4s"].map(|file| {
        let ranges = fragments(&sample("h264-aac", file));
        let seconds = 1.0 / f64::from(u32::try_from(ranges.len()).expect("few"));
        let part = |range: std::ops::Range<usize>| {
            let (length, begin) = (range.len(), range.start);
            format!("#EXT-X-PART:DURATION={seconds},URI=\"/h264-aac/{file}\",BYTERANGE=\"{length}@{begin}\"\n")
        };
        ranges.into_iter().map(part).collect::<String>()
    });
    let whole = "#EXTINF:1,\n/h264-aac/0.m4s\n";
    let ended =
        format!("{head}{first}{whole}{second}#EXTINF:1,\n/h264-aac/1.m4s\n#EXT-X-ENDLIST\n");
    let provider = with_sample(Provider::default(), "h264-aac");
    let mut provider = provider
        .on("/list", format!("{head}{first}"))
        .on("/list", format!("{head}{first}{whole}{second}"))
        .on("/list", ended);
    let (outcome, tape) = play_from(&mut provider).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_whole(&tape);
    assert_eq!(tape.discontinuities, 0);
    let parts = (first + &second).lines().count();
    assert_eq!(
        provider.requests.len(),
        3 + 1 + parts,
        "no segment as a whole"
    );
}

#[tokio::test(start_paused = true)]
async fn encrypted_headers_and_segments() {
    let key = "#EXT-X-KEY:METHOD=AES-128,URI=\"/key\",IV=0x07070707070707070707070707070707\n";
    let map = "#EXT-X-MAP:URI=\"init\"\n";
    let seal = |file| encrypt(&sample("h264-aac", file), &KEY, &IV);
    for (head, init) in [
        (format!("{key}{map}"), seal("init.mp4")),
        (format!("{map}{key}"), sample("h264-aac", "init.mp4")),
    ] {
        let mut provider = Provider::default()
            .on("/list", list(&format!("{head}0\n1\n")))
            .on("/key", KEY.to_vec())
            .on("/init", init)
            .on("/0", seal("0.m4s"))
            .on("/1", seal("1.m4s"));
        let (outcome, tape) = play_from(&mut provider).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_whole(&tape);
    }
}

#[tokio::test(start_paused = true)]
async fn everything_in_one_file() {
    let files = FILES.map(|file| sample("h264-aac", file));
    let [init, first, second] = [&files[0], &files[1], &files[2]].map(Vec::len);
    let text = format!(
        "#EXT-X-MAP:URI=\"all\",BYTERANGE=\"{init}@0\"\n#EXT-X-BYTERANGE:{first}@{init}\nall\n\
         #EXT-X-BYTERANGE:{second}\nall\n"
    );
    let mut provider = Provider::default()
        .on("/list", list(&text))
        .on("/all", files.concat());
    let (outcome, tape) = play_from(&mut provider).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_whole(&tape);
}

#[tokio::test(start_paused = true)]
async fn another_header_is_another_stream() {
    let text = format!(
        "{}#EXT-X-DISCONTINUITY\n{}",
        whole("h264-aac"),
        whole("hevc-ac3")
    );
    let provider = with_sample(Provider::default(), "h264-aac");
    let mut provider = with_sample(provider, "hevc-ac3").on("/list", list(&text));
    let (outcome, tape) = play_from(&mut provider).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(tape.discontinuities, 1);
    let codecs: Vec<_> = streams(&tape).iter().map(|stream| stream.0).collect();
    assert_eq!(codecs, [Codec::Hevc, Codec::Ac3]);
}

#[tokio::test(start_paused = true)]
async fn gaps_and_lost_segments_are_seams() {
    let gap = whole("h264-aac").replace("#EXTINF:1,\n/h264-aac/1", "#EXT-X-GAP\n1\n/h264-aac/1");
    let lost = whole("h264-aac").replace("#EXTINF:1,\n/h264-aac/1", "lost\n/h264-aac/1");
    for (text, requests) in [(gap, 4), (lost, 5)] {
        let mut provider = with_sample(Provider::default(), "h264-aac").on("/list", list(&text));
        let (outcome, tape) = play_from(&mut provider).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(provider.requests.len(), requests);
        assert_eq!(tape.discontinuities, 1);
        assert_whole(&tape);
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_are_remuxed_than_the_plan_has_room_for() {
    let remux_slots = RemuxSlots::new(1);
    let config = HlsConfig {
        remux_slots: remux_slots.clone(),
        ..HlsConfig::default()
    };
    let address = Url::parse("http://h/list").expect("constant");
    let text = list(&whole("h264-aac"));
    let mut provider = with_sample(Provider::default(), "h264-aac").on("/list", text);
    let other = remux_slots.take().expect("the first");
    let outcome = play(&mut provider, &mut Tape::default(), &address, &config).await;
    assert!(
        matches!(outcome, Err(Error::NoRemuxSlot { slots_max: 1 })),
        "{outcome:?}"
    );
    drop(other);
    for _ in 0..2 {
        let outcome = play(&mut provider, &mut Tape::default(), &address, &config).await;
        assert!(outcome.is_ok(), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn protected_samples_are_refused() {
    let mut init = sample("h264-aac", "init.mp4");
    let at = init
        .windows(4)
        .position(|name| name == b"avc1")
        .expect("an entry");
    // The entry alone: the same letters stand among the brands.
    let at = at
        + init[at + 4..]
            .windows(4)
            .position(|name| name == b"avc1")
            .map_or(0, |n| n + 4);
    init[at..at + 4].copy_from_slice(b"encv");
    let mut provider = Provider::default()
        .on("/list", list(&whole("x")))
        .on("/x/init.mp4", init);
    let (outcome, _) = play_from(&mut provider).await;
    let Err(Error::Remux { source, .. }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(matches!(source, remux::Error::Protected { .. }), "{source}");
}

const MASTER: &str = "#EXTM3U\n\
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"x\",DEFAULT=YES,URI=\"sound\"\n\
    #EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\"\npicture\n";

#[tokio::test(start_paused = true)]
async fn sound_in_a_playlist_of_its_own() {
    // Both playlists name the same files: of each only the half that is wanted is taken.
    let mut provider = with_sample(Provider::default(), "h264-aac")
        .on("/list", MASTER)
        .on("/picture", list(&whole("h264-aac")))
        .on("/sound", list(&whole("h264-aac")));
    let (outcome, tape) = play_from(&mut provider).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    let found = streams(&tape);
    // The tail of the sound, behind the last picture, goes with the stream; so does what comes
    // before the first.
    assert!(
        matches!(
            found.as_slice(),
            [(Codec::H264, 50), (Codec::AacAdts, 85..=95)]
        ),
        "{found:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn transport_streams_with_the_sound_apart() {
    for wanted in [Wanted::Audio, Wanted::All] {
        let mut provider = Provider::default()
            .on("/list", MASTER)
            .on("/picture", list("p0\n"))
            .on("/sound", list("s0\n"))
            .on("/p0", transport_stream(Wanted::Video))
            .on("/s0", transport_stream(wanted));
        let (outcome, tape) = play_from(&mut provider).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        let found = streams(&tape);
        assert!(
            matches!(
                found.as_slice(),
                [(Codec::H264, 50), (Codec::AacAdts, 85..=95)]
            ),
            "{found:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn packed_audio_beside_a_picture() {
    // The transport stream made here begins two seconds late, so does the sound.
    let mut sound = b"ID3\x04\0\0\0\0\0\x3fPRIV\0\0\0\x35\0\0".to_vec();
    sound.extend(b"com.apple.streaming.transportStreamTimestamp\0");
    sound.extend(180_000_u64.to_be_bytes());
    sound.extend(aac_frames());
    let mut provider = Provider::default()
        .on("/list", MASTER)
        .on("/picture", list("p0\n"))
        .on("/sound", list("s0\n"))
        .on("/p0", transport_stream(Wanted::Video))
        .on("/s0", sound);
    let (outcome, tape) = play_from(&mut provider).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    let found = streams(&tape);
    assert!(
        matches!(
            found.as_slice(),
            [(Codec::H264, 50), (Codec::AacAdts, 85..=95)]
        ),
        "{found:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_picture_does_not_wait_long_for_sound_that_fails() {
    let dead = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n";
    for (answer, what) in [
        (Answer::Status(404), "no playlist"),
        (dead.into(), "an empty playlist"),
        (list("nowhere\n").into(), "no segment"),
        (Answer::NoConnection, "no connection"),
    ] {
        let mut provider = with_sample(Provider::default(), "h264-aac")
            .on("/list", MASTER)
            .on("/picture", list(&whole("h264-aac")))
            .on("/sound", answer);
        let begun = Instant::now();
        let (outcome, tape) = play_from(&mut provider).await;
        assert!(outcome.is_ok(), "{what}: {outcome:?}");
        assert_eq!(streams(&tape), [(Codec::H264, 50)], "{what}");
        assert!(begun.elapsed() <= Duration::from_secs(6), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn sound_that_cannot_be_decrypted_is_refused() {
    let sealed = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\"\n";
    let mut provider = with_sample(Provider::default(), "h264-aac")
        .on("/list", MASTER)
        .on("/picture", list(&whole("h264-aac")))
        .on("/sound", list(&format!("{sealed}{}", whole("h264-aac"))));
    let (outcome, _) = play_from(&mut provider).await;
    assert!(matches!(outcome, Err(Error::Unsupported(_))), "{outcome:?}");
}

/// The sample as a transport stream, or a part of it.
fn transport_stream(wanted: Wanted) -> Vec<u8> {
    let mut source = Fmp4Source::new(wanted);
    let mut mux = Mux::new();
    let mut out = Vec::new();
    each_piece(&mut source, |piece, streams| match piece {
        Piece::Begin(head) => {
            mux.set_streams(streams);
            mux.begin(&head, &mut out);
        }
        Piece::Data(data) => mux.data(data, &mut out),
        Piece::End => mux.end(&mut out),
        Piece::Streams | Piece::Apart => {}
    });
    out
}

fn aac_frames() -> Vec<u8> {
    let mut frames = Vec::new();
    each_piece(&mut Fmp4Source::new(Wanted::Audio), |piece, _| {
        if let Piece::Data(data) = piece {
            frames.extend_from_slice(data);
        }
    });
    frames
}

fn each_piece(source: &mut Fmp4Source, mut each: impl FnMut(Piece<'_>, &[remux::StreamInfo])) {
    for file in FILES {
        source.begin(0);
        let bytes = sample("h264-aac", file);
        let mut input = bytes.as_slice();
        loop {
            let streams = source.streams().to_vec();
            match source.next(&mut input).expect("a good sample") {
                Some(piece) => each(piece, &streams),
                None => break,
            }
        }
        let streams = source.streams().to_vec();
        while let Some(piece) = source.finish().expect("a whole sample") {
            each(piece, &streams);
        }
    }
}
