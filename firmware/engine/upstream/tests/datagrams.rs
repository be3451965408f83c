//! Streams of datagrams over real sockets: to this machine, and to groups on the loopback.
//!
//! A sender goes on when what it sent has been taken in, so nothing here depends on how fast the
//! machine is.

mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ingest::Counters;
use mpegts::check::Checker;
use socket2::{Domain, Socket, Type};
use support::client;
use support::plays::{config, open, published};
use tokio::net::UdpSocket;
use upstream::{
    DatagramConfig, DatagramError, Error, PlayRequest, Player, PlayerConfig, TEST_CHANNEL,
};

/// What senders put into a datagram: seven packets.
const PAYLOAD_BYTES: usize = 7 * 188;
/// The test channel, and less than what a stream may be silent.
const PLAYS_FOR: Duration = Duration::from_secs(11);
/// Datagrams sent before the receiver has to have taken them in.
const BATCH: usize = 16;

fn player(first_wait: Duration) -> Player {
    Player::new(PlayerConfig {
        datagrams: DatagramConfig {
            first_wait,
            ..DatagramConfig::default()
        },
        ..config(client())
    })
}

fn ask(url: &str, interface: Option<&str>) -> PlayRequest {
    PlayRequest {
        url: url.to_owned(),
        interface: interface.map(str::to_owned),
        ..PlayRequest::default()
    }
}

/// Tries an address that brings nothing of use.
async fn failure_of(url: &str, interface: Option<&str>) -> Error {
    let (mut ingest, _ring) = open();
    let player = player(Duration::from_millis(1_200));
    let played = player.play(&ask(url, interface), &mut ingest).await;
    played.expect_err("it cannot play")
}

/// A port at which nobody receives.
fn free_port() -> u16 {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("bound").port()
}

/// A sender on the loopback.
fn sender(from: &str) -> UdpSocket {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).expect("a socket");
    let from: SocketAddr = from.parse().expect("an address");
    socket.bind(&from.into()).expect("a free port");
    let is_set = socket.set_multicast_if_v4(&Ipv4Addr::LOCALHOST);
    is_set
        .and_then(|()| socket.set_nonblocking(true))
        .expect("options");
    UdpSocket::from_std(socket.into()).expect("a reactor")
}

fn rtp(sequence: u16, payload: &[u8]) -> Vec<u8> {
    let [s0, s1] = sequence.to_be_bytes();
    let header = [0x80, 33, s0, s1, 0, 0, 0, 0, 0, 0, 0, 7];
    [header.as_slice(), payload].concat()
}

/// Sends batch after batch, each as soon as the one before is there.
async fn send(socket: &UdpSocket, to: &str, datagrams: &[Vec<u8>], counters: &Counters) {
    let mut sent = 0_u64;
    for batch in datagrams.chunks(BATCH) {
        for datagram in batch {
            socket.send_to(datagram, to).await.expect("sent");
            sent += 1;
        }
        let received = || counters.received.load(Ordering::Relaxed);
        // All but the packets that wait in the reorder buffer and null packets.
        while received() < sent.saturating_sub(BATCH as u64) * 188 {
            tokio::task::yield_now().await;
        }
    }
}

/// Plays `url` while `sending` goes on; what has been published when it is over.
async fn play_while<F: Future<Output = ()>>(
    url: &str,
    interface: Option<&str>,
    sending: impl FnOnce(Arc<Counters>) -> F,
) -> Vec<u8> {
    let (mut ingest, ring) = open();
    let sending = sending(ingest.counters());
    let player = player(Duration::from_secs(5));
    let request = ask(url, interface);
    let sent_and_played = async {
        sending.await;
        // The time of the tests stands while somebody is busy, and runs when nobody is: what has
        // come in is published at its pace.
        tokio::time::sleep(PLAYS_FOR).await;
    };
    // The play is polled first, so that it is bound before anything is sent.
    tokio::select! {
        biased;
        played = player.play(&request, &mut ingest) => panic!("{played:?}"),
        () = sent_and_played => {}
    }
    published(&ring)
}

fn assert_clean(bytes: &[u8]) {
    assert!(
        bytes.len() > TEST_CHANNEL.len() / 4,
        "{} bytes",
        bytes.len()
    );
    let mut checker = Checker::new();
    checker.bytes(bytes);
    assert!(checker.report().is_clean(), "{:?}", checker.report());
}

fn plain() -> Vec<Vec<u8>> {
    TEST_CHANNEL
        .chunks(PAYLOAD_BYTES)
        .map(<[u8]>::to_vec)
        .collect()
}

/// Each three packets in the order 2, 3, 1, the third one twice, from a little before the wrap.
fn rtp_shuffled() -> Vec<Vec<u8>> {
    let numbers = (65_500..=u16::MAX).chain(0..);
    let packets: Vec<Vec<u8>> = numbers
        .zip(TEST_CHANNEL.chunks(PAYLOAD_BYTES))
        .map(|(number, payload)| rtp(number, payload))
        .collect();
    let mut shuffled = vec![packets[0].clone()];
    for three in packets[1..].chunks(3) {
        shuffled.extend(three.iter().skip(1).cloned());
        shuffled.extend(three.last().cloned());
        shuffled.extend(three.first().cloned());
    }
    shuffled
}

#[tokio::test(start_paused = true)]
async fn datagrams_to_this_machine() {
    for datagrams in [plain(), rtp_shuffled()] {
        for form in ["udp://@:", "rtp://127.0.0.1:", "udp://127.0.0.3@0.0.0.0:"] {
            let port = free_port();
            let sender = sender("127.0.0.3:0");
            let to = format!("127.0.0.1:{port}");
            let bytes = play_while(&format!("{form}{port}"), None, |counters| {
                let (sender, to, datagrams) = (&sender, &to, &datagrams);
                async move { send(sender, to, datagrams, &counters).await }
            })
            .await;
            assert_clean(&bytes);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_cut_anywhere() {
    let port = free_port();
    let sender = sender("127.0.0.1:0");
    let to = format!("127.0.0.1:{port}");
    let cut: Vec<Vec<u8>> = TEST_CHANNEL[100..]
        .chunks(1000)
        .map(<[u8]>::to_vec)
        .collect();
    let bytes = play_while(&format!("udp://@:{port}"), None, |counters| {
        let (sender, to, cut) = (&sender, &to, &cut);
        async move { send(sender, to, cut, &counters).await }
    })
    .await;
    assert_clean(&bytes);
}

/// Groups that this network namespace has joined on the loopback.
fn groups() -> String {
    let table = std::fs::read_to_string("/proc/net/igmp").unwrap_or_default();
    let mut lines = table.lines();
    let _ = lines.find(|line| line.contains("lo ") || line.contains("lo\t"));
    let own = lines.take_while(|line| line.starts_with('\t'));
    own.collect::<Vec<_>>().join("\n").to_ascii_uppercase()
}

#[tokio::test(start_paused = true)]
async fn a_group_is_joined_where_it_is_asked_for_and_left_when_the_play_is_dropped() {
    // Of the test networks' groups (RFC 5771, 9.2), as /proc writes them.
    let (group, in_proc) = ("233.252.0.17", "1100FCE9");
    let port = free_port();
    let sender = sender("127.0.0.1:0");
    let to = format!("{group}:{port}");
    for (url, interface) in [
        (format!("udp://@{to}"), Some("lo")),
        (
            format!("udp://@{to}?iface=no-such-interface"),
            Some("127.0.0.1"),
        ),
        (format!("rtp://{to}?localaddr=127.0.0.1"), None),
        (format!("udp://127.0.0.1@{to}?interface=lo"), None),
    ] {
        assert!(!groups().contains(in_proc), "{}", groups());
        let datagrams = plain();
        let bytes = play_while(&url, interface, |counters| {
            let (sender, to, datagrams) = (&sender, &to, &datagrams);
            async move {
                assert!(groups().contains(in_proc), "{}", groups());
                send(sender, to, datagrams, &counters).await;
            }
        })
        .await;
        assert!(!groups().contains(in_proc), "left at once: {}", groups());
        assert_clean(&bytes);
    }
}

#[tokio::test(start_paused = true)]
async fn other_groups_other_senders_and_other_ports_stay_out() {
    let port = free_port();
    let other = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
    let other_group = Ipv4Addr::new(233, 252, 0, 19);
    other
        .join_multicast_v4(&other_group, &Ipv4Addr::LOCALHOST)
        .unwrap();
    for (url, to) in [
        (
            format!("udp://@233.252.0.18:{port}"),
            format!("{other_group}:{port}"),
        ),
        (
            format!("udp://127.0.0.9@233.252.0.18:{port}"),
            format!("233.252.0.18:{port}"),
        ),
        (
            format!("udp://127.0.0.9@:{port}"),
            format!("127.0.0.1:{port}"),
        ),
    ] {
        let sender = sender("127.0.0.1:0");
        let flood = async {
            loop {
                for datagram in plain().iter().take(4) {
                    sender.send_to(datagram, &to).await.unwrap();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let error = tokio::select! {
            biased;
            error = failure_of(&url, Some("lo").filter(|_| !url.contains("9@:"))) => error,
            () = flood => unreachable!(),
        };
        let told = error.to_string();
        assert!(
            matches!(
                error,
                Error::Datagrams(DatagramError::Silent { datagrams: 0, .. })
            ),
            "{url}: {told}"
        );
        assert!(
            error.is_temporary() && told.contains(&port.to_string()),
            "{told}"
        );
    }
}

#[tokio::test]
async fn what_is_no_stream_is_told() {
    let h264: Vec<u8> = rtp(1, &[0x65; 1200])
        .into_iter()
        .enumerate()
        .map(|(at, byte)| if at == 1 { 96 } else { byte })
        .collect();
    let noise = vec![0x55; 1300];
    for (datagram, told) in [(h264, "RTP of payload type 96"), (noise, "no known stream")] {
        let port = free_port();
        let sender = sender("127.0.0.1:0");
        let flood = async {
            loop {
                let _ = sender.send_to(&datagram, ("127.0.0.1", port)).await;
                tokio::task::yield_now().await;
            }
        };
        let url = format!("udp://@:{port}");
        let error = tokio::select! {
            biased;
            error = failure_of(&url, None) => error,
            () = flood => unreachable!(),
        };
        assert!(
            matches!(error, Error::Datagrams(DatagramError::NoStream { .. })),
            "{error}"
        );
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_received_says_what_to_do() {
    let taken = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for (url, interface, told) in [
        (
            format!("udp://@:{port}"),
            None,
            "another stream or program receives there",
        ),
        (
            format!("udp://127.0.0.1:{port}"),
            None,
            "another stream or program receives there",
        ),
        (
            "udp://192.0.2.77:5000".to_owned(),
            None,
            "no address of this machine",
        ),
        (
            "udp://@233.252.0.20:5000".to_owned(),
            Some("nothing0"),
            "\"nothing0\"",
        ),
        ("udp://@:80".to_owned(), None, "below 1024"),
    ] {
        let error = failure_of(&url, interface).await;
        assert!(error.to_string().contains(told), "{url}: {error}");
    }
}
