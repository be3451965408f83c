//! Payloads of RTP: whatever comes in, whole packets come out, and of a program that is one.

use mpegts::check::Checker;
use remux::{RtpAudio, RtpPayload, RtpProgram, RtpVideo};

/// AAC-LC, 48 kHz, stereo.
const AUDIO: RtpAudio<'_> = RtpAudio {
    config: &[0x11, 0x90],
    frame_ticks: 1024,
    clock_rate: 48_000,
};
/// Flags of a payload: of the sound, with a marker, behind a loss, back in time.
const SOUND: u8 = 1;
const MARKER: u8 = 2;
const LOSS: u8 = 4;
const BACK: u8 = 8;

/// A byte for the codec; then payloads, each behind its flags, its step in time (25 ms) and its length.
pub(crate) fn feed(bytes: &[u8]) {
    let Some((codec, mut rest)) = bytes.split_first() else {
        return;
    };
    let codec = match codec & 1 {
        0 => RtpVideo::H264,
        _ => RtpVideo::Hevc,
    };
    let program = RtpProgram::new(Some((codec, &[])), Some(AUDIO));
    let mut program = program.expect("picture and sound");
    let mut checker = Checker::new();
    let (mut time, mut out) = (0, Vec::new());
    while let Some(([flags, step, length], behind)) = rest.split_first_chunk() {
        let (payload, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        let step = i64::from(*step) * 2250;
        time += if flags & BACK == 0 { step } else { -step };
        let payload = RtpPayload {
            time,
            is_last: flags & MARKER != 0,
            is_after_loss: flags & LOSS != 0,
            bytes: payload,
        };
        out.clear();
        match flags & SOUND {
            0 => program.video(&payload, &mut out),
            _ => program.audio(&payload, &mut out),
        }
        let (packets, left) = out.as_chunks();
        assert!(left.is_empty(), "whole packets");
        for packet in packets {
            checker.packet(packet);
        }
    }
    let errors = checker.report().continuity_errors;
    assert_eq!(errors, 0, "a counter jumps");
}
