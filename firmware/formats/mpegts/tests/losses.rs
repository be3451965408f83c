//! Packets that are missing, damaged or scrambled: what a strict receiver sees of it.
//!
//! Goal: no continuity error is ever given out, each loss is told by one packet, and nothing that
//! cannot be right, or that nobody can read, is passed on.

mod support;

use mpegts::packet::{PacketView, set_cc};
use mpegts::pes::{self, PesView};
use mpegts::psi::packetize;
use mpegts::{Packet, Seam};
use support::*;

const HOUR: u64 = 90_000 * 3600;

fn source(start: u64, groups: usize) -> Vec<u8> {
    Mux::new(start).groups(groups).bytes.clone()
}

/// PIDs of the packets that tell of a loss, each with the counter of the packet before it.
fn told_losses(packets: &[Packet]) -> Vec<(u16, u8)> {
    let views = packets.iter().map(PacketView::new);
    let told = views.filter(|view| view.discontinuity());
    told.inspect(|view| assert!(!view.has_payload() && view.pcr().is_none()))
        .map(|view| (view.pid(), view.cc()))
        .collect()
}

#[test]
fn a_loss_is_told_once_and_a_repetition_stays_one() {
    let mut mux = Mux::new(HOUR);
    mux.groups(1).lose(AUDIO, 3).sound().sound();
    let last = *mux.bytes.last_chunk::<188>().unwrap();
    mux.bytes.extend(last);
    mux.groups(1);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(told_losses(&out.packets()), [(AUDIO, 9)]);
    let (stats, report) = (conditioner.stats(), out.check().report());
    assert_eq!((stats.continuity_errors, stats.duplicates), (1, 1));
    assert_eq!(report.duplicates, 1);
    assert_eq!(stats.packets_out, stats.packets_in + 1);
    out.assert_clean();
}

#[test]
fn each_loss_costs_one_packet_wherever_it_is() {
    let good = source(HOUR, 4);
    let packets = good.as_chunks::<188>().0;
    // Behind the first packet of each stream.
    for lost in 6..packets.len() {
        let mut rest = packets.to_vec();
        let pid = PacketView::new(&rest.remove(lost)).pid();
        let is_table = [0, PMT].contains(&pid);
        let behind = rest[lost..]
            .iter()
            .any(|packet| PacketView::new(packet).pid() == pid);
        let (out, conditioner) = condition(&[&rest.concat()], Seam::Continuous, 1316);
        let told: Vec<_> = told_losses(&out.packets())
            .iter()
            .map(|(pid, _)| *pid)
            .collect();
        let wanted = if is_table || !behind {
            vec![]
        } else {
            vec![pid]
        };
        assert_eq!(told, wanted, "packet {lost}");
        assert_eq!(conditioner.stats().continuity_errors, wanted.len() as u64);
        out.assert_clean();
    }
}

#[test]
fn a_loss_before_a_join_is_told_behind_its_tables() {
    let mut mux = Mux::new(HOUR);
    mux.groups(1).lose(VIDEO, 2).groups(1);
    let (out, _) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.behind_joins(4)[1], [0, PMT, VIDEO, VIDEO]);
    out.assert_clean();
}

#[test]
fn a_counter_that_stands_is_made_to_count() {
    let mut mux = Mux::new(HOUR);
    mux.groups(2);
    for packet in mux.bytes.as_chunks_mut::<188>().0 {
        set_cc(packet, 7);
    }
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    out.assert_clean();
    assert!(conditioner.stats().packets_out < 2 * conditioner.stats().packets_in);
}

#[test]
fn impossible_fields_are_a_loss() {
    let damage: [fn(&mut [u8; 188]); 4] = [
        |packet| packet[3] &= 0xCF,
        |packet| packet[4] = 217,
        |packet| packet[4] = 184,
        |packet| packet[4..6].copy_from_slice(&[6, 0x10]),
    ];
    for damage in damage {
        let mut mux = Mux::new(HOUR);
        mux.groups(1).sound();
        damage(mux.bytes.last_chunk_mut::<188>().unwrap());
        mux.groups(1);
        let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
        assert_eq!(conditioner.stats().transport_errors, 1);
        assert_eq!(told_losses(&out.packets()).len(), 1);
        out.assert_clean();
    }
}

#[test]
fn a_clock_that_is_damaged_moves_nothing() {
    let good = source(HOUR, 3);
    let wanted: Vec<u64> = (0..30).map(|n| HOUR + n * FRAME).collect();
    // The first packet of the third picture of the second group; bits of 23 s and more.
    let at = good.len() / 3 + 188 * (2 + 2 * 4);
    for bit in 0..12 {
        let mut bytes = good.clone();
        bytes[at + 6 + bit / 8] ^= 0x80 >> (bit % 8);
        let (out, conditioner) = condition(&[&bytes], Seam::Continuous, 1316);
        let packets = out.packets();
        let views = packets.iter().map(PacketView::new);
        let starts = views.filter(|view| view.pid() == VIDEO && view.pusi());
        let dts: Vec<u64> = starts
            .filter_map(|view| PesView::parse(view.payload())?.dts())
            .collect();
        assert_eq!(dts, wanted, "bit {bit}");
        assert_eq!(out.clocks().len(), 29, "bit {bit}");
        assert_eq!(conditioner.stats().clock_jumps, 0);
        out.assert_clean();
    }
}

/// A bit turned in a timestamp, which makes it hours wrong, and the clock goes on: the picture or sound
/// goes out in its turn, without a time. Where a stream goes on like that, it means it.
#[test]
fn a_timestamp_that_is_damaged_is_taken_out() {
    for (pid, id) in [(VIDEO, 0xE0), (AUDIO, 0xC0)] {
        let mut mux = Mux::new(HOUR);
        mux.groups(2);
        let before = mux.bytes.len();
        let far = mux.dts ^ 1 << 28;
        mux.pes(pid, id, far, false, &[0xFF, 0xF1]);
        mux.groups(2);
        let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
        let mut expected = mux.bytes.clone();
        pes::clear_timestamps(&mut expected[before + 12..before + 188]);
        assert_eq!(out.packets().concat(), expected, "{pid:#x}");
        assert_eq!(conditioner.stats().clock_jumps, 0);
        out.assert_clean();
    }
    let mut mux = Mux::new(HOUR);
    mux.groups(2);
    for step in 0..6 {
        let far = (mux.dts ^ 1 << 28) + step * FRAME;
        mux.pes(AUDIO, 0xC0, far, false, &[0xFF, 0xF1]);
    }
    let (out, _) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    let packets = out.packets();
    let sounds = packets.iter().map(PacketView::new);
    let sounds = sounds.filter(|view| view.pid() == AUDIO && view.pusi());
    let timed = sounds.map(|view| PesView::parse(view.payload()).unwrap().dts().is_some());
    let timed: Vec<bool> = timed.collect();
    let (_, last) = timed.split_at(timed.len() - 7);
    assert_eq!(last, [true, false, false, false, true, true, true]);
}

#[test]
fn payload_that_is_taken_for_a_clock_moves_nothing() {
    let mut bytes = source(HOUR, 3);
    // The second packet of a picture: one bit says that it has an adaptation field, of 170 bytes
    // and with everything.
    let at = bytes.len() / 3 + 188 * (3 + 2 * 4);
    bytes[at + 3] |= 0x20;
    bytes[at + 5] = 0x5E;
    let (out, conditioner) = condition(&[&bytes], Seam::Continuous, 1316);
    let stats = conditioner.stats();
    assert_eq!((stats.transport_errors, stats.clock_jumps), (1, 0));
    assert_eq!(told_losses(&out.packets()).len(), 1);
    assert_eq!(out.clocks().len(), 30);
    out.assert_clean();
}

#[test]
fn a_map_that_is_wrong_is_replaced_by_the_one_that_is_known() {
    for at in [4, 5, 6, 7, 8, 12, 25, 30] {
        for bit in 0..8 {
            let mut mux = Mux::new(HOUR);
            mux.groups(1);
            let from = mux.bytes.len() + 188;
            mux.groups(1);
            let good = mux.bytes.clone();
            mux.bytes[from + at] ^= 1 << bit;
            let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
            assert_eq!(conditioner.program().unwrap().number, 1);
            let why = format!("byte {at} bit {bit}");
            // A length that is too long swallows the map; then one is put before the picture.
            assert_eq!(map_versions(&out.packets(), PMT), [0, 0], "{why}");
            let tables = |pids: Vec<u16>| pids.iter().filter(|pid| **pid == PMT).count();
            assert_eq!(tables(out.pids()), 2, "{why}");
            assert!(out.packets().len() * 188 <= good.len() + 188, "{why}");
            out.assert_clean();
        }
    }
}

#[test]
fn other_sections_on_the_pid_of_the_map_pass() {
    let other: mpegts::psi::Section = [0x42, 0, 0, 0, 9, 0xC1, 0, 0].into_iter().collect();
    let other = mpegts::psi::seal(other).unwrap();
    let mut mux = Mux::new(HOUR);
    mux.groups(1);
    packetize(PMT, &other, |packet| {
        mux.raw(packet);
    });
    mux.groups(1);
    let (out, _) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    assert_eq!(out.packets().concat(), mux.bytes);
}

#[test]
fn what_is_scrambled_is_left_out_and_told() {
    let clear = source(HOUR, 1);
    let mut mux = Mux::new(HOUR);
    mux.groups(3);
    for packet in mux.bytes.as_chunks_mut::<188>().0 {
        let pid = PacketView::new(packet).pid();
        if pid == VIDEO || pid == AUDIO {
            packet[3] |= 0x80;
        }
    }
    let all = mux.bytes.clone();
    // From the first byte on: tables and nothing to join.
    let (out, conditioner) = condition(&[&all], Seam::Continuous, 1316);
    assert_eq!(out.joins(), 0);
    let payload = |packet: &&Packet| PacketView::new(packet).has_payload();
    let given = out.packets();
    let given = given.iter().filter(payload).map(PacketView::new);
    assert!(
        given
            .map(|view| view.pid())
            .all(|pid| [0, PMT].contains(&pid))
    );
    assert_eq!(out.clocks().len(), 30, "the clock runs on");
    assert_eq!(conditioner.stats().continuity_errors, 0);
    // In the middle: the clear parts are joined, and their edge is told on both PIDs.
    let good = source(HOUR, 3);
    let group = clear.len();
    let mixed = [&good[..group], &all[group..2 * group], &good[2 * group..]].concat();
    let (out, conditioner) = condition(&[&mixed], Seam::Continuous, 1316);
    assert_eq!(out.joins(), 2);
    assert!(
        out.packets()
            .iter()
            .all(|packet| !PacketView::new(packet).scrambled())
    );
    let told: Vec<_> = told_losses(&out.packets())
        .iter()
        .map(|(pid, _)| *pid)
        .collect();
    assert_eq!(told, [VIDEO, AUDIO]);
    assert_eq!(conditioner.stats().continuity_errors, 0);
    assert_eq!(conditioner.stats().packets_dropped, 10 * 4);
    out.assert_clean();
}

#[test]
fn damaged_packets_are_dropped_and_told_as_a_loss() {
    let mut mux = Mux::new(HOUR);
    mux.groups(1).fill(VIDEO, 1);
    let at = mux.bytes.len() - 188;
    mux.bytes[at + 1] |= 0x80;
    mux.groups(1);
    let (out, conditioner) = condition(&[&mux.bytes], Seam::Continuous, 1316);
    let stats = conditioner.stats();
    assert_eq!((stats.transport_errors, stats.continuity_errors), (1, 1));
    assert_eq!(told_losses(&out.packets()).len(), 1);
    out.assert_clean();
}
