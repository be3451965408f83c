//! Real captures, with what ffprobe and an independent checker say of them.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test: told on the terminal"
)]

mod support;

use mpegts::{PacketView, Seam};
use std::path::Path;
use support::{Event, condition};

const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data/ts");

fn samples() -> Vec<(String, serde_json::Value, Vec<u8>)> {
    let Ok(text) = std::fs::read_to_string(Path::new(SHARED).join("expected.json")) else {
        eprintln!("skipped: no ../shared");
        return Vec::new();
    };
    let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
    let read = |(name, facts): (&String, &serde_json::Value)| {
        (
            name.clone(),
            facts.clone(),
            std::fs::read(Path::new(SHARED).join(name)).unwrap(),
        )
    };
    expected.as_object().unwrap().iter().map(read).collect()
}

#[test]
fn packets_and_pids_are_those_of_the_source() {
    for (name, facts, bytes) in samples() {
        let (out, conditioner) = condition(&[&bytes], Seam::Continuous, 1000);
        let stats = conditioner.stats();
        assert_eq!(Some(stats.packets_in), facts["packets"].as_u64(), "{name}");
        assert_eq!(stats.packets_dropped, 0, "{name}");
        assert_eq!(out.check().report().continuity_errors, 0, "{name}");
        assert_eq!(stats.continuity_errors, 0, "{name}");
        let tables = conditioner.program().map(|program| program.pmt_pid);
        for (pid, count) in out.check().pids() {
            let source = facts["pids"][format!("0x{pid:04x}")].as_u64().unwrap();
            if pid == 0 || Some(pid) == tables {
                assert!(count >= source, "{name} PID {pid:#x}");
            } else {
                assert_eq!(count, source, "{name} PID {pid:#x}");
            }
        }
        assert_eq!(
            stats.packets_out,
            stats.packets_in + stats.packets_inserted,
            "{name}"
        );
    }
}

#[test]
fn streams_are_known() {
    for (name, facts, bytes) in samples() {
        let (_, conditioner) = condition(&[&bytes], Seam::Continuous, 188);
        let streams = facts["streams"].as_array().unwrap();
        let Some(program) = conditioner.program() else {
            assert_eq!(facts["programs"], 0, "{name}");
            continue;
        };
        for stream in streams {
            let id = stream["id"].as_str().unwrap().trim_start_matches("0x");
            let known = program
                .stream(u16::from_str_radix(id, 16).unwrap())
                .unwrap();
            let codec = format!("{:?}", known.codec).to_lowercase();
            let wanted = match stream["codec_name"].as_str().unwrap() {
                "mpeg2video" => "mpeg2video",
                "mp2" => "mpegaudio",
                "aac" => "aacadts",
                "aac_latm" => "aaclatm",
                "scte_35" => "scte35",
                other => other,
            };
            assert_eq!(codec, wanted, "{name}");
        }
    }
}

#[test]
fn output_begins_with_tables_and_has_them_at_each_join() {
    for (name, _, bytes) in samples() {
        let (out, conditioner) = condition(&[&bytes], Seam::Continuous, 500);
        let Some(program) = conditioner.program() else {
            continue;
        };
        assert_eq!(out.pids()[..2], [0, program.pmt_pid], "{name}");
        for pids in out.behind_joins(2) {
            assert_eq!(pids, [0, program.pmt_pid], "{name}");
        }
        if name != "sample_with_sdt.ts" {
            assert!(out.joins() > 0, "{name}");
        }
    }
}

#[test]
fn three_passes_are_one_stream() {
    for (name, _, bytes) in samples() {
        let (out, conditioner) = condition(&[&bytes[..]; 3], Seam::Discontinuity, 777);
        let report = out.check().report();
        assert!(report.is_clean(), "{name}: {report:?}");
        assert!(out.clocks().is_sorted(), "{name}");
        assert_eq!(conditioner.stats().packets_dropped, 0, "{name}");
    }
}

#[test]
fn a_single_pass_keeps_its_times() {
    for (name, _, bytes) in samples() {
        let (out, _) = condition(&[&bytes], Seam::Continuous, 188);
        let pcrs: Vec<u64> = bytes
            .as_chunks()
            .0
            .iter()
            .filter_map(|packet| PacketView::new(packet).pcr())
            .collect();
        let given: Vec<u64> = out
            .packets()
            .iter()
            .filter_map(|packet| PacketView::new(packet).pcr())
            .collect();
        assert_eq!(given, pcrs, "{name}");
        assert_eq!(
            out.0
                .iter()
                .filter(|e| matches!(e, Event::Clock(_)))
                .count(),
            pcrs.len()
        );
    }
}

#[test]
fn a_switch_between_any_two_leaves_no_fault() {
    let samples = samples();
    for (from, _, one) in &samples {
        for (to, _, other) in &samples {
            let cut = one.len() / 3 * 2;
            let join = other.len() / 4;
            let runs: [&[u8]; 4] = [&one[..cut], other, &other[join..], one];
            let (out, conditioner) = condition(&runs, Seam::Switch, 1316);
            let report = out.check().report();
            assert!(report.is_clean(), "{from} -> {to}: {report:?}");
            assert!(out.clocks().is_sorted(), "{from} -> {to}");
            assert_eq!(conditioner.stats().seams, 3);
            // The stream of before plays again at the end, from its first random access point on,
            // where it has one.
            assert_eq!(conditioner.program().is_some(), out.pids().contains(&0));
            let main = conditioner.program().and_then(|program| program.main());
            if let Some(main) = main.filter(|_| out.joins() > 0) {
                assert!(out.pids().contains(&main.pid), "{from} -> {to}");
            }
        }
    }
}
