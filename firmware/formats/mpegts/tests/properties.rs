//! What holds for any bytes.

mod support;

use mpegts::packet::PacketView;
use mpegts::pes::PesView;
use mpegts::psi::{Pat, Program, section_view};
use mpegts::{Codec, Conditioner, Packet, Seam};
use proptest::collection::vec;
use proptest::prelude::*;
use support::source::{Plan, assert_seamless, switched};
use support::{AUDIO, Event, Mux, Recorder, VIDEO, condition};

/// A good stream, damaged: bytes overwritten, taken out and put in.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let edits = vec(
        (
            any::<prop::sample::Index>(),
            0..3_u8,
            vec(any::<u8>(), 0..300),
        ),
        0..12,
    );
    (edits, 0..(1_u64 << 33)).prop_map(|(edits, start)| {
        let mut bytes = Mux::new(start).groups(6).bytes.clone();
        for (at, kind, new) in edits {
            let at = at.index(bytes.len());
            let end = if kind == 0 {
                at
            } else {
                (at + new.len()).min(bytes.len())
            };
            let new = if kind == 1 { Vec::new() } else { new };
            bytes.splice(at..end, new);
            if bytes.is_empty() {
                bytes.push(0x47);
            }
        }
        bytes
    })
}

/// Packets with any header: these get past the sync.
fn odd_packets() -> impl Strategy<Value = Vec<u8>> {
    let packet = (
        vec(any::<u8>(), 24),
        prop::sample::select(vec![0_u8, 1, 0x10, 0x1F]),
        0..4_u8,
    );
    vec(packet, 1..200).prop_map(|packets| {
        let mut bytes = Vec::new();
        for (head, high, low) in packets {
            let mut packet: Packet = [0xFF; 188];
            packet[..24].copy_from_slice(&head);
            packet[0] = 0x47;
            packet[1] = packet[1] & 0x60 | high;
            packet[2] = low;
            bytes.extend(packet);
        }
        bytes
    })
}

fn holds(out: &Recorder) -> Result<(), TestCaseError> {
    prop_assert!(out.packets().iter().all(|packet| packet[0] == 0x47));
    prop_assert!(out.clocks().is_sorted());
    for pair in out.0.windows(2) {
        let clock_stands_alone =
            matches!(pair[0], Event::Clock(_)) && !matches!(pair[1], Event::Packet(_));
        prop_assert!(!clock_stands_alone);
    }
    Ok(())
}

/// Good streams of all kinds, joined anywhere.
fn plan() -> impl Strategy<Value = Plan> {
    let pids =
        prop::sample::subsequence(vec![VIDEO, AUDIO, 0x44, 0x45, 0x46, 0x1F00], 4).prop_shuffle();
    let video = prop::option::weighted(
        0.9,
        prop::sample::select(vec![Codec::H264, Codec::Hevc, Codec::Mpeg2Video]),
    );
    let sound = prop::sample::select(vec![Codec::AacAdts, Codec::Ac3, Codec::MpegAudio]);
    // Times of all sizes, and often close to the wrap.
    let start = prop_oneof![0..1_u64 << 33, (1_u64 << 33) - 300_000..1_u64 << 33];
    let shape = (1..30_u64, 0..30_u64, 0..4_u64, 31..90_u64);
    let times = (start, 600..120_000_u64, -30_000..60_000_i64);
    (pids, video, vec(sound, 0..3), 0..4_usize, shape, times)
        .prop_filter("a stream of something", |(_, video, sounds, ..)| {
            video.is_some() || !sounds.is_empty()
        })
        .prop_map(
            |(pids, video, sounds, clock, (gop, joined, reorder, pictures), times)| {
                let (start, delay, ahead) = times;
                let has_video = video.is_some();
                Plan {
                    video: video.map(|codec| (pids[0], codec)),
                    sounds: (0..)
                        .zip(&sounds)
                        .map(|(n, codec)| (pids[1 + n], *codec))
                        .collect(),
                    // On the picture, on a sound, or on a PID of its own.
                    clock: Some(pids[if has_video && clock < 2 { 0 } else { 3 }]),
                    pmt: 0x1000 + u16::from(has_video),
                    number: 1,
                    start,
                    gop,
                    joined,
                    delay,
                    sound_ahead: ahead.max(600 - i64::try_from(delay).unwrap_or(0)),
                    reorder,
                    pictures,
                }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_switch_between_good_streams_is_seamless(plans in vec(plan(), 1..7)) {
        let sources: Vec<Vec<u8>> = plans.iter().map(Plan::bytes).collect();
        let (out, conditioner) = switched(&sources);
        prop_assert_eq!(conditioner.stats().continuity_errors, 0);
        assert_seamless(&out, "any");
    }

    #[test]
    fn any_bytes_give_whole_packets(runs in vec(vec(any::<u8>(), 0..3000), 1..4)) {
        let runs: Vec<&[u8]> = runs.iter().map(Vec::as_slice).collect();
        holds(&condition(&runs, Seam::Discontinuity, 100).0)?;
    }

    #[test]
    fn odd_packets_give_whole_packets(one in odd_packets(), two in odd_packets()) {
        for seam in [Seam::Continuous, Seam::Discontinuity, Seam::Switch] {
            holds(&condition(&[&one, &two, &one], seam, 1316).0)?;
        }
    }

    #[test]
    fn damage_gives_whole_packets_and_a_clock_that_runs(one in damaged(), two in damaged()) {
        for seam in [Seam::Continuous, Seam::Discontinuity, Seam::Switch] {
            holds(&condition(&[&one, &two], seam, 1316).0)?;
        }
    }

    #[test]
    fn cuts_do_not_matter(bytes in damaged(), cuts in vec(1..3000_usize, 1..50)) {
        let whole = condition(&[&bytes], Seam::Continuous, usize::MAX).0;
        let mut conditioner = Conditioner::new();
        let mut out = Recorder::default();
        let mut rest = &bytes[..];
        for cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at(rest.len().min(*cut));
            conditioner.push(now, &mut out);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        conditioner.flush(&mut out);
        prop_assert_eq!(whole.0, out.0);
    }

    #[test]
    fn views_never_panic(bytes in vec(any::<u8>(), 188), payload in vec(any::<u8>(), 0..40)) {
        let packet: Packet = bytes.clone().try_into().unwrap();
        let view = PacketView::new(&packet);
        let _seen = (view.pcr(), view.payload(), view.discontinuity(), view.random_access());
        if let Some(pes) = PesView::parse(&payload) {
            let _seen = (pes.pts(), pes.dts(), pes.data(), pes.is_cut());
        }
        if let Some(section) = section_view(&bytes) {
            let _seen = (Pat::parse(&section), Program::parse(&section, 1));
        }
    }
}
