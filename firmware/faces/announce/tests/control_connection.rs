//! A control client over real sockets: discovery, a push with keepalive, and its end.

mod house;

use std::{
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};

use hdhomerun::{
    Framer,
    packet::{Packet, PacketWriter, kind, tag},
};
use house::{House, free_address};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

struct Client {
    stream: TcpStream,
    framer: Framer,
}

impl Client {
    async fn connect(address: SocketAddrV4) -> Self {
        let connected = async {
            loop {
                match TcpStream::connect(address).await {
                    Ok(stream) => return stream,
                    // The device is starting.
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        let stream = timeout(PATIENCE, connected)
            .await
            .expect("the device listens");
        Self {
            stream,
            framer: Framer::default(),
        }
    }

    async fn ask(&mut self, name: &str, value: Option<&str>) -> String {
        let mut writer = PacketWriter::new(kind::GETSET_REQUEST)
            .text(tag::GETSET_NAME, name)
            .expect("a short name");
        if let Some(value) = value {
            writer = writer
                .text(tag::GETSET_VALUE, value)
                .expect("a short value");
        }
        // In two pieces, as a network may cut it.
        let bytes = writer.finish();
        let (front, back) = bytes.split_at(5);
        self.stream
            .write_all(front)
            .await
            .expect("an open connection");
        self.stream.flush().await.expect("an open connection");
        self.stream
            .write_all(back)
            .await
            .expect("an open connection");
        timeout(PATIENCE, self.answer())
            .await
            .expect("an answer in time")
    }

    async fn answer(&mut self) -> String {
        let mut buffer = [0; 256];
        loop {
            if let Some(packet) = self.framer.packet().expect("a right packet") {
                let (_, value) = packet
                    .values()
                    .nth(1)
                    .expect("a value")
                    .expect("a whole value");
                return String::from_utf8(value.strip_suffix(&[0]).expect("a NUL").to_vec())
                    .expect("text");
            }
            let bytes = self
                .stream
                .read(&mut buffer)
                .await
                .expect("an open connection");
            assert_ne!(bytes, 0, "the device closed the connection");
            assert!(self.framer.feed(&buffer[..bytes]).is_empty());
        }
    }
}

fn house() -> House {
    let control = free_address();
    House::open(3, |config| {
        config.control_address = control;
        config.discovery_port = free_address().port();
        config.keepalive_port = free_address().port();
        config.ssdp = false;
    })
}

#[tokio::test]
async fn pushes_until_the_receiver_is_gone() {
    let house = house();
    let mut client = Client::connect(house.config.control_address).await;
    assert_eq!(client.ask("/sys/model", None).await, "hdhomerun5_dvbt");
    for (scheme, datagram_bytes) in [("rtp", 1_328), ("udp", 1_316)] {
        let receiver = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let target = format!("{scheme}://{}", receiver.local_addr().unwrap());
        assert_eq!(
            client.ask("/tuner1/channel", Some("auto:482000000")).await,
            "auto:482000000"
        );
        assert_eq!(client.ask("/tuner1/target", Some(&target)).await, target);
        let mut datagram = [0; 2_000];
        for _ in 0..3 {
            let received = timeout(PATIENCE, receiver.recv(&mut datagram)).await;
            assert_eq!(received.expect("in time").unwrap(), datagram_bytes);
            assert_eq!(datagram[datagram_bytes - 1_316], 0x47);
        }
        let status = house.tuners.status();
        let playing = status[1].playing.as_ref().expect("tuner 1 plays");
        assert_eq!(playing.number.to_string(), "2");
        // ICMP tells that nobody listens any more.
        drop(receiver);
        let gone = async { while client.ask("/tuner1/target", None).await != "none" {} };
        timeout(PATIENCE, gone).await.expect("the push ends");
        assert_eq!(house.tuners.streams_open(), 0);
        assert_eq!(house.tuners.lock_holder(1), None);
    }
    house.shutdown.cancel();
    timeout(PATIENCE, house.task)
        .await
        .expect("it ends in time")
        .unwrap();
}

#[tokio::test]
async fn changes_the_channel_and_stops_at_shutdown() {
    let house = house();
    let mut client = Client::connect(house.config.control_address).await;
    let receiver = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let target = receiver.local_addr().unwrap().to_string();
    let mut datagram = [0; 2_000];
    client.ask("/tuner0/vchannel", Some("1")).await;
    client.ask("/tuner0/target", Some(&target)).await;
    timeout(PATIENCE, receiver.recv(&mut datagram))
        .await
        .expect("a stream")
        .unwrap();
    for number in ["3", "1", "2", "3"] {
        assert_eq!(client.ask("/tuner0/vchannel", Some(number)).await, number);
        let plays = async {
            while house.tuners.status()[0]
                .playing
                .as_ref()
                .map(|it| it.number.to_string())
                != Some(number.to_owned())
            {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, plays).await.expect("the new channel");
    }
    house.shutdown.cancel();
    timeout(PATIENCE, house.task)
        .await
        .expect("it ends in time")
        .unwrap();
    assert_eq!(house.tuners.streams_open(), 0);
}

#[tokio::test]
async fn nonsense_closes_the_connection_and_nothing_else() {
    let house = house();
    let mut bad = Client::connect(house.config.control_address).await;
    bad.stream.write_all(&[0xff; 64]).await.unwrap();
    let mut buffer = [0; 16];
    let closed = timeout(PATIENCE, bad.stream.read(&mut buffer))
        .await
        .expect("in time");
    assert!(matches!(closed, Ok(0) | Err(_)));
    let mut good = Client::connect(house.config.control_address).await;
    assert_eq!(
        good.ask("/tuner0/nothing", None).await,
        "ERROR: unknown getset variable"
    );
    assert_eq!(good.ask("/tuner0/lockkey", Some("5")).await, "127.0.0.1");
    house.shutdown.cancel();
}

#[tokio::test]
async fn answers_discovery_and_survives_nonsense() {
    let house = house();
    // By then everything is bound.
    Client::connect(house.config.control_address).await;
    let asker = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let device = (Ipv4Addr::LOCALHOST, house.config.discovery_port);
    for nonsense in [
        &[][..],
        &[0, 2],
        &[0, 2, 0, 2, 1, 0x84, 0, 0, 0, 0],
        &[0xff; 1_500],
    ] {
        asker.send_to(nonsense, device).await.unwrap();
    }
    let request = PacketWriter::new(kind::DISCOVER_REQUEST)
        .u32(tag::DEVICE_TYPE, 1)
        .unwrap();
    asker.send_to(&request.finish(), device).await.unwrap();
    let mut buffer = [0; 1_500];
    let (bytes, from) = timeout(PATIENCE, asker.recv_from(&mut buffer))
        .await
        .expect("in time")
        .unwrap();
    assert_eq!(from, device.into());
    let packet = Packet::parse(&buffer[..bytes]).unwrap();
    let base_url = packet
        .values()
        .flatten()
        .find(|(name, _)| *name == tag::BASE_URL);
    assert_eq!(base_url, Some((tag::BASE_URL, &b"http://127.0.0.1"[..])));
    house.shutdown.cancel();
}
