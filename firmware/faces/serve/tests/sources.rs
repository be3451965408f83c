//! Changes of the sources over the API: what is refused before anybody is asked, what is asked for, and
//! what becomes of the answer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{
    Server, Setup,
    client::{Client, Reply, ask_with},
};
use desk::{Order, Refused, SourceId, SourceOrder};

const OURS: &str = "X-Dipole: 1\r\n";
const GOOD: &str = r#"{"name":"a","url":"http://a.example/"}"#;

async fn send(server: &Server, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
    let mut client = Client::connect(server.http).await;
    let length = format!("{headers}Content-Length: {}\r\n", body.len());
    client.ask(method, path, &length).await;
    client.say(body).await;
    client.reply().await
}

/// What an order is, in a word, once it has been answered so.
async fn carried_out(order: Order, done: Result<(), Refused>) -> String {
    let Order::Source(order) = order else {
        return format!("{order:?}");
    };
    match order {
        SourceOrder::Add { settings, answer } => {
            answer.give(done.map(|()| SourceId(7)));
            format!("add {}", settings.name)
        }
        SourceOrder::Change {
            source,
            settings,
            answer,
        } => {
            answer.give(done);
            format!("change {source} {}", settings.name)
        }
        SourceOrder::Remove { source, answer } => {
            answer.give(done);
            format!("remove {source}")
        }
        SourceOrder::Refresh { source, answer } => {
            answer.give(done);
            format!("refresh {}", source.map_or(-1, |id| i32::from(id.0)))
        }
        SourceOrder::Cancel { source, answer } => {
            answer.give(done);
            format!("cancel {source}")
        }
        SourceOrder::Accept { source, answer } => {
            answer.give(done);
            format!("accept {source}")
        }
        SourceOrder::Upload {
            source,
            mut list,
            answer,
        } => {
            let mut bytes = 0;
            while let Ok(Some(piece)) = list.next().await {
                bytes += piece.len();
            }
            answer.give(done);
            format!("upload {source} {bytes}")
        }
    }
}

#[tokio::test]
async fn each_route_orders_what_it_says() {
    let mut server = Server::start(Setup::default());
    for (method, path, body, order, status) in [
        ("POST", "", GOOD, "add a", 201),
        ("PUT", "/3", GOOD, "change 3 a", 204),
        ("DELETE", "/3", "", "remove 3", 204),
        ("POST", "/refresh", "", "refresh -1", 202),
        ("POST", "/3/refresh", "", "refresh 3", 202),
        ("POST", "/3/cancel", "", "cancel 3", 202),
        ("POST", "/3/accept", "", "accept 3", 202),
        ("POST", "/3/list", "#EXTM3U\n", "upload 3 8", 204),
    ] {
        let path = format!("/api/v1/sources{path}");
        for (refused, expected, words) in [
            (None, status, ""),
            (Some(Refused::NotFound("none".into())), 404, "none"),
            (Some(Refused::Invalid("bad".into())), 400, "bad"),
            (Some(Refused::Conflict("not now".into())), 409, "not now"),
            (Some(Refused::Storage("full".into())), 507, "full"),
            (Some(Refused::Busy), 503, "too many"),
            (Some(Refused::Ending), 503, "ending"),
        ] {
            let done = refused.map_or(Ok(()), Err);
            let is_done = done.is_ok();
            let mut orders = std::mem::replace(&mut server.orders, desk::open().1);
            let writer = async {
                let order = orders.next().await.unwrap();
                carried_out(order, done).await
            };
            let sent = send(&server, method, &path, OURS, body.as_bytes());
            let (reply, found) = tokio::join!(sent, writer);
            server.orders = orders;
            assert_eq!((found.as_str(), reply.status), (order, expected), "{path}");
            assert!(reply.text().contains(words), "{}", reply.text());
            let kind = reply.header("content-type").unwrap_or_default();
            assert_eq!(kind.contains("problem+json"), !is_done, "{path}");
            if (is_done, order) == (true, "add a") {
                assert_eq!(reply.json()["id"], 7);
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_asked_for_what_cannot_be() {
    let mut server = Server::start(Setup::default());
    let large = vec![b' '; 70_000];
    let unknown = r#"{"name":"a","surprise":1}"#;
    for (method, path, headers, body, status) in [
        ("POST", "", "", GOOD.as_bytes(), 403),
        ("POST", "", "X-Dipole: 0\r\n", GOOD.as_bytes(), 403),
        (
            "POST",
            "",
            "Sec-Fetch-Site: cross-site\r\n",
            GOOD.as_bytes(),
            403,
        ),
        ("PUT", "/3", "", GOOD.as_bytes(), 403),
        ("DELETE", "/3", "", b"", 403),
        ("POST", "/3/accept", "", b"", 403),
        ("POST", "/3/list", "", b"#EXTM3U\n", 403),
        ("POST", "", OURS, b"", 400),
        ("POST", "", OURS, b"nothing of that kind", 400),
        ("POST", "", OURS, unknown.as_bytes(), 400),
        ("PUT", "/3", OURS, b"[]", 400),
        ("POST", "", OURS, &large, 413),
        ("PUT", "", OURS, GOOD.as_bytes(), 405),
        ("POST", "/3", OURS, GOOD.as_bytes(), 405),
        ("DELETE", "/3/list", OURS, b"", 405),
        ("POST", "/3/else", OURS, b"", 404),
        ("PUT", "/65536", OURS, GOOD.as_bytes(), 404),
        ("PUT", "/x", OURS, GOOD.as_bytes(), 404),
    ] {
        let path = format!("/api/v1/sources{path}");
        let reply = send(&server, method, &path, headers, body).await;
        assert_eq!(reply.status, status, "{method} {path}");
        let kind = reply.header("content-type").unwrap();
        assert!(kind.contains("problem+json"), "{method} {path}");
    }
    let elsewhere = "X-Dipole: 1\r\nHost: evil.example\r\n";
    let mut client = Client::connect(server.http).await;
    let request = format!("DELETE /api/v1/sources/3 HTTP/1.1\r\n{elsewhere}\r\n");
    client.say(request.as_bytes()).await;
    assert_eq!(client.reply().await.status, 421);
    assert!(server.orders.waiting().is_none(), "nothing was asked for");
}

#[tokio::test]
async fn an_upload_has_an_end_or_is_none() {
    let mut server = Server::start(Setup::default());
    let path = "/api/v1/sources/3/list";
    let too_long = format!("{OURS}Content-Length: {}\r\n", (64 << 20) + 1);
    let reply = ask_with(server.http, "POST", path, &too_long).await;
    assert_eq!(reply.status, 413);
    assert!(server.orders.waiting().is_none(), "nothing was asked for");

    let mut client = Client::connect(server.http).await;
    let chunked = format!("{OURS}Transfer-Encoding: chunked\r\n");
    client.ask("POST", path, &chunked).await;
    client.say(b"8\r\n#EXTM3U\n\r\n").await;
    let Some(Order::Source(SourceOrder::Upload { mut list, .. })) = server.orders.next().await
    else {
        panic!("an upload was asked for");
    };
    assert_eq!(list.next().await.unwrap().unwrap().as_ref(), b"#EXTM3U\n");
    drop(client);
    assert!(list.next().await.is_err(), "half a list is none");
}

#[tokio::test]
async fn an_upload_that_turns_out_too_large_is_told_so() {
    let mut server = Server::start(Setup::default());
    let mut orders = std::mem::replace(&mut server.orders, desk::open().1);
    let mut client = Client::connect(server.http).await;
    let chunked = format!("{OURS}Transfer-Encoding: chunked\r\n");
    let path = "/api/v1/sources/3/list";
    client.ask("POST", path, &chunked).await;
    let sending = async {
        let piece = [b"100000\r\n", vec![b'#'; 1 << 20].as_slice(), b"\r\n"].concat();
        for _ in 0..64 {
            client.say(&piece).await;
        }
        client.say(b"1\r\n#").await;
        client.reply().await
    };
    let writer = async {
        let order = orders.next().await.unwrap();
        carried_out(order, Err(Refused::Invalid("not whole".into()))).await
    };
    let (reply, order) = tokio::join!(sending, writer);
    assert_eq!((reply.status, order.as_str()), (413, "upload 3 67108864"));
}

/// Four changes that wait for their bodies keep a fifth waiting, and what only reads goes on.
#[tokio::test(start_paused = true)]
async fn bodies_are_kept_for_some_changes_at_once() {
    let server = Server::start(Setup::default());
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut client = Client::connect(server.http).await;
        let headers = format!("{OURS}Content-Length: 100\r\n");
        client.ask("POST", "/api/v1/sources", &headers).await;
        client.say(b"{").await;
        slow.push(client);
    }
    let read = ask_with(server.http, "GET", "/api/v1/sources", "").await;
    assert_eq!(read.status, 200);
    let start = tokio::time::Instant::now();
    let fifth = send(&server, "POST", "/api/v1/sources", OURS, b"[]").await;
    assert!(start.elapsed().as_secs() >= 9, "it did not wait");
    assert_eq!(slow[0].reply().await.status, 408);
    // Its turn came when theirs was over, or not at all.
    assert!([400, 503].contains(&fifth.status), "{}", fifth.status);
}
