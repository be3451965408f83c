//! The engine driven by hand: time is an argument, sockets are real ones on the loopback.

use std::{
    io::{ErrorKind, Read as _},
    net::{Shutdown, TcpListener, TcpStream, UdpSocket},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use nix::sys::epoll::{Epoll, EpollCreateFlags};
use ring::{Limits, PACKET_BYTES, Pool, Ring, Writer, ring};

use crate::{
    Client, ClientId, Config, Counters, Datagrams, End, Framing, Outlet, PidFilter, Session,
    engine::Engine,
};

const TICK: Duration = Duration::from_millis(25);
const PID: u16 = 0x100;

/// Tells the test why its client ended.
struct Told(mpsc::SyncSender<End>);

impl Session for Told {
    fn ended(self: Box<Self>, end: End) {
        self.0.send(end).unwrap();
    }
}

/// A packet that carries its running number and is full of a byte that depends on it, for a check
/// of order and wholeness.
fn packet(number: u64) -> [u8; PACKET_BYTES] {
    let mut packet = [number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]; PACKET_BYTES];
    let counter = u8::try_from(number % 16).unwrap();
    packet[..4].copy_from_slice(&[0x47, 0x01, 0x00, 0x10 | counter]);
    packet[4..12].copy_from_slice(&number.to_be_bytes());
    packet
}

struct Bench {
    engine: Engine,
    writer: Writer,
    ring: Arc<Ring>,
    now: Instant,
    written: u64,
    next_id: u64,
    ends: (mpsc::SyncSender<End>, mpsc::Receiver<End>),
}

impl Bench {
    fn new(config: Config) -> Self {
        Self::with(config, &Pool::in_file(8).unwrap())
    }

    /// Like [`Bench::new`], with rings in the heap, which are copied to clients.
    fn copying(config: Config) -> Self {
        Self::with(config, &Pool::new(8))
    }

    fn with(config: Config, pool: &Arc<Pool>) -> Self {
        let (writer, ring) = ring(
            pool,
            Limits {
                behind_min: 2,
                segments_max: 4,
            },
        );
        let epoll = Arc::new(Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC).unwrap());
        let now = Instant::now();
        let ends = mpsc::sync_channel(1000);
        Self {
            engine: Engine::new(config, epoll, now),
            writer,
            ring,
            now,
            written: 0,
            next_id: 0,
            ends,
        }
    }

    fn attach(&mut self, outlet: Outlet, duration: Option<Duration>) -> ClientId {
        self.next_id += 1;
        let client = Client {
            outlet,
            head: Vec::new(),
            ring: Arc::clone(&self.ring),
            start: self
                .ring
                .newest_join_point()
                .map_or(0, |point| point.position),
            duration,
            counters: Arc::new(Counters::default()),
            session: Box::new(Told(self.ends.0.clone())),
        };
        self.engine.attach(ClientId(self.next_id), client, self.now);
        ClientId(self.next_id)
    }

    /// A viewer and the other end of its connection.
    fn viewer(&mut self) -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (there, _) = listener.accept().unwrap();
        there.set_nonblocking(true).unwrap();
        there.set_nodelay(true).unwrap();
        self.attach(Outlet::Tcp(there), None);
        here
    }

    /// A tick in which `packets` came in, the first of them a join point.
    fn tick(&mut self, packets: u64) {
        if packets > 0 {
            self.writer.mark_join_point(&[(
                PID,
                u8::try_from(self.written.wrapping_sub(1) % 16).unwrap(),
            )]);
        }
        for _ in 0..packets {
            self.writer.append(&packet(self.written)).unwrap();
            self.written += 1;
        }
        self.writer.publish();
        self.now += TICK;
        self.engine.sweep(self.now);
    }
}

/// What has arrived so far.
fn arrived(stream: &mut TcpStream) -> Vec<u8> {
    stream.set_nonblocking(true).unwrap();
    let mut all = Vec::new();
    let mut part = vec![0; 1 << 20];
    loop {
        match stream.read(&mut part) {
            Ok(0) => return all,
            Ok(count) => all.extend_from_slice(&part[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return all,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Continuity errors of the one PID by ISO/IEC 13818-1, 2.4.3.3, and the payloads' numbers.
fn check(bytes: &[u8]) -> (usize, Vec<u64>) {
    assert_eq!(bytes.len() % PACKET_BYTES, 0, "a packet was cut");
    let (mut errors, mut last, mut numbers) = (0, None, Vec::new());
    for packet in bytes.as_chunks::<PACKET_BYTES>().0 {
        assert_eq!(packet[0], 0x47, "sync lost");
        let (counter, payload) = (packet[3] & 0x0f, packet[3] & 0x10 != 0);
        let discontinuity = packet[3] & 0x20 != 0 && packet[5] & 0x80 != 0;
        let expected = last.map(|last: u8| if payload { (last + 1) % 16 } else { last });
        errors +=
            usize::from(!discontinuity && expected.is_some_and(|expected| expected != counter));
        last = Some(counter);
        if payload {
            let number = u64::from_be_bytes(packet[4..12].try_into().unwrap());
            assert_eq!(*packet, self::packet(number), "written over");
            numbers.push(number);
        }
    }
    (errors, numbers)
}

#[test]
fn everybody_gets_the_same_bytes() {
    everybody_gets_the_same(Bench::new(Config::default()));
}

#[test]
fn everybody_gets_the_same_copies() {
    everybody_gets_the_same(Bench::copying(Config::default()));
}

fn everybody_gets_the_same(mut bench: Bench) {
    bench.tick(100);
    let mut viewers: Vec<_> = (0..10).map(|_| bench.viewer()).collect();
    let mut got = vec![Vec::new(); viewers.len()];
    for _ in 0..40 {
        bench.tick(150);
        for (got, viewer) in got.iter_mut().zip(&mut viewers) {
            got.extend(arrived(viewer));
        }
    }
    let (errors, numbers) = check(&got[0]);
    assert_eq!(
        (errors, numbers.first(), numbers.last()),
        (0, Some(&0), Some(&6099))
    );
    assert_eq!(numbers.len(), 6100);
    assert!(got.iter().all(|other| *other == got[0]));
}

#[test]
fn small_flushes_wait_for_more_and_not_for_ever() {
    let mut bench = Bench::new(Config::default());
    bench.tick(1);
    let mut viewer = bench.viewer();
    arrived(&mut viewer);
    let mut waits = Vec::new();
    let mut ticks = 0;
    while waits.len() < 3 {
        bench.tick(10);
        ticks += 1;
        if !arrived(&mut viewer).is_empty() {
            waits.push(ticks);
            ticks = 0;
        }
    }
    // 10 packets a tick are 600 kbit/s, far from 32 KiB: 200 ms are 8 ticks.
    assert_eq!(waits[1..], [8, 8]);
    bench.tick(300);
    assert_eq!(
        arrived(&mut viewer).len(),
        300 * PACKET_BYTES,
        "32 KiB go at once"
    );
}

fn five_skips() -> Config {
    Config {
        skips_max: 5,
        ..Config::default()
    }
}

#[test]
fn a_slow_client_is_moved_ahead_then_given_up_and_harms_nobody() {
    a_slow_client_is_given_up(Bench::new(five_skips()));
}

#[test]
fn a_slow_client_of_copies_is_given_up_as_well() {
    a_slow_client_is_given_up(Bench::copying(five_skips()));
}

/// Sockets refer to the pages of a segment long after it was given to another place of the stream.
#[test]
fn what_is_queued_for_a_slow_client_is_never_written_over() {
    let mut bench = Bench::new(Config::default());
    bench.tick(100);
    let mut slow = bench.viewer();
    // The socket fills; then the whole pool goes round several times, and only then is it read.
    while bench.written < 20 * 8 * 1394 {
        bench.tick(700);
        assert_eq!(bench.ends.1.try_recv().ok(), None, "still served");
    }
    // Now it reads, as much as comes at once and no more: the rest follows as the window opens.
    let mut got = Vec::new();
    while got.len() < 2 << 20 {
        got.extend(arrived(&mut slow));
        bench.tick(700);
    }
    let (_, numbers) = check(&got[..got.len() / PACKET_BYTES * PACKET_BYTES]);
    assert!(numbers.is_sorted(), "never back");
}

fn a_slow_client_is_given_up(mut bench: Bench) {
    bench.tick(100);
    let (mut slow, mut good) = (bench.viewer(), bench.viewer());
    let (mut slow_got, mut good_got) = (Vec::new(), Vec::new());
    let mut part = vec![0; 40_001];
    let end = loop {
        bench.tick(700);
        good_got.extend(arrived(&mut good));
        // A tenth of what comes in, in odd pieces.
        slow.set_nonblocking(true).unwrap();
        if let Ok(count) = slow.read(&mut part[..13_001]) {
            slow_got.extend_from_slice(&part[..count]);
        }
        if let Ok(end) = bench.ends.1.try_recv() {
            break end;
        }
        assert!(bench.written < 2_000_000, "never given up");
    };
    assert_eq!(end, End::TooSlow);
    let (errors, numbers) = check(&good_got);
    assert_eq!(
        (errors, numbers.len() as u64),
        (0, bench.written),
        "the good one has everything"
    );
    slow_got.extend(arrived(&mut slow));
    let whole = slow_got.len() / PACKET_BYTES * PACKET_BYTES;
    let (errors, numbers) = check(&slow_got[..whole]);
    assert_eq!(errors, 0, "every jump is announced");
    assert!(numbers.is_sorted(), "never back");
    let skips = numbers
        .windows(2)
        .filter(|pair| pair[1] != pair[0] + 1)
        .count();
    assert!(skips >= 1, "{skips} jumps");
}

#[test]
fn a_client_that_takes_nothing_is_given_up_after_its_time() {
    let config = Config {
        skips_max: 1_000_000,
        stall_max: Duration::from_secs(3),
        ..Config::default()
    };
    let mut bench = Bench::new(config);
    bench.tick(100);
    let _silent = bench.viewer();
    let (end, after) = loop {
        bench.tick(700);
        if let Ok(end) = bench.ends.1.try_recv() {
            break (end, bench.written);
        }
    };
    assert_eq!(end, End::Stalled);
    assert!(
        (3 * 40 * 700..6 * 40 * 700).contains(&after),
        "{after} packets"
    );
}

#[test]
fn durations_detaching_closing_and_hang_ups_end_clients() {
    let mut bench = Bench::new(Config::default());
    bench.tick(100);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let connect = || {
        let here = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (there, _) = listener.accept().unwrap();
        there.set_nonblocking(true).unwrap();
        (here, Outlet::Tcp(there))
    };
    let (mut timed, outlet) = connect();
    bench.attach(outlet, Some(Duration::from_millis(240)));
    let (_detached, outlet) = connect();
    let detached = bench.attach(outlet, None);
    let (left, outlet) = connect();
    bench.attach(outlet, None);
    bench.engine.detach(detached);
    assert_eq!(bench.ends.1.try_recv(), Ok(End::Detached));
    for tick in 0.. {
        bench.tick(300);
        if bench.ends.1.try_recv() == Ok(End::DurationOver) {
            assert_eq!(tick, 9, "240 ms are ten ticks");
            break;
        }
    }
    arrived(&mut timed);
    left.shutdown(Shutdown::Both).unwrap();
    drop(left);
    bench.engine.hung_up(2);
    assert_eq!(bench.ends.1.try_recv(), Ok(End::HungUp));
    assert!(bench.engine.is_idle());
    let mut last = bench.viewer();
    bench.writer.append(&packet(0)).unwrap();
    let Bench {
        mut engine,
        writer,
        now,
        ends,
        ..
    } = bench;
    drop(writer);
    engine.sweep(now + TICK);
    engine.sweep(now + 2 * TICK);
    assert_eq!(ends.1.try_recv(), Ok(End::StreamEnded));
    let got = arrived(&mut last);
    assert_eq!(got.len() % PACKET_BYTES, 0);
    assert_eq!(
        got[got.len() - PACKET_BYTES..],
        packet(0),
        "what was published is sent first"
    );
}

#[test]
fn datagrams_are_seven_packets_and_filtered() {
    let mut bench = Bench::new(Config::default());
    let there = UdpSocket::bind("127.0.0.1:0").unwrap();
    there.set_nonblocking(true).unwrap();
    let here = UdpSocket::bind("127.0.0.1:0").unwrap();
    here.connect(there.local_addr().unwrap()).unwrap();
    let filter = Arc::new(PidFilter::default());
    let framing = Framing::Rtp {
        sequence: 0xffff,
        ssrc: 7,
    };
    let datagrams = Datagrams::new(here, framing, Arc::clone(&filter));
    bench.attach(Outlet::Datagrams(Box::new(datagrams)), None);
    for _ in 0..8 {
        bench.tick(2);
    }
    let mut datagram = [0; 2000];
    let mut numbers = Vec::new();
    for sequence in [0xffff_u16, 0] {
        let count = there.recv(&mut datagram).unwrap();
        assert_eq!(count, 12 + 7 * PACKET_BYTES);
        assert_eq!(
            datagram[..4],
            [&[0x80, 33][..], &sequence.to_be_bytes()].concat()
        );
        numbers.extend(check(&datagram[12..count]).1);
    }
    assert_eq!(numbers, (0..14).collect::<Vec<_>>());
    filter.set(&[(0, PID - 1), (PID + 1, 0x1fff)]);
    for _ in 0..16 {
        bench.tick(10);
    }
    assert!(
        there.recv(&mut datagram).is_err(),
        "the PID is filtered out"
    );
    drop(there);
    filter.set(&[(PID, PID)]);
    let refused = (0..40).find_map(|_| {
        bench.tick(100);
        bench.ends.1.try_recv().ok()
    });
    assert_eq!(refused, Some(End::HungUp), "nobody listens any more");
}

#[test]
fn buffers_beyond_the_plan_cost_the_fullest_clients() {
    // Ten silent clients fill ten smallest send buffers: more than the plan, whatever the kernel
    // puts into one of them.
    const SILENT: usize = 10;
    let config = Config {
        send_pool_bytes: 64 * 1024,
        skips_max: 1_000_000,
        ..Config::default()
    };
    let mut bench = Bench::new(config);
    bench.tick(100);
    let silent: Vec<_> = (0..SILENT).map(|_| bench.viewer()).collect();
    let mut good = bench.viewer();
    let mut ends = Vec::new();
    for _ in 0..400 {
        bench.tick(60);
        arrived(&mut good);
        ends.extend(bench.ends.1.try_recv());
    }
    assert!((1..=SILENT).contains(&ends.len()), "{ends:?}");
    assert!(ends.iter().all(|end| *end == End::OverBudget), "{ends:?}");
    let still_served = (0..40).any(|_| {
        bench.tick(60);
        !arrived(&mut good).is_empty()
    });
    assert!(still_served, "the reader stays");
    drop(silent);
}
