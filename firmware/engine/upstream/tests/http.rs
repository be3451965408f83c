//! The HTTP client against a server that does what providers do.

mod support;

use std::time::Duration;

use support::{After, Reply, Server, client};
use upstream::http::{Client, ClientConfig, Error, Phase, Range, Request, Response};

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
async fn bodies_of_every_framing() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/length" => Reply::ok(b"hello world"),
        "/chunked" => Reply::raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             6\r\nhello \r\n5;x=y\r\nworld\r\n0\r\nX-Trailer: 1\r\n\r\n",
            After::Keep,
        ),
        "/close" => Reply::raw("HTTP/1.1 200 OK\r\n\r\nhello world", After::Close),
        "/1.0" => Reply::raw("HTTP/1.0 200 OK\r\n\r\nhello world", After::Close),
        // Blanks before the colon, a line with no colon, no reason: seen with real panels.
        _ => Reply::raw(
            "HTTP/1.1 200\r\nServer : x\r\nnonsense\r\nContent-Length: 11\r\n\r\nhello world",
            After::Keep,
        ),
    })
    .await;
    for target in ["/length", "/chunked", "/close", "/1.0", "/ugly"] {
        let response = client().get(server.request(target)).await.unwrap();
        assert_eq!(response.status, 200);
        assert_eq!(whole(response).await, b"hello world", "{target}");
    }
    server.all_closed().await;
}

#[tokio::test]
async fn an_answer_may_have_any_status_but_a_redirects() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/moved" => Reply::redirect("/beyond"),
        "/beyond" => Reply::new(
            "416 Range Not Satisfiable",
            "Content-Range: bytes */5\r\n",
            b"",
        ),
        _ => Reply::new("404 Not Found", "", b"no"),
    })
    .await;
    let mut request = server.request("/moved");
    request.headers = vec![("range".to_owned(), "bytes=9-".to_owned())];
    let answer = client().answer(request).await.unwrap();
    assert_eq!(answer.status, 416);
    assert_eq!(answer.header("content-range"), Some("bytes */5"));
    let seen = server.seen();
    assert!(
        seen.iter()
            .all(|seen| seen.header("range") == Some("bytes=9-"))
    );
    let answer = client().answer(server.request("/none")).await.unwrap();
    assert_eq!(answer.status, 404);
    drop(answer);
    server.all_closed().await;
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_an_error() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/length" => Reply::raw(
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhell",
            After::Close,
        ),
        _ => Reply::raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhell",
            After::Close,
        ),
    })
    .await;
    for target in ["/length", "/chunked"] {
        let mut response = client().get(server.request(target)).await.unwrap();
        let error = response.body.read_whole(BYTES_MAX).await.unwrap_err();
        assert!(matches!(error, Error::Body { .. }), "{error}");
        assert!(error.is_temporary());
        assert!(
            response.body.next().await.unwrap().is_none(),
            "and then nothing more"
        );
    }
}

#[tokio::test]
async fn what_is_sent() {
    let server = Server::start(|_| Reply::ok(b"")).await;
    let mut url = server.url("/live/1.ts?a=b%20c&d={e}");
    url.set_username("me").unwrap();
    url.set_password(Some("p@ss")).unwrap();
    client().get(Request::new(url)).await.unwrap();
    let request = Request {
        headers: vec![
            ("Referer".into(), "http://site/".into()),
            ("user-agent".into(), "from the list".into()),
            ("Connection".into(), "upgrade".into()),
            ("Accept-Encoding".into(), "br".into()),
        ],
        range: Some(Range {
            offset: 10,
            length: Some(5),
        }),
        ..server.request("/2")
    };
    client().get(request.clone()).await.unwrap();
    client()
        .get(Request {
            user_agent: Some("from the source".into()),
            ..request
        })
        .await
        .unwrap();

    let seen = server.seen();
    assert_eq!(seen[0].target, "/live/1.ts?a=b%20c&d={e}");
    assert_eq!(
        seen[0].header("host"),
        Some(server.address.to_string().as_str())
    );
    assert_eq!(seen[0].header("authorization"), Some("Basic bWU6cEBzcw=="));
    assert!(seen[0].header("user-agent").unwrap().starts_with("Dipole/"));
    assert_eq!(seen[0].header("accept-encoding"), Some("identity"));
    assert_eq!(seen[0].header("connection"), Some("close"));
    assert_eq!(seen[0].header("range"), None);
    assert_eq!(seen[1].header("referer"), Some("http://site/"));
    assert_eq!(seen[1].header("user-agent"), Some("from the list"));
    assert_eq!(seen[1].header("range"), Some("bytes=10-14"));
    assert_eq!(seen[1].header("connection"), Some("close"));
    assert_eq!(seen[1].header("accept-encoding"), Some("identity"));
    assert_eq!(seen[2].header("user-agent"), Some("from the source"));
}

#[tokio::test]
async fn what_is_told_of_an_answer() {
    let server = Server::start(|_| {
        Reply::new(
            "206 Partial Content",
            "Content-Type: video/mp2t\r\nETag: \"x\"\r\n",
            b"12345",
        )
    })
    .await;
    let response = client().get(server.request("/a")).await.unwrap();
    assert_eq!(response.status, 206);
    assert_eq!(response.content_type(), Some("video/mp2t"));
    assert_eq!(response.content_length(), Some(5));
    assert_eq!(response.header("etag"), Some("\"x\""));
    assert_eq!(response.header("last-modified"), None);
}

#[tokio::test]
async fn headers_that_are_none_are_refused() {
    let server = Server::start(|_| Reply::ok(b"")).await;
    for (name, value) in [("a b", "c"), ("X", "a\r\nEvil: 1"), ("", "")] {
        let mut request = server.request("/");
        request.headers.push((name.into(), value.into()));
        let error = client().get(request).await.unwrap_err();
        assert!(matches!(error, Error::BadHeader { .. }), "{error}");
    }
    assert!(server.seen().is_empty());
}

fn hasty() -> Client {
    Client::new(ClientConfig {
        header_timeout: Duration::from_millis(40),
        idle_timeout: Duration::from_millis(40),
        ..ClientConfig::default()
    })
}

#[tokio::test]
async fn every_wait_ends() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/silent" => Reply::raw("", After::Hang),
        "/slow" => Reply::raw("HTTP/1.1 200 OK\r\nX: ", After::Hang),
        _ => Reply::raw("HTTP/1.1 200 OK\r\n\r\nlive", After::Hang),
    })
    .await;
    for target in ["/silent", "/slow"] {
        let error = hasty().get(server.request(target)).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::TimedOut {
                    phase: Phase::Header,
                    ..
                }
            ),
            "{error}"
        );
        assert!(error.is_temporary());
    }
    let mut response = hasty().get(server.request("/live")).await.unwrap();
    response.body.next().await.unwrap();
    let error = response.body.next().await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::TimedOut {
                phase: Phase::Body,
                ..
            }
        ),
        "{error}"
    );
    server.all_closed().await;
}

#[tokio::test]
async fn a_handshake_that_never_comes_ends() {
    // Speaks no TLS: the client's hello is never answered.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let client = Client::new(ClientConfig {
        connect_timeout: Duration::from_millis(500),
        ..ClientConfig::default()
    });
    let error = client.get(Request::new(url)).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::TimedOut {
                phase: Phase::Tls,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn nobody_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: url::Url = format!(
        "http://{}/x?password=s3cret",
        listener.local_addr().unwrap()
    )
    .parse()
    .unwrap();
    drop(listener);
    let error = client().get(Request::new(url)).await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error}");
    assert!(error.is_temporary() && !error.to_string().contains("s3cret"));
    let url = "http://name.invalid/".parse().unwrap();
    let error = client().get(Request::new(url)).await.unwrap_err();
    assert!(
        matches!(error, Error::Dns { .. } | Error::TimedOut { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn ipv6_literals() {
    if tokio::net::TcpListener::bind("[::1]:0").await.is_err() {
        eprintln!("skipped: no IPv6 here");
        return;
    }
    let handler = std::sync::Arc::new(|_: &support::Seen| Reply::ok(b"six"));
    let server = Server::listen("[::1]:0", None, handler).await;
    assert_eq!(
        whole(client().get(server.request("/")).await.unwrap()).await,
        b"six"
    );
    assert_eq!(
        server.seen()[0].header("host"),
        Some(server.address.to_string().as_str())
    );
}

#[tokio::test]
async fn statuses_are_errors() {
    let server = Server::start(|seen| Reply::new(&seen.target[1..], "", b"no")).await;
    for (code, temporary) in [(404, false), (403, false), (503, true), (458, true)] {
        let error = client()
            .get(server.request(&format!("/{code}")))
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Status { code: told, .. } if told == code),
            "{error}"
        );
        assert_eq!(error.is_temporary(), temporary);
    }
    assert_eq!(
        client().get(server.request("/304")).await.unwrap().status,
        304
    );
}

#[tokio::test]
async fn answers_that_are_not_http_or_too_much() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/icy" => Reply::raw("ICY 200 OK\r\nicy-name: Radio\r\n\r\n", After::Close),
        "/ssh" => Reply::raw("SSH-2.0-OpenSSH_9.2\r\n", After::Hang),
        "/gone" => Reply::raw("", After::Close),
        "/many" => Reply::new("200 OK", &"X: y\r\n".repeat(200), b""),
        _ => Reply::new("200 OK", &format!("X: {}\r\n", "y".repeat(100 * 1024)), b""),
    })
    .await;
    let get = async |target| client().get(server.request(target)).await.unwrap_err();
    let icy = get("/icy").await;
    assert!(
        matches!(icy, Error::NotHttp { .. }) && icy.to_string().contains("ICY"),
        "{icy}"
    );
    assert!(matches!(get("/ssh").await, Error::NotHttp { .. }));
    assert!(matches!(get("/gone").await, Error::NoAnswer { .. }));
    for target in ["/many", "/long"] {
        let error = get(target).await;
        assert!(
            matches!(error, Error::HeadTooLarge { .. }),
            "{target}: {error}"
        );
    }
}

#[tokio::test]
async fn whole_bodies_are_bounded() {
    let server = Server::start(|_| Reply::ok(&[0; 1000])).await;
    let mut response = client().get(server.request("/")).await.unwrap();
    assert_eq!(response.body.read_whole(1000).await.unwrap().len(), 1000);
    let mut response = client().get(server.request("/")).await.unwrap();
    let error = response.body.read_whole(999).await.unwrap_err();
    assert!(matches!(error, Error::BodyTooLarge { bytes_max: 999, .. }));
    server.all_closed().await;
}
