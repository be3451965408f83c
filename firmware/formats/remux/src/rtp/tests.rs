//! Packets in, units and transport packets out.

use proptest::prelude::*;

use super::aac::Aac;
use super::payload::BASE_TICKS;
use super::video::Video;
use super::*;
use crate::adts::Adts;
use crate::nal::NalCodec;
use crate::source::Piece;
use crate::sps::reorder_depth;

const SPS: &[u8] = &[0x67, 0x42, 0xC0, 0x0C, 0xD9];
const PPS: &[u8] = &[0x68, 0xCE];
const SEI: &[u8] = &[0x06, 0x05, 0x01];
const IDR: &[u8] = &[0x65, 0xB8, 1, 2, 3, 4];
const P: &[u8] = &[0x41, 0x9A, 5, 6];
const DELIMITER: &[u8] = &[0x09, 0xF0];

fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digit).collect()
}

fn stream(units: &[&[u8]]) -> Vec<u8> {
    let with_start = |unit: &&[u8]| [&[0, 0, 0, 1], *unit].concat();
    units.iter().flat_map(with_start).collect()
}

/// One packet: its time in pictures, its marker, whether others were lost before it.
type Sent<'a> = (i64, bool, bool, Vec<u8>);

/// Access units: whether they are key frames, times in pictures, bytes.
fn received(video: &mut Video, packets: &[Sent<'_>]) -> Vec<(bool, i64, Vec<u8>)> {
    let mut units: Vec<(bool, i64, Vec<u8>)> = Vec::new();
    let mut is_open = false;
    for (time, is_last, is_after_loss, bytes) in packets {
        let payload = RtpPayload {
            time: time * 3600,
            is_last: *is_last,
            is_after_loss: *is_after_loss,
            bytes,
        };
        video.push(&payload, &mut |piece| match piece {
            Piece::Begin(head) => {
                assert!(!std::mem::replace(&mut is_open, true));
                let shown = (head.pts.cast_signed() - BASE_TICKS) / 3600;
                units.push((head.is_key, shown, Vec::new()));
            }
            Piece::Data(bytes) => {
                assert!(is_open);
                units.last_mut().expect("begun").2.extend_from_slice(bytes);
            }
            Piece::End => assert!(std::mem::replace(&mut is_open, false)),
            Piece::Streams | Piece::Apart => panic!("not here"),
        });
    }
    units
}

fn aggregate(header: &[u8], units: &[&[u8]]) -> Vec<u8> {
    let with_length = |unit: &&[u8]| {
        let length = u16::try_from(unit.len()).expect("short").to_be_bytes();
        [&length[..], unit].concat()
    };
    let units = units.iter().flat_map(with_length);
    header.iter().copied().chain(units).collect()
}

/// FU-A fragments of an H.264 unit, of so many bytes each.
fn fragments(unit: &[u8], bytes: usize) -> Vec<Vec<u8>> {
    let count = unit[1..].chunks(bytes).len();
    let fragment = |(index, data): (usize, &[u8])| {
        let start = if index == 0 { 0x80 } else { 0 };
        let end = if index + 1 == count { 0x40 } else { 0 };
        [&[unit[0] & 0xE0 | 28, start | end | unit[0] & 0x1F], data].concat()
    };
    unit[1..].chunks(bytes).enumerate().map(fragment).collect()
}

#[test]
fn h264_in_every_structure() {
    let mut cut = fragments(IDR, 2);
    let mut packets = vec![
        (0, false, false, aggregate(&[24], &[SPS, PPS])),
        (0, false, false, SEI.to_vec()),
        (0, false, false, cut.remove(0)),
        (0, false, false, cut.remove(0)),
        (0, true, false, cut.remove(0)),
        (1, true, false, P.to_vec()),
        // The parameter sets of before stand in front of every key frame.
        (2, true, false, IDR.to_vec()),
        // No marker: the time tells.
        (3, false, false, P.to_vec()),
        // A delimiter of its own; a byte stream where one unit ought to be.
        (4, false, false, [DELIMITER, &[0, 0, 0, 1], P].concat()),
        (5, true, false, P.to_vec()),
    ];
    let expected = [
        (true, 0, stream(&[DELIMITER, SPS, PPS, SEI, IDR])),
        (false, 1, stream(&[DELIMITER, P])),
        (true, 2, stream(&[DELIMITER, SPS, PPS, IDR])),
        (false, 3, stream(&[DELIMITER, P])),
        (false, 4, stream(&[DELIMITER, P])),
        (false, 5, stream(&[DELIMITER, P])),
    ];
    let mut video = Video::new(NalCodec::H264, &[]);
    assert_eq!(received(&mut video, &packets), expected);

    // A marker of their own behind the parameter sets changes nothing.
    packets[0].1 = true;
    packets[1].1 = true;
    let mut video = Video::new(NalCodec::H264, &[]);
    assert_eq!(received(&mut video, &packets), expected);
}

#[test]
fn the_sets_of_the_description_stand_in_front_of_the_first_key_frame() {
    let mut video = Video::new(NalCodec::H264, &[SPS.to_vec(), PPS.to_vec()]);
    let packets = [
        (0, true, false, P.to_vec()),
        (1, true, false, IDR.to_vec()),
        (2, true, false, P.to_vec()),
    ];
    let expected = [
        (true, 1, stream(&[DELIMITER, SPS, PPS, IDR])),
        (false, 2, stream(&[DELIMITER, P])),
    ];
    assert_eq!(received(&mut video, &packets), expected);
}

#[test]
fn hevc_in_every_structure() {
    let (vps, sps, pps): (&[u8], &[u8], &[u8]) = (&[0x40, 1, 1], &[0x42, 1, 2], &[0x44, 1, 3]);
    let (idr, trail): (&[u8], &[u8]) = (&[0x26, 1, 7, 8], &[0x02, 1, 9]);
    let delimiter: &[u8] = &[0x46, 1, 0x50];
    let packets = [
        (0, false, false, aggregate(&[0x60, 1], &[vps, sps, pps])),
        (0, false, false, vec![0x62, 1, 0x80 | 19, 7]),
        (0, true, false, vec![0x62, 1, 0x40 | 19, 8]),
        (1, true, false, trail.to_vec()),
        (2, true, false, idr.to_vec()),
    ];
    let expected = [
        (true, 0, stream(&[delimiter, vps, sps, pps, idr])),
        (false, 1, stream(&[delimiter, trail])),
        (true, 2, stream(&[delimiter, vps, sps, pps, idr])),
    ];
    let mut video = Video::new(NalCodec::Hevc, &[]);
    assert_eq!(received(&mut video, &packets), expected);
}

#[test]
fn what_was_lost_takes_the_rest_of_its_unit_with_it() {
    let mut cut = fragments(IDR, 2);
    let last = cut.remove(2);
    let packets = [
        (0, true, false, IDR.to_vec()),
        // Its beginning is lost.
        (1, true, true, last.clone()),
        (2, false, false, cut.remove(0)),
        // The middle is lost; another slice follows whole.
        (2, false, true, last),
        (2, true, false, P.to_vec()),
        (3, true, false, P.to_vec()),
    ];
    let expected = [
        (true, 0, stream(&[DELIMITER, IDR])),
        (true, 2, stream(&[DELIMITER, &IDR[..3], P])),
        (false, 3, stream(&[DELIMITER, P])),
    ];
    let mut video = Video::new(NalCodec::H264, &[]);
    assert_eq!(received(&mut video, &packets), expected);
}

#[test]
fn units_in_front_of_a_picture_are_held_up_to_a_maximum() {
    let mut video = Video::new(NalCodec::H264, &[]);
    let long = [&[0x06, 5][..], &[0x55; 60_000]].concat();
    let mut packets: Vec<Sent<'_>> = vec![(0, false, false, long.clone())];
    packets.extend(
        fragments(&long, 1400)
            .into_iter()
            .map(|f| (0, false, false, f)),
    );
    packets.push((0, true, false, IDR.to_vec()));
    let expected = [(true, 0, stream(&[DELIMITER, IDR]))];
    assert_eq!(received(&mut video, &packets), expected);
}

/// Parameter sets as x264 and x265 wrote them.
#[test]
fn parameter_sets_say_how_much_is_reordered() {
    let table = [
        // -bf 2 without a pyramid; -bf 3 with one; baseline.
        (
            NalCodec::H264,
            "6764000cacd101419f9f011000000300100000030320f1429120",
            Some(1),
        ),
        (
            NalCodec::H264,
            "6764000cacd941419f9f011000000300100000030320f1429960",
            Some(2),
        ),
        (
            NalCodec::H264,
            "6742c00cd901419f9f011000000300100000030320f142a480",
            Some(0),
        ),
        // bframes=3 and bframes=0.
        (
            NalCodec::Hevc,
            "42010101600000030090000003000003003ca00a080b9f796565924caf016808000003000800000300c840",
            Some(2),
        ),
        (
            NalCodec::Hevc,
            "42010101600000030090000003000003003ca00a080b9f7964a924caf0168080000003008000000c84",
            Some(0),
        ),
        (NalCodec::H264, "67", None),
        (NalCodec::Hevc, "4201", None),
    ];
    for (codec, set, depth) in table {
        assert_eq!(reorder_depth(codec, &hex(set)), depth, "{set}");
    }
}

/// AudioSpecificConfig of AAC-LC, 48 kHz, stereo.
const AUDIO: RtpAudio<'_> = RtpAudio {
    config: &[0x11, 0x90],
    frame_ticks: 1024,
    clock_rate: 48_000,
};

fn sound(packets: &[Sent<'_>]) -> Vec<(i64, Vec<u8>)> {
    let mut aac = Aac::new(&AUDIO).expect("a good configuration");
    let mut frames = Vec::new();
    for (time, is_last, is_after_loss, bytes) in packets {
        let payload = RtpPayload {
            time: *time,
            is_last: *is_last,
            is_after_loss: *is_after_loss,
            bytes,
        };
        aac.push(&payload, &mut |time, frame| frames.push((time, frame)));
    }
    frames
}

fn au_headers(sizes: &[u16], data: &[u8]) -> Vec<u8> {
    let bits = u16::try_from(sizes.len() * 16).expect("few").to_be_bytes();
    let sizes = sizes.iter().flat_map(|size| (size << 3).to_be_bytes());
    bits.into_iter()
        .chain(sizes)
        .chain(data.iter().copied())
        .collect()
}

#[test]
fn frames_of_sound_get_headers_and_times() {
    let header = |bytes| {
        Adts::of_config(AUDIO.config)
            .expect("good")
            .header(bytes)
            .expect("short")
    };
    let frame = |data: &[u8]| [&header(data.len())[..], data].concat();
    let found = sound(&[
        (0, true, false, au_headers(&[2, 3], &[1, 2, 3, 4, 5])),
        // One frame in two packets.
        (3840, false, false, au_headers(&[4], &[6, 7])),
        (3840, true, false, au_headers(&[4], &[8, 9])),
        // The first half of it is lost.
        (5760, true, true, au_headers(&[4], &[1, 1])),
        // Cut off, and no headers at all.
        (7680, true, false, vec![0]),
        (7680, true, false, vec![0, 16]),
        (7680, true, false, au_headers(&[1], &[7])),
    ]);
    let expected = [
        (0, frame(&[1, 2])),
        (1920, frame(&[3, 4, 5])),
        (3840, frame(&[6, 7, 8, 9])),
        (7680, frame(&[7])),
    ];
    assert_eq!(found, expected);
}

fn pids(out: &[u8]) -> Vec<u16> {
    assert_eq!(out.len() % 188, 0);
    let pid = |packet: &[u8]| u16::from_be_bytes([packet[1] & 0x1F, packet[2]]);
    out.chunks(188).map(pid).collect()
}

#[test]
fn sound_waits_for_its_picture() {
    let video: Option<(RtpVideo, &[Vec<u8>])> = Some((RtpVideo::H264, &[]));
    let mut program = RtpProgram::new(video, Some(AUDIO)).expect("both");
    let mut out = Vec::new();
    let au = |time| RtpPayload {
        time,
        is_last: true,
        is_after_loss: false,
        bytes: &[0, 16, 0, 8, 1],
    };
    program.audio(&au(0), &mut out);
    assert_eq!(out, [], "there is no picture yet");
    let picture = |time, is_last| RtpPayload {
        bytes: IDR,
        is_last,
        ..au(time)
    };
    program.video(&picture(0, false), &mut out);
    assert!(!pids(&out).contains(&0x101), "a picture is open");
    program.video(&picture(0, true), &mut out);
    assert_eq!(pids(&out).iter().filter(|pid| **pid == 0x101).count(), 1);
    out.clear();
    program.audio(&au(90_000), &mut out);
    assert_eq!(out, [], "it is a second ahead");
    program.video(&picture(90_000, true), &mut out);
    assert!(pids(&out).contains(&0x101));
}

#[test]
fn without_a_picture_there_is_no_end_of_waiting_sound() {
    let video: Option<(RtpVideo, &[Vec<u8>])> = Some((RtpVideo::H264, &[]));
    let mut program = RtpProgram::new(video, Some(AUDIO)).expect("both");
    let mut out = Vec::new();
    let bytes = au_headers(&[1000], &[0x21; 1000]);
    for index in 0..1000 {
        let payload = RtpPayload {
            time: index * 1920,
            is_last: true,
            is_after_loss: false,
            bytes: &bytes,
        };
        program.audio(&payload, &mut out);
    }
    assert_eq!(out, []);
    assert!(program.stats().1 > 900, "{:?}", program.stats());
}

#[test]
fn nothing_to_play_is_an_error() {
    assert!(RtpProgram::new(None, None).is_err());
    let audio = RtpAudio {
        config: &[],
        ..AUDIO
    };
    assert!(RtpProgram::new(None, Some(audio)).is_err());
    assert!(RtpProgram::new(None, Some(AUDIO)).is_ok());
}

proptest! {
    #[test]
    fn any_payload_makes_whole_packets(
        hevc in any::<bool>(),
        payloads in proptest::collection::vec(
            (any::<bool>(), -10_000i64..1_000_000, any::<bool>(), any::<bool>(),
             proptest::collection::vec(any::<u8>(), 0..80)),
            0..60,
        ),
    ) {
        let codec = if hevc { RtpVideo::Hevc } else { RtpVideo::H264 };
        let mut program = RtpProgram::new(Some((codec, &[SPS.to_vec()])), Some(AUDIO)).expect("both");
        let mut out = Vec::new();
        for (is_video, time, is_last, is_after_loss, bytes) in &payloads {
            let payload = RtpPayload { time: *time, is_last: *is_last, is_after_loss: *is_after_loss, bytes };
            match is_video {
                true => program.video(&payload, &mut out),
                false => program.audio(&payload, &mut out),
            }
        }
        prop_assert_eq!(out.len() % 188, 0);
        prop_assert!(out.chunks(188).all(|packet| packet[0] == 0x47));
    }

    #[test]
    fn any_parameter_set_is_read_or_refused(set in proptest::collection::vec(any::<u8>(), 0..200)) {
        for codec in [NalCodec::H264, NalCodec::Hevc] {
            let _ = reorder_depth(codec, &set);
        }
    }
}
