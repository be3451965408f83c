//! Values of tags, read leniently and written in the form that m3u8-rs reads.

use std::fmt::Write as _;

use crate::attributes::Attributes;

/// Longest duration in seconds that is believed: a day.
pub(crate) const DURATION_SECONDS_MAX: f64 = 86_400.0;

/// A number of seconds between zero and a day.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let seconds: f64 = text.trim().parse().ok()?;
    (0.0..=DURATION_SECONDS_MAX)
        .contains(&seconds)
        .then_some(seconds)
}

/// `length` or `length@offset`; an offset that cannot be read counts as absent.
pub(crate) fn byte_range(text: &str) -> Option<String> {
    let (length, offset) = text.split_once('@').unwrap_or((text, ""));
    let length: u64 = length.trim().parse().ok()?;
    Some(match offset.trim().parse::<u64>() {
        Ok(offset) => format!("{length}@{offset}"),
        Err(_) => length.to_string(),
    })
}

/// The attributes of a variant. BANDWIDTH is mandatory (RFC 8216 4.3.4.2) but not always there.
pub(crate) fn variant(list: &Attributes<'_>) -> String {
    let mut line = format!("BANDWIDTH={}", list.integer("BANDWIDTH").unwrap_or(0));
    if let Some(average) = list.integer("AVERAGE-BANDWIDTH") {
        let _ = write!(line, ",AVERAGE-BANDWIDTH={average}");
    }
    if let Some((width, height)) = list.find("RESOLUTION").and_then(resolution) {
        let _ = write!(line, ",RESOLUTION={width}x{height}");
    }
    quote(&mut line, "CODECS", list.find("CODECS"));
    quote(&mut line, "AUDIO", list.find("AUDIO"));
    line
}

fn resolution(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once(['x', 'X'])?;
    Some((width.trim().parse().ok()?, height.trim().parse().ok()?))
}

/// The attributes of a rendition that are used, or nothing without a group.
pub(crate) fn rendition(list: &Attributes<'_>) -> Option<String> {
    let kind = list.find("TYPE").and_then(token)?.to_ascii_uppercase();
    let mut line = format!("TYPE={kind}");
    quote(&mut line, "GROUP-ID", Some(list.find("GROUP-ID")?));
    quote(
        &mut line,
        "NAME",
        Some(list.find("NAME").unwrap_or("unnamed")),
    );
    quote(&mut line, "LANGUAGE", list.find("LANGUAGE"));
    quote(&mut line, "URI", list.find("URI"));
    let says_yes = |name: &str| {
        list.find(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("YES"))
    };
    let default = says_yes("DEFAULT");
    line.push_str(if default { ",DEFAULT=YES" } else { "" });
    // DEFAULT includes it (RFC 8216 4.3.4.1), and m3u8-rs wants to read so.
    if default || says_yes("AUTOSELECT") {
        line.push_str(",AUTOSELECT=YES");
    }
    if kind == "CLOSED-CAPTIONS" {
        // Mandatory for m3u8-rs; captions inside the video are not looked at.
        line.push_str(",INSTREAM-ID=\"CC1\"");
    }
    Some(line)
}

/// Appends `,NAME="value"` where there is a value.
pub(crate) fn quote(line: &mut String, name: &str, value: Option<&str>) {
    // A stray quote would end the string early in the cleaned text.
    let value = value
        .map(|value| value.replace('"', ""))
        .filter(|value| !value.is_empty());
    if let Some(value) = value {
        let _ = write!(line, ",{name}=\"{value}\"");
    }
}

/// An unquoted value without the characters that would end it early; nothing if nothing is left.
pub(crate) fn token(value: &str) -> Option<String> {
    let token = value.replace(['"', ','], "");
    (!token.is_empty()).then_some(token)
}
