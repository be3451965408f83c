//! Streams over real sockets: who gets one, who does not, and who frees what.

mod common;

use std::time::Duration;

use common::{
    PLAYS, Server, Setup,
    client::{Client, Reply, ask},
    lineup_of,
};

const PACKET_BYTES: usize = 188;

fn assert_is_stream(head: &Reply) {
    assert_eq!(head.status, 200, "{}", head.head);
    assert_eq!(head.header("content-type"), Some("video/mpeg"));
    assert_eq!(head.header("connection"), Some("close"));
    assert_eq!(head.header("cache-control"), Some("no-cache"));
    assert_eq!(head.header("content-length"), None);
    assert_eq!(head.header("transfer-encoding"), None);
}

/// The first two packets are PAT and PMT, and all begin with the sync byte.
fn assert_is_joinable(bytes: &[u8]) {
    let pids: Vec<_> = bytes
        .chunks(PACKET_BYTES)
        .map(|packet| {
            assert_eq!(packet[0], 0x47);
            u16::from_be_bytes([packet[1] & 0x1f, packet[2]])
        })
        .collect();
    assert_eq!(pids[..3], [0, 0x1000, 0x100]);
}

fn assert_is_refusal(reply: &Reply, status: u16, error: &str) {
    assert_eq!(reply.status, status, "{}", reply.head);
    assert_eq!(reply.header("x-hdhomerun-error"), Some(error));
    assert_eq!(reply.header("content-length"), Some("0"));
    assert_eq!(reply.header("connection"), Some("close"));
    assert!(reply.body.is_empty());
}

/// A client that has received the head of a stream.
async fn watch(server: &Server, target: &str) -> (Client, Reply) {
    let mut client = Client::connect(server.stream).await;
    client
        .ask("GET", target, "Range: bytes=0-\r\nIcy-MetaData: 1\r\n")
        .await;
    let head = client.head().await;
    (client, head)
}

#[tokio::test]
async fn a_stream_plays_and_a_hang_up_frees_the_tuner() {
    let server = Server::start(Setup::default());
    let (mut client, head) = watch(&server, "/auto/v1").await;
    assert_is_stream(&head);
    assert_eq!(head.header("x-hdhomerun-resource"), Some("tuner0"));
    assert_is_joinable(&client.bytes(50 * PACKET_BYTES).await);
    let status = ask(server.http, "GET", "/status.json").await.json();
    assert_eq!(status[0]["VctNumber"], "1");
    assert_eq!(status[0]["TargetIP"], "127.0.0.1");
    drop(client);
    server.provider_has(0).await;
    assert_eq!(server.tuners.status()[0].viewers, 0);
}

#[tokio::test]
async fn a_kept_connection_can_become_a_stream() {
    let server = Server::start(Setup::default());
    let mut client = Client::connect(server.http).await;
    for _ in 0..3 {
        client.ask("GET", "/discover.json", "").await;
        assert_eq!(client.reply().await.status, 200);
    }
    client.ask("GET", "/tuner1/v2", "").await;
    let head = client.head().await;
    assert_is_stream(&head);
    assert_eq!(head.header("x-hdhomerun-resource"), Some("tuner1"));
    assert_is_joinable(&client.bytes(50 * PACKET_BYTES).await);
}

/// The document before the stream does not fit into the socket's buffers, and its reader takes its
/// time: a socket that went to the data plane before all of it was flushed would lose a part.
#[tokio::test]
async fn a_stream_asked_for_in_advance_follows_its_document() {
    let server = Server::start(Setup {
        lineup: lineup_of(&[PLAYS; 130]),
        send_buffer_bytes: Some(2048),
        ..Setup::default()
    });
    let mut client = Client::connect_narrow(server.http).await;
    client
        .say(
            b"GET /lineup.json HTTP/1.1\r\nHost: a.local\r\n\r\n\
              GET /auto/v1 HTTP/1.1\r\nHost: a.local\r\n\r\n",
        )
        .await;
    for _ in 0..20 {
        ask(server.stream, "GET", "/discover.json").await;
    }
    assert_eq!(*server.provider.opened.borrow(), 0, "nothing is tuned yet");
    let document = client.reply().await;
    assert_eq!(document.json().as_array().unwrap().len(), 130);
    let head = client.head().await;
    assert_is_stream(&head);
    assert_is_joinable(&client.bytes(50 * PACKET_BYTES).await);
}

#[tokio::test]
async fn ten_viewers_cost_one_connection_and_see_the_same() {
    let server = Server::start(Setup::default());
    let mut viewers = Vec::new();
    for _ in 0..10 {
        let (client, head) = watch(&server, "/auto/v1").await;
        assert_is_stream(&head);
        assert_eq!(head.header("x-hdhomerun-resource"), Some("tuner0"));
        viewers.push(client);
    }
    let mut seen = Vec::new();
    for viewer in &mut viewers {
        seen.push(viewer.bytes(1000 * PACKET_BYTES).await);
    }
    // Each begins at a key frame of its own, so the later ones are found inside the first.
    let longest = viewers[0].bytes(1000 * PACKET_BYTES).await;
    let first = [seen[0].clone(), longest].concat();
    for bytes in &seen {
        assert_is_joinable(bytes);
        let overlap = &bytes[..500 * PACKET_BYTES];
        assert!(first.windows(overlap.len()).any(|part| part == overlap));
    }
    assert_eq!(*server.provider.opened.borrow(), 1);
    drop(viewers);
    server.provider_has(0).await;
}

#[tokio::test]
async fn http_1_0_and_head() {
    let server = Server::start(Setup::default());
    let mut client = Client::connect(server.stream).await;
    client.say(b"GET /auto/v1 HTTP/1.0\r\n\r\n").await;
    assert_is_stream(&client.head().await);
    assert_is_joinable(&client.bytes(50 * PACKET_BYTES).await);
    let opened = *server.provider.opened.borrow();
    let head = ask(server.stream, "HEAD", "/tuner1/v2").await;
    assert_is_stream(&head);
    assert_eq!(head.header("x-hdhomerun-resource"), Some("tuner1"));
    assert_is_stream(&ask(server.stream, "HEAD", "/auto/v2").await);
    assert_eq!(ask(server.stream, "HEAD", "/auto/v99").await.status, 404);
    assert_eq!(
        *server.provider.opened.borrow(),
        opened,
        "HEAD tunes nothing"
    );
}

#[tokio::test]
async fn a_stream_can_be_asked_for_by_frequency() {
    let server = Server::start(Setup::default());
    let (_first, head) = watch(&server, "/auto/ch474000000-1").await;
    assert_is_stream(&head);
    let playing = server.tuners.status()[0].playing.clone().unwrap();
    assert_eq!(playing.number.to_string(), "1");
    let (_second, head) = watch(&server, "/auto/ch482000000").await;
    assert_is_stream(&head);
    let unknown = ask(server.stream, "GET", "/auto/ch474000000-9").await;
    assert_is_refusal(&unknown, 404, "801 Unknown Channel");
}

#[tokio::test]
async fn a_duration_ends_the_stream() {
    let server = Server::start(Setup::default());
    let (mut client, head) = watch(&server, "/auto/v1?duration=1&transcode=none").await;
    assert_is_stream(&head);
    let bytes = client.rest().await;
    assert!(bytes.len() > 100 * PACKET_BYTES);
    server.provider_has(0).await;
}

#[tokio::test]
async fn refusals_say_why_and_have_no_body() {
    let server = Server::start(Setup {
        first_picture_max: Duration::from_millis(200),
        ..Setup::default()
    });
    for (target, status, error) in [
        ("/auto/v99", 404, "801 Unknown Channel"),
        ("/auto/vx", 404, "801 Unknown Channel"),
        ("/auto/", 404, "801 Unknown Channel"),
        ("/tuner9/v1", 404, "801 Unknown Channel"),
        (
            "/auto/v1?transcode=heavy",
            503,
            "802 Unknown Transcode Profile",
        ),
        ("/auto/v5", 503, "806 Tune Failed"),
        ("/auto/v4", 503, "807 No Video Data"),
    ] {
        let reply = ask(server.stream, "GET", target).await;
        assert_is_refusal(&reply, status, error);
    }
    server.provider_has(0).await;
}

#[tokio::test]
async fn taken_tuners_are_told() {
    let server = Server::start(Setup::default());
    let (_one, _) = watch(&server, "/tuner0/v1").await;
    let taken = ask(server.stream, "GET", "/tuner0/v2").await;
    assert_is_refusal(&taken, 503, "804 Tuner In Use");
    let (_two, _) = watch(&server, "/auto/v2").await;
    let taken = ask(server.stream, "GET", "/auto/v3").await;
    assert_is_refusal(&taken, 503, "805 All Tuners In Use");
    let (_shared, head) = watch(&server, "/auto/v1").await;
    assert_is_stream(&head);
}

#[tokio::test]
async fn the_plan_bounds_the_clients() {
    let server = Server::start(Setup {
        clients_max: 1,
        ..Setup::default()
    });
    let (one, _) = watch(&server, "/auto/v1").await;
    let refused = ask(server.stream, "GET", "/auto/v1").await;
    assert_is_refusal(&refused, 503, "809 Playback Connection Limit");
    drop(one);
    server.provider_has(0).await;
}

#[tokio::test]
async fn a_client_that_leaves_while_tuning_frees_its_tuner() {
    let server = Server::start(Setup {
        tuners: 1,
        first_picture_max: Duration::from_secs(60),
        ..Setup::default()
    });
    let mut client = Client::connect(server.stream).await;
    client.ask("GET", "/auto/v4", "").await;
    server.provider_has(1).await;
    drop(client);
    server.provider_has(0).await;
    assert_eq!(server.fanout.stats().clients, 0, "its place is free, too");
    let (_next, head) = watch(&server, "/auto/v1").await;
    assert_is_stream(&head);
}

#[tokio::test]
async fn tuning_takes_no_place_from_the_pages() {
    let server = Server::start(Setup {
        tuners: 4,
        pages_max: 1,
        first_picture_max: Duration::from_secs(60),
        ..Setup::default()
    });
    let mut tuning = Client::connect(server.stream).await;
    tuning.ask("GET", "/auto/v4", "").await;
    server.provider_has(1).await;
    assert_eq!(ask(server.http, "GET", "/discover.json").await.status, 200);
}

#[tokio::test]
async fn clients_that_come_and_go_leave_nothing_behind() {
    let server = Server::start(Setup::default());
    for round in 0..200 {
        let mut client = Client::connect(server.stream).await;
        client.ask("GET", "/auto/v1", "").await;
        // Some leave before, some behind the head, some in the middle of the stream.
        if round % 3 > 0 {
            client.head().await;
        }
        if round % 3 > 1 {
            client.bytes(10 * PACKET_BYTES).await;
        }
    }
    server.provider_has(0).await;
    while server.fanout.stats().clients > 0 {
        ask(server.http, "GET", "/discover.json").await;
    }
    let status = ask(server.http, "GET", "/api/v1/status").await.json();
    assert_eq!(status["tuners"]["in_use"].as_array().unwrap().len(), 0);
    assert_eq!(status["clients"]["count"], 0);
}
