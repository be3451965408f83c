//! Guides that come and go while others are read: brought by sources, and set over the API.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::{fs, path::Path};

use bytes::Bytes;
use desk::{GuideId, GuideOrder, GuideSettings, Refused};
use guide::{GuideStatus, Origin, State};
use house::{House, channel, guide, lineup, programme};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A guide of one channel with one programme.
fn body(title: &str) -> String {
    channel("one", "One") + &programme("one", 1, title)
}

fn file(folder: &Path, name: &str) -> String {
    guide(folder, name, &body(name)).display().to_string()
}

/// A server that gives a guide to everybody; its address.
async fn server(title: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/guide.xml", listener.local_addr().unwrap());
    let body = format!("<tv>{}</tv>", body(title));
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

async fn add(house: &House, settings: GuideSettings) -> Result<GuideId, Refused> {
    let settings = Box::new(settings);
    let order = |answer| GuideOrder::Add { settings, answer };
    house.desk.ask_guides(order).await
}

async fn change(house: &House, guide: GuideId, settings: GuideSettings) -> Result<(), Refused> {
    let settings = Box::new(settings);
    let order = |answer| GuideOrder::Change {
        guide,
        settings,
        answer,
    };
    house.desk.ask_guides(order).await
}

async fn remove(house: &House, guide: GuideId) -> Result<(), Refused> {
    let order = |answer| GuideOrder::Remove { guide, answer };
    house.desk.ask_guides(order).await
}

async fn upload(house: &House, guide: GuideId, bytes: &[u8]) -> Result<(), Refused> {
    let (pieces, file) = desk::upload();
    let sending = async {
        for piece in bytes.chunks(100) {
            pieces.push(Ok(Some(Bytes::copy_from_slice(piece)))).await;
        }
        pieces.push(Ok(None)).await;
    };
    let order = |answer| GuideOrder::Upload {
        guide,
        file,
        answer,
    };
    tokio::join!(house.desk.ask_guides(order), sending).0
}

fn names(status: &[GuideStatus]) -> Vec<(&str, Origin)> {
    status.iter().map(|it| (&*it.name, it.origin)).collect()
}

#[tokio::test]
async fn what_a_source_brings_comes_last_and_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let ours = folder.path().join("ours.xml");
    let ours = [("ours", ours)];
    let mut house = House::start(folder.path(), &ours, lineup(&[("x", "one")]));
    let brought = [
        ("list", file(folder.path(), "Brought")),
        ("list", file(folder.path(), "Second")),
    ];
    house.brings(&brought);
    house.until("Brought", true).await;
    let status = house.tried().await;
    let list = Origin::Source(7);
    let expected = [("ours", Origin::File), ("list", list), ("list (2)", list)];
    assert_eq!(names(&status), expected);
    let ids: Vec<u32> = status.iter().map(|it| it.id).collect();
    house.end().await;

    // What is fresh is not read again after a restart, although sources tell of it later.
    fs::remove_file(&brought[0].1).unwrap();
    let mut house = House::start_untold(folder.path(), &ours, lineup(&[("x", "one")]));
    house.brings(&brought);
    house.until("Brought", true).await;
    let status = house.status.borrow().clone();
    assert_eq!(status.iter().map(|it| it.id).collect::<Vec<_>>(), ids);
    house.brings(&brought[1..]);
    house.until("Brought", false).await;
    house.until("Second", true).await;
    assert_eq!(house.store.load_guides().unwrap().len(), 2);
    house.brings(&[]);
    house.until("Second", false).await;
    house.end().await;
}

#[tokio::test]
async fn a_guide_of_the_api_is_there_at_once_and_survives() {
    let folder = tempfile::tempdir().unwrap();
    let ours = file(folder.path(), "Ours");
    let guides = [("ours", ours.clone().into())];
    let channels = lineup(&[("x", "one")]);
    let mut house = House::start(folder.path(), &guides, channels.clone());
    house.until("Ours", true).await;
    let url = server("Stored").await;
    let settings = GuideSettings {
        priority: 1,
        ..GuideSettings::new("stored", url.as_str())
    };
    let id = add(&house, settings.clone()).await.unwrap();
    house.until("Stored", true).await;
    house.until("Ours", false).await;
    // Behind the other it is not used any more, under whatever name.
    let behind = GuideSettings {
        priority: -1,
        name: "renamed".to_owned(),
        ..settings.clone()
    };
    change(&house, id, behind.clone()).await.unwrap();
    house.until("Ours", true).await;
    house.end().await;

    let mut house = House::start(folder.path(), &guides, channels);
    house.until("Ours", true).await;
    let status = house.tried().await;
    let expected = [("ours", Origin::File), ("renamed", Origin::Api)];
    assert_eq!(names(&status), expected);
    assert_eq!((status[1].id, &status[1].settings), (id.0, &behind));
    assert_eq!(status[1].programmes, 1, "it was not read anew");
    remove(&house, id).await.unwrap();
    assert_eq!(
        remove(&house, id).await,
        Err(Refused::NotFound(format!("there is no guide {id}")))
    );
    assert_eq!(house.store.load_guides().unwrap().len(), 1);
    house.end().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ours = file(folder.path(), "Ours");
    let guides = [("ours", ours.into())];
    let mut house = House::start(folder.path(), &guides, lineup(&[("x", "one")]));
    let of_file = GuideId(house.tried().await[0].id);
    let guide = |name, url| add(&house, GuideSettings::new(name, url));
    guide("a", "http://a.example/").await.unwrap();
    for (refused, words) in [
        (guide("ours", "http://b.example/").await, "named"),
        (guide("b", "http://a.example/").await, "address already"),
        (guide("b", "/etc/passwd").await, "upload it instead"),
        (guide("b", "http://b.example/x.xz").await, "xz"),
        (guide("", "http://b.example/").await, "name"),
    ] {
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
    let refused = remove(&house, of_file).await.unwrap_err();
    assert!(matches!(refused, Refused::Conflict(_)), "{refused}");
    let order = |answer| GuideOrder::Cancel {
        guide: of_file,
        answer,
    };
    let refused = house.desk.ask_guides(order).await.unwrap_err();
    assert!(matches!(refused, Refused::Conflict(_)), "{refused}");
    house.end().await;
}

#[tokio::test]
async fn an_uploaded_guide_is_kept_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = House::start(folder.path(), &[], lineup(&[("x", "one")]));
    let settings = GuideSettings {
        url: None,
        ..GuideSettings::new("mine", "")
    };
    let id = add(&house, settings).await.unwrap();
    let refresh = |answer| GuideOrder::Refresh {
        guide: Some(id),
        answer,
    };
    let refused = house.desk.ask_guides(refresh).await.unwrap_err();
    assert!(refused.to_string().contains("uploaded"), "{refused}");
    let page = upload(&house, id, b"<html></html>").await.unwrap_err();
    assert!(page.to_string().contains("web page"), "{page}");
    // Channels behind programmes: it is read twice.
    let behind = format!(
        "<tv>{}{}</tv>",
        programme("one", 1, "Mine"),
        channel("one", "One")
    );
    upload(&house, id, behind.as_bytes()).await.unwrap();
    assert!(house.document().contains("Mine"), "{}", house.document());
    let broken = upload(&house, id, &behind.as_bytes()[..behind.len() - 5]).await;
    assert!(broken.is_err());
    // The lineup wants another channel of it.
    house
        .lineup
        .send(lineup(&[("x", "one"), ("y", "ONE")]))
        .unwrap();
    house.until("<display-name>y</display-name>", true).await;
    assert!(house.document().contains("Mine"));
    let kept = |folder: &Path| {
        let files = fs::read_dir(folder).unwrap().flatten();
        files
            .filter(|it| it.file_name().to_string_lossy().starts_with("guide-"))
            .count()
    };
    assert_eq!(kept(folder.path()), 1, "what failed is gone");
    remove(&house, id).await.unwrap();
    house.until("Mine", false).await;
    assert_eq!(kept(folder.path()), 0);
    house.end().await;
}

#[tokio::test]
async fn a_reading_can_be_cancelled() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut house = House::start(folder.path(), &[], lineup(&[("x", "one")]));
    let guide = add(&house, GuideSettings::new("slow", url)).await.unwrap();
    let is_reading = |guides: &Vec<GuideStatus>| {
        let mut guides = guides.iter();
        guides.any(|it| matches!(it.state, State::Reading(_)))
    };
    house.status.wait_for(is_reading).await.unwrap();
    let order = |answer| GuideOrder::Cancel { guide, answer };
    house.desk.ask_guides(order).await.unwrap();
    assert_eq!(house.status.borrow()[0].state, State::Waiting);
    // Nor does one that is read keep another from being added.
    let refresh = |answer| GuideOrder::Refresh {
        guide: None,
        answer,
    };
    house.desk.ask_guides(refresh).await.unwrap();
    house.status.wait_for(is_reading).await.unwrap();
    let quick = GuideSettings {
        priority: 1,
        ..GuideSettings::new("quick", server("Quick").await)
    };
    add(&house, quick).await.unwrap();
    house.until("Quick", true).await;
    house.end().await;
}
