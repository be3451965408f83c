//! The guide over real sockets: its forms, its tag, and how many are sent at once.

mod common;

use common::{
    Server, Setup,
    client::{Client, ask},
    programmes::REVISION,
};

#[tokio::test]
async fn each_client_gets_the_form_that_it_takes() {
    let server = Server::start(Setup::default());
    let gzip = "Accept-Encoding: gzip\r\n";
    for (path, headers, form, content_type, encoding) in [
        (
            "/xmltv.xml",
            "",
            "plain ",
            "application/xml; charset=utf-8",
            None,
        ),
        (
            "/xmltv.xml",
            gzip,
            "packed ",
            "application/xml; charset=utf-8",
            Some("gzip"),
        ),
        ("/xmltv.xml.gz", "", "packed ", "application/gzip", None),
        ("/xmltv.xml.gz", gzip, "packed ", "application/gzip", None),
    ] {
        let mut client = Client::connect(server.http).await;
        let headers = format!("{headers}Connection: close\r\n");
        client.ask("GET", path, &headers).await;
        let head = client.head().await;
        assert_eq!((head.status, head.content_length()), (200, None), "{path}");
        assert_eq!(head.header("content-type"), Some(content_type), "{path}");
        assert_eq!(head.header("content-encoding"), encoding, "{path}");
        let body = String::from_utf8(client.rest().await).unwrap();
        assert_eq!(body.matches(form).count(), 3, "{path}: {body}");
    }
}

#[tokio::test]
async fn who_has_it_is_told_so() {
    let server = Server::start(Setup::default());
    let plain = ask(server.http, "GET", "/xmltv.xml").await;
    let etag = plain.header("etag").unwrap().to_owned();
    assert_eq!(etag, format!("\"{REVISION:016x}\""));
    let packed = ask(server.http, "GET", "/xmltv.xml.gz").await;
    assert_ne!(packed.header("etag"), Some(etag.as_str()));
    for (tag, status) in [(etag.as_str(), 304), ("\"other\"", 200)] {
        let mut client = Client::connect(server.http).await;
        let headers = format!("If-None-Match: {tag}\r\nConnection: close\r\n");
        client.ask("GET", "/xmltv.xml", &headers).await;
        let head = client.head().await;
        assert_eq!(head.status, status, "{tag}");
        assert_eq!(head.header("etag"), Some(etag.as_str()));
        assert_eq!(client.rest().await.is_empty(), status == 304);
    }
}

#[tokio::test]
async fn a_head_and_a_post() {
    let server = Server::start(Setup::default());
    let mut client = Client::connect(server.http).await;
    client
        .ask("HEAD", "/xmltv.xml", "Connection: close\r\n")
        .await;
    let head = client.head().await;
    assert_eq!(head.status, 200);
    assert!(head.header("etag").is_some());
    assert!(client.rest().await.is_empty());
    assert_eq!(ask(server.http, "POST", "/xmltv.xml").await.status, 405);
}
