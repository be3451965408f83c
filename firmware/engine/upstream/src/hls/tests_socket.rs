//! The whole way with real sockets: client, driver, intake, ring.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use url::Url;

use super::testing::{encrypt, packets};
use super::{HlsConfig, SessionFetch, play};
use crate::http;

const KEY: [u8; 16] = *b"0123456789abcdef";

/// Serves one live list that ends with its second load, and counts connections.
async fn provider() -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port of our own");
    let port = listener.local_addr().expect("bound").port();
    let connections = Arc::new(AtomicUsize::new(0));
    let loads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            let loads = Arc::clone(&loads);
            let service = service_fn(move |request| {
                let answer = answer(&request, &loads);
                async move { Ok::<_, Infallible>(answer) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
        }
    });
    let address = format!("http://127.0.0.1:{port}/master.m3u8");
    (Url::parse(&address).expect("an address"), connections)
}

fn answer(request: &Request<hyper::body::Incoming>, loads: &AtomicUsize) -> Response<Full<Bytes>> {
    let head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:METHOD=AES-128,URI=\"/key\"\n";
    let body: Vec<u8> = match request.uri().path() {
        "/master.m3u8" => b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive/list.m3u8\n".to_vec(),
        "/live/list.m3u8" if loads.fetch_add(1, Ordering::Relaxed) == 0 => {
            format!("{head}0.ts\n1.ts\n").into_bytes()
        }
        "/live/list.m3u8" => format!("{head}0.ts\n1.ts\n2.ts\n#EXT-X-ENDLIST\n").into_bytes(),
        "/key" => KEY.to_vec(),
        "/live/0.ts" => sealed(0),
        "/live/1.ts" => sealed(1),
        "/live/2.ts" => sealed(2),
        _ => return not_found(),
    };
    Response::new(Full::from(body))
}

fn sealed(sequence: u8) -> Vec<u8> {
    let iv = u128::from(sequence).to_be_bytes();
    encrypt(&packets(b'0' + sequence, 1000), &KEY, &iv)
}

fn not_found() -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = hyper::StatusCode::NOT_FOUND;
    response
}

#[tokio::test]
async fn an_encrypted_live_list_over_one_connection() {
    let (address, connections) = provider().await;
    let client = http::Client::new(http::ClientConfig::default());
    let template = http::Request::new(address.clone());
    let mut fetch = SessionFetch {
        session: client.session(),
        template,
    };
    let mut config = HlsConfig::default();
    config.follower.reload_max = Duration::from_millis(20);
    let mut recorder = super::testing::Recorder::default();
    let outcome = play(&mut fetch, &mut recorder, &address, &config).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(recorder.story(), "01000|11000|21000");
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

/// What a driver's task needs: the future may move between threads, with the real intake too.
#[test]
fn playing_is_send() {
    fn is_send<T: Send>(
        _: impl FnOnce(&'static mut SessionFetch, &'static mut ingest::Ingest) -> T,
    ) {
    }
    is_send(|fetch, intake| async move {
        let address = Url::parse("http://h/").expect("constant");
        play(fetch, intake, &address, &HlsConfig::default()).await
    });
}
