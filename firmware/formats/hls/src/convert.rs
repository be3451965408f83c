//! From the types of m3u8-rs to ours: addresses resolved, ranges, keys and numbers carried along.

use std::sync::Arc;
use std::time::Duration;

use m3u8_rs::{self as parsed, AlternativeMediaType, MediaPlaylistType};
use url::Url;

use crate::error::Error;
use crate::master::{MasterPlaylist, Rendition, RenditionKind, Resolution, Variant, first_choice};
use crate::media::{ByteRange, Key, KeyMethod, Map, MediaPlaylist, PlaylistKind, Segment};
use crate::parts::PartReader;
use crate::resolver::Resolver;
use crate::sieve::{MAP_BEFORE_KEY, PART, Sieved};

/// Parses cleaned text with variants.
pub(crate) fn master(sieved: Sieved, resolver: &mut Resolver<'_>) -> Result<MasterPlaylist, Error> {
    let master = parsed::parse_master_playlist_res(sieved.text.as_bytes());
    let master = master.map_err(|_| Error::Parser)?;
    drop(sieved);
    convert_master(&master, resolver)
}

/// Parses cleaned text with segments.
pub(crate) fn media(
    mut sieved: Sieved,
    resolver: &mut Resolver<'_>,
) -> Result<MediaPlaylist, Error> {
    let media = parsed::parse_media_playlist_res(sieved.text.as_bytes());
    let media = media.map_err(|_| Error::Parser)?;
    // The text is not needed any more, and the addresses need room.
    sieved.text = String::new();
    let converted = convert_media(media, &sieved, resolver);
    resolver.finish()?;
    Ok(converted)
}

fn convert_master(
    master: &parsed::MasterPlaylist,
    resolver: &mut Resolver<'_>,
) -> Result<MasterPlaylist, Error> {
    let renditions: Vec<_> = master
        .alternatives
        .iter()
        .map(|media| rendition(media, resolver))
        .collect();
    let variants: Vec<_> = master
        .variants
        .iter()
        .filter_map(|v| variant(v, &renditions, resolver))
        .collect();
    resolver.finish()?;
    match variants.is_empty() {
        true => Err(Error::NoVariant),
        false => Ok(MasterPlaylist {
            variants,
            renditions,
        }),
    }
}

fn variant(
    from: &parsed::VariantStream,
    renditions: &[Rendition],
    resolver: &mut Resolver<'_>,
) -> Option<Variant> {
    let group = from.audio.as_deref();
    let audio = group.and_then(|group| first_choice(renditions, group));
    Some(Variant {
        uri: resolver.resolve(&from.uri)?,
        bandwidth: from.bandwidth,
        average_bandwidth: from.average_bandwidth,
        resolution: from.resolution.map(|r| Resolution {
            width: r.width,
            height: r.height,
        }),
        codecs: from.codecs.clone(),
        audio_group: from.audio.clone(),
        audio_apart: audio.is_some_and(|rendition| rendition.uri.is_some()),
        iframes_only: from.is_i_frame,
    })
}

fn rendition(from: &parsed::AlternativeMedia, resolver: &mut Resolver<'_>) -> Rendition {
    Rendition {
        kind: match from.media_type {
            AlternativeMediaType::Audio => RenditionKind::Audio,
            AlternativeMediaType::Video => RenditionKind::Video,
            AlternativeMediaType::Subtitles => RenditionKind::Subtitles,
            AlternativeMediaType::ClosedCaptions | AlternativeMediaType::Other(_) => {
                RenditionKind::Other
            }
        },
        group: from.group_id.clone(),
        name: from.name.clone(),
        language: from.language.clone(),
        uri: from.uri.as_deref().and_then(|uri| resolver.resolve(uri)),
        default: from.default,
        autoselect: from.autoselect,
    }
}

fn convert_media(
    media: parsed::MediaPlaylist,
    sieved: &Sieved,
    resolver: &mut Resolver<'_>,
) -> MediaPlaylist {
    let media_sequence = media.media_sequence + sieved.segments_skipped;
    let discontinuity_sequence = media.discontinuity_sequence + sieved.discontinuities_skipped;
    let target_duration = target_duration(&media);
    let mut carry = Carry::new(resolver, target_duration, discontinuity_sequence);
    let mut segments = Vec::with_capacity(media.segments.len());
    let mut sequence = media_sequence;
    // Each goes as soon as it is converted: two lists of addresses need not be there at once.
    let count = media.segments.len();
    for (place, segment) in media.segments.into_iter().enumerate() {
        sequence = sequence.saturating_add(skipped(&segment));
        carry.takes_parts = count.saturating_sub(place) <= SEGMENTS_WITH_PARTS_MAX;
        segments.extend(carry.segment(&segment, sequence));
        sequence = sequence.saturating_add(1);
    }
    let open = sieved.has_open.then(|| segments.pop()).flatten();
    let open = open.map(Box::new);
    MediaPlaylist {
        target_duration,
        media_sequence,
        discontinuity_sequence,
        ended: media.end_list,
        kind: match media.playlist_type {
            Some(MediaPlaylistType::Event) => Some(PlaylistKind::Event),
            Some(MediaPlaylistType::Vod) => Some(PlaylistKind::Vod),
            Some(MediaPlaylistType::Other(_)) | None => None,
        },
        iframes_only: media.i_frames_only,
        start_offset_seconds: media.start.as_ref().map(|start| start.time_offset),
        segments,
        part_control: sieved.part_control,
        open,
    }
}

fn target_duration(media: &parsed::MediaPlaylist) -> Duration {
    if media.target_duration > 0 {
        return Duration::from_secs(media.target_duration);
    }
    let longest = media
        .segments
        .iter()
        .filter_map(|segment| duration(segment.duration))
        .max();
    longest.unwrap_or(MediaPlaylist::TARGET_DURATION_DEFAULT)
}

fn duration(seconds: f32) -> Option<Duration> {
    Duration::try_from_secs_f32(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
}

/// EXT-X-SKIP (8216bis 4.4.5.2): segments of a delta update that stand only by their number.
fn skipped(segment: &parsed::MediaSegment) -> u64 {
    let tag = segment.unknown_tags.iter().find(|tag| tag.tag == "X-SKIP");
    tag.and_then(|tag| tag.rest.as_deref()?.parse().ok())
        .unwrap_or(0)
}

/// Segments of which parts are kept: servers name those of the last three target durations (8216bis
/// 6.2.2).
const SEGMENTS_WITH_PARTS_MAX: usize = 16;

/// What one segment inherits from those before it.
struct Carry<'a, 'b> {
    resolver: &'a mut Resolver<'b>,
    target_duration: Duration,
    discontinuity_sequence: u64,
    key: Option<Arc<Key>>,
    map: Option<Arc<Map>>,
    /// End of the last byte range of a resource, for ranges without an offset.
    range_end: Option<(Url, u64)>,
    parts: PartReader,
    /// The segment is near the live edge.
    takes_parts: bool,
}

impl<'a, 'b> Carry<'a, 'b> {
    fn new(
        resolver: &'a mut Resolver<'b>,
        target_duration: Duration,
        discontinuity_sequence: u64,
    ) -> Self {
        Self {
            resolver,
            target_duration,
            discontinuity_sequence,
            key: None,
            map: None,
            range_end: None,
            parts: PartReader::default(),
            takes_parts: false,
        }
    }

    /// One segment, or nothing if its address or range is unusable. What it carries to the next
    /// ones is taken over in any case.
    fn segment(&mut self, from: &parsed::MediaSegment, sequence: u64) -> Option<Segment> {
        self.discontinuity_sequence += u64::from(from.discontinuity);
        // The parser keeps no order of the two; the sieve marks where the map came first.
        let before = self.key.clone();
        if let Some(key) = &from.key {
            self.key = key_of(key, self.resolver).map(Arc::new);
        }
        if let Some(map) = &from.map {
            let is_first = from
                .unknown_tags
                .iter()
                .any(|tag| tag.tag == MAP_BEFORE_KEY);
            let key = if is_first { before } else { self.key.clone() };
            self.map = self.map_of(map, key, sequence).map(Arc::new);
        }
        let lines = from.unknown_tags.iter().filter(|tag| tag.tag == PART);
        let lines = lines.filter_map(|tag| tag.rest.as_deref());
        let lines = lines.take_while(|_| self.takes_parts);
        let parts = self.parts.read(lines, self.resolver);
        let uri = self.resolver.resolve(&from.uri)?;
        let byte_range = match &from.byte_range {
            Some(range) => Some(self.byte_range(range, &uri)?),
            None => None,
        };
        Some(Segment {
            uri,
            duration: duration(from.duration).unwrap_or(self.target_duration),
            sequence,
            discontinuity: from.discontinuity,
            discontinuity_sequence: self.discontinuity_sequence,
            byte_range,
            key: self.key.clone(),
            map: self.map.clone(),
            gap: from.unknown_tags.iter().any(|tag| tag.tag == "X-GAP"),
            program_date_time_ms: from.program_date_time.map(|time| time.timestamp_millis()),
            parts,
        })
    }

    /// A range without an offset begins where the last range of the same resource ended
    /// (RFC 8216 4.3.2.2), at 0 if there was none.
    fn byte_range(&mut self, range: &parsed::ByteRange, uri: &Url) -> Option<ByteRange> {
        let implicit = match &self.range_end {
            Some((last, end)) if last == uri => *end,
            _ => 0,
        };
        let offset = range.offset.unwrap_or(implicit);
        let end = offset
            .checked_add(range.length)
            .filter(|end| *end > offset)?;
        self.range_end = Some((uri.clone(), end));
        Some(ByteRange {
            offset,
            length: range.length,
        })
    }

    fn map_of(&mut self, map: &parsed::Map, key: Option<Arc<Key>>, sequence: u64) -> Option<Map> {
        let byte_range = map.byte_range.as_ref().and_then(|range| {
            let offset = range.offset.unwrap_or(0);
            offset.checked_add(range.length)?;
            Some(ByteRange {
                offset,
                length: range.length,
            })
        });
        Some(Map {
            uri: self.resolver.resolve(&map.uri)?,
            byte_range,
            key,
            sequence,
        })
    }
}

/// A key, or nothing for METHOD=NONE. A method that cannot be used is kept by name, so that the
/// refusal can say it.
fn key_of(key: &parsed::Key, resolver: &mut Resolver<'_>) -> Option<Key> {
    let uri = key.uri.as_deref().and_then(|uri| resolver.resolve(uri));
    let format = key.keyformat.as_deref().unwrap_or("identity");
    let named = |name: &str| match format {
        "identity" => KeyMethod::Other(name.to_owned()),
        _ => KeyMethod::Other(format!("{name} ({format})")),
    };
    let method = match &key.method {
        parsed::KeyMethod::None => return None,
        parsed::KeyMethod::AES128 if !format.eq_ignore_ascii_case("identity") => named("AES-128"),
        parsed::KeyMethod::AES128 if uri.is_none() => named("AES-128 without a usable key address"),
        parsed::KeyMethod::AES128 => KeyMethod::Aes128,
        parsed::KeyMethod::SampleAES => named("SAMPLE-AES"),
        parsed::KeyMethod::Other(name) => named(name),
    };
    Some(Key {
        method,
        uri,
        iv: key.iv.as_deref().and_then(iv),
    })
}

/// A hexadecimal sequence of up to 128 bits (RFC 8216 4.2).
fn iv(text: &str) -> Option<[u8; 16]> {
    let digits = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))?;
    u128::from_str_radix(digits, 16).ok().map(u128::to_be_bytes)
}
