//! Cleans a playlist line by line before m3u8-rs sees it.
//!
//! m3u8-rs reads tidy playlists. On untidy ones it is silently wrong: what follows the number in
//! `#EXT-X-TARGETDURATION:9.5` or the second comma of an EXTINF title becomes a segment address, a
//! KEY with METHOD=NONE and no IV is lost, a tag without `=` swallows the lines behind it (and
//! costs quadratic time), text that is not UTF-8 ends the playlist. So every line is read here
//! leniently, and written anew in the one form that the parser cannot get wrong. A tag that is not
//! used or not understood is left out.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::attributes::Attributes;
use crate::error::Error;
use crate::limits::Limits;
use crate::media::PartControl;
use crate::parts;
use crate::survey::{self, Survey};
use crate::tidy::{DURATION_SECONDS_MAX, byte_range, quote, rendition, seconds, token, variant};

/// A clean playlist and what was taken out of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sieved {
    /// The text for the parser; begins with `#EXTM3U` and ends with a line end.
    pub(crate) text: String,
    /// Whether it is a master playlist.
    pub(crate) master: bool,
    /// Oldest segments left out because of [`Limits::segments_max`].
    pub(crate) segments_skipped: u64,
    /// Discontinuities that stood among them.
    pub(crate) discontinuities_skipped: u64,
    /// What is said about parts.
    pub(crate) part_control: PartControl,
    /// The last segment of the text is none: it stands for the one that is still made.
    pub(crate) has_open: bool,
}

/// Largest sequence number taken. RFC 8216 4.2 allows 2^64 − 1; half of it leaves room to add a
/// playlist's length without overflow.
const SEQUENCE_MAX: u64 = u64::MAX / 2;

/// A tag of our own: the map of this segment stood before its key, so that key is not for it.
pub(crate) const MAP_BEFORE_KEY: &str = "X-DIPOLE-MAP-BEFORE-KEY";

/// A tag of our own: a part in the form of [`parts::tidy`].
pub(crate) const PART: &str = "X-DIPOLE-PART";

/// Stands for what cannot be read.
const SUBSTITUTE: char = '\u{1a}';

/// Decodes, surveys and cleans a playlist.
pub(crate) fn sieve(bytes: &[u8], limits: &Limits) -> Result<Sieved, Error> {
    if bytes.len() > limits.playlist_bytes_max {
        return Err(Error::TooLong {
            bytes: bytes.len(),
            bytes_max: limits.playlist_bytes_max,
        });
    }
    let decoded = decode(bytes);
    let text = decoded.trim_start_matches('\u{feff}');
    let survey = Survey::take(text)?;
    let mut pass = Pass::new(&survey, limits)?;
    for (number, line) in survey::lines(text) {
        pass.line(number, line, limits)?;
    }
    pass.close();
    Ok(pass.out)
}

/// What is not UTF-8 becomes SUBSTITUTE (ECMA-48 8.3.148). U+FFFD would make a hostile playlist three
/// times as long here, and nine times where it stands percent-encoded in addresses.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend((!chunk.invalid().is_empty()).then_some(SUBSTITUTE));
    }
    Cow::Owned(text)
}

/// The second pass over the lines.
struct Pass {
    out: Sieved,
    /// Segments still to be left out from the front.
    to_skip: u64,
    renditions: usize,
    /// Lines written.
    lines: usize,
    /// The next address of a master playlist belongs to a variant.
    variant_open: bool,
    seen: Seen,
}

/// Tags of which the first counts, and keys since the last segment.
#[derive(Default)]
struct Seen {
    target_duration: bool,
    media_sequence: bool,
    discontinuity_sequence: bool,
    /// A key in the `identity` format stands before the next segment: keys of DRM systems for the
    /// same segment are alternatives to it (RFC 8216 4.3.2.4) and left out.
    identity_key: bool,
    /// A map stands before the next segment.
    map: bool,
    /// Parts of the next segment stand before it.
    parts: bool,
}

impl Pass {
    fn new(survey: &Survey, limits: &Limits) -> Result<Self, Error> {
        let master = survey.is_master();
        let to_skip = if master {
            survey.check_variants(limits)?;
            0
        } else {
            u64::try_from(survey.segments_to_skip(limits)?).unwrap_or(u64::MAX)
        };
        let text = String::from("#EXTM3U\n");
        Ok(Self {
            out: Sieved {
                text,
                master,
                segments_skipped: to_skip,
                discontinuities_skipped: 0,
                part_control: PartControl::default(),
                has_open: false,
            },
            to_skip,
            renditions: 0,
            lines: 0,
            variant_open: false,
            seen: Seen::default(),
        })
    }

    fn line(&mut self, number: usize, line: &str, limits: &Limits) -> Result<(), Error> {
        let long = line.len() > limits.line_bytes_max;
        if long && line.starts_with('#') {
            return Ok(());
        }
        if long {
            return Err(Error::AddressTooLong {
                line: number,
                bytes_max: limits.line_bytes_max,
            });
        }
        if !line.starts_with('#') {
            self.address(line);
        } else if self.out.master {
            let (tag, value) = line.split_once(':').unwrap_or((line, ""));
            self.master_tag(tag, value, limits);
        } else {
            let (tag, value) = line.split_once(':').unwrap_or((line, ""));
            self.media_tag(tag.trim_end(), value.trim());
        }
        if self.lines > limits.lines_max {
            return Err(Error::TooManyLines {
                lines_max: limits.lines_max,
            });
        }
        Ok(())
    }

    fn address(&mut self, line: &str) {
        self.seen.identity_key = false;
        self.seen.map = false;
        self.seen.parts = false;
        if self.out.master && !std::mem::take(&mut self.variant_open) {
            return;
        }
        match self.to_skip.checked_sub(1) {
            Some(left) => self.to_skip = left,
            None => self.write(line),
        }
    }

    /// Parts behind the last segment are those of one that has no address yet: it gets one, so that
    /// the parser keeps what stands before it.
    fn close(&mut self) {
        if std::mem::take(&mut self.seen.parts) {
            self.out.has_open = true;
            self.write(".");
        }
    }

    fn write(&mut self, line: &str) {
        self.lines += 1;
        self.out.text.push_str(line);
        self.out.text.push('\n');
    }

    fn master_tag(&mut self, tag: &str, value: &str, limits: &Limits) {
        match tag {
            "#EXT-X-STREAM-INF" => {
                self.variant_open = true;
                self.write(&format!(
                    "#EXT-X-STREAM-INF:{}",
                    variant(&Attributes::read(value))
                ));
            }
            "#EXT-X-I-FRAME-STREAM-INF" => {
                let list = Attributes::read(value);
                let mut line = format!("#EXT-X-I-FRAME-STREAM-INF:{}", variant(&list));
                quote(&mut line, "URI", list.find("URI"));
                self.write(&line);
            }
            "#EXT-X-MEDIA" if self.renditions < limits.renditions_max => {
                if let Some(list) = rendition(&Attributes::read(value)) {
                    self.renditions += 1;
                    self.write(&format!("#EXT-X-MEDIA:{list}"));
                }
            }
            _ => {}
        }
    }

    fn media_tag(&mut self, tag: &str, value: &str) {
        match tag {
            "#EXT-X-TARGETDURATION" => self.target_duration(value),
            "#EXT-X-MEDIA-SEQUENCE" if !self.seen.media_sequence => {
                self.seen.media_sequence = self.integer(tag, value);
            }
            "#EXT-X-DISCONTINUITY-SEQUENCE" if !self.seen.discontinuity_sequence => {
                self.seen.discontinuity_sequence = self.integer(tag, value);
            }
            "#EXT-X-PLAYLIST-TYPE" if !value.is_empty() => self.write(&format!("{tag}:{value}")),
            "#EXT-X-ENDLIST" | "#EXT-X-I-FRAMES-ONLY" => self.write(tag),
            "#EXT-X-KEY" => self.key(&Attributes::read(value)),
            "#EXT-X-MAP" => self.map(&Attributes::read(value)),
            "#EXT-X-START" => self.start(&Attributes::read(value)),
            "#EXT-X-PART-INF" => {
                parts::part_inf(&mut self.out.part_control, &Attributes::read(value))
            }
            "#EXT-X-SERVER-CONTROL" => {
                let list = Attributes::read(value);
                parts::server_control(&mut self.out.part_control, &list);
            }
            "#EXT-X-SKIP" => {
                if let Some(count) = Attributes::read(value).integer("SKIPPED-SEGMENTS") {
                    self.write(&format!("{tag}:{}", count.min(SEQUENCE_MAX / 2)));
                }
            }
            "#EXT-X-DISCONTINUITY" if self.to_skip > 0 => self.out.discontinuities_skipped += 1,
            _ if self.to_skip == 0 => self.segment_tag(tag, value),
            _ => {}
        }
    }

    /// Tags that belong to the next segment alone, and go when it goes.
    fn segment_tag(&mut self, tag: &str, value: &str) {
        match tag {
            "#EXTINF" => {
                let number = value.split(',').next().and_then(seconds);
                if let Some(seconds) = number {
                    self.write(&format!("#EXTINF:{seconds:.6},"));
                }
            }
            "#EXT-X-BYTERANGE" => {
                if let Some(range) = byte_range(value) {
                    self.write(&format!("{tag}:{range}"));
                }
            }
            "#EXT-X-PART" => {
                if let Some(part) = parts::tidy(&Attributes::read(value)) {
                    self.seen.parts = true;
                    self.write(&format!("#EXT-{PART}:{part}"));
                }
            }
            "#EXT-X-PROGRAM-DATE-TIME" => self.write(&format!("{tag}:{value}")),
            "#EXT-X-DISCONTINUITY" | "#EXT-X-GAP" => self.write(tag),
            _ => {}
        }
    }

    /// The standard wants a whole number of seconds; servers also send fractions, zero and worse.
    fn target_duration(&mut self, value: &str) {
        let number = seconds(value).filter(|seconds| *seconds > 0.0);
        if let (Some(seconds), false) = (number, self.seen.target_duration) {
            self.write(&format!("#EXT-X-TARGETDURATION:{:.0}", seconds.ceil()));
            self.seen.target_duration = true;
        }
    }

    fn integer(&mut self, tag: &str, value: &str) -> bool {
        match value.parse::<u64>() {
            Ok(number) if number <= SEQUENCE_MAX => {
                self.write(&format!("{tag}:{number}"));
                true
            }
            _ => false,
        }
    }

    fn key(&mut self, list: &Attributes<'_>) {
        let Some(method) = list.find("METHOD").and_then(token) else {
            return;
        };
        if std::mem::take(&mut self.seen.map) {
            self.write(&format!("#EXT-{MAP_BEFORE_KEY}"));
        }
        let method = method.to_ascii_uppercase();
        if method == "NONE" {
            self.seen.identity_key = false;
            // m3u8-rs refuses NONE without an IV, although RFC 8216 4.3.2.4 forbids one there.
            return self.write("#EXT-X-KEY:METHOD=NONE,IV=0x0");
        }
        let format = list.find("KEYFORMAT").unwrap_or("identity");
        let identity = format.eq_ignore_ascii_case("identity");
        if self.seen.identity_key && !identity {
            return;
        }
        self.seen.identity_key |= identity;
        let mut line = format!("#EXT-X-KEY:METHOD={method}");
        quote(&mut line, "URI", list.find("URI"));
        if let Some(iv) = list.find("IV").and_then(token) {
            let _ = write!(line, ",IV={iv}");
        }
        quote(&mut line, "KEYFORMAT", Some(format));
        self.write(&line);
    }

    fn map(&mut self, list: &Attributes<'_>) {
        let Some(uri) = list.find("URI") else { return };
        let mut line = format!("#EXT-X-MAP:URI=\"{}\"", uri.replace('"', ""));
        quote(
            &mut line,
            "BYTERANGE",
            list.find("BYTERANGE").and_then(byte_range).as_deref(),
        );
        self.seen.map = true;
        self.write(&line);
    }

    fn start(&mut self, list: &Attributes<'_>) {
        let offset = list
            .find("TIME-OFFSET")
            .and_then(|text| text.parse::<f64>().ok());
        if let Some(offset) = offset.filter(|offset| offset.abs() <= DURATION_SECONDS_MAX) {
            self.write(&format!("#EXT-X-START:TIME-OFFSET={offset:.6}"));
        }
    }
}
