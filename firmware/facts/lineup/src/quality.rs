//! How good a stream promises to be, before anybody has looked at it.
//!
//! The score goes from 0 to 1000. The name speaks first, as providers mark their streams there for
//! people; where it says nothing, the address does, a little less credibly. What a probe measures
//! one day moves a score by up to 50 either way, so the steps are 100 apart: a measured HD is never
//! behind a promised SD.

/// What a picture is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picture {
    Low,
    Standard,
    High,
    FullHigh,
    Ultra,
    Ultra8K,
}

impl Picture {
    const fn score(self) -> u16 {
        match self {
            Self::Low => 200,
            Self::Standard => 300,
            Self::High => 600,
            Self::FullHigh => 700,
            Self::Ultra => 800,
            Self::Ultra8K => 900,
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        const WORDS: [(&str, Picture); 20] = [
            ("8K", Picture::Ultra8K),
            ("4320P", Picture::Ultra8K),
            ("4K", Picture::Ultra),
            ("UHD", Picture::Ultra),
            ("2160P", Picture::Ultra),
            ("FHD", Picture::FullHigh),
            ("1080P", Picture::FullHigh),
            ("1080I", Picture::FullHigh),
            ("HD", Picture::High),
            ("HDTV", Picture::High),
            ("720P", Picture::High),
            ("720I", Picture::High),
            ("SD", Picture::Standard),
            ("576P", Picture::Standard),
            ("576I", Picture::Standard),
            ("480P", Picture::Standard),
            ("480I", Picture::Standard),
            ("LQ", Picture::Low),
            ("360P", Picture::Low),
            ("240P", Picture::Low),
        ];
        let found = WORDS
            .iter()
            .find(|(known, _)| word.eq_ignore_ascii_case(known));
        found.map(|&(_, picture)| picture)
    }

    /// The best that a word of the text says. A bare `1080` is as often the number of a stream.
    fn of_text(text: &str) -> Option<Self> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let pictures = words.filter_map(|word| Self::of_word(word).or_else(|| Self::of_size(word)));
        pictures.max_by_key(|picture| picture.score())
    }

    /// `1920x1080`.
    fn of_size(word: &str) -> Option<Self> {
        let (width, height) = word.split_once(['x', 'X'])?;
        let (width, height): (u16, u16) = (width.parse().ok()?, height.parse().ok()?);
        match height {
            _ if width < height => None,
            4320.. => Some(Self::Ultra8K),
            2160.. => Some(Self::Ultra),
            1080.. => Some(Self::FullHigh),
            720.. => Some(Self::High),
            480.. => Some(Self::Standard),
            144.. => Some(Self::Low),
            0.. => None,
        }
    }
}

/// Where neither name nor address says anything: better than what is called SD, behind what is
/// called HD.
const UNKNOWN: u16 = 500;
/// What the address says counts so much less than the same in the name.
const BY_ADDRESS: u16 = 20;
/// A transport stream begins at once, a playlist after a segment has come: of streams alike the
/// former is better.
const AT_ONCE: u16 = 5;

/// The score of a stream by its name and address.
pub(crate) fn score(name: &str, url: &str) -> u16 {
    let path = path(url);
    let said = Picture::of_text(name).map(Picture::score);
    let score = said.unwrap_or_else(|| {
        let picture = Picture::of_text(path);
        picture.map_or(UNKNOWN, |picture| picture.score() - BY_ADDRESS)
    });
    let file = path.split('?').next().unwrap_or_default();
    let is_playlist = file.len() > 5 && file.to_ascii_lowercase().ends_with(".m3u8");
    score + if is_playlist { 0 } else { AT_ONCE }
}

/// The address without scheme and host, which may be `hd.example`.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find(['/', '?']).map_or("", |at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_speaks_before_the_address() {
        let order = [
            ("CNN 8K", "http://a.example/1.ts"),
            ("CNN UHD", "http://a.example/1.ts"),
            ("CNN", "http://a.example/cnn_4k/1.ts"),
            ("CNN [1080p]", "http://a.example/1.ts"),
            ("CNN FHD", "http://a.example/1.m3u8?x=4k"),
            ("CNN", "http://a.example/1920x1080/1.ts"),
            ("CNN HD", "http://a.example/4k/1.ts"),
            ("CNN", "http://a.example/live/720.ts"),
            ("CNN", "http://hd.example/1080.m3u8"),
            ("CNN SD", "http://a.example/hd/1.ts"),
            ("CNN (360p)", "u"),
        ];
        let scores: Vec<u16> = order.iter().map(|(name, url)| score(name, url)).collect();
        assert_eq!(
            scores,
            [905, 805, 785, 705, 700, 685, 605, 505, 500, 305, 205]
        );
        assert!(scores.is_sorted_by(|a, b| a > b));
    }
}
