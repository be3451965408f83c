//! A switch between streams of every kind, and jumps of the clock inside one.

mod support;

use mpegts::packet::PacketView;
use mpegts::pes::PesView;
use mpegts::ticks::PTS_WRAP;
use mpegts::{Codec, Packet, Seam};
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

#[test]
fn another_coding_gets_another_pid_and_time_goes_on() {
    let hevc = Plan {
        video: Some((0x44, Codec::Hevc)),
        reorder: 2,
        ..Plan::other()
    };
    let sources = [Plan::default(), hevc, Plan::other()].map(|plan| plan.bytes());
    let (out, conditioner) = switched(&sources);
    assert_seamless(&out, "H.264, HEVC, H.264");
    let packets = out.packets();
    // Back on its PID: 25 pictures, then 18 of the 25 joined at 3. Of the others one leads.
    assert_eq!(dts_of(&packets, VIDEO).len(), 25 + 18);
    assert_eq!(dts_of(&packets, 0x44).len(), 17);
    assert_eq!(map_versions_in_row(&packets), [0, 1, 2]);
    let program = conditioner.program().expect("a program");
    assert_eq!(program.pcr_pid, VIDEO);
    let shown: Vec<u64> = packets
        .iter()
        .map(PacketView::new)
        .filter(|view| [VIDEO, 0x44].contains(&view.pid()) && view.pusi())
        .filter_map(|view| PesView::parse(view.payload())?.pts())
        .collect();
    let (old, new) = shown.split_at(25);
    assert!(old.iter().max() < new.iter().min(), "shown in order");
}

/// Two runs of one source: the second with another picture on the PID of the first.
fn recoded(codec: Codec) -> [Plan; 2] {
    let first = Plan {
        pictures: 20,
        ..Plan::default()
    };
    let second = Plan {
        video: Some((VIDEO, codec)),
        joined: 20,
        pictures: 20,
        ..Plan::default()
    };
    [first, second]
}

fn map_versions_in_row(packets: &[Packet]) -> Vec<u8> {
    let mut versions = map_versions(packets, PMT);
    versions.dedup();
    versions
}

#[test]
fn a_source_that_changes_its_coding_gives_it_another_pid() {
    for codec in [Codec::Hevc, Codec::Mpeg2Video] {
        let [first, second] = recoded(codec).map(|plan| plan.bytes());
        for seam in [None, Some(Seam::Continuous), Some(Seam::Discontinuity)] {
            let one = [first.clone(), second.clone(), first.clone()].concat();
            let runs: Vec<&[u8]> = match seam {
                Some(_) => vec![&first, &second, &first],
                None => vec![&one],
            };
            let (out, conditioner) = condition(&runs, seam.unwrap_or(Seam::Switch), 1316);
            let why = format!("{codec:?} {seam:?}");
            let packets = out.packets();
            out.assert_clean();
            assert_eq!(dts_of(&packets, VIDEO).len(), 40, "{why}");
            assert_eq!(dts_of(&packets, 0x102).len(), 20, "{why}");
            assert_eq!(dts_of(&packets, AUDIO).len(), 60, "{why}");
            assert_eq!(map_versions_in_row(&packets), [0, 1, 2], "{why}");
            assert_eq!(out.clocks().len(), 60, "{why}");
            assert_eq!(conditioner.program().expect("one").pcr_pid, VIDEO);
        }
    }
}
