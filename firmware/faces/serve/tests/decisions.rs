//! What is decided over the API: how it is asked for, and how it is answered.

#![allow(clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::{
    Server, Setup,
    client::{Client, Reply, ask, ask_with},
    lineup_of,
};
use desk::{ChannelOrder, Edited, Order, Refused};
use lineup::{
    ChannelId,
    decisions::{Change, Decision, Decisions, GuideChoice, Logged, Set},
};

const ONE: &str = "0000000000000001";
const STREAM: &str = "0000000000000007-000000000000000a";

/// A request with a body, from our own page.
async fn send(server: &Server, method: &str, target: &str, headers: &str, body: &str) -> Reply {
    let mut client = Client::connect(server.http).await;
    let length = body.len();
    let headers = format!("X-Dipole: 1\r\nContent-Length: {length}\r\n{headers}");
    client.ask(method, target, &headers).await;
    client.say(body.as_bytes()).await;
    client.reply().await
}

fn edited() -> Edited {
    Edited {
        change: Some(7),
        words: "as you wish".to_owned(),
        channels: vec![ChannelId(1)],
        revision: 0xab,
    }
}

/// The changes of an edit that is asked for, and the revision that it depends on. It is answered so.
async fn asked_for(
    server: &mut Server,
    request: (&str, &str, &str, &str),
    answered: Result<Edited, Refused>,
) -> (Reply, Vec<Change>, Option<u64>) {
    let mut orders = std::mem::replace(&mut server.orders, desk::open().1);
    let (method, target, headers, body) = request;
    let writer = async {
        let order = orders.next().await.expect("an order");
        let Order::Channel(ChannelOrder::Edit {
            changes,
            if_revision,
            answer,
        }) = order
        else {
            panic!("another order: {order:?}");
        };
        answer.give(answered);
        (changes, if_revision)
    };
    let asking = send(server, method, target, headers, body);
    let (reply, (changes, if_revision)) = tokio::join!(asking, writer);
    server.orders = orders;
    (reply, changes, if_revision)
}

#[tokio::test]
async fn a_wish_becomes_an_order() {
    let mut server = Server::start(Setup::default());
    let stream = STREAM.parse().unwrap();
    let patched = |change: &Change| match change {
        Change::Set { channels, patch } if *channels == [ChannelId(1)] => Some(patch.clone()),
        _ => None,
    };
    let target = format!("/api/v1/channels/{ONE}");
    let body = format!(
        "{{\"name\": \" New \", \"number\": null, \"enabled\": false, \"primary\": \"{STREAM}\",
          \"guide\": {{\"source\": \"House\", \"channel\": \"one.example\"}}, \"shift_min\": -60}}"
    );
    let request = ("PATCH", &*target, "If-Match: \"00ab\"\r\n", &*body);
    let (reply, changes, revision) = asked_for(&mut server, request, Ok(edited())).await;
    assert_eq!((reply.status, revision), (200, Some(0xab)));
    let patch = patched(&changes[0]).expect("a patch of that channel");
    assert_eq!(patch.name, Set::To("New".into()));
    assert_eq!((&patch.number, &patch.group), (&Set::Automatic, &Set::Keep));
    assert_eq!(
        (&patch.enabled, &patch.primary),
        (&Set::To(false), &Set::To(stream))
    );
    let choice = GuideChoice::Channel {
        source: "House".into(),
        channel: "one.example".into(),
    };
    assert_eq!(
        (&patch.guide, &patch.shift_min),
        (&Set::To(choice), &Set::To(-60))
    );
    let told = reply.json();
    assert_eq!(
        (&told["change"], &told["words"]),
        (&7.into(), &"as you wish".into())
    );
    assert_eq!(told["channels"][0], ONE);
    assert_eq!(reply.header("etag"), Some("\"00000000000000ab\""));

    let two = "0000000000000002";
    let merge = format!("{{\"ids\": [\"{ONE}\", \"{two}\"]}}");
    let request = ("POST", "/api/v1/channels/merge", "", &*merge);
    let (_, changes, revision) = asked_for(&mut server, request, Ok(edited())).await;
    let channels = vec![ChannelId(1), ChannelId(2)];
    assert_eq!(
        (changes, revision),
        (vec![Change::Merge { channels }], None)
    );

    let split = format!("{{\"streams\": [\"{STREAM}\"]}}");
    let target = format!("/api/v1/channels/{ONE}/split");
    let request = ("POST", &*target, "", &*split);
    let (_, changes, _) = asked_for(&mut server, request, Ok(edited())).await;
    let split = Change::Split {
        channel: ChannelId(1),
        streams: vec![stream],
    };
    assert_eq!(changes, [split]);

    let many = "{\"filter\": {\"search\": \"channel\"}, \"number_from\": \"100\"}";
    let request = ("POST", "/api/v1/channels/edit", "", many);
    let (_, changes, _) = asked_for(&mut server, request, Ok(edited())).await;
    let Change::Renumber {
        channels, first, ..
    } = &changes[0]
    else {
        panic!("another change: {changes:?}");
    };
    assert_eq!((channels.len(), first.to_string()), (5, "100".to_owned()));
}

#[tokio::test]
async fn refusals_have_a_status_each() {
    let mut server = Server::start(Setup::default());
    let target = format!("/api/v1/channels/{ONE}");
    for (refused, status) in [
        (Refused::NotFound("no".to_owned()), 404),
        (Refused::Invalid("no".to_owned()), 400),
        (Refused::Conflict("no".to_owned()), 409),
        (Refused::Outdated, 412),
        (Refused::Storage("no".to_owned()), 507),
        (Refused::Busy, 503),
    ] {
        let request = ("PATCH", &*target, "", "{\"favourite\": true}");
        let (reply, ..) = asked_for(&mut server, request, Err(refused)).await;
        assert_eq!(reply.status, status);
        assert_eq!(
            reply.header("content-type"),
            Some("application/problem+json")
        );
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_asked_of_nobody() {
    let mut server = Server::start(Setup::default());
    let target = format!("/api/v1/channels/{ONE}");
    for body in [
        "",
        "{",
        "{\"nome\": \"x\"}",
        "{\"number\": \"x\"}",
        "{\"primary\": \"7\"}",
        "{\"guide\": {\"source\": \"House\"}}",
    ] {
        let reply = send(&server, "PATCH", &target, "", body).await;
        assert_eq!(reply.status, 400, "{body}");
    }
    let outdated = send(&server, "PATCH", &target, "If-Match: \"?\"\r\n", "{}").await;
    assert_eq!(outdated.status, 412);
    let edit = "/api/v1/channels/edit";
    for body in [
        "{\"set\": {}}",
        "{\"ids\": []}",
        "{\"ids\": [\"x\"], \"set\": {}}",
    ] {
        assert_eq!(
            send(&server, "POST", edit, "", body).await.status,
            400,
            "{body}"
        );
    }
    for (method, target) in [
        ("PATCH", &*target),
        ("POST", edit),
        ("POST", "/api/v1/channels/merge"),
        ("POST", "/api/v1/changes/1/undo"),
    ] {
        let foreign = ask_with(server.http, method, target, "").await;
        assert_eq!(foreign.status, 403, "{target}");
    }
    let wrong = ask_with(server.http, "DELETE", &target, "X-Dipole: 1\r\n").await;
    assert_eq!(
        (wrong.status, wrong.header("allow")),
        (405, Some("GET, HEAD, PATCH"))
    );
    assert!(server.orders.waiting().is_none(), "nothing was asked for");
}

#[tokio::test]
async fn one_channel_is_shown_with_what_was_decided() {
    let server = Server::start(Setup::default());
    let decision = Decision {
        name: Some("Mine".into()),
        enabled: Some(false),
        ..Decision::default()
    };
    let decided = std::iter::once((ChannelId(1), decision));
    let decisions = Decisions::of(decided, std::iter::empty());
    let lineup = lineup_of(&[common::PLAYS, common::PLAYS]).under(Arc::new(decisions));
    server.lineup.send_replace(Arc::new(lineup));
    let one = ask(server.http, "GET", &format!("/api/v1/channels/{ONE}")).await;
    assert_eq!(one.header("etag").map(str::len), Some(18));
    let one = one.json();
    assert_eq!(
        (&one["name"], &one["number"]),
        (&"Mine".into(), &"1".into())
    );
    assert_eq!(one["guide_matches"][0]["confidence_percent"], 87);
    assert_eq!(one["guide_matches"][0]["guide"], "House");
    assert_eq!(one["stream_list"][0]["place"], "automatic");
    let text = one.to_string();
    assert!(!text.contains(common::PLAYS), "no address is told: {text}");
    let hidden = ask(server.http, "GET", "/api/v1/channels?state=inactive").await;
    assert_eq!(hidden.json()["channels"][0]["id"], ONE);
    assert!(
        !ask(server.http, "GET", "/lineup.json")
            .await
            .text()
            .contains("Mine")
    );
    let none = ask(server.http, "GET", "/api/v1/channels/00000000000000ff").await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn the_log_is_shown_and_taken_back() {
    let mut server = Server::start(Setup::default());
    let change = |n, undoes| Logged {
        n,
        at_unix_s: 1_700_000_000,
        words: format!("change {n}"),
        undoes,
        channels: 1,
    };
    let log = vec![change(2, Some(1)), change(1, None)];
    server.changes.send_replace(Arc::new(log));
    let log = ask(server.http, "GET", "/api/v1/changes").await.json();
    assert_eq!(
        (
            &log["changes"][0]["undoes"],
            &log["changes"][1]["undone_by"]
        ),
        (&1.into(), &2.into())
    );
    assert_eq!(log["changes"][1]["words"], "change 1");

    let mut orders = std::mem::replace(&mut server.orders, desk::open().1);
    let writer = async {
        let order = orders.next().await.expect("an order");
        let Order::Channel(ChannelOrder::Undo { change, answer, .. }) = order else {
            panic!("another order: {order:?}");
        };
        answer.give(Ok(edited()));
        change
    };
    let asking = send(&server, "POST", "/api/v1/changes/2/undo", "", "");
    let (reply, undone) = tokio::join!(asking, writer);
    assert_eq!((reply.status, undone), (200, 2));
}

#[tokio::test]
async fn marks_of_hdhomerun_clients_are_decisions() {
    let mut server = Server::start(Setup::default());
    for (mark, favourite, enabled) in [
        ("%2B1", Set::To(true), Set::Automatic),
        ("-1", Set::Automatic, Set::Automatic),
        ("x1", Set::Keep, Set::To(false)),
    ] {
        let target = format!("/lineup.post?favorite={mark}");
        let request = ("POST", &*target, "", "");
        let (reply, changes, _) = asked_for(&mut server, request, Ok(edited())).await;
        assert_eq!(reply.status, 200, "{mark}");
        let Change::Set { channels, patch } = &changes[0] else {
            panic!("another change: {changes:?}");
        };
        assert_eq!(*channels, [ChannelId(1)]);
        assert_eq!((&patch.favourite, &patch.enabled), (&favourite, &enabled));
    }
    for (mark, headers, status) in [
        ("%2B99", "", 404),
        ("?1", "", 400),
        ("", "", 400),
        ("%2B1", "Sec-Fetch-Site: cross-site\r\n", 403),
    ] {
        let target = format!("/lineup.post?favorite={mark}");
        let reply = ask_with(server.http, "POST", &target, headers).await;
        assert_eq!(reply.status, status, "{mark}");
    }
    assert!(server.orders.waiting().is_none(), "nothing was asked for");
}
