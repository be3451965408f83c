//! What is played of what a session offers.

use retina::client::Stream;
use retina::codec::{ParametersRef, VideoParametersCodec};

/// Streams that are looked at; cameras offer up to five.
const STREAMS_MAX: usize = 64;
/// Characters of a codec's name that are shown.
const NAME_CHARS_MAX: usize = 24;

/// What one stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// RFC 2250: the whole program.
    TransportStream,
    H264,
    Hevc,
    /// AAC whose parameters the description gives.
    Aac,
    /// A picture that cannot be given out.
    OtherVideo,
    Other,
}

/// What is to be set up, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    TransportStream(usize),
    Units {
        video: Option<usize>,
        audio: Option<usize>,
    },
}

/// The first transport stream, else the first picture and the first sound that can be given out. Sound
/// whose picture cannot be is not played: nobody would know why there is none.
pub(super) fn choose(kinds: &[Kind]) -> Option<Choice> {
    let first = |wanted: &[Kind]| kinds.iter().position(|kind| wanted.contains(kind));
    if let Some(index) = first(&[Kind::TransportStream]) {
        return Some(Choice::TransportStream(index));
    }
    let (video, audio) = (first(&[Kind::H264, Kind::Hevc]), first(&[Kind::Aac]));
    if video.is_none() && first(&[Kind::OtherVideo]).is_some() {
        return None;
    }
    (video.is_some() || audio.is_some()).then_some(Choice::Units { video, audio })
}

pub(super) fn kinds(streams: &[Stream]) -> Vec<Kind> {
    streams.iter().take(STREAMS_MAX).map(kind).collect()
}

fn kind(stream: &Stream) -> Kind {
    match (stream.media(), stream.encoding_name()) {
        (_, "mp2t") => Kind::TransportStream,
        ("video", "h264") => Kind::H264,
        ("video", "h265") => Kind::Hevc,
        ("audio", "mpeg4-generic") if audio(stream).is_some() => Kind::Aac,
        ("video" | "image", _) => Kind::OtherVideo,
        _ => Kind::Other,
    }
}

/// The parameter sets of the description, without start codes.
pub(super) fn parameter_sets(stream: &Stream) -> Vec<Vec<u8>> {
    let Some(ParametersRef::Video(parameters)) = stream.parameters() else {
        return Vec::new();
    };
    match parameters.codec_params() {
        VideoParametersCodec::H264 { sps, pps } => vec![sps.to_vec(), pps.to_vec()],
        VideoParametersCodec::H265 { vps, sps, pps } => {
            vec![vps.to_vec(), sps.to_vec(), pps.to_vec()]
        }
        _ => Vec::new(),
    }
}

/// What the description says of the sound.
pub(super) fn audio(stream: &Stream) -> Option<remux::RtpAudio<'_>> {
    match stream.parameters()? {
        ParametersRef::Audio(parameters) => Some(remux::RtpAudio {
            config: parameters.extra_data(),
            frame_ticks: parameters.frame_length()?.get(),
            clock_rate: parameters.clock_rate(),
        }),
        _ => None,
    }
}

/// Names of codecs for a message.
pub(super) fn names<'a>(streams: impl Iterator<Item = &'a Stream>) -> String {
    let clean = |name: &str| -> String {
        let harmless = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c);
        name.chars().filter(harmless).take(NAME_CHARS_MAX).collect()
    };
    let name = |stream: &Stream| {
        format!(
            "{}/{}",
            clean(stream.media()),
            clean(stream.encoding_name())
        )
    };
    let names: Vec<String> = streams.take(8).map(name).collect();
    match names.is_empty() {
        true => "nothing".to_owned(),
        false => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_is_taken() {
        use Kind::{Aac, H264, Hevc, Other, OtherVideo, TransportStream};
        let units = |video, audio| Some(Choice::Units { video, audio });
        for (kinds, choice) in [
            (&[][..], None),
            (&[Other, Other], None),
            (&[H264, TransportStream], Some(Choice::TransportStream(1))),
            (&[Other, Hevc, Aac, H264, Aac], units(Some(1), Some(2))),
            (&[Aac], units(None, Some(0))),
            (&[OtherVideo, Aac], None),
            (&[OtherVideo, Hevc], units(Some(1), None)),
            (&[H264, Other], units(Some(0), None)),
        ] {
            assert_eq!(choose(kinds), choice, "{kinds:?}");
        }
    }
}
