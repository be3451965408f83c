//! Films and series over real sockets: what is asked, and how refusals are told.

mod common;

use common::{Server, Setup, client::ask};

#[tokio::test]
async fn questions_are_answered_or_refused_in_words() {
    let server = Server::start(Setup::default());
    for (path, status, text) in [
        ("/api/v1/movies", 200, "\"next\":null"),
        ("/api/v1/movies?q=more", 200, "\"next\":\"3.1\""),
        ("/api/v1/movies?limit=500", 400, "from 1 to 200"),
        ("/api/v1/movies/3-12", 200, "/vod/movie/3-12.mkv"),
        ("/api/v1/movies/3-13", 404, "no such title"),
        ("/api/v1/movies/..", 404, "no such title"),
        ("/api/v1/series/3-1", 502, "502"),
        (
            "/api/v1/channels/0000000000000001/epg",
            200,
            "\"programmes\":[]",
        ),
        (
            "/api/v1/channels/00000000000000ff/epg",
            404,
            "no such channel",
        ),
        ("/vod/movie/4-12.mkv", 404, ""),
    ] {
        let answer = ask(server.http, "GET", path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(text), "{path}: {}", answer.text());
    }
    assert_eq!(ask(server.http, "POST", "/api/v1/movies").await.status, 405);
}
