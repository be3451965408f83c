//! A switch between streams of every kind, and jumps of the clock inside one.

mod support;

use mpegts::packet::PacketView;
use mpegts::pes::PesView;
use mpegts::ticks::PTS_WRAP;
use mpegts::{Codec, Packet};
use support::source::*;
use support::*;

const HOUR: u64 = 90_000 * 3600;

/// What is different in a stream.
type Kind = (&'static str, fn(&mut Plan));

const PICTURES: [Kind; 10] = [
    ("HEVC and AC-3", |plan| {
        plan.video = Some((0x44, Codec::Hevc));
        plan.sounds = vec![(0x45, Codec::Ac3)];
    }),
    ("MPEG-2", |plan| {
        plan.video = Some((0x44, Codec::Mpeg2Video))
    }),
    ("no picture", |plan| {
        plan.video = None;
        plan.clock = Some(0x50);
    }),
    ("reordered", |plan| plan.reorder = 3),
    ("key pictures only", |plan| plan.gop = 1),
    ("a short delay", |plan| plan.delay = 600),
    ("a long delay", |plan| plan.delay = 90_000),
    ("a wrap 0.4 s behind the key picture", |plan| {
        plan.start = PTS_WRAP - 20 * FRAME
    }),
    ("a wrap at the join", |plan| {
        plan.start = PTS_WRAP - 12 * FRAME
    }),
    ("a wrap between PCR and DTS", |plan| {
        plan.start = PTS_WRAP - 11 * FRAME
    }),
];

const OTHERS: [Kind; 9] = [
    ("just another", |_| ()),
    ("the same again, mid-GOP", |plan| {
        *plan = Plan {
            joined: 13,
            ..Plan::default()
        }
    }),
    ("two sounds", |plan| {
        plan.sounds = vec![(0x45, Codec::Ac3), (0x46, Codec::AacAdts)]
    }),
    ("no sound", |plan| plan.sounds.clear()),
    ("sound far ahead", |plan| {
        plan.sound_ahead = 60_000;
        plan.delay = 90_000;
    }),
    ("the clock apart", |plan| plan.clock = Some(0x50)),
    ("no clock", |plan| plan.clock = None),
    ("the clock on the PID of the sound before", |plan| {
        plan.clock = Some(AUDIO)
    }),
    ("the PIDs crossed, the map on that of a picture", |plan| {
        plan.video = Some((AUDIO, Codec::H264));
        plan.sounds = vec![(PMT, Codec::AacAdts)];
        plan.clock = Some(AUDIO);
        plan.pmt = VIDEO;
    }),
];

fn plan(kind: &Kind) -> Plan {
    let mut plan = Plan::other();
    kind.1(&mut plan);
    plan
}

#[test]
fn every_kind_of_stream_follows_every_other_without_a_fault() {
    let kinds = || PICTURES.iter().chain(&OTHERS);
    for from in kinds() {
        for to in kinds() {
            let (first, second) = (plan(from), plan(to));
            let sources = [first.bytes(), second.bytes(), Plan::default().bytes()];
            let (out, conditioner) = switched(&sources);
            let why = format!("{} -> {}", from.0, to.0);
            assert_seamless(&out, &why);
            assert_eq!(conditioner.stats().seams, 2, "{why}");
            let program = conditioner.program().expect("a program");
            assert_eq!(program.number, first.number, "{why}");
            assert_eq!(program.pmt_pid, first.pmt, "{why}");
            assert!(out.joins() >= 5, "{why}: {} joins", out.joins());
        }
    }
}

fn dts_of(packets: &[Packet], pid: u16) -> Vec<u64> {
    let views = packets.iter().map(PacketView::new);
    let starts = views.filter(|view| view.pid() == pid && view.pusi());
    starts
        .filter_map(|view| PesView::parse(view.payload())?.dts())
        .collect()
}

#[test]
fn a_jump_is_a_step_of_one_picture_told_or_not_and_behind_a_switch_too() {
    for start in [
        5 * HOUR,
        HOUR / 2,
        HOUR - 90_000,
        HOUR + 30 * 90_000,
        PTS_WRAP - 90_000,
    ] {
        for (told, is_switched) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut mux = Mux::new(HOUR);
            mux.groups(2);
            let at = mux.bytes.len() + 2 * 188;
            mux.dts = start;
            mux.groups(2);
            mux.bytes[at + 5] |= if told { 0x80 } else { 0 };
            let before = if is_switched {
                Plan::other().bytes()
            } else {
                Vec::new()
            };
            let (out, _) = switched(&[before, mux.bytes]);
            let why = format!("to {start}, told {told}, switched {is_switched}");
            out.assert_clean();
            let dts = dts_of(&out.packets(), VIDEO);
            let step = |pair: &[u64]| (pair[1] + PTS_WRAP - pair[0]) % PTS_WRAP;
            assert!(
                dts.windows(2).all(|pair| step(pair) == FRAME),
                "{why}: {dts:?}"
            );
            let clocks = out.clocks();
            let even = |pair: &[u64]| pair[1] - pair[0] == FRAME * 300;
            assert!(clocks.windows(2).all(even), "{why}");
        }
    }
}
