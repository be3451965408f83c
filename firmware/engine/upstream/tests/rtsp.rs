//! RTSP against a server of our own, by hand: what a good server would never send, and what it sees
//! of a client that leaves. Good servers are met end to end (`tests/e2e/test_rtsp.py`).

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use support::plays::{config, open};
use upstream::rtsp::{self, Transport};
use upstream::{Error, PlayRequest, Player, TEST_CHANNEL, http};

const PATIENCE: Duration = Duration::from_secs(10);
const SDP: &str = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\n\
                   m=video 0 RTP/AVP 33\r\na=control:stream=0\r\n";
const SDP_G711: &str = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\n\
                        m=audio 0 RTP/AVP 8\r\na=control:stream=0\r\n";
/// Enough to join, and no more than sockets hold.
const PACKETS: usize = 60;

/// What is answered to a request, by its method and headers: status line, headers, body.
type Script = fn(&str, &str) -> Option<String>;

/// A server that says what it sees.
struct Server {
    url: String,
    seen: Receiver<String>,
}

impl Server {
    /// Serves one connection, in a thread of its own: it goes on while the test's runtime stands.
    fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a server of ours");
        let url = format!(
            "rtsp://{}/x?token=hush",
            listener.local_addr().expect("a server of ours")
        );
        let (told, seen) = sync_channel(64);
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a server of ours");
            serve(&stream, script, &told);
            told.send("closed".to_owned()).expect("a server of ours");
        });
        Self { url, seen }
    }

    /// What comes next, while nothing of ours runs.
    fn next(&self) -> String {
        self.seen.recv_timeout(PATIENCE).expect("a server of ours")
    }

    /// What comes, up to `last`.
    fn until(&self, last: &str) -> Vec<String> {
        let mut all = Vec::new();
        while all.last().is_none_or(|seen| seen != last) {
            all.push(self.next());
        }
        all
    }
}

fn serve(stream: &TcpStream, script: Script, told: &SyncSender<String>) {
    let mut lines = BufReader::new(stream).lines();
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a server of ours");
    let udp_port = udp.local_addr().expect("a server of ours").port();
    let mut client_port = None;
    loop {
        let mut request = Vec::new();
        // A connection that is reset has ended as well.
        while let Some(Ok(line)) = lines.next() {
            if line.is_empty() {
                break;
            }
            request.push(line);
        }
        let Some(first) = request.first() else {
            return;
        };
        let method = first.split(' ').next().unwrap_or_default().to_owned();
        let head = request.join("\n");
        client_port = client_port.or_else(|| {
            let port = head.split("client_port=").nth(1)?;
            port.split('-').next()?.parse::<u16>().ok()
        });
        told.send(method.clone()).expect("a server of ours");
        let Some(reply) = script(&method, &head) else {
            continue;
        };
        let sequence = request
            .iter()
            .find(|line| line.starts_with("CSeq"))
            .expect("a server of ours");
        let (status, rest) = reply.split_once("\r\n").expect("a server of ours");
        let mut stream = stream;
        let ports = format!("{udp_port}-{}", u32::from(udp_port) + 1);
        let reply = format!("{status}\r\n{sequence}\r\n{rest}").replace("PORTS", &ports);
        if stream.write_all(reply.as_bytes()).is_err() {
            return;
        }
        if method == "PLAY" && status.contains("200") {
            match client_port {
                Some(port) => send(&udp, port),
                None => stream.write_all(&interleaved()).expect("a server of ours"),
            }
            if rest.contains("X-Close") {
                return;
            }
            if rest.contains("X-Bye") {
                // RTCP: an empty receiver report and BYE.
                let bye = [
                    b'$', 1, 0, 16, 0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1,
                ];
                stream.write_all(&bye).expect("a server of ours");
            }
        }
    }
}

fn rtp_packets() -> impl Iterator<Item = Vec<u8>> {
    let payloads = TEST_CHANNEL.chunks(7 * 188).take(PACKETS);
    (0_u16..).zip(payloads).map(|(number, payload)| {
        let [high, low] = number.to_be_bytes();
        [&[0x80, 33, high, low, 0, 0, 0, 0, 0, 0, 0, 1], payload].concat()
    })
}

fn interleaved() -> Vec<u8> {
    let framed = |packet: Vec<u8>| {
        let [high, low] = u16::try_from(packet.len())
            .expect("a server of ours")
            .to_be_bytes();
        [&[b'$', 0, high, low][..], &packet].concat()
    };
    rtp_packets().flat_map(framed).collect()
}

fn send(socket: &UdpSocket, port: u16) {
    for packet in rtp_packets() {
        socket
            .send_to(&packet, ("127.0.0.1", port))
            .expect("a server of ours");
    }
}

fn described(sdp: &str) -> String {
    format!(
        "RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
}

fn good(method: &str, _: &str) -> Option<String> {
    Some(match method {
        "DESCRIBE" => described(SDP),
        "SETUP" => "RTSP/1.0 200 OK\r\nSession: 1\r\n\
                    Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
            .to_owned(),
        "TEARDOWN" => return None,
        _ => "RTSP/1.0 200 OK\r\nSession: 1\r\n\r\n".to_owned(),
    })
}

/// Of a server that closes, or ends the stream, or says nothing behind PLAY.
fn with_header(method: &str, head: &str, header: &str) -> Option<String> {
    let reply = good(method, head)?;
    Some(match method {
        "PLAY" => reply.replacen("\r\n", &format!("\r\n{header}: 1\r\n"), 1),
        _ => reply,
    })
}

fn player() -> Player {
    let client = http::ClientConfig {
        connect_timeout: Duration::from_secs(1),
        header_timeout: Duration::from_secs(1),
        idle_timeout: Duration::from_secs(1),
        ..http::ClientConfig::default()
    };
    Player::new(config(http::Client::new(client)))
}

fn ask(server: &Server) -> PlayRequest {
    PlayRequest {
        url: server.url.clone(),
        ..PlayRequest::default()
    }
}

/// As a list of a SAT>IP server says it.
fn tuned(server: &Server) -> PlayRequest {
    PlayRequest {
        url: server
            .url
            .replace("token=hush", "src=1&freq=11347&msys=dvbs2&pids=0,16"),
        ..PlayRequest::default()
    }
}

/// Knows no stream before it is set up, which retina's DESCRIBE runs into.
fn satip(method: &str, head: &str) -> Option<String> {
    let interleaved = "RTP/AVP/TCP;unicast;interleaved=0-1";
    Some(match method {
        "DESCRIBE" => "RTSP/1.0 404 Not Found\r\n\r\n".to_owned(),
        "SETUP" if head.contains(interleaved) && head.contains("?src=1&freq=11347") => format!(
            "RTSP/1.0 200 OK\r\nSession: 12ab;timeout=30\r\ncom.ses.streamID: 5\r\n\
             Transport: {interleaved}\r\n\r\n"
        ),
        "SETUP" => "RTSP/1.0 461 Unsupported Transport\r\n\r\n".to_owned(),
        "PLAY" if !(head.contains("/stream=5 ") && head.contains("Session: 12ab")) => {
            "RTSP/1.0 454 Session Not Found\r\n\r\n".to_owned()
        }
        _ => return good(method, head),
    })
}

async fn play(server: &Server) -> (Result<(), Error>, u64) {
    let (mut ingest, ring) = open();
    let played = player().play(&ask(server), &mut ingest).await;
    (played, ring.published())
}

/// Plays, and drops the stream as soon as a client could join.
async fn play_until_joinable(request: &PlayRequest) {
    let (mut ingest, _ring) = open();
    let (joinable, joined) = tokio::sync::oneshot::channel();
    ingest.on_joinable(move || joinable.send(()).unwrap_or_default());
    let player = player();
    tokio::select! {
        played = player.play(request, &mut ingest) => panic!("{played:?}"),
        _ = joined => {}
    }
}

/// Goal: the slot of a provider is given on as soon as the stream's future is dropped, so by then the
/// server has been told and the connection is closed, whether it answers or not.
#[tokio::test]
async fn a_stream_that_is_dropped_is_gone_when_the_drop_returns() {
    let server = Server::start(good);
    play_until_joinable(&ask(&server)).await;
    // The runtime has this one thread, and it stands here: nobody can close anything any more.
    let seen = server.until("closed");
    assert_eq!(seen, ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "closed"]);
}

#[tokio::test]
async fn a_session_that_is_dropped_before_it_plays_is_gone_too() {
    let server = Server::start(|method, head| match method {
        "PLAY" => None,
        _ => good(method, head),
    });
    let (mut ingest, _ring) = open();
    let (player, request) = (player(), ask(&server));
    let played = player.play(&request, &mut ingest);
    let waited = tokio::time::timeout(Duration::from_millis(300), played);
    assert!(waited.await.is_err(), "PLAY is not answered");
    let seen = server.until("closed");
    assert_eq!(seen, ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "closed"]);
}

#[tokio::test]
async fn a_server_without_room_is_told_that_we_go() {
    let server = Server::start(|method, head| match method {
        "PLAY" => Some("RTSP/1.0 453 Not Enough Bandwidth\r\n\r\n".to_owned()),
        "TEARDOWN" => Some("RTSP/1.0 200 OK\r\n\r\n".to_owned()),
        _ => good(method, head),
    });
    let error = play(&server).await.0.unwrap_err();
    assert!(error.is_temporary(), "{error}");
    assert!(error.to_string().contains("453"), "{error}");
    let seen = server.until("closed");
    assert_eq!(seen, ["DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "closed"]);
}

#[tokio::test]
async fn ends_of_a_stream() {
    let close = Server::start(|method, head| with_header(method, head, "X-Close"));
    let (played, published) = play(&close).await;
    assert!(played.is_ok(), "{played:?}");
    assert!(published > 50_000, "{published}");

    let bye = Server::start(|method, head| with_header(method, head, "X-Bye"));
    let (played, published) = play(&bye).await;
    assert!(played.is_ok(), "{played:?}");
    assert!(published > 50_000, "{published}");

    let silence = Server::start(good);
    let error = play(&silence).await.0.unwrap_err();
    let is_silence = matches!(&error, Error::Rtsp(rtsp::Error::TimedOut { .. }));
    assert!(is_silence, "{error}");
}

#[tokio::test]
async fn the_other_transport_is_tried() {
    let server = Server::start(|method, head| match method {
        "SETUP" if head.contains("TCP") => {
            Some("RTSP/1.0 461 Unsupported Transport\r\n\r\n".to_owned())
        }
        "SETUP" => Some(
            "RTSP/1.0 200 OK\r\nSession: 1\r\n\
             Transport: RTP/AVP;unicast;server_port=PORTS\r\n\r\n"
                .to_owned(),
        ),
        _ => good(method, head),
    });
    play_until_joinable(&ask(&server)).await;
    let seen = server.until("closed");
    assert_eq!(
        seen,
        ["DESCRIBE", "SETUP", "SETUP", "PLAY", "TEARDOWN", "closed"]
    );

    let neither = Server::start(|method, head| match method {
        "SETUP" => Some("RTSP/1.0 461 Unsupported Transport\r\n\r\n".to_owned()),
        _ => good(method, head),
    });
    let (mut ingest, _ring) = open();
    let request = PlayRequest {
        rtsp_transport: Transport::Udp,
        ..ask(&neither)
    };
    let error = player().play(&request, &mut ingest).await.unwrap_err();
    let is_refused = matches!(&error, Error::Rtsp(rtsp::Error::NoTransport { .. }));
    assert!(is_refused, "{error}");
}

#[tokio::test]
async fn answers_that_are_no_stream() {
    let table: [(Script, bool, &str); 6] = [
        (
            |_, _| Some("RTSP/1.0 401 Unauthorized\r\n\r\n".to_owned()),
            false,
            "401",
        ),
        (
            |_, _| Some("RTSP/1.0 404 Not Found\r\n\r\n".to_owned()),
            false,
            "404",
        ),
        (
            |_, _| Some("RTSP/1.0 302 Moved\r\nLocation: rtsp://h/\r\n\r\n".to_owned()),
            false,
            "moved",
        ),
        (
            |_, _| Some("HTTP/1.1 400 Bad Request\r\n\r\n".to_owned()),
            true,
            "RTSP",
        ),
        (
            |_, _| Some(described("no description, token=hush")),
            true,
            "understood",
        ),
        (|_, _| Some(described(SDP_G711)), false, "audio/pcma"),
    ];
    for (script, is_temporary, word) in table {
        let server = Server::start(script);
        let error = play(&server).await.0.unwrap_err();
        assert_eq!(error.is_temporary(), is_temporary, "{error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(word) && !text.contains("hush"), "{text}");
    }
}

#[tokio::test]
async fn addresses_and_agents_that_no_header_may_have() {
    let (mut ingest, _ring) = open();
    for (url, user_agent) in [
        ("rtsps://127.0.0.1/x", None),
        ("rtsp:///x", None),
        ("rtsp://127.0.0.1:1/x", Some("a\r\nb".to_owned())),
    ] {
        let request = PlayRequest {
            url: url.to_owned(),
            user_agent,
            ..PlayRequest::default()
        };
        let error = player().play(&request, &mut ingest).await.unwrap_err();
        assert!(!error.is_temporary(), "{error}");
    }
}

#[tokio::test]
async fn a_satip_server_is_asked_without_a_description() {
    let server = Server::start(satip);
    play_until_joinable(&tuned(&server)).await;
    let seen = server.until("closed");
    assert_eq!(seen, ["SETUP", "PLAY", "TEARDOWN", "closed"]);
}

#[tokio::test]
async fn a_satip_server_that_knows_udp_only() {
    let server = Server::start(|method, head| match method {
        "SETUP" if head.contains("TCP") => Some("RTSP/1.0 501 Not Implemented\r\n\r\n".to_owned()),
        "SETUP" => Some(
            "RTSP/1.0 200 OK\r\nSession: 12ab\r\ncom.ses.streamID: 5\r\n\
             Transport: RTP/AVP;unicast;server_port=PORTS\r\n\r\n"
                .to_owned(),
        ),
        _ => satip(method, head),
    });
    play_until_joinable(&tuned(&server)).await;
    let seen = server.until("closed");
    assert_eq!(seen, ["SETUP", "SETUP", "PLAY", "TEARDOWN", "closed"]);
}

#[tokio::test]
async fn ends_of_a_satip_stream() {
    let (mut ingest, ring) = open();
    let close = Server::start(|method, head| match method {
        "PLAY" => with_header(method, head, "X-Close"),
        _ => satip(method, head),
    });
    let played = player().play(&tuned(&close), &mut ingest).await;
    assert!(played.is_ok(), "{played:?}");
    assert!(ring.published() > 50_000, "{}", ring.published());

    let bye = Server::start(|method, head| match method {
        "PLAY" => with_header(method, head, "X-Bye"),
        _ => satip(method, head),
    });
    let played = player().play(&tuned(&bye), &mut ingest).await;
    assert!(played.is_ok(), "{played:?}");

    let full = Server::start(|method, head| match method {
        "SETUP" => Some("RTSP/1.0 453 Not Enough Bandwidth\r\n\r\n".to_owned()),
        _ => satip(method, head),
    });
    let error = player().play(&tuned(&full), &mut ingest).await.unwrap_err();
    assert!(
        error.is_temporary() && error.to_string().contains("453"),
        "{error}"
    );

    let silence = Server::start(satip);
    let error = player()
        .play(&tuned(&silence), &mut ingest)
        .await
        .unwrap_err();
    let is_silence = matches!(&error, Error::Rtsp(rtsp::Error::TimedOut { .. }));
    assert!(is_silence, "{error}");
}
