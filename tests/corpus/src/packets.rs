//! HDHomeRun packets and SSDP: silence or an answer, never a panic; what is read can be written.

use hdhomerun::control::{PushTarget, Request};
use hdhomerun::packet::{Packet, PacketWriter};
use hdhomerun::ssdp::Search;
use hdhomerun::{DeviceId, Framer, Uuid};

use crate::pieces::pieces;

/// A datagram, and the same bytes as a TCP stream cut anywhere.
pub(crate) fn feed_packets(bytes: &[u8]) {
    let device: DeviceId = "10A1B2C7".parse().expect("a valid id");
    let _ = hdhomerun::discover::asks_for(bytes, device);
    if let Ok(packet) = Packet::parse(bytes) {
        let _ = Request::parse(&packet);
        let values = packet.values().map_while(Result::ok);
        let mut writer = Ok(PacketWriter::new(packet.kind));
        for (tag, value) in values {
            writer = writer.and_then(|writer| writer.value(tag, value));
        }
        let written = writer
            .expect("what came in one packet fits one packet")
            .finish();
        assert!(
            Packet::parse(&written).is_ok(),
            "what was written is not read"
        );
    }
    feed_stream(bytes);
}

fn feed_stream(bytes: &[u8]) {
    let mut framer = Framer::default();
    for piece in pieces(bytes) {
        let mut rest = piece;
        loop {
            rest = framer.feed(rest);
            match framer.packet() {
                Ok(Some(packet)) => drop(Request::parse(&packet)),
                Ok(None) if rest.is_empty() => break,
                Ok(None) => {}
                Err(_) => return,
            }
        }
    }
}

/// The small languages inside control values.
pub(crate) fn feed_names(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(filter) = text.parse::<hdhomerun::PidFilter>() {
        assert!(filter.ranges().count() <= 0x2000, "more ranges than PIDs");
    }
    let _ = text.parse::<DeviceId>();
    let _ = text.parse::<PushTarget>();
}

pub(crate) fn feed_ssdp(bytes: &[u8]) {
    if let Some(search) = Search::parse(bytes, Uuid::from_random([7; 16])) {
        assert!(search.targets().count() <= 4, "more answers than names");
    }
}
