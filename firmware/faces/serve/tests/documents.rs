//! The HDHomeRun documents over real sockets: what they say, to whom, and how long they are.

mod common;

use common::{
    PLAYS, Server, Setup,
    client::{Client, ask, ask_as},
    lineup_of,
};

const DOCUMENTS: [(&str, &str); 7] = [
    ("/discover.json", "application/json"),
    ("/device.xml", "application/xml"),
    ("/lineup.json", "application/json"),
    ("/lineup.xml", "application/xml"),
    ("/lineup.m3u", "audio/x-mpegurl"),
    ("/lineup_status.json", "application/json"),
    ("/status.json", "application/json"),
];

#[tokio::test]
async fn head_promises_what_get_brings() {
    let server = Server::start(Setup::default());
    for address in [server.http, server.stream] {
        for (path, content_type) in DOCUMENTS {
            let get = ask(address, "GET", path).await;
            assert_eq!(get.status, 200, "{path}");
            assert_eq!(get.header("content-type"), Some(content_type), "{path}");
            assert!(!get.body.is_empty(), "{path}");
            let mut client = Client::connect(address).await;
            client.ask("HEAD", path, "Connection: close\r\n").await;
            let head = client.head().await;
            assert_eq!(head.status, 200, "{path}");
            assert_eq!(head.content_length(), Some(get.body.len()), "{path}");
            assert_eq!(head.header("content-type"), Some(content_type), "{path}");
            assert!(client.rest().await.is_empty(), "HEAD {path} has a body");
        }
    }
}

#[tokio::test]
async fn documents_carry_the_address_the_client_came_by() {
    let server = Server::start(Setup::default());
    let (http, stream) = (server.http, server.stream);
    let local = format!("http://{http}");
    for (host, base, stream_host) in [
        ("10.0.0.5", "http://10.0.0.5", "10.0.0.5"),
        (
            "dipole.local:8080",
            "http://dipole.local:8080",
            "dipole.local",
        ),
        (
            "[2001:db8::7]:81",
            "http://[2001:db8::7]:81",
            "[2001:db8::7]",
        ),
        ("a\"<b>", &*local, "127.0.0.1"),
        ("a:b:c", &*local, "127.0.0.1"),
        ("", &*local, "127.0.0.1"),
    ] {
        let discover = ask_as(http, "/discover.json", host).await.json();
        assert_eq!(discover["BaseURL"], base, "{host}");
        assert_eq!(discover["LineupURL"], format!("{base}/lineup.json"));
        assert_eq!(discover["TunerCount"], 2);
        let lineup = ask_as(http, "/lineup.json?show=found", host).await.json();
        let url = format!("http://{stream_host}:{}/auto/v1", stream.port());
        assert_eq!(lineup[0]["URL"], url, "{host}");
        let device = ask_as(http, "/device.xml", host).await;
        assert!(
            device
                .text()
                .contains(&format!("<URLBase>{base}</URLBase>"))
        );
    }
}

#[tokio::test]
async fn http_1_0_without_a_host_is_served() {
    let server = Server::start(Setup::default());
    let mut client = Client::connect(server.http).await;
    client.say(b"GET /discover.json HTTP/1.0\r\n\r\n").await;
    let reply = client.reply().await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["BaseURL"], format!("http://{}", server.http));
    assert!(client.rest().await.is_empty(), "the connection ends");
}

#[tokio::test]
async fn a_scan_is_seen_and_ends() {
    let mut server = Server::start(Setup::default());
    let http = server.http;
    let status = async || ask(http, "GET", "/lineup_status.json").await.json();
    assert_eq!(status().await["ScanInProgress"], 0);
    let post = ask(http, "POST", "/lineup.post?scan=start&source=Cable").await;
    assert_eq!((post.status, post.body.len()), (200, 0));
    let running = status().await;
    assert_eq!(running["ScanInProgress"], 1);
    assert!(running["Progress"].as_u64().is_some());
    server.orders.waiting().expect("a scan reads the sources");
    ask(http, "POST", "/lineup.post?scan=abort").await;
    assert_eq!(status().await["ScanInProgress"], 0);
    ask(http, "POST", "/lineup.post?scan=start").await;
    assert!(server.orders.waiting().is_none(), "not twice in a minute");
}

#[tokio::test]
async fn other_methods_and_addresses_are_refused() {
    let server = Server::start(Setup::default());
    for (method, path, status, allow) in [
        ("POST", "/discover.json", 405, Some("GET, HEAD")),
        ("DELETE", "/lineup.json", 405, Some("GET, HEAD")),
        ("PUT", "/auto/v1", 405, Some("GET, HEAD")),
        ("GET", "/lineup.post", 405, Some("POST")),
        ("GET", "/api/v1/sources/refresh", 405, Some("POST")),
        ("GET", "/nothing", 404, None),
        ("GET", "/../../etc/passwd", 404, None),
        ("GET", "/api/v2/status", 404, None),
    ] {
        let reply = ask(server.http, method, path).await;
        assert_eq!(reply.status, status, "{method} {path}");
        assert_eq!(reply.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn thirty_thousand_channels_come_in_pieces() {
    let urls = vec![PLAYS; 30_000];
    let server = Server::start(Setup {
        lineup: lineup_of(&urls),
        ..Setup::default()
    });
    let mut client = Client::connect(server.http).await;
    client.ask("GET", "/lineup.json", "").await;
    let head = client.head().await;
    let length = head.content_length().unwrap();
    assert!(length > 3_000_000);
    let first = client.bytes(16).await;
    // An import in the middle of the document does not change what this client gets.
    server.lineup.send_replace(lineup_of(&[PLAYS]).into());
    let rest = client.bytes(length - 16).await;
    let document: serde_json::Value = serde_json::from_slice(&[first, rest].concat()).unwrap();
    assert_eq!(document.as_array().unwrap().len(), 30_000);
    assert_eq!(document[29_999]["GuideNumber"], "30000");
    client.ask("GET", "/lineup.json", "").await;
    let reply = client.reply().await;
    assert_eq!(reply.json().as_array().unwrap().len(), 1, "the new lineup");
}

#[tokio::test]
async fn profiles_are_devices_of_their_own() {
    let server = Server::start(Setup::default());
    let (http, host) = (server.http, "10.0.0.5");
    let device = ask_as(http, "/discover.json", host).await.json();
    let kids = ask_as(http, "/profile/kids/discover.json", host)
        .await
        .json();
    assert_eq!(kids["BaseURL"], "http://10.0.0.5/profile/kids");
    assert_eq!(
        kids["LineupURL"],
        "http://10.0.0.5/profile/kids/lineup.json"
    );
    assert_eq!(kids["FriendlyName"], "Living room kids");
    assert_ne!(kids["DeviceID"], device["DeviceID"]);
    let xml = ask_as(http, "/profile/kids/device.xml", host).await;
    assert!(xml.text().contains(kids["DeviceID"].as_str().unwrap()));

    for (profile, numbers) in [("kids", vec!["2", "4"]), ("nobody", vec![])] {
        let path = format!("/profile/{profile}/lineup.json");
        let lineup = ask_as(http, &path, host).await.json();
        let of = |entry: &serde_json::Value| entry["GuideNumber"].as_str().map(str::to_owned);
        let found: Vec<_> = lineup.as_array().unwrap().iter().filter_map(of).collect();
        assert_eq!(found, numbers, "{profile}");
        for entry in lineup.as_array().unwrap() {
            let stream = format!("http://10.0.0.5:{}/auto/v", server.stream.port());
            assert!(
                entry["URL"].as_str().unwrap().starts_with(&stream),
                "{entry}"
            );
        }
        for format in ["xml", "m3u"] {
            let path = format!("/profile/{profile}/lineup.{format}");
            let get = ask(http, "GET", &path).await;
            assert_eq!(
                get.header("content-length"),
                Some(&*get.body.len().to_string())
            );
        }
    }
    let playlist = ask_as(http, "/profile/kids/lineup.m3u", host).await;
    let playlist = playlist.text();
    let guide = "x-tvg-url=\"http://10.0.0.5/profile/kids/xmltv.xml\"";
    assert!(playlist.contains(guide), "{playlist}");
    let tags = async |path: &str| {
        let reply = ask(http, "GET", path).await;
        assert_eq!(reply.status, 200, "{path}");
        reply.header("etag").map(str::to_owned)
    };
    let whole = tags("/xmltv.xml.gz").await;
    let part = tags("/profile/kids/xmltv.xml.gz").await;
    assert!(whole.is_some() && part.is_some() && whole != part);
    assert_eq!(
        ask(http, "POST", "/profile/kids/lineup.post?scan=start")
            .await
            .status,
        200
    );
    for path in [
        "/profile/kids",
        "/profile/kids/",
        "/profile/nobodyelse/lineup.json",
        "/profile/kids/auto/v2",
        "/profile/kids/api/v1/status",
    ] {
        assert_eq!(ask(http, "GET", path).await.status, 404, "{path}");
    }
}

/// The length of a document is kept from client to client, and must follow the lineup and the names
/// of sources.
#[tokio::test]
async fn a_profile_follows_the_lineup() {
    let server = Server::start(Setup::default());
    let count = async || {
        let lineup = ask(server.http, "GET", "/profile/kids/lineup.json").await;
        lineup.json().as_array().unwrap().len()
    };
    assert_eq!((count().await, count().await), (2, 2));
    server
        .lineup
        .send_replace(lineup_of(&[PLAYS, PLAYS]).into());
    assert_eq!(count().await, 1);
    let mut renamed = server.sources.borrow().clone();
    "Other".clone_into(&mut renamed[0].settings.name);
    server.sources.send_replace(renamed);
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn more_channels_than_plex_shows_are_told_of() {
    let server = Server::start(Setup::default());
    for (channels, said) in [
        (449, ""),
        (450, "before there are more"),
        (481, "miss the rest"),
    ] {
        server
            .lineup
            .send_replace(lineup_of(&vec![PLAYS; channels]).into());
        let status = ask(server.http, "GET", "/api/v1/status").await.json();
        let notice = status["lineup"]["notice"].as_str().unwrap_or_default();
        assert!(
            notice.contains(said) && notice.is_empty() == said.is_empty(),
            "{notice}"
        );
        assert_eq!(status["lineup"]["profiles"][0]["channels"], 2);
    }
}
