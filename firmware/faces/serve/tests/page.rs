//! The page and its API over real sockets.

mod common;

use common::{
    Server, Setup,
    client::{Client, ask, ask_as, ask_with},
};
use desk::{Order, Refused, SourceOrder};

const FILES: [(&str, &str); 6] = [
    ("/", "text/html; charset=utf-8"),
    ("/app.js", "text/javascript; charset=utf-8"),
    ("/texts.js", "text/javascript; charset=utf-8"),
    ("/view/channels.js", "text/javascript; charset=utf-8"),
    ("/style.css", "text/css; charset=utf-8"),
    ("/icon.svg", "image/svg+xml"),
];

#[tokio::test]
async fn files_come_plain_gzipped_or_not_again() {
    let server = Server::start(Setup::default());
    for (path, content_type) in FILES {
        let plain = ask(server.http, "GET", path).await;
        assert_eq!(plain.status, 200, "{path}");
        assert_eq!(plain.header("content-type"), Some(content_type));
        assert_eq!(plain.header("content-encoding"), None);
        assert_eq!(plain.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(plain.header("referrer-policy"), Some("no-referrer"));
        let policy = plain.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self';"));
        let accept = "Accept-Encoding: gzip\r\n";
        let gzipped = ask_with(server.http, "GET", path, accept).await;
        assert_eq!(gzipped.header("content-encoding"), Some("gzip"));
        assert_eq!(gzipped.body[..2], [0x1f, 0x8b]);
        for (reply, accept) in [(plain, ""), (gzipped, accept)] {
            let etag = reply.header("etag").unwrap();
            let again = format!("{accept}If-None-Match: \"x\", {etag}\r\n");
            let again = ask_with(server.http, "GET", path, &again).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
            assert_eq!(again.header("etag"), Some(etag));
        }
    }
}

#[tokio::test]
async fn status_tells_everything() {
    let server = Server::start(Setup::default());
    let mut client = Client::connect(server.stream).await;
    client.ask("GET", "/tuner1/v1", "").await;
    client.head().await;
    let status = ask(server.http, "GET", "/api/v1/status").await.json();
    assert_eq!(status["device"]["name"], "Living room");
    assert_eq!(status["device"]["id"], "10A1B2C7");
    assert_eq!(status["device"]["version"], "1.2.3");
    assert_eq!(
        status["addresses"]["base"],
        format!("http://{}", server.http)
    );
    assert_eq!(status["tuners"]["count"], 2);
    let tuner = &status["tuners"]["in_use"][0];
    assert_eq!(tuner["index"], 1);
    assert_eq!(tuner["viewers"], 1);
    assert_eq!(tuner["holder"], "127.0.0.1");
    assert_eq!(tuner["playing"]["number"], "1");
    assert_eq!(tuner["playing"]["state"], "playing");
    assert_eq!(tuner["playing"]["standing"], "playing");
    assert_eq!(tuner["playing"]["stream"], 1);
    assert_eq!(tuner["playing"]["streams"], 1);
    assert_eq!(tuner["playing"]["failovers"], 0);
    assert_eq!(tuner["playing"]["direct"], false);
    assert!(tuner["playing"]["standby"].is_null());
    assert_eq!(status["clients"]["count"], 1);
    assert_eq!(status["memory"]["rows"][0]["used_bytes"], 2000);
    assert_eq!(status["sources"][0]["state"], "failed");
    assert_eq!(status["sources"][0]["direct"], true);
    assert_eq!(status["sources"][0]["error"], "404: check the address");
    assert_eq!(status["settings"][0]["origin"], "config file");
    assert_eq!(status["lineup"]["channels"], 5);
}

#[tokio::test]
async fn channels_come_in_pages() {
    let server = Server::start(Setup::default());
    let page = ask(server.http, "GET", "/api/v1/channels?limit=2")
        .await
        .json();
    assert_eq!(page["channels"][1]["number"], "2");
    assert_eq!(page["channels"][1]["hd"], true);
    assert_eq!(page["channels"][1]["streams"], 1);
    assert_eq!(page["next"], "2");
    assert_eq!(page["total"], 5);
    assert_eq!(page["stream_base"], format!("http://{}", server.stream));
    let target = "/api/v1/channels?limit=2&after=4&search=channel";
    let last = ask(server.http, "GET", target).await.json();
    assert_eq!(last["channels"].as_array().unwrap().len(), 1);
    assert_eq!(last["next"], serde_json::Value::Null);
    let wrong = ask(server.http, "GET", "/api/v1/channels?limit=0").await;
    assert_eq!(wrong.status, 400);
    assert_eq!(
        wrong.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(wrong.json()["status"], 400);
}

#[tokio::test]
async fn only_our_page_can_ask_for_a_refresh() {
    let mut server = Server::start(Setup::default());
    let target = "/api/v1/sources/refresh";
    for headers in [
        "",
        "X-Dipole: 0\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
    ] {
        let reply = ask_with(server.http, "POST", target, headers).await;
        assert_eq!(reply.status, 403, "{headers}");
    }
    assert!(server.orders.waiting().is_none(), "nothing was asked for");
    for (headers, answer, status) in [
        ("Sec-Fetch-Site: same-origin\r\n", Ok(()), 202),
        ("X-Dipole: 1\r\n", Err(Refused::Busy), 503),
        (
            "X-Dipole: 1\r\n",
            Err(Refused::Conflict("no".to_owned())),
            409,
        ),
    ] {
        let asked = ask_with(server.http, "POST", target, headers);
        let writer = async {
            let order = server.orders.next().await.expect("an order");
            let Order::Source(SourceOrder::Refresh {
                source,
                answer: way_back,
            }) = order
            else {
                panic!("another order: {order:?}");
            };
            assert_eq!(source, None);
            way_back.give(answer);
        };
        let (reply, ()) = tokio::join!(asked, writer);
        assert_eq!(reply.status, status, "{headers}");
    }
}

#[tokio::test]
async fn a_playing_channel_can_be_told_to_fail_over() {
    let server = Server::start(Setup::default());
    let ours = "X-Dipole: 1\r\n";
    for (target, headers, status) in [
        ("/api/v1/channels/1/failover", "", 403),
        ("/api/v1/channels/1/failover", ours, 409),
        ("/api/v1/channels/99/failover", ours, 404),
        ("/api/v1/channels/x/failover", ours, 404),
        ("/api/v1/channels/1", ours, 404),
    ] {
        let reply = ask_with(server.http, "POST", target, headers).await;
        assert_eq!(reply.status, status, "{target} {headers}");
    }
    let channel = server.lineup.borrow().spec(0).unwrap();
    let viewer = std::net::IpAddr::from([192, 0, 2, 10]);
    let watching = server.tuners.watch(tuner::Want::Any, channel, viewer, None);
    let viewing = watching.await.unwrap();
    let reply = ask_with(server.http, "POST", "/api/v1/channels/1/failover", ours).await;
    assert_eq!(reply.status, 202);
    // Its only stream is opened anew, under its viewer.
    let mut opened = server.provider.opened.subscribe();
    opened.wait_for(|opened| *opened == 2).await.unwrap();
    assert!(!viewing.ring.is_closed());
}

#[tokio::test]
async fn a_tuner_can_be_told_to_fail_over_and_its_neighbour_is_left_alone() {
    let server = Server::start(Setup {
        sharing: tuner::Sharing::Direct,
        ..Setup::default()
    });
    let (target, ours) = ("/api/v1/tuners/1/failover", "X-Dipole: 1\r\n");
    for (target, headers, status) in [
        (target, "", 403),
        (target, ours, 409),
        ("/api/v1/tuners/99/failover", ours, 404),
        ("/api/v1/tuners/+1/failover", ours, 404),
        ("/api/v1/tuners/1", ours, 404),
    ] {
        let reply = ask_with(server.http, "POST", target, headers).await;
        assert_eq!(reply.status, status, "{target} {headers}");
    }
    let viewer = std::net::IpAddr::from([192, 0, 2, 10]);
    let mut watching = Vec::new();
    for _ in 0..2 {
        let channel = server.lineup.borrow().spec(0).unwrap();
        let viewing = server.tuners.watch(tuner::Want::Any, channel, viewer, None);
        watching.push(viewing.await.unwrap());
    }
    let status = ask(server.http, "GET", "/api/v1/status").await.json();
    for tuner in [0, 1] {
        assert_eq!(status["tuners"]["in_use"][tuner]["playing"]["direct"], true);
    }
    let mut opened = server.provider.opened.subscribe();
    assert_eq!(*opened.borrow_and_update(), 2, "a connection each");
    assert_eq!(
        ask_with(server.http, "POST", target, ours).await.status,
        202
    );
    opened.wait_for(|opened| *opened == 3).await.unwrap();
    let failures = server.tuners.status().into_iter().map(|tuner| {
        let playing = tuner.playing?;
        playing.progress.last_failure
    });
    assert_eq!(
        failures
            .map(|failure| failure.is_some())
            .collect::<Vec<_>>(),
        [false, true]
    );
}

#[tokio::test]
async fn other_sites_names_do_not_reach_the_api() {
    let server = Server::start(Setup::default());
    for (host, status) in [
        ("evil.example", 421),
        ("local", 421),
        ("", 421),
        ("dipole.local", 200),
        ("localhost:8080", 200),
        ("192.168.1.5", 200),
        ("[::1]", 200),
        ("tv.example.net", 200),
    ] {
        let reply = ask_as(server.http, "/api/v1/status", host).await;
        assert_eq!(reply.status, status, "{host}");
    }
}
