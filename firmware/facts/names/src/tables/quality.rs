//! Words that say how a channel is sent, not which one it is.

use crate::parts::Quality;

/// Words for the quality of the picture and for codecs, folded and sorted.
pub(crate) static QUALITY_WORDS: [(&str, Quality); 27] = [
    ("4k", Quality::Uhd),
    ("4kuhd", Quality::Uhd),
    ("8k", Quality::Uhd8k),
    ("av1", Quality::Unknown),
    ("avc", Quality::Unknown),
    ("dolby", Quality::Unknown),
    ("fhd", Quality::FullHd),
    ("fullhd", Quality::FullHd),
    ("h264", Quality::Unknown),
    ("h265", Quality::Unknown),
    ("hd", Quality::Hd),
    ("hdr", Quality::Unknown),
    ("hdr10", Quality::Unknown),
    ("hdready", Quality::Hd),
    ("hdtv", Quality::Hd),
    ("hevc", Quality::Unknown),
    ("lq", Quality::Sd),
    ("mpeg2", Quality::Unknown),
    ("mpeg4", Quality::Unknown),
    ("multiaudio", Quality::Unknown),
    ("raw", Quality::Unknown),
    ("sd", Quality::Sd),
    ("uhd", Quality::Uhd),
    ("uhd4k", Quality::Uhd),
    ("ultrahd", Quality::Uhd),
    ("x264", Quality::Unknown),
    ("x265", Quality::Unknown),
];

/// What stands in brackets and says nothing about the channel, folded and sorted.
pub(crate) static DECORATION: [&str; 24] = [
    "alt",
    "backup",
    "bkp",
    "catch up",
    "catchup",
    "dvr",
    "fps",
    "geo blocked",
    "geoblocked",
    "hq",
    "iptv",
    "live event only",
    "low",
    "mono",
    "multi audio",
    "multiaudio",
    "new",
    "not 24 7",
    "offline",
    "ott",
    "s",
    "stereo",
    "test",
    "vip",
];

/// Words that say nothing about the channel wherever they stand behind its name, sorted.
pub(crate) static MARKS: [&str; 3] = ["backup", "bkp", "vip"];

/// The quality of a bare number of lines, as brackets hold it: `(1080)`.
pub(crate) fn told_by_lines(number: &str) -> Option<Quality> {
    let is_usual = matches!(
        number,
        "240" | "360" | "480" | "540" | "576" | "720" | "1080" | "1440" | "2160" | "4320"
    );
    is_usual
        .then(|| number.parse().ok().map(of_lines))
        .flatten()
}

/// The quality that a folded word tells: a word of the table, or a number of lines, perhaps with one
/// of frames (`1080p`, `720p50`).
/// A word about something else (a codec, a frame rate) tells an unknown quality.
pub(crate) fn told_by(word: &str) -> Option<Quality> {
    if let Some(quality) = super::look_up(&QUALITY_WORDS, word) {
        return Some(quality);
    }
    let (digits, unit) = word.split_at_checked(digits_at_start(word))?;
    let frames = unit
        .strip_prefix(['p', 'i'])
        .filter(|_| matches!(digits.len(), 3 | 4));
    if let Some(lines) = unit.strip_prefix('x')
        && matches!(digits.len(), 3 | 4)
    {
        return told_by_lines(lines);
    }
    match frames {
        Some(rate) if rate.len() <= 3 && digits_at_start(rate) == rate.len() => {
            Some(of_lines(digits.parse().ok()?))
        }
        _ if unit == "fps" && matches!(digits.len(), 2 | 3) => Some(Quality::Unknown),
        _ => None,
    }
}

/// How many bytes of the word's beginning are digits.
fn digits_at_start(word: &str) -> usize {
    word.bytes().take_while(u8::is_ascii_digit).count()
}

/// The quality of a picture of so many lines.
fn of_lines(lines: u16) -> Quality {
    match lines {
        0..720 => Quality::Sd,
        720..1080 => Quality::Hd,
        1080..2160 => Quality::FullHd,
        2160..4320 => Quality::Uhd,
        4320.. => Quality::Uhd8k,
    }
}
