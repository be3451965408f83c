//! Imports from files and servers that are there, gone, cut, empty and wrong: what is published,
//! what stays, and what the page is told.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::{fs, io::Write, time::Duration};

use desk::SourceSettings;
use flate2::{Compression, write::GzEncoder};
use house::{House, Server, channels, list, names};
use sync::{State, TestChannel};

fn data() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test(start_paused = true)]
async fn without_a_source_there_is_the_test_channel() {
    let data = data();
    for (test_channel, expected) in [
        (TestChannel::Auto, &["Dipole Test"][..]),
        (TestChannel::Always, &["Dipole Test"]),
        (TestChannel::Never, &[]),
    ] {
        let mut house = House::start_with(data.path(), Vec::new(), test_channel);
        let lineup = house.first_lineup().await;
        assert_eq!(names(&lineup), expected);
        if let Some(test) = lineup.get(0) {
            assert_eq!(
                (test.number.to_string().as_str(), test.url),
                ("1", "dipole:test")
            );
        }
        house.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_becomes_the_lineup_and_is_there_at_once_after_a_restart() {
    let data = data();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["One", "Two", "Three"])).unwrap();
    let sources = vec![SourceSettings::new("provider", file.to_str().unwrap())];
    let mut house = House::start(data.path(), sources.clone());
    assert_eq!(names(&*house.first_lineup().await), ["Dipole Test"]);
    let status = house.settled().await.remove(0);
    assert_eq!((status.channels, status.error), (3, None));
    let before = house.lineup.borrow().clone();
    assert_eq!(names(&before), ["One", "Two", "Three"]);
    house.stop().await;

    fs::remove_file(&file).unwrap();
    let mut house = House::start(data.path(), sources);
    assert_eq!(channels(&*house.first_lineup().await), channels(&before));
    let status = house.settled().await.remove(0);
    assert_eq!((status.state, status.channels), (State::Failed, 3));
    assert!(status.last_success.is_some());
    assert!(status.error.unwrap().contains("list.m3u: No such file"));
    assert_eq!(channels(&house.lineup.borrow()), channels(&before));

    // Shuffled and grown: what was there keeps id and number.
    fs::write(&file, list(["Three", "Four", "One"])).unwrap();
    house.refreshed().await;
    let after = house.lineup.borrow().clone();
    assert_eq!(names(&after), ["One", "Three", "Four"]);
    for channel in after.iter().take(2) {
        assert_eq!(before.by_id(channel.id).unwrap(), channel);
    }
    assert_eq!(after.get(2).unwrap().number.to_string(), "4");
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_with_a_list_the_last_good_one_stays() {
    let data = data();
    let server = Server::start().await;
    server.gives_with("ETag: \"v1\"\r\n", list(["One", "Two"]).as_bytes());
    let mut house = House::start(
        data.path(),
        vec![SourceSettings::new("provider", &server.url)],
    );
    house.settled().await;
    let good = channels(&house.lineup.borrow());
    assert_eq!(good.len(), 2);

    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let longer = list((0..500).map(|_| "Other"));
    gzip.write_all(longer.as_bytes()).unwrap();
    let mut gzip = gzip.finish().unwrap();
    gzip.truncate(gzip.len() - 8);
    let whole = |body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{longer}");
    let cut_chunk = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{longer}");
    for (answer, why) in [
        (
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
            "404",
        ),
        (
            b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_vec(),
            "503",
        ),
        (
            whole(b"<html><body>Account expired</body></html>"),
            "web page",
        ),
        (whole(b"{\"user_info\":{\"auth\":0}}"), "JSON"),
        (whole(b""), "empty"),
        (whole(b"#EXTM3U\n"), "no channels"),
        (whole(&gzip), "gzip"),
        (cut.into_bytes(), "not whole"),
        (cut_chunk.into_bytes(), "not whole"),
        (b"SSH-2.0-OpenSSH_10\r\n".to_vec(), "not HTTP"),
        (b"\r\n".to_vec(), ""),
    ] {
        server.answers(answer);
        let status = house.refreshed().await;
        assert_eq!((status.state, status.channels), (State::Failed, 2), "{why}");
        let error = status.error.unwrap();
        assert!(error.contains(why), "{why}: {error}");
        assert_eq!(channels(&house.lineup.borrow()), good, "{why}");
    }

    // Still asked with the validators of the good one, as its channels are still there.
    server.answers("HTTP/1.1 304 Not Modified\r\n\r\n");
    let status = house.refreshed().await;
    assert_eq!(
        (status.state, status.error, status.channels),
        (State::Ok, None, 2)
    );
    let (_, request) = server.requests().pop().unwrap();
    assert!(
        request.to_lowercase().contains("if-none-match: \"v1\""),
        "{request}"
    );
    server.gives(list(["Two", "Five"]).as_bytes());
    house.refreshed().await;
    assert_eq!(names(&house.lineup.borrow()), ["Two", "Five"]);
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn validators_belong_to_an_address() {
    let data = data();
    let (old, new) = (Server::start().await, Server::start().await);
    old.gives_with(
        "Last-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n",
        list(["Old"]).as_bytes(),
    );
    new.gives(list(["New"]).as_bytes());
    for (server, name) in [(&old, "Old"), (&new, "New")] {
        let source = SourceSettings {
            user_agent: Some("Tester".to_owned()),
            headers: [("X-Token".to_owned(), "7".to_owned())].into(),
            ..SourceSettings::new("provider", &server.url)
        };
        let mut house = House::start(data.path(), vec![source]);
        house.settled().await;
        assert_eq!(names(&house.lineup.borrow()), [name]);
        let (_, request) = server.requests().pop().unwrap();
        let request = request.to_lowercase();
        assert!(!request.contains("if-modified-since"), "{request}");
        assert!(request.contains("user-agent: tester") && request.contains("x-token: 7"));
        house.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_cut_list_is_better_than_none_at_the_first_time() {
    let data = data();
    let server = Server::start().await;
    let cut = list(["One", "Two"]) + "#EXTINF:-1,Half\nhttp://a.exam";
    server.answers(format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{cut}"
    ));
    let mut house = House::start(
        data.path(),
        vec![SourceSettings::new("provider", &server.url)],
    );
    let status = house.settled().await.remove(0);
    assert_eq!((status.state, status.channels), (State::Ok, 2));
    assert!(
        status.warnings[0].contains("not whole"),
        "{:?}",
        status.warnings
    );
    assert_eq!(names(&house.lineup.borrow()), ["One", "Two"]);
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_harms_no_other() {
    let data = data();
    let (a, b) = (data.path().join("a.m3u"), data.path().join("b.m3u"));
    fs::write(&a, list(["One", "Two"])).unwrap();
    fs::write(&b, list(["Alpha", "Beta"])).unwrap();
    let (a_source, b_source) = (
        SourceSettings::new("a", a.to_str().unwrap()),
        SourceSettings::new("b", b.to_str().unwrap()),
    );
    let mut house = House::start(data.path(), vec![a_source.clone(), b_source.clone()]);
    house.settled().await;
    let before = house.lineup.borrow().clone();
    assert_eq!(names(&before), ["One", "Two", "Alpha", "Beta"]);
    house.stop().await;

    // The other order, one source gone bad, the other changed.
    fs::write(&a, "<html>").unwrap();
    fs::write(&b, list(["Gamma", "Beta"])).unwrap();
    let mut house = House::start(data.path(), vec![b_source.clone(), a_source]);
    assert_eq!(channels(&*house.first_lineup().await), channels(&before));
    let status = house.settled().await;
    assert_eq!(
        (status[0].state, status[1].state),
        (State::Failed, State::Ok),
        "sources keep their numbers"
    );
    assert_eq!((status[0].channels, status[1].channels), (2, 2));
    let after = house.lineup.borrow().clone();
    assert_eq!(names(&after), ["One", "Two", "Beta", "Gamma"]);
    assert!(after.iter().all(|channel| {
        let is_of_b = ["Beta", "Gamma"].contains(&channel.name);
        channel.source == u16::from(is_of_b)
    }));
    house.stop().await;

    // A source that is no longer configured takes its channels along.
    let mut house = House::start(data.path(), vec![b_source]);
    assert_eq!(names(&*house.first_lineup().await), ["Beta", "Gamma"]);
    house.stop().await;
}

/// What the list of `host` says: names and their addresses there.
fn list_of(host: &str, names: &[&str]) -> String {
    let entries = names.iter().map(|name| {
        format!(
            "#EXTINF:-1,{name}\nhttp://{host}.example/{}\n",
            name.to_lowercase()
        )
    });
    format!("#EXTM3U\n{}", entries.collect::<String>())
}

#[tokio::test(start_paused = true)]
async fn channels_of_two_sources_are_one_with_a_backup() {
    let data = data();
    let (a, b) = (data.path().join("a.m3u"), data.path().join("b.m3u"));
    fs::write(&a, list_of("a", &["One", "Two"])).unwrap();
    fs::write(&b, list_of("b", &["Three", "ONE"])).unwrap();
    let (a_source, b_source) = (
        SourceSettings::new("a", a.to_str().unwrap()),
        SourceSettings::new("b", b.to_str().unwrap()),
    );
    let streams = |lineup: &lineup::Lineup| -> Vec<String> {
        let stream = |stream: lineup::Channel<'_>| stream.url.replace("http://", "");
        let shown = |index| {
            lineup
                .streams(index)
                .map(stream)
                .collect::<Vec<_>>()
                .join(" ")
        };
        (0..lineup.len()).map(shown).collect()
    };
    let mut house = House::start(data.path(), vec![a_source.clone(), b_source.clone()]);
    house.settled().await;
    let both = house.lineup.borrow().clone();
    let expected = [
        "a.example/one b.example/one",
        "a.example/two",
        "b.example/three",
    ];
    assert_eq!(streams(&both), expected);
    let one = both.get(0).unwrap();
    house.stop().await;

    // After a restart at once, and however the file orders the sources: they keep their numbers.
    let mut house = House::start(data.path(), vec![b_source.clone(), a_source]);
    let turned = house.first_lineup().await;
    assert_eq!(streams(&turned), expected);
    assert_eq!(turned.get(0).unwrap().id, one.id);
    let status = house.settled().await;
    assert_eq!((status[0].channels, status[1].channels), (2, 2));
    assert_eq!(streams(&house.lineup.borrow()), expected);
    // The first source has lost it.
    fs::write(&a, list_of("a", &["Two"])).unwrap();
    house.refreshed().await;
    house.settled().await;
    let lost = house.lineup.borrow().clone();
    let left = lost
        .by_id(one.id)
        .map(|channel| (channel.number, channel.name.to_owned()));
    assert_eq!(left, Some((one.number, "ONE".to_owned())));
    house.stop().await;

    // It is no longer configured.
    let mut house = House::start(data.path(), vec![b_source]);
    let alone = house.first_lineup().await;
    assert_eq!(streams(&alone), ["b.example/one", "b.example/three"]);
    assert_eq!(alone.get(0).unwrap().id, one.id);
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_test_channel_that_stays_keeps_its_number() {
    let data = data();
    let file = data.path().join("list.m3u");
    fs::write(&file, list(["One", "Two"])).unwrap();
    let sources = || vec![SourceSettings::new("provider", file.to_str().unwrap())];
    let mut house = House::start_with(data.path(), sources(), TestChannel::Always);
    house.settled().await;
    let expected = ["Dipole Test", "One", "Two"];
    assert_eq!(names(&house.lineup.borrow()), expected);
    house.stop().await;
    let mut house = House::start_with(data.path(), sources(), TestChannel::Always);
    assert_eq!(names(&*house.first_lineup().await), expected);
    house.settled().await;
    assert_eq!(names(&house.lineup.borrow()), expected);
    house.stop().await;
    let mut house = House::start_with(data.path(), sources(), TestChannel::Auto);
    assert_eq!(names(&*house.first_lineup().await), ["One", "Two"]);
    house.settled().await;
    house.stop().await;
    // Asked for again: there at once, and where it was.
    let mut house = House::start_with(data.path(), sources(), TestChannel::Always);
    assert_eq!(names(&*house.first_lineup().await), expected);
    house.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_is_asked_less_and_less_often() {
    let data = data();
    let server = Server::start().await;
    server.answers("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    let mut house = House::start(
        data.path(),
        vec![SourceSettings::new("provider", &server.url)],
    );
    while server.requests().len() < 9 {
        house.settled().await;
    }
    let times: Vec<_> = server.requests().iter().map(|(time, _)| *time).collect();
    let waits: Vec<_> = times
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_secs() / 60)
        .collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);

    server.gives(list(["One"]).as_bytes());
    house.settled().await;
    let asked = server.requests().len();
    let good = server.requests().pop().unwrap().0;
    while server.requests().len() == asked {
        house.settled().await;
    }
    let wait = server.requests().pop().unwrap().0 - good;
    assert_eq!(wait.as_secs() / 60, 24 * 60);
    house.stop().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_does_not_hold_up_the_end() {
    let data = data();
    let server = Server::start().await;
    let house = House::start(
        data.path(),
        vec![SourceSettings::new("provider", &server.url)],
    );
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::timeout(Duration::from_secs(5), house.stop())
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn thirty_thousand_channels_stay_through_a_cut_and_a_restart() {
    let data = data();
    let names: Vec<String> = (0..30_000).map(|n| format!("Channel {n}")).collect();
    let whole = list(names.iter().map(String::as_str));
    let server = Server::start().await;
    server.gives(whole.as_bytes());
    let sources = vec![SourceSettings::new("provider", &server.url)];
    let mut house = House::start(data.path(), sources.clone());
    assert_eq!(house.settled().await[0].channels, 30_000);
    let before = house.lineup.borrow().clone();

    let half = &whole[..whole.len() / 2];
    let len = whole.len();
    server.answers(format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{half}"
    ));
    let status = house.refreshed().await;
    assert!(
        status
            .error
            .unwrap()
            .contains("the 30000 channels that it had stay")
    );
    assert_eq!(house.lineup.borrow().len(), 30_000);
    house.stop().await;

    server.gives(list(names.iter().rev().map(String::as_str)).as_bytes());
    let mut house = House::start(data.path(), sources);
    assert_eq!(channels(&*house.first_lineup().await), channels(&before));
    house.settled().await;
    assert_eq!(channels(&house.lineup.borrow()), channels(&before));
    house.stop().await;
}
