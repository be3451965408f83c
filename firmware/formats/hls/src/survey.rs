//! The first look at an answer: is it a playlist, of which kind, and how long.

use crate::error::{Error, NotPlaylist};
use crate::limits::Limits;

/// What a first pass over the lines counts, so that the second knows what it is reading.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Lines that begin with `#EXT`.
    tags: usize,
    /// EXTINF tags.
    durations: usize,
    /// EXT-X-STREAM-INF and EXT-X-I-FRAME-STREAM-INF tags.
    variants: usize,
    /// Lines that are addresses.
    addresses: usize,
    /// EXT-X-ENDLIST anywhere.
    ended: bool,
}

impl Survey {
    /// Counts the lines of a playlist and refuses what is none.
    pub(crate) fn take(text: &str) -> Result<Self, Error> {
        let mut survey = Self::default();
        for (_, line) in lines(text) {
            survey.count(line);
        }
        match survey.tags {
            0 => Err(Error::NotPlaylist(unmask(text))),
            _ => Ok(survey),
        }
    }

    fn count(&mut self, line: &str) {
        if !line.starts_with('#') {
            self.addresses += 1;
        } else if line.starts_with("#EXT") {
            self.tags += 1;
            let variant = ["#EXT-X-STREAM-INF", "#EXT-X-I-FRAME-STREAM-INF"];
            self.variants += usize::from(variant.iter().any(|tag| line.starts_with(tag)));
            self.durations += usize::from(line.starts_with("#EXTINF"));
            self.ended |= line.starts_with("#EXT-X-ENDLIST");
        }
    }

    /// RFC 8216 4.1 forbids a mixture; where a server sends one, segments win, since they can be
    /// played as they stand.
    pub(crate) fn is_master(&self) -> bool {
        self.variants > 0 && self.durations == 0
    }

    /// How many of the oldest segments to leave out, or why the playlist is too long.
    pub(crate) fn segments_to_skip(&self, limits: &Limits) -> Result<usize, Error> {
        let surplus = self.addresses.saturating_sub(limits.segments_max);
        if surplus > 0 && self.ended {
            return Err(Error::TooManySegments {
                segments: self.addresses,
                segments_max: limits.segments_max,
            });
        }
        Ok(surplus)
    }

    /// Refuses a master playlist beyond the limit.
    pub(crate) fn check_variants(&self, limits: &Limits) -> Result<(), Error> {
        if self.variants > limits.variants_max {
            return Err(Error::TooManyVariants {
                variants: self.variants,
                variants_max: limits.variants_max,
            });
        }
        Ok(())
    }
}

/// Lines with something on them, trimmed, with their numbers from 1. A lone carriage return also
/// ends a line (RFC 8216 4.1 knows LF and CR LF; old tools write CR).
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = text.lines().zip(1..);
    let split =
        numbered.flat_map(|(line, number)| line.split('\r').map(move |part| (number, part)));
    split
        .map(|(number, line)| (number, line.trim()))
        .filter(|(_, line)| !line.is_empty())
}

/// Names what an answer is that has no `#EXT` line.
fn unmask(text: &str) -> NotPlaylist {
    let trimmed = text.trim_start();
    match trimmed.chars().next() {
        None => NotPlaylist::Empty,
        Some('<') => NotPlaylist::Markup,
        // The sync byte of ISO/IEC 13818-1 2.4.3.2 is the letter G; 188 bytes are a packet. Text
        // is decoded with substitutes, so binary data shows as control characters.
        Some('G') if is_binary(trimmed) => NotPlaylist::TransportStream,
        Some(_) if is_binary(trimmed) => NotPlaylist::Binary,
        Some(_) => NotPlaylist::Text,
    }
}

fn is_binary(text: &str) -> bool {
    let strange = |c: char| c.is_control() && !c.is_whitespace();
    text.chars().take(188).any(strange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_playlist_is_named() {
        let table = [
            ("", NotPlaylist::Empty),
            (" \r\n", NotPlaylist::Empty),
            ("<html><body>403</body></html>", NotPlaylist::Markup),
            ("G@\0\u{10}\0", NotPlaylist::TransportStream),
            ("\u{1}\u{2}", NotPlaylist::Binary),
            ("Gone", NotPlaylist::Text),
            ("http://example.com/a.ts\n# comment", NotPlaylist::Text),
        ];
        for (text, expected) in table {
            assert_eq!(
                Survey::take(text),
                Err(Error::NotPlaylist(expected)),
                "{text:?}"
            );
        }
    }

    #[test]
    fn segments_win_over_variants() {
        let mixed = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXTINF:1,\na.ts\n";
        assert!(!Survey::take(mixed).expect("a playlist").is_master());
    }
}
