//! A switch to another stream of the channel: the client must not notice more than another picture.
//!
//! Goal: whatever the two streams are like, PIDs, counters, clock and tables go on, nothing comes
//! before a point at which decoding can begin, and sound keeps its distance to the picture.

mod support;

use mpegts::packet::{NULL_PID, PacketView};
use mpegts::pes::PesView;
use mpegts::psi::{SectionAssembler, section_view};
use mpegts::ticks::{PTS_WRAP, pts_difference};
use mpegts::{Codec, Conditioner, Packet, Program, Seam};
use support::source::*;
use support::*;

/// The maps that came out, the same one in a row once.
fn maps(packets: &[Packet]) -> Vec<Program> {
    let mut assembler = SectionAssembler::<1024>::new();
    let mut maps: Vec<Program> = Vec::new();
    for packet in packets {
        let view = PacketView::new(packet);
        if view.pid() == PMT {
            assembler.push(view, |section| {
                let view = section_view(section).expect("a right CRC");
                maps.extend(Program::parse(&view, PMT));
            });
        }
    }
    maps.dedup();
    maps
}

/// PID, DTS and first bytes of each PES packet.
fn units(packets: &[Packet]) -> Vec<(u16, u64, Vec<u8>)> {
    let unit = |packet: &Packet| {
        let view = PacketView::new(packet);
        let pes = PesView::parse(view.payload()).filter(|_| view.pusi())?;
        Some((view.pid(), pes.dts()?, pes.data()[..5].to_vec()))
    };
    packets.iter().filter_map(unit).collect()
}

fn is_key(unit: &[u8]) -> bool {
    matches!(unit[3], 0x67 | 0x40 | 0xB3)
}

#[test]
fn the_new_stream_begins_with_tables_and_a_key_picture_under_the_old_pids() {
    let (out, conditioner) = switched(&[Plan::default().bytes(), Plan::other().bytes()]);
    assert_seamless(&out, "other PIDs");
    let mut pids = out.pids();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids, [0, VIDEO, AUDIO, PMT]);
    assert_eq!(listed(&out.packets()).len(), 1);
    assert_eq!(listed(&out.packets())[0].number, 1);
    let maps = maps(&out.packets());
    assert_eq!((maps.len(), maps[0].version), (1, 0), "the map is the same");
    let pictures: Vec<_> = units(&out.packets())
        .into_iter()
        .filter(|(pid, ..)| *pid == VIDEO)
        .collect();
    // 25 of the first; joined at 3, the second begins at 10 and has 18.
    assert_eq!(pictures.len(), 25 + 18);
    assert!(is_key(&pictures[25].2));
    assert_eq!(pictures[25].1 - pictures[24].1, FRAME);
    assert_eq!(out.behind_joins(3).len(), 3 + 2);
    assert_eq!(out.behind_joins(3)[3], [0, PMT, VIDEO]);
    let stats = conditioner.stats();
    assert_eq!((stats.seams, stats.clock_jumps), (1, 1));
    assert_eq!(stats.continuity_errors, 0);
    assert_eq!(
        stats.packets_in + stats.packets_inserted - stats.packets_dropped,
        stats.packets_out
    );
}

#[test]
fn sound_keeps_its_distance_to_the_picture() {
    for sound_ahead in [-9 * 900, 0, 900, 7 * 900] {
        let other = Plan {
            sound_ahead,
            ..Plan::other()
        };
        let (out, _) = switched(&[Plan::default().bytes(), other.bytes()]);
        let why = format!("{sound_ahead}");
        assert_seamless(&out, &why);
        let units = units(&out.packets());
        let last = |pid: u16| {
            let of = units.iter().rev().find(|(of, ..)| *of == pid);
            of.expect("it goes on").1
        };
        assert_eq!(
            pts_difference(last(AUDIO), last(VIDEO)),
            sound_ahead,
            "{why}"
        );
        let at = units.iter().rposition(|(.., unit)| is_key(unit));
        let key = units[..at.unwrap_or(0)]
            .iter()
            .rposition(|(.., unit)| is_key(unit));
        let (key, behind) = units[key.expect("two key pictures")..]
            .split_first()
            .expect("some");
        assert!(
            behind
                .iter()
                .all(|(_, dts, _)| pts_difference(*dts, key.1) >= 0),
            "{why}: no sound from before the key picture"
        );
    }
}

#[test]
fn sound_sent_before_its_key_picture_is_kept() {
    let other = Plan {
        sound_ahead: i64::try_from(5 * FRAME).expect("small"),
        ..Plan::other()
    };
    let (out, _) = switched(&[Plan::default().bytes(), other.bytes()]);
    let units = units(&out.packets());
    let key = units
        .iter()
        .filter(|(.., unit)| is_key(unit))
        .nth(3)
        .expect("the new one")
        .1;
    let sound = units
        .iter()
        .filter(|(pid, dts, _)| *pid == AUDIO && *dts >= key);
    let steps: Vec<u64> = sound.map(|(_, dts, _)| *dts).collect();
    assert_eq!(steps[0], key, "it was sent five pictures before");
    assert!(steps.windows(2).all(|pair| pair[1] - pair[0] == FRAME));
}

#[test]
fn the_map_moves_on_when_its_content_does() {
    let ac3 = Plan {
        sounds: vec![(0x45, Codec::Ac3)],
        ..Plan::other()
    };
    let more = Plan {
        sounds: vec![(0x45, Codec::AacAdts), (AUDIO, Codec::Ac3)],
        ..Plan::other()
    };
    let sources = [Plan::default(), Plan::other(), ac3, more, Plan::default()];
    let (out, _) = switched(&sources.map(|plan| plan.bytes()));
    assert_seamless(&out, "maps");
    let maps = maps(&out.packets());
    let versions: Vec<u8> = maps.iter().map(|map| map.version).collect();
    assert_eq!(versions, [0, 1, 2, 3]);
    // Another coding gets a PID that nothing had, and keeps it; so does the one of before.
    for map in &maps[1..3] {
        assert_eq!(map.stream(0x45).expect("sound").codec, Codec::Ac3);
    }
    assert_eq!(maps[1].streams.len(), 2);
    assert_eq!(maps[2].stream(AUDIO).expect("sound").codec, Codec::AacAdts);
    assert_eq!(maps[2].streams.len(), 3);
    assert!(maps.iter().all(|map| map.pcr_pid == VIDEO));
}

#[test]
fn the_decoder_delay_of_the_new_stream_is_kept() {
    let longer = Plan {
        delay: 40_000,
        ..Plan::other()
    };
    let (out, _) = switched(&[Plan::default().bytes(), longer.bytes()]);
    let packets = out.packets();
    let last = units(&packets)
        .into_iter()
        .rfind(|(pid, ..)| *pid == VIDEO)
        .expect("a picture")
        .1;
    let clock = packets
        .iter()
        .rev()
        .find_map(|packet| PacketView::new(packet).pcr());
    assert_eq!(last - clock.expect("a clock") / 300, 40_000);
    // A shorter one: the clock is filled in, and not a picture is decoded twice.
    let shorter = Plan {
        delay: 900,
        ..Plan::other()
    };
    let (out, _) = switched(&[longer.bytes(), shorter.bytes()]);
    assert_seamless(&out, "shorter");
    let pictures: Vec<u64> = units(&out.packets())
        .into_iter()
        .filter(|(pid, ..)| *pid == 0x44)
        .map(|(_, dts, _)| dts)
        .collect();
    assert!(pictures.windows(2).all(|pair| pair[1] - pair[0] == FRAME));
}

#[test]
fn nothing_is_shown_before_what_was_shown() {
    let reordered = Plan {
        reorder: 3,
        pictures: 23,
        ..Plan::default()
    };
    let (out, _) = switched(&[reordered.bytes(), Plan::other().bytes()]);
    let pts: Vec<u64> = out
        .packets()
        .iter()
        .map(PacketView::new)
        .filter(|view| view.pid() == VIDEO && view.pusi())
        .filter_map(|view| PesView::parse(view.payload())?.pts())
        .collect();
    let (old, new) = pts.split_at(23);
    assert!(old.iter().max() < new.iter().min());
}

#[test]
fn a_thousand_switches_leave_no_trace() {
    let plans = [
        Plan::default(),
        Plan {
            start: PTS_WRAP - 40 * FRAME,
            delay: 9000,
            ..Plan::other()
        },
        Plan {
            clock: Some(0x50),
            reorder: 2,
            sound_ahead: 1800,
            ..Plan::other()
        },
        Plan {
            sounds: vec![(0x60, Codec::Ac3), (0x61, Codec::AacAdts)],
            ..Plan::other()
        },
        Plan {
            sounds: vec![],
            delay: 30_000,
            ..Plan::other()
        },
    ];
    let sources: Vec<Vec<u8>> = plans.iter().map(Plan::bytes).collect();
    let many: Vec<Vec<u8>> = (0..1001).map(|n| sources[n * 7 % 5].clone()).collect();
    let (out, conditioner) = switched(&many);
    assert_seamless(&out, "a thousand");
    let stats = conditioner.stats();
    assert_eq!((stats.seams, stats.continuity_errors), (1000, 0));
    let mut pids = out.pids();
    pids.sort_unstable();
    pids.dedup();
    assert!(pids.len() <= 6, "PIDs are used again: {pids:x?}");
    // The last source has a delay of its own, and after a thousand switches still has it.
    let packets = out.packets();
    let last = units(&packets)
        .into_iter()
        .rfind(|(pid, ..)| *pid == VIDEO)
        .expect("a picture")
        .1;
    let clock = packets
        .iter()
        .rev()
        .find_map(|packet| PacketView::new(packet).pcr());
    let delay = pts_difference(last, clock.expect("a clock") / 300);
    let wanted = plans[1000 * 7 % 5].delay;
    assert_eq!(delay, i64::try_from(wanted).expect("small"));
}

#[test]
fn garbage_at_the_join_is_passed_over() {
    let mut bytes = vec![0x47; 400];
    bytes.extend(b"<html>no</html>".repeat(20));
    let mut other = Plan::other().bytes();
    other.drain(..77);
    bytes.extend(other);
    let mut first = Plan::default().bytes();
    first.truncate(first.len() - 100);
    let (out, _) = switched(&[first, bytes]);
    assert_seamless(&out, "garbage");
    assert_eq!(out.joins(), 5);
}

#[test]
fn a_switch_before_anything_was_given_out_begins_at_a_key_picture() {
    for seam_first in [true, false] {
        let mut recorder = Recorder::default();
        let mut conditioner = Conditioner::new();
        if !seam_first {
            // Half a GOP without its tables.
            conditioner.push(
                &Plan {
                    joined: 3,
                    pictures: 5,
                    ..Plan::default()
                }
                .bytes(),
                &mut recorder,
            );
        }
        conditioner.seam(Seam::Switch, &mut recorder);
        conditioner.push(&Plan::other().bytes(), &mut recorder);
        conditioner.flush(&mut recorder);
        assert_seamless(&recorder, "first");
        assert_eq!(recorder.pids()[..3], [0, 0x20, 0x44]);
        let first = &units(&recorder.packets())[0];
        assert!(is_key(&first.2));
        assert_eq!(first.1, 7 + (5 + 10) * FRAME, "times are the source's own");
    }
}

#[test]
fn two_switches_without_output_between_are_one() {
    let dead = Plan {
        joined: 1,
        pictures: 8,
        ..Plan::other()
    };
    let sources = [
        Plan::default().bytes(),
        dead.bytes(),
        Vec::new(),
        Plan::other().bytes(),
    ];
    let (out, conditioner) = switched(&sources);
    let (wanted, _) = switched(&[Plan::default().bytes(), Plan::other().bytes()]);
    assert_eq!(out.packets(), wanted.packets());
    assert_eq!(conditioner.stats().seams, 3);
}

#[test]
fn seams_of_the_new_stream_itself_keep_the_mapping() {
    let parts = [
        Plan {
            pictures: 20,
            joined: 0,
            ..Plan::other()
        },
        Plan {
            pictures: 20,
            joined: 20,
            ..Plan::other()
        },
        Plan {
            pictures: 20,
            joined: 0,
            start: 1 << 31,
            ..Plan::other()
        },
    ];
    for before_begin in [false, true] {
        let mut out = Recorder::default();
        let mut conditioner = Conditioner::new();
        conditioner.push(&Plan::default().bytes(), &mut out);
        conditioner.seam(Seam::Switch, &mut out);
        if before_begin {
            conditioner.push(
                &Plan {
                    joined: 1,
                    pictures: 7,
                    ..Plan::other()
                }
                .bytes(),
                &mut out,
            );
            conditioner.seam(Seam::Discontinuity, &mut out);
        }
        for (part, seam) in
            parts
                .iter()
                .zip([Seam::Continuous, Seam::Discontinuity, Seam::Continuous])
        {
            conditioner.push(&part.bytes(), &mut out);
            conditioner.seam(seam, &mut out);
        }
        conditioner.flush(&mut out);
        assert_seamless(&out, "seams within");
        let mut pids = out.pids();
        pids.sort_unstable();
        pids.dedup();
        assert_eq!(pids, [0, VIDEO, AUDIO, PMT]);
        assert_eq!(out.joins(), 3 + 6);
    }
}

#[test]
fn a_map_that_changes_while_the_stream_plays_keeps_the_mapping() {
    let mut mux = Mux::new(0);
    mux.program = Plan::other().program();
    mux.bytes = Plan {
        joined: 0,
        pictures: 20,
        ..Plan::other()
    }
    .bytes();
    let moved = Plan {
        sounds: vec![(0x99, Codec::AacAdts)],
        joined: 20,
        pictures: 20,
        ..Plan::other()
    };
    let bytes = [mux.bytes, moved.bytes()].concat();
    let (out, conditioner) = switched(&[Plan::default().bytes(), bytes]);
    let sounds = units(&out.packets())
        .iter()
        .filter(|(pid, ..)| *pid == AUDIO)
        .count();
    assert_eq!(sounds, 25 + 40);
    assert_eq!(maps(&out.packets()).len(), 1, "receivers see no change");
    assert!(
        conditioner.stats().continuity_errors <= 1,
        "the video's counters began anew"
    );
}

#[test]
fn a_stream_without_tables_passes_when_the_wait_is_over() {
    let mut mux = Mux::new(0);
    mux.tables = false;
    mux.groups(60);
    let (out, _) = switched(&[Plan::default().bytes(), mux.bytes.clone()]);
    let report = out.check().report();
    assert_eq!((report.continuity_errors, report.pcr_backwards), (0, 0));
    // 12 s of 24 are waited for.
    assert!((24..40).contains(&out.joins()), "{}", out.joins());
}

#[test]
fn a_stream_without_key_pictures_passes_when_the_wait_is_over() {
    let plan = Plan {
        gop: 100_000,
        joined: 1,
        pictures: 400,
        ..Plan::other()
    };
    let mut mux = Mux::new(0);
    mux.program = plan.program();
    mux.tables();
    let bytes = [mux.bytes, plan.bytes()].concat();
    let (out, _) = switched(&[Plan::default().bytes(), bytes]);
    assert_seamless(&out, "no key pictures");
    let pictures = units(&out.packets())
        .iter()
        .filter(|(pid, ..)| *pid == VIDEO)
        .count();
    // 12 s of 16 are waited for.
    assert!((25 + 90..25 + 105).contains(&pictures), "{pictures}");
}

#[test]
fn what_no_map_lists_does_not_come_over() {
    let mut mux = Mux::new(0);
    mux.program = Plan::other().program();
    mux.fill(0x11, 1).fill(NULL_PID, 0xFF).fill(VIDEO, 9);
    let bytes = [Plan::other().bytes(), mux.bytes].concat();
    let (out, _) = switched(&[Plan::default().bytes(), bytes]);
    assert_seamless(&out, "strangers");
    assert!(!out.pids().contains(&0x11));
    assert_eq!(out.pids().last(), Some(&NULL_PID));
}

#[test]
fn of_several_programs_the_one_with_video_takes_over() {
    let other = Plan::other();
    let mut mux = Mux::new(0);
    mux.program = other.program();
    let radio = program(5, 0x200, &[stream(0x201, 0x0F, Codec::AacAdts)]);
    for _ in 0..2 {
        mux.pat(&[(5, 0x200), (77, 0x20)]);
        mpegts::psi::packetize(0x200, &mpegts::psi::build_pmt(&radio), |packet| {
            mux.raw(packet);
        });
        mux.pmt();
    }
    let single = Plan { joined: 0, ..other }.bytes();
    // Without the PAT of its own, which names one program.
    let rest: Vec<u8> = single
        .chunks(188)
        .filter(|packet| packet[1] & 0x1F != 0 || packet[2] != 0)
        .flatten()
        .copied()
        .collect();
    let (out, _) = switched(&[Plan::default().bytes(), [mux.bytes, rest].concat()]);
    assert_seamless(&out, "several programs");
    let mut pids = out.pids();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids, [0, VIDEO, AUDIO, PMT]);
}
