//! Guides over the API: what is shown, what is refused before anybody is asked, and what is asked for.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{
    Server, Setup,
    client::{Client, Reply, ask},
};
use desk::{GuideId, GuideOrder, Refused};

const OURS: &str = "X-Dipole: 1\r\n";
const GOOD: &str = r#"{"name":"a","url":"http://a.example/g.xml"}"#;

async fn send(server: &Server, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
    let mut client = Client::connect(server.http).await;
    let length = format!("{headers}Content-Length: {}\r\n", body.len());
    client.ask(method, path, &length).await;
    client.say(body).await;
    client.reply().await
}

/// What an order is, in words, once it has been answered so.
async fn carried_out(order: GuideOrder, done: Result<(), Refused>) -> String {
    match order {
        GuideOrder::Add { settings, answer } => {
            answer.give(done.map(|()| GuideId(7)));
            format!("add {}", settings.name)
        }
        GuideOrder::Change {
            guide,
            settings,
            answer,
        } => {
            answer.give(done);
            format!("change {guide} {} {}", settings.name, settings.priority)
        }
        GuideOrder::Remove { guide, answer } => {
            answer.give(done);
            format!("remove {guide}")
        }
        GuideOrder::Refresh { guide, answer } => {
            answer.give(done);
            format!("refresh {:?}", guide.map(|id| id.0))
        }
        GuideOrder::Cancel { guide, answer } => {
            answer.give(done);
            format!("cancel {guide}")
        }
        GuideOrder::Upload {
            guide,
            mut file,
            answer,
        } => {
            let mut bytes = 0;
            while let Ok(Some(piece)) = file.next().await {
                bytes += piece.len();
            }
            answer.give(done);
            format!("upload {guide} {bytes}")
        }
    }
}

#[tokio::test]
async fn what_is_asked_for_goes_to_the_desk() {
    let mut server = Server::start(Setup::default());
    let patch = r#"{"priority":5}"#;
    for (method, path, body, order, status) in [
        ("POST", "guides", GOOD, "add a", 201),
        ("PUT", "guides/3", GOOD, "change 3 a 0", 204),
        ("PATCH", "guides/3", patch, "change 3 House 5", 204),
        ("DELETE", "guides/3", "", "remove 3", 204),
        ("POST", "guides/3/refresh", "", "refresh Some(3)", 202),
        ("POST", "guides/refresh", "", "refresh None", 202),
        ("POST", "guides/3/cancel", "", "cancel 3", 202),
        ("POST", "guides/3/file", "<tv></tv>", "upload 3 9", 204),
    ] {
        let http = server.http;
        let path = format!("/api/v1/{path}");
        let asking = async {
            let mut client = Client::connect(http).await;
            let length = format!("{OURS}Content-Length: {}\r\n", body.len());
            client.ask(method, &path, &length).await;
            client.say(body.as_bytes()).await;
            client.reply().await
        };
        let carrying_out = async {
            let asked = server.guide_orders.next().await.unwrap();
            carried_out(asked, Ok(())).await
        };
        let (reply, told) = tokio::join!(asking, carrying_out);
        assert_eq!((reply.status, told.as_str()), (status, order), "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_before() {
    let mut server = Server::start(Setup::default());
    for (method, path, headers, body, status) in [
        ("POST", "guides", "", GOOD, 403),
        ("DELETE", "guides/3", "", "", 403),
        ("POST", "guides/3/file", "", "x", 403),
        ("POST", "guides", OURS, "{}", 400),
        (
            "POST",
            "guides",
            OURS,
            r#"{"name":"a","connections":1}"#,
            400,
        ),
        ("PATCH", "guides/3", OURS, r#"{"nothing":1}"#, 400),
        ("PATCH", "guides/4", OURS, r#"{"priority":1}"#, 404),
        ("PUT", "guides", OURS, GOOD, 405),
        ("GET", "guides/3/file", "", "", 405),
        ("GET", "guides/4", "", "", 404),
        ("GET", "guides/x", "", "", 404),
        ("GET", "guide/channels?limit=0", "", "", 400),
        ("GET", "guide/channels?what=x", "", "", 400),
        (
            "GET",
            "guide/channels?channel=00000000000000ff",
            "",
            "",
            404,
        ),
    ] {
        let path = format!("/api/v1/{path}");
        let reply = send(&server, method, &path, headers, body.as_bytes()).await;
        assert_eq!(reply.status, status, "{method} {path} {body}");
    }
    assert!(server.guide_orders.waiting().is_none());
    let mut client = Client::connect(server.http).await;
    let length = format!("{OURS}Content-Length: {}\r\n", 257_u64 << 20);
    client.ask("POST", "/api/v1/guides/3/file", &length).await;
    assert_eq!(client.head().await.status, 413);
}

#[tokio::test]
async fn guides_and_candidates_are_shown() {
    let server = Server::start(Setup::default());
    let all = ask(server.http, "GET", "/api/v1/guides").await.json();
    let guide = &all["guides"][0];
    assert_eq!(guide["id"], 3);
    assert_eq!(guide["set_in"], "api");
    assert_eq!(guide["settings"]["interval_hours"], 12);
    let one = ask(server.http, "GET", "/api/v1/guides/3").await.json();
    assert_eq!(&one, guide);
    let path = "/api/v1/guide/channels?q=two+words&limit=7&channel=0000000000000001";
    let found = ask(server.http, "GET", path).await.json();
    let first = &found["channels"][0];
    assert_eq!(first["names"][0], "two words");
    assert_eq!(
        (&first["channel"], &first["source"]),
        (&"0000000000000001".into(), &"House".into())
    );
    assert_eq!(first["confidence_percent"], 7);
}
