//! The rules of the control names against a device that only remembers what it was told.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use hdhomerun::{
    DeviceId, Identity, PidFilter, Uuid,
    control::{
        ChannelRow, Control, ControlError, Device, Holder, Peer, Push, PushRefused, Request,
        Traffic,
    },
};
use proptest::prelude::*;

struct Bench {
    identity: Identity,
    channels: usize,
    claims: BTreeMap<u16, IpAddr>,
    viewers: BTreeMap<u16, Holder>,
    pushes: BTreeMap<u16, Push>,
    starts: usize,
    pushes_max: usize,
}

impl Device for Bench {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn channel(&self, index: usize) -> Option<ChannelRow> {
        let number = (index + 1).to_string();
        (index < self.channels).then(|| ChannelRow {
            name: format!("Channel {number}"),
            number,
        })
    }

    fn index_of(&self, number: &str) -> Option<usize> {
        let number: usize = number.parse().ok()?;
        (1..=self.channels).contains(&number).then(|| number - 1)
    }

    fn holder(&self, tuner: u16) -> Option<Holder> {
        self.viewers.get(&tuner).cloned()
    }

    fn claim(&mut self, tuner: u16, client: IpAddr) -> Result<(), IpAddr> {
        let holder = *self.claims.entry(tuner).or_insert(client);
        if holder == client {
            Ok(())
        } else {
            Err(holder)
        }
    }

    fn release(&mut self, tuner: u16) {
        self.claims.remove(&tuner);
        self.viewers.remove(&tuner);
    }

    fn start(&mut self, tuner: u16, push: &Push) -> Result<(), PushRefused> {
        self.starts += 1;
        self.pushes.insert(tuner, push.clone());
        if self.pushes.len() > self.pushes_max {
            Err(PushRefused::NoRoom)
        } else {
            Ok(())
        }
    }

    fn refilter(&mut self, tuner: u16, filter: &PidFilter) {
        self.pushes.get_mut(&tuner).expect("a push goes on").filter = filter.clone();
    }

    fn stop(&mut self, tuner: u16) {
        self.pushes.remove(&tuner);
    }

    fn traffic(&self, tuner: u16) -> Traffic {
        let bits_per_s = if self.pushes.contains_key(&tuner) {
            2_000_000
        } else {
            0
        };
        Traffic {
            bits_per_s,
            datagrams_per_s: bits_per_s / (8 * 1_316),
        }
    }
}

/// A client at 192.0.2.9, connection 1, and the time.
struct Client {
    control: Control<Bench>,
    peer: Peer,
    now: Instant,
    key: Option<u32>,
}

fn client(channels: usize) -> Client {
    let identity = Identity {
        device_id: DeviceId::from_seed(b"test"),
        uuid: Uuid([1; 16]),
        friendly_name: "Test".to_owned(),
        tuner_count: 2,
    };
    let bench = Bench {
        identity,
        channels,
        claims: BTreeMap::new(),
        viewers: BTreeMap::new(),
        pushes: BTreeMap::new(),
        starts: 0,
        pushes_max: 2,
    };
    let peer = Peer {
        address: [192, 0, 2, 9].into(),
        connection: 1,
    };
    Client {
        control: Control::new(bench),
        peer,
        now: Instant::now(),
        key: None,
    }
}

impl Client {
    fn ask(&mut self, name: &str, value: Option<&str>) -> Result<String, ControlError> {
        let request = Request {
            name,
            value,
            lockkey: self.key,
        };
        self.control.handle(&request, self.peer, self.now)
    }

    fn get(&mut self, name: &str) -> String {
        self.ask(name, None)
            .unwrap_or_else(|error| error.to_string())
    }

    fn set(&mut self, name: &str, value: &str) -> String {
        self.ask(name, Some(value))
            .unwrap_or_else(|error| error.to_string())
    }

    fn pushes(&mut self) -> Vec<(u16, String)> {
        let pushes = &self.control.device_mut().pushes;
        pushes
            .iter()
            .map(|(tuner, push)| (*tuner, format!("{} {}", push.number, push.target)))
            .collect()
    }

    fn later(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.control.tick(self.now);
    }

    /// Another client on another connection.
    fn become_other(&mut self) {
        self.peer = Peer {
            address: [192, 0, 2, 10].into(),
            connection: 2,
        };
        self.key = None;
    }
}

const UNKNOWN: &str = "ERROR: unknown getset variable";

#[test]
fn tells_about_the_device() {
    let mut client = client(3);
    assert_eq!(client.get("/sys/model"), "hdhomerun5_dvbt");
    assert_eq!(client.get("/sys/hwmodel"), "HDHR5-4DT");
    assert_eq!(client.get("/sys/version"), "20250815");
    assert!(
        client
            .get("/sys/features")
            .starts_with("channelmap: eu-bcast\nmodulation: ")
    );
    assert!(client.get("help").contains("/tuner<n>/vchannel"));
    for name in ["/sys/none", "/tuner2/status", "/tuner0/none", "", "/"] {
        assert_eq!(client.get(name), UNKNOWN, "{name}");
    }
    for name in ["/sys/model", "/tuner0/status", "/tuner0/streaminfo", "help"] {
        assert_eq!(client.set(name, "x"), UNKNOWN, "{name}");
    }
}

#[test]
fn idle_tuners_say_none() {
    let mut client = client(3);
    for (name, value) in [
        ("status", "ch=none lock=none ss=0 snq=0 seq=0 bps=0 pps=0"),
        (
            "vstatus",
            "vch=none name=none auth=unspecified cci=none cgms=none",
        ),
        ("channel", "none"),
        ("vchannel", "none"),
        ("channelmap", "eu-bcast"),
        ("program", "0"),
        ("filter", "0x0000-0x1fff"),
        ("streaminfo", "none"),
        ("target", "none"),
        ("lockkey", "none"),
    ] {
        assert_eq!(client.get(&format!("/tuner1/{name}")), value, "{name}");
    }
}

/// What `hdhomerun_config scan` does: a channel, status until the quality is 100, the programs.
#[test]
fn a_scan_finds_programs() {
    let mut client = client(60);
    assert_eq!(
        client.set("/tuner0/channel", "auto:474000000"),
        "auto:474000000"
    );
    assert_eq!(
        client.get("/tuner0/status"),
        "ch=auto:474000000 lock=t8qam64 ss=100 snq=100 seq=100 bps=0 pps=0"
    );
    assert_eq!(
        client.get("/tuner0/streaminfo"),
        "1: 1 Channel 1\n2: 50 Channel 50\ntsid=0x0001\nonid=0xff00\n"
    );
    assert_eq!(
        client.set("/tuner0/channel", "auto:177500000"),
        "auto:177500000"
    );
    assert!(
        client
            .get("/tuner0/status")
            .starts_with("ch=auto:177500000 lock=none ss=0 ")
    );
    assert_eq!(client.get("/tuner0/streaminfo"), "none");
    assert_eq!(client.set("/tuner0/channel", "none"), "none");
    assert!(client.pushes().is_empty());
    assert!(
        client.control.device_mut().claims.is_empty(),
        "a scan takes no tuner from viewers"
    );
}

#[test]
fn accepts_every_wording_of_a_channel() {
    let mut client = client(60);
    for (value, shown) in [
        ("auto8t:482000000", "auto8t:482000000"),
        ("auto6t:482000000", "auto6t:482000000"),
        ("a8qam256-6900:482000000", "a8qam256-6900:482000000"),
        ("auto:22", "auto:482000000"),
        ("22", "auto:482000000"),
        ("auto:5", "auto:5"),
    ] {
        assert_eq!(client.set("/tuner0/channel", value), shown);
    }
    for value in [
        "",
        ":",
        "auto:",
        "auto:x",
        "au to:5",
        "auto:-5",
        "auto:+5",
        "auto:99999999999",
        ":5",
    ] {
        assert_eq!(
            client.set("/tuner0/channel", value),
            "ERROR: invalid channel",
            "{value}"
        );
    }
    assert_eq!(client.set("/tuner0/channelmap", "eu-bcast"), "eu-bcast");
    assert_eq!(
        client.set("/tuner0/channelmap", "us-bcast"),
        "ERROR: invalid channelmap"
    );
}

#[test]
fn the_virtual_channel_reaches_all() {
    let mut client = client(1_000);
    assert_eq!(client.set("/tuner0/vchannel", "50"), "50");
    assert_eq!(client.get("/tuner0/channel"), "auto:474000000");
    assert_eq!(client.set("/tuner0/vchannel", "900"), "900");
    assert_eq!(
        client.get("/tuner0/vstatus"),
        "vch=900 name=Channel 900 auth=unspecified cci=none cgms=none"
    );
    assert!(
        client
            .get("/tuner0/streaminfo")
            .starts_with("1: 900 Channel 900\n")
    );
    assert_eq!(
        client.set("/tuner0/vchannel", "1001"),
        "ERROR: invalid virtual channel"
    );
    assert_eq!(client.set("/tuner0/vchannel", "none"), "none");
}

#[test]
fn pushes_what_is_selected() {
    let mut client = client(60);
    assert_eq!(
        client.set("/tuner0/target", "rtp://192.0.2.9:5000"),
        "rtp://192.0.2.9:5000"
    );
    assert!(client.pushes().is_empty(), "nothing is tuned yet");
    client.set("/tuner0/channel", "auto:474000000");
    assert_eq!(client.pushes(), [(0, "1 rtp://192.0.2.9:5000".to_owned())]);
    client.set("/tuner0/channel", "auto:474000000");
    assert_eq!(
        client.control.device_mut().starts,
        1,
        "the same channel again restarts nothing"
    );
    assert_eq!(client.get("/tuner0/program"), "1");
    assert_eq!(client.set("/tuner0/program", "2"), "2");
    assert_eq!(client.pushes(), [(0, "50 rtp://192.0.2.9:5000".to_owned())]);
    assert_eq!(client.set("/tuner0/program", "3"), "ERROR: invalid program");
    assert_eq!(client.get("/tuner0/program"), "2");
    assert_eq!(
        client.set("/tuner0/filter", "0x0000 0x0100"),
        "0x0000 0x0100"
    );
    assert!(!client.control.device_mut().pushes[&0].filter.contains(0x11));
    assert_eq!(
        client.control.device_mut().starts,
        2,
        "a filter restarts nothing"
    );
    assert!(
        client
            .get("/tuner0/status")
            .ends_with("bps=2000000 pps=189")
    );
    assert_eq!(client.set("/tuner0/target", "none"), "none");
    assert!(client.pushes().is_empty());
    assert!(client.control.device_mut().claims.is_empty());
    assert_eq!(
        client.set("/tuner0/target", "file:///"),
        "ERROR: invalid target"
    );
}

#[test]
fn a_lock_needs_its_key() {
    let mut client = client(3);
    let locked = "ERROR: resource locked by 192.0.2.9";
    assert_eq!(client.set("/tuner0/lockkey", "1234"), "192.0.2.9");
    assert_eq!(
        client.set("/tuner0/channel", "auto:474000000"),
        locked,
        "without the key"
    );
    client.key = Some(1234);
    assert_eq!(
        client.set("/tuner0/channel", "auto:474000000"),
        "auto:474000000"
    );
    client.become_other();
    client.key = Some(99);
    for (name, value) in [
        ("channel", "none"),
        ("target", "none"),
        ("lockkey", "5"),
        ("lockkey", "none"),
    ] {
        assert_eq!(
            client.set(&format!("/tuner0/{name}"), value),
            locked,
            "{name}"
        );
    }
    assert_eq!(
        client.get("/tuner0/channel"),
        "auto:474000000",
        "reading is free"
    );
    assert_eq!(client.set("/tuner0/lockkey", "force"), "none");
    assert_eq!(client.set("/tuner0/lockkey", "99"), "192.0.2.10");
    assert_eq!(client.set("/tuner0/lockkey", "none"), "none");
    assert_eq!(client.set("/tuner0/lockkey", "0"), "ERROR: invalid lockkey");
    assert_eq!(client.set("/tuner0/lockkey", "x"), "ERROR: invalid lockkey");
}

#[test]
fn a_viewer_over_http_locks_too() {
    let mut client = client(3);
    let viewer = Holder {
        client: [192, 0, 2, 77].into(),
        number: "2".to_owned(),
    };
    client.control.device_mut().viewers.insert(0, viewer);
    assert_eq!(
        client.set("/tuner0/channel", "none"),
        "ERROR: resource locked by 192.0.2.77"
    );
    assert_eq!(client.get("/tuner0/lockkey"), "192.0.2.77");
    assert_eq!(client.get("/tuner0/target"), "http://192.0.2.77");
    assert!(
        client
            .get("/tuner0/status")
            .starts_with("ch=auto:482000000 lock=t8qam64 ss=100")
    );
    assert!(
        client
            .get("/tuner0/vstatus")
            .starts_with("vch=2 name=Channel 2 ")
    );
    client
        .control
        .device_mut()
        .claims
        .insert(1, [192, 0, 2, 78].into());
    let locked = "ERROR: resource locked by 192.0.2.78";
    assert_eq!(client.set("/tuner1/target", "192.0.2.9:5"), locked);
}

#[test]
fn silence_ends_a_push_that_was_kept_alive() {
    let mut client = client(3);
    client.set("/tuner0/vchannel", "1");
    client.set("/tuner0/target", "udp://192.0.2.9:5000");
    client.later(60);
    assert_eq!(
        client.pushes().len(),
        1,
        "a client that never sends keepalives is not expected to"
    );
    client
        .control
        .keepalive("192.0.2.9:5001".parse().unwrap(), 0, client.now);
    client.later(60);
    assert_eq!(
        client.pushes().len(),
        1,
        "a keepalive from elsewhere is nobody's"
    );
    client
        .control
        .keepalive("192.0.2.9:5000".parse().unwrap(), 0, client.now);
    client.control.closed(1);
    client.later(5);
    assert_eq!(client.pushes().len(), 1);
    client.later(1);
    assert!(client.pushes().is_empty());
    assert_eq!(client.get("/tuner0/target"), "none");
}

#[test]
fn a_lock_and_its_push_end_with_the_connection() {
    let mut client = client(3);
    client.set("/tuner0/lockkey", "7");
    client.key = Some(7);
    client.set("/tuner0/vchannel", "1");
    client.set("/tuner0/target", "udp://192.0.2.9:5000");
    client.control.closed(2);
    assert_eq!(client.pushes().len(), 1);
    client.control.closed(1);
    assert!(client.pushes().is_empty());
    assert_eq!(client.get("/tuner0/lockkey"), "none");
}

#[test]
fn a_single_command_outlives_its_connection_unless_to_a_group() {
    let mut client = client(3);
    for (tuner, target) in [(0, "udp://192.0.2.9:5000"), (1, "udp://239.1.1.1:5000")] {
        client.set(&format!("/tuner{tuner}/vchannel"), "1");
        client.set(&format!("/tuner{tuner}/target"), target);
    }
    client.control.closed(1);
    assert_eq!(client.pushes(), [(0, "1 udp://192.0.2.9:5000".to_owned())]);
    client.control.push_ended(0);
    assert_eq!(client.get("/tuner0/target"), "none");
    assert!(client.control.device_mut().claims.is_empty());
}

#[test]
fn a_forgotten_lock_falls() {
    let mut client = client(3);
    client.set("/tuner0/lockkey", "7");
    client.control.closed(1);
    client.later(299);
    assert_eq!(client.get("/tuner0/lockkey"), "192.0.2.9");
    client.later(2);
    assert_eq!(client.get("/tuner0/lockkey"), "none");
    assert!(client.control.device_mut().claims.is_empty());
}

#[test]
fn a_full_plan_is_told() {
    let mut client = client(3);
    client.control.device_mut().pushes_max = 0;
    client.set("/tuner0/vchannel", "1");
    assert_eq!(
        client.set("/tuner0/target", "192.0.2.9:5000"),
        "ERROR: resource limit reached"
    );
    assert_eq!(client.get("/tuner0/target"), "none");
    assert!(client.pushes().is_empty());
}

proptest! {
    /// Whatever is asked: no panic, and no tuner is held that shows neither lock nor target.
    #[test]
    fn any_sequence_keeps_the_books(
        steps in prop::collection::vec((0_u16..3, 0_usize..7, 0_usize..12, 0_usize..4, 0_u64..400), 0..40)
    ) {
        let mut client = client(60);
        let names = ["channel", "vchannel", "program", "filter", "target", "lockkey", "status"];
        let values = [
            "none", "auto:474000000", "auto:21", "5", "60", "rtp://192.0.2.9:5000", "udp://239.1.1.1:6",
            "0x0000-0x1fff", "0x0011", "force", "2", "",
        ];
        for (tuner, name, value, event, seconds) in steps {
            client.key = [None, Some(5)][event % 2];
            client.set(&format!("/tuner{tuner}/{}", names[name]), values[value]);
            match event {
                1 => client.control.closed(1),
                2 => client.control.keepalive("192.0.2.9:5000".parse().unwrap(), 5, client.now),
                3 => client.later(seconds),
                _ => {}
            }
            for tuner in 0..2 {
                let is_idle = client.get(&format!("/tuner{tuner}/target")) == "none"
                    && client.get(&format!("/tuner{tuner}/lockkey")) == "none";
                let bench = client.control.device_mut();
                prop_assert_eq!(bench.claims.contains_key(&tuner), !is_idle);
                prop_assert!(!is_idle || !bench.pushes.contains_key(&tuner));
            }
        }
        client.control.free_all();
        prop_assert!(client.pushes().is_empty());
    }
}
