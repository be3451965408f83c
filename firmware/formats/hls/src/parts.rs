//! Reads what a server of low-latency HLS says of parts of segments (draft-pantos-hls-rfc8216bis
//! 4.4.3.7, 4.4.3.8, 4.4.4.9).

use std::fmt::Write as _;
use std::time::Duration;

use url::Url;

use crate::attributes::Attributes;
use crate::media::{ByteRange, Part, PartControl};
use crate::resolver::Resolver;
use crate::tidy::{byte_range, seconds};

/// Parts that are kept of one segment. 8216bis wants at least a fifth of a second for most of them,
/// and segments of some seconds.
const PARTS_MAX: usize = 128;

/// Takes in EXT-X-PART-INF.
pub(crate) fn part_inf(control: &mut PartControl, list: &Attributes<'_>) {
    let target = list.find("PART-TARGET").and_then(length);
    control.target = target.or(control.target);
}

/// Takes in EXT-X-SERVER-CONTROL.
pub(crate) fn server_control(control: &mut PartControl, list: &Attributes<'_>) {
    control.hold_back = list.find("PART-HOLD-BACK").and_then(length);
    control.can_block_reload = says_yes(list, "CAN-BLOCK-RELOAD");
}

/// One EXT-X-PART in a form that is read without doubt: duration, flags, range or `-`, address.
pub(crate) fn tidy(list: &Attributes<'_>) -> Option<String> {
    let uri = list.find("URI")?;
    let seconds = list
        .find("DURATION")
        .and_then(seconds)
        .filter(|s| *s > 0.0)?;
    let mut line = format!("{seconds:.6} =");
    line.push_str(if says_yes(list, "INDEPENDENT") {
        "I"
    } else {
        ""
    });
    line.push_str(if says_yes(list, "GAP") { "G" } else { "" });
    let range = list.find("BYTERANGE").and_then(byte_range);
    let _ = write!(line, " {} {uri}", range.as_deref().unwrap_or("-"));
    Some(line)
}

/// The parts of one segment after another.
#[derive(Debug, Default)]
pub(crate) struct PartReader {
    /// Where the last range ended, for ranges without an offset.
    range_end: Option<(Url, u64)>,
}

impl PartReader {
    /// The parts of a segment from lines of [`tidy`]; from the first one on that cannot be used,
    /// none, since their places count.
    pub(crate) fn read<'a>(
        &mut self,
        lines: impl Iterator<Item = &'a str>,
        resolver: &mut Resolver<'_>,
    ) -> Vec<Part> {
        let parts = lines.take(PARTS_MAX);
        parts.map_while(|line| self.part(line, resolver)).collect()
    }

    fn part(&mut self, line: &str, resolver: &mut Resolver<'_>) -> Option<Part> {
        let mut fields = line.splitn(4, ' ');
        let duration = length(fields.next()?)?;
        let flags = fields.next()?;
        let range = fields.next()?;
        let uri = resolver.resolve(fields.next()?)?;
        let byte_range = match range {
            "-" => None,
            range => Some(self.range(range, &uri)?),
        };
        Some(Part {
            uri,
            duration,
            byte_range,
            independent: flags.contains('I'),
            gap: flags.contains('G'),
        })
    }

    fn range(&mut self, range: &str, uri: &Url) -> Option<ByteRange> {
        let (length, offset) = match range.split_once('@') {
            Some((length, offset)) => (length, offset.parse().ok()?),
            None => (range, self.end_of(uri)),
        };
        let length: u64 = length.parse().ok().filter(|length| *length > 0)?;
        let end = length.checked_add(offset)?;
        self.range_end = Some((uri.clone(), end));
        Some(ByteRange { offset, length })
    }

    fn end_of(&self, uri: &Url) -> u64 {
        match &self.range_end {
            Some((last, end)) if last == uri => *end,
            _ => 0,
        }
    }
}

fn length(text: &str) -> Option<Duration> {
    let length = Duration::try_from_secs_f64(seconds(text)?).ok()?;
    (!length.is_zero()).then_some(length)
}

fn says_yes(list: &Attributes<'_>, name: &str) -> bool {
    let value = list.find(name);
    value.is_some_and(|value| value.eq_ignore_ascii_case("YES"))
}
