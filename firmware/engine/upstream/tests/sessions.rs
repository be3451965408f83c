//! Redirects, cookies and connections of the HTTP client.

mod support;

use std::time::Duration;

use support::{After, Reply, Server, client};
use upstream::http::{Error, Request, Response};

/// Longer than any body here.
const BYTES_MAX: usize = 1024 * 1024;

async fn whole(mut response: Response) -> Vec<u8> {
    response
        .body
        .read_whole(BYTES_MAX)
        .await
        .expect("a whole body")
}

#[tokio::test]
async fn redirects_are_followed() {
    let edge = Server::start(|_| Reply::ok(b"stream")).await;
    let to = edge.url("/edge/1.ts?token=s3cret").to_string();
    let panel = Server::start(move |seen| match seen.target.as_str() {
        "/live/1" => Reply::redirect("../next?x=1"),
        _ => Reply::redirect(&to),
    })
    .await;
    let mut request = panel.request("/live/1");
    request.url.set_username("me").unwrap();
    request
        .headers
        .push(("Referer".into(), "http://site/".into()));
    request.headers.push(("X-Device".into(), "box".into()));
    let response = client().session().get(request).await.unwrap();
    assert_eq!(response.url, edge.url("/edge/1.ts?token=s3cret"));
    assert!(!format!("{response:?}").contains("s3cret"));
    assert_eq!(whole(response).await, b"stream");

    let seen = panel.seen();
    assert_eq!(seen[1].target, "/next?x=1");
    assert!(
        seen[1].header("authorization").is_some(),
        "the same host still knows us"
    );
    assert_eq!(panel.connections(), 1, "the short body was read away");
    assert_eq!(edge.seen()[0].header("authorization"), None, "another port");
    assert_eq!(edge.seen()[0].header("referer"), Some("http://site/"));
    assert_eq!(edge.seen()[0].header("x-device"), Some("box"));
}

#[tokio::test]
async fn secrets_do_not_go_to_another_host() {
    let edge = Server::start(|_| Reply::ok(b"stream")).await;
    let to = format!("http://localhost:{}/", edge.address.port());
    let panel = Server::start(move |_| Reply::redirect(&to)).await;
    let mut request = panel.request("/");
    request.url.set_username("me").unwrap();
    for name in ["Authorization", "Referer", "Cookie"] {
        request.headers.push((name.into(), "secret".into()));
    }
    client().get(request).await.unwrap();
    let seen = &edge.seen()[0];
    for name in ["authorization", "referer", "cookie"] {
        assert_eq!(seen.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn redirects_that_lead_nowhere() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/circle" => Reply::redirect("/back"),
        "/back" => Reply::redirect("/circle"),
        "/none" => Reply::new("302 Found", "", b""),
        "/rtmp" => Reply::redirect("rtmp://h/x"),
        longer => Reply::redirect(&format!("{longer}x")),
    })
    .await;
    let get = async |target| client().get(server.request(target)).await.unwrap_err();
    assert!(matches!(get("/circle").await, Error::RedirectLoop { .. }));
    assert!(matches!(get("/none").await, Error::BadRedirect { .. }));
    assert!(matches!(get("/rtmp").await, Error::BadRedirect { .. }));
    let before = server.seen().len();
    assert!(matches!(
        get("/x").await,
        Error::TooManyRedirects { max: 10, .. }
    ));
    assert_eq!(server.seen().len() - before, 11);
    server.all_closed().await;
}

#[tokio::test]
async fn cookies_stay_in_their_session() {
    let server = Server::start(|seen| match seen.header("cookie") {
        None => Reply::new(
            "302 Found",
            "Set-Cookie: sid=42; Path=/; HttpOnly\r\nSet-Cookie: b=1\r\nLocation: /same\r\n",
            b"",
        ),
        Some(cookies) => Reply::ok(cookies.as_bytes()),
    })
    .await;
    let session = client().session();
    // The same address again, but with a cookie: that is no circle.
    let response = session.get(server.request("/same")).await.unwrap();
    assert_eq!(whole(response).await, b"sid=42; b=1");
    let response = session.get(server.request("/other")).await.unwrap();
    assert_eq!(whole(response).await, b"sid=42; b=1");
    let without = Request {
        cookies: false,
        ..server.request("/same")
    };
    let error = session.get(without).await.unwrap_err();
    assert!(matches!(error, Error::RedirectLoop { .. }), "{error}");
    assert_eq!(server.connections(), 1);
    client()
        .session()
        .get(server.request("/same"))
        .await
        .unwrap();
    assert_eq!(
        server.seen().last().unwrap().header("cookie"),
        Some("sid=42; b=1")
    );
}

#[tokio::test]
async fn a_session_keeps_connections_and_a_single_request_does_not() {
    let server = Server::start(|_| Reply::ok(b"segment")).await;
    let session = client().session();
    for _ in 0..5 {
        assert_eq!(
            whole(session.get(server.request("/")).await.unwrap()).await,
            b"segment"
        );
    }
    assert_eq!(server.connections(), 1);
    // Not read to the end: not to be used again.
    drop(session.get(server.request("/")).await.unwrap());
    whole(session.get(server.request("/")).await.unwrap()).await;
    assert_eq!(server.connections(), 2);
    drop(session);
    server.all_closed().await;
    whole(client().get(server.request("/")).await.unwrap()).await;
    server.all_closed().await;
}

#[tokio::test]
async fn at_most_two_connections_wait() {
    let mut servers = Vec::new();
    for _ in 0..4 {
        servers.push(Server::start(|_| Reply::ok(b"segment")).await);
    }
    let session = client().session();
    for server in &servers {
        whole(session.get(server.request("/")).await.unwrap()).await;
    }
    servers[0].all_closed().await;
    servers[1].all_closed().await;
    for server in servers.iter().rev() {
        whole(session.get(server.request("/")).await.unwrap()).await;
    }
    let connections: Vec<usize> = servers.iter().map(Server::connections).collect();
    assert_eq!(connections, [2, 2, 1, 1]);
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced() {
    // Closes each connection after its first answer, without a word.
    let server = Server::start(|_| {
        let Reply(bytes, _) = Reply::ok(b"segment");
        Reply(bytes, After::Close)
    })
    .await;
    let session = client().session();
    for _ in 0..3 {
        whole(session.get(server.request("/")).await.unwrap()).await;
    }
    assert_eq!(server.connections(), 3);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn dropping_closes_at_once() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/silent" => Reply::raw("", After::Hang),
        _ => Reply::raw("HTTP/1.1 200 OK\r\n\r\nlive", After::Hang),
    })
    .await;
    let mut response = client().get(server.request("/live")).await.unwrap();
    assert_eq!(response.body.next().await.unwrap().unwrap(), "live");
    drop(response);
    server.all_closed().await;
    let waiting = client();
    let request = waiting.get(server.request("/silent"));
    assert!(
        tokio::time::timeout(Duration::from_millis(20), request)
            .await
            .is_err()
    );
    server.all_closed().await;
}
