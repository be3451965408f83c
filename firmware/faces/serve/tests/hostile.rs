//! Clients that mean no good, or do not know better.

mod common;

use std::fmt::Write;

use common::{
    Server, Setup,
    client::{Client, ask},
};

#[tokio::test]
async fn too_many_or_too_long_headers_are_refused() {
    let server = Server::start(Setup::default());
    let many = (0..100).fold(String::new(), |mut text, n| {
        write!(text, "X-{n}: 1\r\n").unwrap();
        text
    });
    let long = format!("X-Long: {}\r\n", "a".repeat(20_000));
    for headers in [many, long] {
        let mut client = Client::connect(server.http).await;
        client.ask("GET", "/discover.json", &headers).await;
        assert_eq!(client.head().await.status, 431);
        client.rest().await;
    }
    assert_eq!(ask(server.http, "GET", "/discover.json").await.status, 200);
}

/// With the clock paused, time jumps on whenever nobody has anything to do: the ten seconds pass
/// at once.
#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_is_cut() {
    let server = Server::start(Setup::default());
    let start = tokio::time::Instant::now();
    let mut client = Client::connect(server.http).await;
    client.say(b"GET /discover.json HTTP/1.1\r\nHost: a").await;
    let said = client.rest().await;
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 408"));
    assert!(start.elapsed().as_secs() <= 11);
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed() {
    let server = Server::start(Setup::default());
    let mut client = Client::connect(server.http).await;
    client.ask("GET", "/discover.json", "").await;
    assert_eq!(client.reply().await.status, 200);
    let start = tokio::time::Instant::now();
    client.rest().await;
    assert!(start.elapsed().as_secs() <= 11);
}

#[tokio::test]
async fn bodies_are_limited() {
    let server = Server::start(Setup::default());
    let mut client = Client::connect(server.http).await;
    let post = "POST /lineup.post?scan=abort HTTP/1.1\r\nHost: a.local\r\n";
    let small = format!("{post}Content-Length: 1000\r\n\r\n{}", "x".repeat(1000));
    for _ in 0..2 {
        client.say(small.as_bytes()).await;
        assert_eq!(
            client.reply().await.status,
            200,
            "and the connection is kept"
        );
    }
    let large = format!(
        "{post}Content-Length: 9000000\r\n\r\n{}",
        "x".repeat(66_000)
    );
    client.say(large.as_bytes()).await;
    assert_eq!(client.reply().await.status, 413);
}

#[tokio::test]
async fn idle_connections_make_room_for_newcomers() {
    let server = Server::start(Setup {
        pages_max: 3,
        ..Setup::default()
    });
    let mut idle = Vec::new();
    for _ in 0..3 {
        let mut client = Client::connect(server.http).await;
        client.ask("GET", "/discover.json", "").await;
        assert_eq!(client.reply().await.status, 200);
        idle.push(client);
    }
    assert_eq!(ask(server.http, "GET", "/discover.json").await.status, 200);
}

#[tokio::test]
async fn nonsense_is_refused() {
    let server = Server::start(Setup::default());
    for said in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS client\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /discover.json HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ] {
        let mut client = Client::connect(server.http).await;
        client.say(said).await;
        let heard = client.rest().await;
        assert!(
            heard.is_empty() || heard.starts_with(b"HTTP/1.1 4"),
            "{heard:?}"
        );
    }
    assert_eq!(ask(server.http, "GET", "/discover.json").await.status, 200);
}

#[tokio::test]
async fn the_end_comes_in_good_order() {
    let mut server = Server::start(Setup::default());
    let mut idle = Client::connect(server.http).await;
    idle.ask("GET", "/discover.json", "").await;
    idle.reply().await;
    let mut watching = Client::connect(server.stream).await;
    watching.ask("GET", "/auto/v1", "").await;
    watching.head().await;
    server.shutdown.cancel();
    assert!(idle.rest().await.is_empty());
    (&mut server.task).await.unwrap().unwrap();
    watching.bytes(50 * 188).await;
    let refused = tokio::net::TcpStream::connect(server.http).await;
    assert!(refused.is_err(), "nobody listens any more");
}
