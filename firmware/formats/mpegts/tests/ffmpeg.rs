//! What ffmpeg says of a switch: nothing.
//!
//! Goal: real encoders' streams, spliced in the middle of a GOP, decode without an error line.
//! Method: ffmpeg makes two clips that differ in PIDs, size, GOP, frame rate and sound; they go
//! through the conditioner; ffmpeg decodes what comes out and ffprobe lists its times. Without
//! ffmpeg on the machine the tests say so and end.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test: told on the terminal"
)]

mod support;

use std::path::PathBuf;
use std::process::Command;

use mpegts::{PacketView, Seam};
use support::condition;

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("splice-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// How one clip differs from another.
#[derive(Clone, Copy)]
struct Clip {
    size: &'static str,
    rate: u32,
    gop: u32,
    video: &'static [&'static str],
    audio: &'static [&'static str],
    pid: &'static str,
    pmt: &'static str,
}

const H264: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"];
const AAC: &[&str] = &["-c:a", "aac", "-ar", "48000", "-ac", "2", "-b:a", "96k"];

const ONE: Clip = Clip {
    size: "320x180",
    rate: 25,
    gop: 40,
    video: H264,
    audio: AAC,
    pid: "0x100",
    pmt: "0x1000",
};

const TWO: Clip = Clip {
    size: "256x144",
    rate: 30,
    gop: 25,
    video: H264,
    audio: AAC,
    pid: "0x333",
    pmt: "0x44",
};

const HEVC: Clip = Clip {
    video: &[
        "-c:v",
        "libx265",
        "-preset",
        "ultrafast",
        "-x265-params",
        "log-level=none:bframes=3",
    ],
    ..TWO
};

const MPEG2: Clip = Clip {
    video: &["-c:v", "mpeg2video", "-bf", "2", "-b:v", "1M"],
    audio: &["-c:a", "mp2", "-ar", "48000", "-ac", "2"],
    rate: 25,
    gop: 12,
    ..TWO
};

impl Clip {
    /// Eight seconds of the clip; nothing where ffmpeg cannot make it.
    fn make(&self, folder: &Folder) -> Option<Vec<u8>> {
        let path = folder.0.join("clip.ts");
        let picture = format!("testsrc2=size={}:rate={}", self.size, self.rate);
        let gop = self.gop.to_string();
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-y", "-f", "lavfi", "-i", &picture]);
        ffmpeg.args(["-f", "lavfi", "-i", "sine=frequency=440", "-t", "8"]);
        ffmpeg.args(self.video).args(self.audio);
        ffmpeg.args(["-g", &gop, "-keyint_min", &gop, "-sc_threshold", "0"]);
        ffmpeg.args([
            "-mpegts_start_pid",
            self.pid,
            "-mpegts_pmt_start_pid",
            self.pmt,
        ]);
        let made = ffmpeg.arg(&path).output().ok()?;
        made.status.success().then(|| std::fs::read(&path).unwrap())
    }
}

fn clips(folder: &Folder, clips: &[&Clip]) -> Option<Vec<Vec<u8>>> {
    let made: Option<Vec<_>> = clips.iter().map(|clip| clip.make(folder)).collect();
    if made.is_none() {
        eprintln!("skipped: no ffmpeg with lavfi and these encoders");
    }
    made
}

/// From the packet `from` of 100 on, and up to the last start of a picture before `to` of 100.
fn part(clip: &[u8], from: usize, to: usize) -> Vec<u8> {
    let (packets, _) = clip.as_chunks::<188>();
    let at = |percent: usize| packets.len() * percent / 100;
    let is_picture = |packet: &[u8; 188]| {
        let view = PacketView::new(packet);
        view.pusi() && view.payload().starts_with(&[0, 0, 1, 0xE0])
    };
    let end = packets[..at(to)].iter().rposition(is_picture).unwrap();
    packets[at(from)..end].concat()
}

/// What ffmpeg has to say when it decodes `bytes`.
fn complaints(folder: &Folder, bytes: &[u8]) -> String {
    complaints_with(&[], folder, bytes)
}

/// The same, opened with these options.
fn complaints_with(options: &[&str], folder: &Folder, bytes: &[u8]) -> String {
    let path = folder.0.join("spliced.ts");
    std::fs::write(&path, bytes).unwrap();
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .args(["-v", "error"])
        .args(options)
        .arg("-i")
        .arg(&path);
    // Times as they are: in frames of the first clip's rate those of a faster one would fall together.
    ffmpeg.args([
        "-map",
        "0",
        "-fps_mode",
        "passthrough",
        "-enc_time_base",
        "1:90000",
    ]);
    ffmpeg.args(["-f", "null", "-"]);
    let said = ffmpeg.output().unwrap();
    format!("{}{}", said.status, String::from_utf8_lossy(&said.stderr))
}

#[test]
fn a_switch_in_the_middle_of_a_gop_decodes_in_silence() {
    let folder = Folder::new("gop");
    let Some(clips) = clips(&folder, &[&ONE, &TWO]) else {
        return;
    };
    let parts = [
        part(&clips[0], 0, 55),
        part(&clips[1], 33, 77),
        part(&clips[0], 21, 90),
        part(&clips[0], 47, 100),
    ];
    let runs: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let (out, _) = condition(&runs, Seam::Switch, 1316);
    support::source::assert_seamless(&out, "ffmpeg");
    let said = complaints(&folder, &out.packets().concat());
    assert_eq!(said, "exit status: 0");
}

#[test]
fn open_gops_and_other_codecs_decode_in_silence() {
    let folder = Folder::new("codecs");
    let open = Clip {
        video: &[
            "-c:v",
            "libx264",
            "-x264-params",
            "open-gop=1:bframes=2:b-pyramid=none",
        ],
        ..TWO
    };
    let Some(clips) = clips(&folder, &[&ONE, &open, &HEVC, &MPEG2]) else {
        return;
    };
    for (from, to) in [(0, 1), (1, 0), (1, 1), (2, 2), (3, 3)] {
        let runs = [part(&clips[from], 0, 55), part(&clips[to], 33, 100)];
        let runs: Vec<&[u8]> = runs.iter().map(Vec::as_slice).collect();
        let (out, _) = condition(&runs, Seam::Switch, 1316);
        support::source::assert_seamless(&out, &format!("{from} -> {to}"));
        let said = complaints(&folder, &out.packets().concat());
        assert_eq!(said, "exit status: 0", "{from} -> {to}");
    }
}

#[test]
fn a_cut_anywhere_costs_no_more_than_the_picture_that_was_cut() {
    let folder = Folder::new("cut");
    let Some(clips) = clips(&folder, &[&ONE, &TWO]) else {
        return;
    };
    for percent in [31, 43, 51, 59] {
        let end = clips[0].len() * percent / 100;
        let runs: [&[u8]; 2] = [&clips[0][..end], &clips[1][clips[1].len() / 3..]];
        let (out, _) = condition(&runs, Seam::Switch, 1316);
        support::source::assert_seamless(&out, &format!("cut at {percent} %"));
        let said = complaints(&folder, &out.packets().concat());
        let lines = said.lines().count();
        assert!(lines <= 4, "{percent} %: {said}");
        assert!(!said.to_lowercase().contains("dts"), "{percent} %: {said}");
    }
}

/// Opened like a player does, ffmpeg decodes what it found at the start; told to look at all of it
/// first, it decodes the streams that came later too.
#[test]
fn another_codec_on_the_same_pid_decodes_in_silence() {
    let folder = Folder::new("recode");
    let on_one = |clip: Clip| Clip {
        pid: ONE.pid,
        pmt: ONE.pmt,
        ..clip
    };
    let others = [on_one(HEVC), on_one(MPEG2)];
    let Some(clips) = clips(&folder, &[&ONE, &others[0], &others[1]]) else {
        return;
    };
    let all = ["-probesize", "100M", "-analyzeduration", "100M"];
    for seam in [None, Some(Seam::Discontinuity), Some(Seam::Switch)] {
        for (from, to) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
            // Where nothing tells of the new stream it begins with a key picture by itself.
            let begin = if seam == Some(Seam::Switch) { 33 } else { 0 };
            let parts = [part(&clips[from], 0, 55), part(&clips[to], begin, 100)];
            let one = parts.concat();
            let runs: Vec<&[u8]> = match seam {
                Some(_) => parts.iter().map(Vec::as_slice).collect(),
                None => vec![&one],
            };
            let (out, _) = condition(&runs, seam.unwrap_or(Seam::Switch), 1316);
            let why = format!("{from} -> {to}, {seam:?}");
            out.assert_clean();
            let bytes = out.packets().concat();
            assert_eq!(complaints(&folder, &bytes), "exit status: 0", "{why}");
            let said = complaints_with(&all, &folder, &bytes);
            assert_eq!(said, "exit status: 0", "{why}, all of it");
        }
    }
}
