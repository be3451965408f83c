//! Films over real sockets: the very bytes that were asked for, or a closed connection.

mod common;

use std::{sync::atomic::Ordering, time::Duration};

use common::{
    Server, Setup,
    client::{Client, Reply, ask, ask_with},
    films::{FILM_BYTES, MODIFIED, film, url},
    lineup_of,
};
use lineup::{Channel, ChannelId, GuideNumber, LineupBuilder};

/// A server with a film of each of these habits, at channels 1, 2, …
fn server(habits: &[&str]) -> Server {
    with(habits, Setup::default())
}

fn with(habits: &[&str], mut setup: Setup) -> Server {
    let urls: Vec<_> = habits.iter().map(|habits| url(habits)).collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    setup.lineup = lineup_of(&urls);
    Server::start(setup)
}

/// The head and all that comes until the server closes.
async fn fetch(server: &Server, target: &str, headers: &str) -> Reply {
    let mut client = Client::connect(server.stream).await;
    client.ask("GET", target, headers).await;
    let mut reply = client.head().await;
    reply.body = client.rest().await;
    reply
}

fn assert_refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!(reply.status, status, "{}", reply.head);
    assert_eq!(reply.header("x-hdhomerun-error"), Some(error));
    assert_eq!(reply.header("content-length"), Some("0"));
    assert!(reply.body.is_empty());
}

#[tokio::test]
async fn every_range_is_exact() {
    let server = server(&["plain"]);
    let end = FILM_BYTES;
    for (range, first, until) in [
        ("bytes=0-", 0, end),
        ("bytes=0-0", 0, 1),
        ("bytes=100000-199999", 100_000, 200_000),
        ("bytes=999999-", 999_999, end),
        ("bytes=999999-99999999", 999_999, end),
        ("bytes=-5", end - 5, end),
        ("bytes=-99999999", 0, end),
    ] {
        let reply = fetch(&server, "/vod/v1", &format!("Range: {range}\r\n")).await;
        assert_eq!(reply.status, 206, "{range}: {}", reply.head);
        let content_range = format!("bytes {first}-{}/{FILM_BYTES}", until - 1);
        assert_eq!(reply.header("content-range"), Some(&*content_range));
        assert_eq!(reply.content_length(), Some(reply.body.len()));
        assert!(reply.body == film(first, until), "{range}");
        assert_eq!(reply.header("accept-ranges"), Some("bytes"));
        assert_eq!(reply.header("content-type"), Some("video/x-matroska"));
        assert_eq!(reply.header("etag"), Some("\"film-1\""));
        assert_eq!(reply.header("last-modified"), Some(MODIFIED));
        assert_eq!(reply.header("connection"), Some("close"));
    }
    assert_eq!(*server.films.open.borrow(), 0);
}

#[tokio::test]
async fn who_sends_more_than_promised_is_cut() {
    let server = server(&["talkative", "talkative,cut=20000"]);
    for channel in 1..=2 {
        let target = format!("/vod/v{channel}");
        let reply = fetch(&server, &target, "Range: bytes=77-70000\r\n").await;
        assert_eq!(reply.content_length(), Some(70_001 - 77));
        assert!(reply.body == film(77, 70_001), "{}", reply.body.len());
    }
    assert_eq!(*server.films.open.borrow(), 0);
}

#[tokio::test]
async fn without_one_range_it_is_the_whole_film() {
    let server = server(&["plain", "no-ranges", "shifted", "endless,no-ranges"]);
    for (target, headers, accepts) in [
        ("/vod/v1", "", Some("bytes")),
        ("/vod/v1.mkv?x=1", "Range: bytes=0-1,5-6\r\n", Some("bytes")),
        (
            "/vod/0000000000000001.mkv",
            "Range: lines=1-\r\n",
            Some("bytes"),
        ),
        (
            "/vod/v1",
            "Range: bytes=1-2\r\nRange: bytes=3-4\r\n",
            Some("bytes"),
        ),
        // Who gives no ranges, or wrong ones, gives all.
        ("/vod/v2", "Range: bytes=5-9\r\n", Some("none")),
        ("/vod/v3", "Range: bytes=5-9\r\n", Some("none")),
        ("/vod/v4", "", Some("bytes")),
    ] {
        let reply = fetch(&server, target, headers).await;
        assert_eq!(reply.status, 200, "{target} {headers}");
        assert_eq!(reply.header("content-range"), None);
        assert_eq!(reply.header("accept-ranges"), accepts, "{target} {headers}");
        assert!(reply.body == film(0, FILM_BYTES), "{target} {headers}");
        let told = target.contains("v4") || reply.content_length() == Some(reply.body.len());
        assert!(told, "{target}");
    }
}

#[tokio::test]
async fn what_has_no_bytes_is_told_without_them() {
    let server = server(&["plain", "no-ranges", "endless,no-ranges"]);
    let length = FILM_BYTES.to_string();
    for (target, headers, status, length) in [
        ("/vod/v1", "", 200, Some(&*length)),
        ("/vod/v1", "Range: bytes=5-9\r\n", 200, Some(&*length)),
        ("/vod/v2", "", 200, Some(&*length)),
        ("/vod/v3", "", 200, None),
        ("/vod/v1", "If-None-Match: \"film-1\"\r\n", 304, None),
    ] {
        let head = ask_with(server.stream, "HEAD", target, headers).await;
        assert_eq!(head.status, status, "{}", head.head);
        assert_eq!(head.header("content-length"), length, "{target} {headers}");
        assert_eq!(head.header("etag"), Some("\"film-1\""));
    }
    let beyond = format!("Range: bytes={FILM_BYTES}-\r\n");
    let reply = fetch(&server, "/vod/v1", &beyond).await;
    assert_eq!(reply.status, 416, "{}", reply.head);
    let content_range = format!("bytes */{FILM_BYTES}");
    assert_eq!(reply.header("content-range"), Some(&*content_range));
    assert!(reply.body.is_empty());
    let known = fetch(&server, "/vod/v1", "If-None-Match: \"film-1\"\r\n").await;
    assert_eq!((known.status, known.body.len()), (304, 0), "{}", known.head);
    assert_eq!(*server.films.open.borrow(), 0);
}

#[tokio::test]
async fn a_lost_connection_is_gone_on_with_at_the_very_byte() {
    let server = server(&[
        "cut=300000",
        "cut=300000,politely",
        "cut=300000,untagged",
        "cut=20000",
    ]);
    for (channel, range, first, until) in [
        (1, "", 0, FILM_BYTES),
        (1, "Range: bytes=77-900000\r\n", 77, 900_001),
        (
            2,
            "Range: bytes=-999000\r\n",
            FILM_BYTES - 999_000,
            FILM_BYTES,
        ),
        (3, "", 0, FILM_BYTES),
        (4, "Range: bytes=1-\r\n", 1, FILM_BYTES),
    ] {
        let reply = fetch(&server, &format!("/vod/v{channel}"), range).await;
        let promised = usize::try_from(until - first).unwrap();
        assert_eq!(reply.content_length(), Some(promised));
        assert!(
            reply.body == film(first, until),
            "{channel} {range}: {}",
            reply.body.len()
        );
    }
    assert_eq!(*server.films.open.borrow(), 0);
}

#[tokio::test]
async fn bytes_of_another_file_never_follow() {
    // It is longer now; it gives no ranges.
    let server = server(&[
        "cut=300000,grows",
        "cut=300000,no-ranges",
        "cut=300000,endless,no-ranges",
    ]);
    for channel in 1..=3 {
        let reply = fetch(&server, &format!("/vod/v{channel}"), "").await;
        assert_eq!(reply.status, 200);
        // A reset may take what was under way with it.
        assert!(
            reply.body.len() <= 300_000,
            "{channel}: {}",
            reply.body.len()
        );
        assert!(film(0, 300_000).starts_with(&reply.body), "{channel}");
        assert!(channel == 3 || reply.body.len() == 300_000);
    }
}

#[tokio::test]
async fn who_has_no_film_is_refused() {
    let mut setup = Setup::default();
    let urls = [
        "fake:plays".to_owned(),
        url("status=404"),
        url("html"),
        url("deaf"),
        url("page"),
    ];
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    setup.lineup = lineup_of(&urls);
    let server = Server::start(setup);
    for target in [
        "/vod/v1",
        "/vod/v99",
        "/vod/nonsense",
        "/vod/0000000000000001",
    ] {
        let reply = ask(server.stream, "GET", target).await;
        assert_refused(&reply, 404, "801 Unknown Channel");
    }
    for target in ["/vod/v2", "/vod/v3", "/vod/v4", "/vod/v5"] {
        let reply = ask(server.http, "GET", target).await;
        assert_refused(&reply, 503, "806 Tune Failed");
    }
    let post = ask(server.http, "POST", "/vod/v2").await;
    assert_eq!(post.status, 405);
    let channels = ask(server.http, "GET", "/api/v1/channels").await.json();
    assert_eq!(channels["channels"][0]["vod"], serde_json::Value::Null);
    assert_eq!(channels["channels"][1]["vod"], "/vod/0000000000000002.mkv");
}

#[tokio::test]
async fn a_backup_is_asked_where_the_first_says_no() {
    let mut builder = LineupBuilder::new(1 << 20);
    let all = [
        "status=404",
        "shifted,html",
        "cut=0",
        "cut=0,politely",
        "page",
        "plain",
    ];
    for (source, habits) in (0..).zip(all) {
        let (number, url) = (GuideNumber::new(7, 0).unwrap(), url(habits));
        let channel = Channel {
            source,
            ..Channel::new(ChannelId(7), number, "Film", &url)
        };
        builder.push(channel).unwrap();
    }
    let server = Server::start(Setup {
        lineup: builder.build(),
        ..Setup::default()
    });
    let reply = fetch(&server, "/vod/v7", "Range: bytes=0-99\r\n").await;
    assert_eq!(reply.status, 206, "{}", reply.head);
    assert_eq!(reply.body, film(0, 100));
    assert_eq!(server.films.opened.load(Ordering::Relaxed), all.len());
}

#[tokio::test]
async fn twenty_clients_at_twenty_places() {
    let server = server(&["cut=50001"]);
    let mut clients = tokio::task::JoinSet::new();
    for n in 0..20_u64 {
        let (first, last) = (n * 49_999, FILM_BYTES - 1 - n * 777);
        let address = server.stream;
        clients.spawn(async move {
            let mut client = Client::connect(address).await;
            let range = format!("Range: bytes={first}-{last}\r\n");
            client.ask("GET", "/vod/v1.mkv", &range).await;
            let head = client.head().await;
            assert_eq!(head.status, 206, "{}", head.head);
            assert!(client.rest().await == film(first, last + 1), "{range}");
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    assert_eq!(*server.films.open.borrow(), 0);
}

#[tokio::test]
async fn the_providers_connections_are_counted() {
    let setup = Setup {
        connections: Some(1),
        ..Setup::default()
    };
    let server = with(&["plain", "plain"], setup);
    let mut first = Client::connect_narrow(server.stream).await;
    first.ask("GET", "/vod/v1", "").await;
    assert_eq!(first.head().await.status, 200);
    let refused = fetch(&server, "/vod/v2", "").await;
    assert_refused(&refused, 503, "805 All Tuners In Use");
    // A seek: the new request is on its way before the old connection is closed.
    let mut seek = Client::connect(server.stream).await;
    seek.ask("GET", "/vod/v1", "Range: bytes=500000-\r\n").await;
    drop(first);
    assert_eq!(seek.head().await.status, 206);
    assert!(seek.rest().await == film(500_000, FILM_BYTES));
    assert_eq!(server.tuners.slots().in_use(0), 0);
    let again = fetch(&server, "/vod/v2", "Range: bytes=-1\r\n").await;
    assert_eq!(again.status, 206);
}

#[tokio::test]
async fn places_are_those_of_the_plan() {
    let setup = Setup {
        films_max: 1,
        ..Setup::default()
    };
    let server = with(&["plain"], setup);
    let mut first = Client::connect_narrow(server.stream).await;
    first.ask("GET", "/vod/v1", "").await;
    assert_eq!(first.head().await.status, 200);
    let refused = fetch(&server, "/vod/v1", "").await;
    assert_refused(&refused, 503, "809 Playback Connection Limit");
    drop(first);
    assert_eq!(fetch(&server, "/vod/v1", "").await.status, 200);
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_read_nothing_for() {
    let server = server(&["plain"]);
    let mut slow = Client::connect_narrow(server.stream).await;
    slow.ask("GET", "/vod/v1", "").await;
    let head = slow.head().await;
    // Others go on meanwhile.
    assert!(fetch(&server, "/vod/v1", "").await.body == film(0, FILM_BYTES));
    let whole = FILM_BYTES.div_ceil(serve::PIECE_BYTES_MAX as u64);
    let read_for_slow = server.films.pieces.load(Ordering::Relaxed) as u64 - whole;
    assert!(read_for_slow * 16 < 256, "{read_for_slow} pieces of 16 KiB");
    assert_eq!(
        slow.bytes(head.content_length().unwrap()).await,
        film(0, FILM_BYTES)
    );
}

/// A player pauses: the provider's connection is not held for it, and it goes on unnoticed.
#[tokio::test]
async fn who_pauses_gives_the_connection_back_and_goes_on() {
    let server = server(&["plain"]);
    let mut open = server.films.open.subscribe();
    let mut paused = paused_client(&server).await;
    pass(Duration::from_secs(21)).await;
    let closed = tokio::time::timeout(Duration::from_secs(5), open.wait_for(|open| *open == 0));
    closed.await.expect("the connection is given back").unwrap();
    let length = usize::try_from(FILM_BYTES).unwrap();
    assert!(paused.bytes(length).await == film(0, FILM_BYTES));
    assert_eq!(server.films.opened.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn who_takes_nothing_for_long_is_closed() {
    let server = server(&["plain"]);
    let mut paused = paused_client(&server).await;
    for _ in 0..31 {
        pass(Duration::from_secs(10)).await;
    }
    let got = paused.rest().await;
    assert!((got.len() as u64) < FILM_BYTES, "{}", got.len());
    assert!(film(0, FILM_BYTES).starts_with(&got));
    assert_eq!(*server.films.open.borrow(), 0);
}

/// A client that has the head of a film and takes no more.
async fn paused_client(server: &Server) -> Client {
    let mut client = Client::connect_narrow(server.stream).await;
    client.ask("GET", "/vod/v1", "").await;
    assert_eq!(client.head().await.status, 200);
    // Until the server has written what the kernel takes.
    let pieces = || server.films.pieces.load(Ordering::Relaxed);
    let mut quiet = (pieces(), 0);
    while quiet.1 < 100 {
        tokio::task::yield_now().await;
        quiet = if quiet.0 == pieces() {
            (quiet.0, quiet.1 + 1)
        } else {
            (pieces(), 0)
        };
    }
    client
}

/// Lets time pass for everybody.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_hang_up_closes_the_providers_connection() {
    let server = server(&["cut=100000,silent", "plain"]);
    let mut open = server.films.open.subscribe();
    let mut client = Client::connect(server.stream).await;
    client.ask("GET", "/vod/v1", "").await;
    let _ = client.head().await;
    // All that comes before the provider falls silent.
    assert_eq!(client.bytes(100_000).await, film(0, 100_000));
    drop(client);
    let closed = tokio::time::timeout(Duration::from_secs(5), open.wait_for(|open| *open == 0));
    closed.await.expect("the connection is closed").unwrap();
    server.shutdown.cancel();
}

#[tokio::test]
async fn the_end_of_the_daemon_ends_films() {
    let mut server = server(&["plain"]);
    let mut client = Client::connect_narrow(server.stream).await;
    client.ask("GET", "/vod/v1", "").await;
    assert_eq!(client.head().await.status, 200);
    server.shutdown.cancel();
    let ended = tokio::time::timeout(Duration::from_secs(1), &mut server.task).await;
    ended.expect("it ends at once").unwrap().unwrap();
    assert_eq!(*server.films.open.borrow(), 0);
}
