//! Whole plays: from an address to the ring.

mod support;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use mpegts::check::Checker;
use mpegts::{Conditioner, Packet, Seam, Sink};
use support::plays::{config, open, published};
use support::{After, Reply, Server, client};
use upstream::kind::Kind;
use upstream::{Error, PlayRequest, Player, TEST_CHANNEL};

fn player() -> Player {
    Player::new(config(client()))
}

fn ask(url: &impl ToString) -> PlayRequest {
    PlayRequest {
        url: url.to_string(),
        ..PlayRequest::default()
    }
}

/// The front of the test channel, so that a play takes a moment only.
fn short_stream() -> &'static [u8] {
    &TEST_CHANNEL[..200 * 188]
}

async fn play(url: &impl ToString) -> (Result<(), Error>, Vec<u8>) {
    let (mut ingest, ring) = open();
    let played = player().play(&ask(url), &mut ingest).await;
    (played, published(&ring))
}

#[derive(Default)]
struct Collect(Vec<u8>);

impl Sink for Collect {
    fn random_access(&mut self, _: &[(u16, u8)]) {}
    fn clock(&mut self, _: u64) {}
    fn packet(&mut self, packet: &Packet) {
        self.0.extend_from_slice(packet);
    }
}

fn three_passes() -> Vec<u8> {
    let mut conditioner = Conditioner::new();
    let mut sink = Collect::default();
    for _ in 0..3 {
        conditioner.push(TEST_CHANNEL, &mut sink);
        conditioner.seam(Seam::Discontinuity, &mut sink);
    }
    conditioner.flush(&mut sink);
    sink.0
}

#[test]
fn the_test_channel_loops_without_a_fault() {
    assert!(TEST_CHANNEL.len() <= 400 * 1024 && TEST_CHANNEL.len().is_multiple_of(188));
    let bytes = three_passes();
    assert!(
        bytes.len() > 5 * TEST_CHANNEL.len() / 2,
        "{} bytes",
        bytes.len()
    );
    let mut checker = Checker::new();
    checker.bytes(&bytes);
    assert!(checker.report().is_clean(), "{:?}", checker.report());
}

/// Decodes all of it, with timestamps that have to grow by a frame each.
#[test]
fn a_decoder_sees_no_seam() {
    let decoder = Command::new("ffmpeg")
        .args([
            "-nostdin", "-v", "error", "-xerror", "-i", "pipe:0", "-map", "0",
        ])
        .args(["-f", "framecrc", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut decoder) = decoder else {
        eprintln!("skipped: no ffmpeg");
        return;
    };
    let mut stdin = decoder.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&three_passes()).unwrap());
    let output = decoder.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let pts: Vec<i64> = text
        .lines()
        .filter(|line| line.starts_with("0,"))
        .map(|line| line.split(',').nth(2).unwrap().trim().parse().unwrap())
        .collect();
    assert_eq!(pts.len(), 3 * 240);
    let even = pts.windows(2).all(|pair| pair[1] - pair[0] == 1);
    assert!(even, "video goes on at its rate over the seams");
}

#[tokio::test(start_paused = true)]
async fn the_test_channel_plays_on_and_on() {
    let (mut ingest, ring) = open();
    let player = player();
    let request = PlayRequest {
        is_built_in: true,
        ..ask(&"dipole:test")
    };
    let playing = player.play(&request, &mut ingest);
    let playing = tokio::time::timeout(Duration::from_secs(60), playing);
    assert!(playing.await.is_err(), "a channel does not end");
    // A minute is six passes and a quarter.
    let passes = ring.published() as f64 / TEST_CHANNEL.len() as f64;
    assert!((5.8..7.0).contains(&passes), "{passes} passes in a minute");
}

#[tokio::test]
async fn a_stream_is_known_by_its_bytes() {
    let server =
        Server::start(|_| Reply::new("200 OK", "Content-Type: text/html\r\n", short_stream()))
            .await;
    let (played, bytes) = play(&server.url("/live/1.m3u8")).await;
    played.unwrap();
    let mut checker = Checker::new();
    checker.bytes(&bytes);
    assert!(checker.report().is_clean() && checker.report().packets > 150);
    assert_eq!(server.connections(), 1);
    server.all_closed().await;
}

#[tokio::test]
async fn a_playlist_is_handed_over_and_not_asked_for_twice() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/live/1.ts" => Reply::redirect("/hls/abc/list.php?token=1"),
        "/hls/abc/list.php?token=1" => Reply::new(
            "200 OK",
            "Content-Type: video/mp2t\r\n",
            b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n",
        ),
        "/hls/abc/a.ts" => Reply::ok(short_stream()),
        _ => Reply::new("404 Not Found", "", b""),
    })
    .await;
    let (played, bytes) = play(&server.url("/live/1.ts")).await;
    played.unwrap();
    assert!(bytes.len() > 150 * 188);
    let targets: Vec<String> = server.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(
        targets,
        ["/live/1.ts", "/hls/abc/list.php?token=1", "/hls/abc/a.ts"]
    );
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn what_is_no_stream_is_named() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/page" => Reply::new(
            "200 OK",
            "Content-Type: video/mp2t\r\n",
            b"<html>Expired</html>",
        ),
        "/json" => Reply::ok(b"{\"error\":\"max connections\"}"),
        "/mp4" => Reply::ok(b"\0\0\0\x18ftypisom and so on"),
        "/flv" => Reply::ok(b"FLV\x01\x05 and so on"),
        "/noise" => Reply::new("200 OK", "Content-Type: video/mp2t\r\n", &[7; 100_000]),
        _ => Reply::raw(
            "HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\n\r\n",
            After::Close,
        ),
    })
    .await;
    let get = async |target| play(&server.url(target)).await.0.unwrap_err();
    let page = get("/page").await;
    assert!(matches!(page, Error::NotAStream { kind: Kind::Html }));
    assert!(
        page.to_string().contains("answered with a web page"),
        "{page}"
    );
    assert!(matches!(
        get("/json").await,
        Error::NotAStream { kind: Kind::Json }
    ));
    let film = get("/mp4").await;
    assert!(
        matches!(film, Error::Film(upstream::film::Error::CutOff)),
        "{film}"
    );
    let flv = get("/flv").await;
    let kind = Kind::FlvOrOther;
    assert!(
        matches!(flv, Error::UnsupportedKind { kind: found } if found == kind)
            && !flv.is_temporary()
    );
    assert!(matches!(
        get("/noise").await,
        Error::NotAStream {
            kind: Kind::Unknown
        }
    ));
    assert!(matches!(get("/empty").await, Error::Empty));
    server.all_closed().await;
}

#[tokio::test]
async fn headers_reach_the_provider() {
    let server = Server::start(|_| Reply::ok(short_stream())).await;
    let (mut ingest, _ring) = open();
    let request = PlayRequest {
        headers: vec![("Referer".into(), "http://site/".into())],
        user_agent: Some("VLC/3.0".into()),
        ..ask(&server.url("/"))
    };
    player().play(&request, &mut ingest).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.header("user-agent"), Some("VLC/3.0"));
    assert_eq!(seen.header("referer"), Some("http://site/"));
}

#[tokio::test]
async fn dropping_a_play_closes_its_connection() {
    let server = Server::start(|_| {
        let head = b"HTTP/1.1 200 OK\r\n\r\n".as_slice();
        Reply::raw([head, short_stream()].concat(), After::Hang)
    })
    .await;
    let (mut ingest, ring) = open();
    let player = player();
    let request = ask(&server.url("/"));
    let (joinable, joined) = tokio::sync::oneshot::channel();
    ingest.on_joinable(move || joinable.send(()).unwrap_or_default());
    tokio::select! {
        played = player.play(&request, &mut ingest) => panic!("{played:?}"),
        _ = joined => {}
    }
    assert!(ring.published() > 0);
    server.all_closed().await;
}

#[tokio::test]
async fn addresses_that_are_not_opened() {
    for (address, scheme) in [("rtmp://h/x", "rtmp"), ("dipole:other", "dipole")] {
        let error = play(&address).await.0.unwrap_err();
        assert!(matches!(&error, Error::UnsupportedScheme { scheme: told } if told == scheme));
        assert!(!error.is_temporary());
    }
    assert!(matches!(
        play(&"not an address").await.0,
        Err(Error::BadAddress { .. })
    ));
    for address in ["/etc/passwd", "file:///etc/passwd"] {
        assert!(matches!(play(&address).await.0, Err(Error::LocalFile)));
    }
    for address in ["dipole:test", " DIPOLE:test", "dipole:test?1"] {
        let (played, bytes) = play(&address).await;
        assert!(matches!(&played, Err(Error::TestChannel)), "{played:?}");
        assert!(!played.unwrap_err().is_temporary() && bytes.is_empty());
    }
}

#[tokio::test]
async fn files_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.ts");
    std::fs::write(&text, "no stream").unwrap();
    let missing = folder.path().join("missing.ts");
    for path in [folder.path(), &text, &missing] {
        let (mut ingest, _ring) = open();
        let request = PlayRequest {
            is_built_in: true,
            ..ask(&path.display())
        };
        let error = player().play(&request, &mut ingest).await.unwrap_err();
        assert!(matches!(error, Error::File { .. }), "{error}");
    }

    let file = folder.path().join("a file.ts");
    std::fs::write(&file, short_stream()).unwrap();
    let (mut ingest, ring) = open();
    let request = PlayRequest {
        is_built_in: true,
        ..ask(&url::Url::from_file_path(&file).unwrap())
    };
    let (joinable, joined) = tokio::sync::oneshot::channel();
    ingest.on_joinable(move || joinable.send(()).unwrap_or_default());
    let player = player();
    tokio::select! {
        played = player.play(&request, &mut ingest) => panic!("{played:?}"),
        _ = joined => {}
    }
    assert!(ring.published() > 0);
}
