//! The API of the rules: who may change them, and that two browsers do not overwrite each other.

#![allow(clippy::unwrap_used, reason = "what fails here fails a test")]

mod common;

use std::sync::Arc;

use common::{
    Server, Setup,
    client::{Client, Reply, ask},
};
use desk::{DryRun, Order, Refused, RulesOrder, RulesView};
use rules::{Preview, RuleSet};

const RULES: &str = "/api/v1/rules";
const PREVIEW: &str = "/api/v1/rules/preview";
const SET: &str = r#"{"rules":[{"name":"a","action":"exclude","pattern":"x"}]}"#;
const OURS: &str = "X-Dipole: 1\r\n";

async fn send(server: &Server, method: &str, path: &str, headers: &str, body: &str) -> Reply {
    let mut client = Client::connect(server.http).await;
    let headers = format!("{headers}Content-Length: {}\r\n", body.len());
    client.ask(method, path, &headers).await;
    client.say(body.as_bytes()).await;
    client.reply().await
}

fn set() -> RuleSet {
    serde_json::from_str(SET).unwrap()
}

#[tokio::test]
async fn rules_are_read_with_their_tag() {
    let server = Server::start(Setup::default());
    server.rules.send_replace(Arc::new(RulesView {
        revision: 7,
        stored: set(),
        ..RulesView::default()
    }));
    let reply = ask(server.http, "GET", RULES).await;
    assert_eq!((reply.status, reply.header("etag")), (200, Some("\"7\"")));
    let json = reply.json();
    assert_eq!(json["stored"]["rules"][0]["name"], "a");
    assert_eq!(json["configured"]["rules"].as_array().unwrap().len(), 0);
    // What was read can be sent back as it is.
    let again: RuleSet = serde_json::from_value(json["stored"].clone()).unwrap();
    assert_eq!(again, set());
}

#[tokio::test]
async fn a_change_says_what_it_has_seen() {
    let mut server = Server::start(Setup::default());
    for (headers, body, status) in [
        ("If-Match: \"7\"\r\n", SET, 403),
        (OURS, SET, 428),
        ("X-Dipole: 1\r\nIf-Match: *\r\n", SET, 412),
        ("X-Dipole: 1\r\nIf-Match: \"7\"\r\n", "{", 400),
        ("X-Dipole: 1\r\nIf-Match: \"7\"\r\n", r#"{"rule":[]}"#, 400),
    ] {
        let reply = send(&server, "PUT", RULES, headers, body).await;
        assert_eq!(reply.status, status, "{headers}{body}");
    }
    assert!(server.orders.waiting().is_none(), "nothing was asked for");
    let long = format!("{SET}{}", " ".repeat(70_000));
    let headers = "X-Dipole: 1\r\nIf-Match: \"7\"\r\n";
    assert_eq!(
        send(&server, "PUT", RULES, headers, &long).await.status,
        413
    );

    for (answer, status, tag) in [
        (Ok(8), 204, Some("\"8\"")),
        (Err(Refused::Conflict("8".to_owned())), 412, None),
        (Err(Refused::Invalid("rule 1".to_owned())), 400, None),
    ] {
        let mut client = Client::connect(server.http).await;
        let headers = format!("{headers}Content-Length: {}\r\n", SET.len());
        client.ask("PUT", RULES, &headers).await;
        client.say(SET.as_bytes()).await;
        let Some(Order::Rules(RulesOrder::Save {
            set: found,
            seen,
            answer: way_back,
        })) = server.orders.next().await
        else {
            panic!("another order");
        };
        assert_eq!((*found, seen), (set(), 7));
        way_back.give(answer);
        let reply = client.reply().await;
        assert_eq!((reply.status, reply.header("etag")), (status, tag));
    }
}

#[tokio::test]
async fn a_preview_is_handed_on() {
    let mut server = Server::start(Setup::default());
    assert_eq!(send(&server, "POST", PREVIEW, "", SET).await.status, 403);
    assert_eq!(ask(server.http, "GET", PREVIEW).await.status, 405);
    let mut client = Client::connect(server.http).await;
    let headers = format!("{OURS}Content-Length: {}\r\n", SET.len());
    client.ask("POST", PREVIEW, &headers).await;
    client.say(SET.as_bytes()).await;
    let Some(Order::Rules(RulesOrder::Preview { set: found, answer })) = server.orders.next().await
    else {
        panic!("another order");
    };
    assert_eq!(*found, set());
    answer.give(Ok(Box::new(DryRun {
        configured: 0,
        complete: true,
        preview: Preview::new(1),
    })));
    let json = client.reply().await.json();
    assert_eq!(json["complete"], true);
    assert_eq!(
        (&json["entries"], &json["matched"][0]),
        (&0.into(), &0.into())
    );
}
