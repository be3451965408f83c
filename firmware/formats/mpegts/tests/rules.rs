//! The rules of the conditioner, each on a stream made for it.

mod support;

use mpegts::packet::{NULL_PID, PacketView, clock_packet, set_cc};
use mpegts::pes::PesView;
use mpegts::psi::{build_pmt, packetize};
use mpegts::ticks::{PCR_WRAP, PTS_WRAP};
use mpegts::{Codec, Conditioner, Packet, Seam};
use support::*;

const HOUR: u64 = 90_000 * 3600;

fn dts_of(packets: &[Packet], pid: u16) -> Vec<u64> {
    let of_pid = packets
        .iter()
        .map(PacketView::new)
        .filter(|view| view.pid() == pid);
    of_pid
        .filter(|view| view.pusi())
        .filter_map(|view| PesView::parse(view.payload())?.dts())
        .collect()
}

fn source(start: u64, groups: usize) -> Vec<u8> {
    Mux::new(start).groups(groups).bytes.clone()
}

#[test]
fn a_good_stream_passes_byte_for_byte() {
    let bytes = source(HOUR, 4);
    for cut in [1, 187, 188, 1316, 65_536] {
        let (out, conditioner) = condition(&[&bytes], Seam::Continuous, cut);
        assert_eq!(out.packets().concat(), bytes, "cut {cut}");
        assert_eq!(out.joins(), 4);
        assert_eq!(conditioner.stats().packets_inserted, 0);
        out.assert_clean();
    }
}

#[test]
fn null_packets_and_tables_pass_and_streams_that_no_map_lists_do_not() {
    let mut mux = Mux::new(HOUR);
    for _ in 0..20 {
        mux.groups(1).fill(NULL_PID, 0xFF).fill(0x11, 0x5A);
    }
    let (out, _) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.packets().concat(), mux.bytes);
    // A clock on a PID of its own that the map forgot passes too.
    mux.raw(clock_packet(0x1ABD, (mux.dts - 5 * FRAME) * 300));
    let good = mux.bytes.clone();
    mux.fill(0x1ABC, 0x5A);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.packets().concat(), good);
    assert_eq!(conditioner.stats().packets_dropped, 1);
}

#[test]
fn of_a_map_with_more_streams_than_are_kept_all_pass() {
    let mut mux = Mux::new(HOUR);
    let streams: Vec<_> = (0..32)
        .map(|n| stream(VIDEO + n, if n == 0 { 0x1B } else { 0x81 }, Codec::H264))
        .collect();
    mux.program = program(1, PMT, &streams);
    mux.groups(1).fill(0x1ABC, 0x5A);
    let (out, _) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.packets().concat(), mux.bytes);
}

#[test]
fn tables_are_put_before_a_key_picture_that_has_none() {
    let mut mux = Mux::new(HOUR);
    mux.tables()
        .picture(true)
        .picture(false)
        .sound()
        .picture(true)
        .picture(false);
    // A PAT with its picture in between serves no join; one with sound in between does.
    mux.pat(&[(1, PMT)])
        .picture(false)
        .pmt()
        .picture(true)
        .picture(false);
    mux.pat(&[(1, PMT)]).sound().pmt().sound().picture(true);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    let joins = out.behind_joins(5);
    assert_eq!(joins[0][..3], [0, PMT, VIDEO]);
    assert_eq!(joins[1][..3], [0, PMT, VIDEO]);
    assert_eq!(joins[2][..3], [0, PMT, VIDEO]);
    assert_eq!(joins[3], [0, AUDIO, PMT, AUDIO, VIDEO]);
    assert_eq!(joins.len(), 4);
    assert_eq!(conditioner.stats().packets_inserted, 4);
    out.assert_clean();
}

#[test]
fn a_join_tells_the_counters_before_it() {
    let mut mux = Mux::new(HOUR);
    mux.groups(2);
    let (out, _) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    let at = out
        .0
        .iter()
        .rposition(|event| matches!(event, Event::Join(_)))
        .unwrap();
    let Event::Join(counters) = &out.0[at] else {
        unreachable!()
    };
    assert_eq!(counters.len(), 4);
    let behind = Recorder(out.0[at..].to_vec()).packets();
    for (pid, counter) in counters {
        let next = behind
            .iter()
            .map(PacketView::new)
            .find(|view| view.pid() == *pid)
            .unwrap();
        assert_eq!(next.cc(), (counter + 1) & 15, "PID {pid:#x}");
    }
}

#[test]
fn the_slice_may_come_within_eight_packets() {
    let table = [
        (0, VIDEO, 2),
        (7, VIDEO, 2),
        (8, VIDEO, 1),
        (7, 0x11, 2),
        (8, 0x11, 1),
    ];
    for (fills, pid, joins) in table {
        let mut mux = Mux::new(HOUR);
        mux.tables().picture(true);
        let dts = mux.dts;
        mux.pes(VIDEO, 0xE0, dts, true, &[0, 0, 0, 1, 9, 0xF0]);
        for _ in 0..fills {
            mux.fill(pid, 0x11);
        }
        let mut slice = [0x22; 188];
        slice[..8].copy_from_slice(&[&header(VIDEO, false, 0x10)[..], &[0, 0, 1, 0x65]].concat());
        mux.raw(slice);
        let (out, _) = condition(&[&mux.bytes], Seam::Continuous, 1316);
        assert_eq!(out.joins(), joins, "{fills} packets between on {pid:#x}");
        out.assert_clean();
    }
}

#[test]
fn what_comes_before_the_first_map_is_kept() {
    let mut mux = Mux::new(HOUR);
    mux.picture(false)
        .picture(true)
        .sound()
        .picture(false)
        .tables()
        .picture(false)
        .groups(1);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.pids()[..2], [0, PMT]);
    assert_eq!(conditioner.stats().packets_dropped, 0);
    let pictures = |pids: &[u16]| pids.iter().filter(|pid| **pid == VIDEO).count();
    assert_eq!(pictures(&out.pids()), (4 + 10) * 3);
    out.assert_clean();
}

#[test]
fn other_packets_before_the_first_tables_go_behind_them() {
    let mut mux = Mux::new(HOUR);
    mux.fill(0x11, 1).fill(NULL_PID, 0).groups(1);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.pids()[..5], [0, PMT, 0x11, NULL_PID, VIDEO]);
    assert_eq!(conditioner.stats().packets_inserted, 0);
}

#[test]
fn more_than_the_bound_before_the_first_map_is_dropped_oldest_first() {
    let mut mux = Mux::new(HOUR);
    for _ in 0..600 {
        mux.fill(VIDEO, 7);
    }
    mux.groups(1);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(conditioner.stats().packets_dropped, 600 + 2 - 512);
    assert_eq!(out.pids()[..2], [0, PMT]);
    out.assert_clean();
}

#[test]
fn of_several_programs_the_first_with_video_is_chosen() {
    let radio = program(1, 0x200, &[stream(0x201, 0x0F, Codec::AacAdts)]);
    let other = program(3, 0x300, &[stream(0x301, 0x1B, Codec::H264)]);
    let mut mux = Mux::new(HOUR);
    mux.program.number = 2;
    mux.tables = false;
    for _ in 0..3 {
        mux.pat(&[(0, 0x10), (1, 0x200), (2, PMT), (3, 0x300)]);
        // The other program with video comes first, and is not the first in the table.
        for map in [&other, &radio] {
            packetize(map.pmt_pid, &build_pmt(map), |packet| {
                mux.raw(packet);
            });
        }
        mux.pmt();
        mux.fill(0x201, 1)
            .fill(0x301, 2)
            .fill(NULL_PID, 0xFF)
            .fill(0x10, 3)
            .groups(1);
    }
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(conditioner.program().unwrap().number, 2);
    let mut pids = out.pids();
    pids.sort_unstable();
    pids.dedup();
    assert_eq!(pids, [0, VIDEO, AUDIO, PMT]);
    let listed = listed(&out.packets());
    assert_eq!(
        listed.iter().map(|entry| entry.number).collect::<Vec<_>>(),
        [2]
    );
    assert_eq!(out.joins(), 3);
    out.assert_clean();
}

#[test]
fn several_programs_of_sound_give_the_first() {
    let maps = [
        program(1, 0x200, &[stream(0x201, 0x0F, Codec::AacAdts)]),
        program(2, 0x300, &[stream(0x301, 0x0F, Codec::AacAdts)]),
    ];
    let mut mux = Mux::new(HOUR);
    mux.pat(&[(1, 0x200), (2, 0x300)]);
    for map in maps.iter().rev() {
        packetize(map.pmt_pid, &build_pmt(map), |packet| {
            mux.raw(packet);
        });
    }
    for _ in 0..100 {
        let dts = mux.dts;
        mux.pes(0x201, 0xC0, dts, true, &[1])
            .pes(0x301, 0xC0, dts, true, &[2]);
        mux.dts += FRAME;
    }
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(conditioner.program().unwrap().number, 1);
    // 100 × 40 ms, one join each half second.
    assert_eq!(out.joins(), 8);
    out.assert_clean();
}

#[test]
fn seams_leave_no_gap_in_counters() {
    let (one, two) = (source(HOUR, 2), {
        let mut mux = Mux::new(HOUR + 20 * FRAME);
        for pid in [0, PMT, VIDEO, AUDIO] {
            mux.lose(pid, 9);
        }
        mux.groups(2).bytes.clone()
    });
    for seam in [Seam::Continuous, Seam::Discontinuity] {
        let (out, conditioner) = condition(&[&one, &two], seam, 1316);
        out.assert_clean();
        assert_eq!(out.packets().len() * 188, one.len() + two.len());
        assert_eq!(conditioner.stats().continuity_errors, 0);
        assert_eq!(out.joins(), 4);
    }
}

#[test]
fn a_continuous_seam_keeps_times() {
    let (one, two) = (source(HOUR, 1), source(HOUR + 10 * FRAME, 1));
    let (out, conditioner) = condition(&[&one, &two], Seam::Continuous, 1316);
    let wanted: Vec<u64> = (0..20).map(|n| HOUR + n * FRAME).collect();
    assert_eq!(dts_of(&out.packets(), VIDEO), wanted);
    assert_eq!(conditioner.stats().clock_jumps, 0);
}

#[test]
fn a_loop_runs_on_in_even_steps() {
    let bytes = source(HOUR, 2);
    let (out, conditioner) = condition(&[&bytes[..]; 4], Seam::Discontinuity, 1316);
    let wanted: Vec<u64> = (0..80).map(|n| HOUR + n * FRAME).collect();
    assert_eq!(dts_of(&out.packets(), VIDEO), wanted);
    assert_eq!(dts_of(&out.packets(), AUDIO).len(), 80);
    let clocks = out.clocks();
    assert!(
        clocks
            .windows(2)
            .all(|pair| pair[1] - pair[0] == FRAME * 300)
    );
    assert_eq!(
        (conditioner.stats().seams, conditioner.stats().clock_jumps),
        (3, 3)
    );
    assert_eq!(out.joins(), 8);
    out.assert_clean();
}

#[test]
fn jumps_in_a_run_are_evened_out() {
    for start in [5 * HOUR, HOUR / 2, HOUR + 20 * FRAME + 3 * 90_000] {
        for sound_first in [false, true] {
            let mut mux = Mux::new(HOUR);
            mux.groups(2);
            mux.dts = start;
            if sound_first {
                // As far before the picture as in the source: the sound runs a frame ahead.
                mux.dts += FRAME;
                mux.sound();
                mux.dts -= FRAME;
            }
            mux.groups(2);
            let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
            let dts = dts_of(&out.packets(), VIDEO);
            assert!(
                dts.windows(2).all(|pair| pair[1] - pair[0] == FRAME),
                "{start} {dts:?}"
            );
            assert_eq!(conditioner.stats().clock_jumps, 1, "{start}");
            out.assert_clean();
        }
    }
}

#[test]
fn a_continuous_seam_that_jumps_is_evened_out() {
    let (one, two) = (source(HOUR, 2), source(9 * HOUR, 2));
    let (out, conditioner) = condition(&[&one, &two], Seam::Continuous, 1316);
    let wanted: Vec<u64> = (0..40).map(|n| HOUR + n * FRAME).collect();
    assert_eq!(dts_of(&out.packets(), VIDEO), wanted);
    assert_eq!(conditioner.stats().clock_jumps, 1);
    out.assert_clean();
}

#[test]
fn after_a_loss_time_may_have_gone_by() {
    let mut mux = Mux::new(HOUR);
    mux.groups(1).lose(VIDEO, 5);
    mux.dts += 4 * 90_000;
    let wanted = mux.dts;
    mux.sound().groups(1);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(dts_of(&out.packets(), VIDEO)[10], wanted);
    assert_eq!(conditioner.stats().continuity_errors, 1);
    assert_eq!(conditioner.stats().clock_jumps, 0);
}

#[test]
fn clocks_wrap_and_the_output_clock_does_not() {
    let start = PTS_WRAP - 12 * FRAME;
    let (one, two) = (source(start, 2), source(start + 20 * FRAME, 1));
    let (out, conditioner) = condition(&[&one, &two], Seam::Continuous, 1316);
    assert_eq!(conditioner.stats().clock_jumps, 0);
    let wanted: Vec<u64> = (0..30).map(|n| (start + n * FRAME) % PTS_WRAP).collect();
    assert_eq!(dts_of(&out.packets(), VIDEO), wanted);
    let clocks = out.clocks();
    assert!(
        clocks
            .windows(2)
            .all(|pair| pair[1] - pair[0] == FRAME * 300)
    );
    assert!(*clocks.last().unwrap() > PCR_WRAP);
    out.assert_clean();
}

#[test]
fn loops_cross_the_wrap_of_the_output() {
    let bytes = source(PTS_WRAP - 60 * FRAME, 1);
    let (out, _) = condition(&[&bytes[..]; 12], Seam::Discontinuity, 1316);
    let clocks = out.clocks();
    assert!(
        clocks
            .windows(2)
            .all(|pair| pair[1] - pair[0] == FRAME * 300)
    );
    assert!(*clocks.last().unwrap() > PCR_WRAP);
    out.assert_clean();
}

#[test]
fn a_source_without_pcr_loops_by_its_timestamps() {
    let mut mux = Mux::new(HOUR);
    mux.clock = false;
    mux.groups(2);
    let (out, _) = condition(&[&mux.bytes[..]; 3], Seam::Discontinuity, 1316);
    let wanted: Vec<u64> = (0..60).map(|n| HOUR + n * FRAME).collect();
    assert_eq!(dts_of(&out.packets(), VIDEO), wanted);
    assert!(out.clocks().is_empty());
    out.assert_clean();
}

#[test]
fn a_discontinuity_indicator_is_obeyed_and_taken_off() {
    let mut mux = Mux::new(HOUR);
    mux.groups(1);
    let at = mux.bytes.len() + 2 * 188;
    mux.dts = 7 * HOUR;
    mux.lose(VIDEO, 6).groups(1);
    mux.bytes[at + 5] |= 0x80;
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert!(
        !out.packets()
            .iter()
            .any(|packet| PacketView::new(packet).discontinuity())
    );
    assert_eq!(conditioner.stats().continuity_errors, 0);
    out.assert_clean();
}

#[test]
fn another_map_under_the_same_version_gets_another_version() {
    let one = source(HOUR, 1);
    let mut mux = Mux::new(HOUR);
    mux.program = program(
        1,
        PMT,
        &[
            stream(VIDEO, 0x1B, Codec::H264),
            stream(0x102, 0x81, Codec::Ac3),
        ],
    );
    mux.tables().picture(true).picture(false);
    let (out, conditioner) = condition(&[&one, &mux.bytes, &one], Seam::Discontinuity, 1316);
    assert_eq!(map_versions(&out.packets(), PMT), [0, 1, 0]);
    assert_eq!(conditioner.stats().program_changes, 3);
    assert_eq!(conditioner.program().unwrap().streams[1].pid, AUDIO);
    out.assert_clean();
}

#[test]
fn the_same_map_under_another_version_keeps_its_version() {
    let one = source(HOUR, 1);
    let mut mux = Mux::new(HOUR);
    mux.program.version = 9;
    mux.groups(1);
    let (out, _) = condition(&[&one, &mux.bytes], Seam::Discontinuity, 1316);
    assert_eq!(map_versions(&out.packets(), PMT), [0, 0]);
}

#[test]
fn another_program_within_a_run_is_told_by_both_tables() {
    let mut mux = Mux::new(HOUR);
    mux.groups(1);
    mux.program = program(5, 0x777, &[stream(0x150, 0x1B, Codec::H264)]);
    mux.tables().tables();
    let dts = mux.dts;
    mux.pes(0x150, 0xE0, dts, true, &[0, 0, 1, 0x67]);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(conditioner.program().unwrap().number, 5);
    let last = out.behind_joins(3).pop().unwrap();
    assert_eq!(last, [0, 0x777, 0x150]);
    assert_eq!(listed(&out.packets())[0].pmt_pid, 0x777);
    out.assert_clean();
}

#[test]
fn a_map_over_several_packets_stays_whole() {
    let streams: Vec<_> = (0..32)
        .map(|n| stream(VIDEO + n, if n == 0 { 0x1B } else { 0x81 }, Codec::H264))
        .collect();
    // 32 × 5 bytes fit one packet; two sections of filler descriptors would not: pad the table.
    let mut mux = Mux::new(HOUR);
    mux.program = program(1, PMT, &streams);
    mux.tables = false;
    let section = build_pmt(&mux.program);
    let mut long = section[..section.len() - 4].to_vec();
    long[10] = 0xF0;
    long[11] = 100;
    long.splice(12..12, [&[0xFD, 98][..], &[7; 98]].concat());
    let long = mpegts::psi::seal(long.into_iter().collect()).unwrap();
    for _ in 0..3 {
        mux.pat(&[(1, PMT)]);
        packetize(PMT, &long, |packet| {
            mux.raw(packet);
        });
        mux.groups(1);
    }
    let (out, _) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.packets().concat(), mux.bytes);
    assert_eq!(out.behind_joins(4), vec![vec![0, PMT, PMT, VIDEO]; 3]);
}

#[test]
fn without_tables_a_stream_passes_as_it_is() {
    let mut mux = Mux::new(HOUR);
    mux.tables = false;
    mux.groups(10);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.packets().concat(), mux.bytes);
    assert_eq!(conditioner.stats().packets_inserted, 0);
    assert!(out.joins() > 5);
}

#[test]
fn more_pids_than_are_kept_pass() {
    let mut mux = Mux::new(HOUR);
    mux.tables = false;
    for pid in 0x400..0x480 {
        mux.fill(pid, 1);
    }
    mux.groups(1);
    for pid in 0x400..0x480 {
        mux.fill(pid, 1);
    }
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    let given = out.packets().len() as u64 - conditioner.stats().packets_inserted;
    assert_eq!(given, mux.bytes.len() as u64 / 188);
    out.assert_clean();
}

#[test]
fn an_adaptation_field_alone_does_not_count() {
    let mut mux = Mux::new(HOUR);
    mux.groups(1);
    let mut packet = [0xFF; 188];
    packet[..6].copy_from_slice(&[&header(VIDEO, false, 0x20)[..], &[183, 0]].concat());
    set_cc(&mut packet, 0);
    mux.raw(packet).groups(1);
    let (out, _) = condition(&[&mux.bytes[..]; 2], Seam::Discontinuity, 1316);
    out.assert_clean();
}

#[test]
fn a_pmt_with_the_wrong_pcr_pid_is_seen_through() {
    let mut mux = Mux::new(HOUR);
    mux.program.pcr_pid = 0x1FF0;
    mux.groups(4);
    let (out, _) = condition(&[&mux.bytes[..]; 2], Seam::Discontinuity, 1316);
    assert!(out.clocks().len() > 70);
    out.assert_clean();
}

#[test]
fn nothing_comes_of_nothing() {
    let mut recorder = Recorder::default();
    let mut conditioner = Conditioner::new();
    conditioner.seam(Seam::Discontinuity, &mut recorder);
    conditioner.push(b"", &mut recorder);
    conditioner.push(&b"<html>404 Gone</html>".repeat(100), &mut recorder);
    conditioner.flush(&mut recorder);
    assert_eq!(recorder.0, []);
    assert_eq!(conditioner.stats().bytes_dropped, 2100);
}

#[test]
fn without_a_clock_a_continuous_seam_holds_nothing() {
    let mut mux = Mux::new(HOUR);
    mux.clock = false;
    mux.groups(1);
    let mut recorder = Recorder::default();
    let mut conditioner = Conditioner::new();
    conditioner.push(&mux.bytes, &mut recorder);
    conditioner.seam(Seam::Continuous, &mut recorder);
    let before = recorder.packets().len();
    conditioner.push(&mux.bytes, &mut recorder);
    // The newest packet waits in the sync.
    assert_eq!(recorder.packets().len(), 2 * before - 1);
}

#[test]
fn m2ts_and_parity_are_taken_off() {
    let bytes = source(HOUR, 2);
    for (before, behind) in [(4, 0), (0, 16)] {
        let wide: Vec<u8> = bytes
            .chunks(188)
            .flat_map(|packet| [&vec![0x3F; before][..], packet, &vec![0x3F; behind]].concat())
            .collect();
        let (out, _) = condition(&[&wide], Seam::Continuous, 1000);
        assert_eq!(out.packets().concat(), bytes, "{before} {behind}");
    }
}
