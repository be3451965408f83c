//! How good a stream promises to be, before anybody has looked at it.
//!
//! The score goes from 0 to 1000. The name speaks first, as providers mark their streams there for
//! people; where it says nothing, the address does, a little less credibly. What a probe measures
//! one day moves a score by up to 50 either way, so the steps are 100 apart: a measured HD is never
//! behind a promised SD. How a stream does when it is played is for `tuner` to know, which tries what
//! failed lately behind the others.

use names::Quality;

/// What a picture of this quality is worth.
const fn worth(quality: Quality) -> u16 {
    match quality {
        Quality::Sd => 300,
        // Better than what is called SD, behind what is called HD.
        Quality::Unknown => 500,
        Quality::Hd => 600,
        Quality::FullHd => 700,
        Quality::Uhd => 800,
        Quality::Uhd8k => 900,
    }
}

/// What the address says counts so much less than the same in the name.
const BY_ADDRESS: u16 = 20;
/// From this score on a stream is said to be in high definition.
pub(crate) const HIGH_DEFINITION_MIN: u16 = worth(Quality::Hd) - BY_ADDRESS;

/// The score of a stream by what its name says, and by its address. Whether that leads to a transport
/// stream or a playlist says nothing of the picture: streams alike stay in the order of their list.
pub(crate) fn score(said: Quality, url: &str) -> u16 {
    match (said, of_path(path(url))) {
        (Quality::Unknown, Quality::Unknown) => worth(Quality::Unknown),
        (Quality::Unknown, seen) => worth(seen) - BY_ADDRESS,
        (said, _) => worth(said),
    }
}

/// The address without scheme and host, which may be `hd.example`.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find(['/', '?']).map_or("", |at| &rest[at..])
}

/// The best that a word of the path says. A bare `1080` is as often the number of a stream.
fn of_path(path: &str) -> Quality {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    let said = words.map(|word| of_word(word).or_else(|| of_size(word)));
    let best = said.flatten().max_by_key(|quality| quality.rank());
    best.unwrap_or_default()
}

fn of_word(word: &str) -> Option<Quality> {
    const WORDS: [(&str, Quality); 17] = [
        ("8k", Quality::Uhd8k),
        ("4320p", Quality::Uhd8k),
        ("4k", Quality::Uhd),
        ("uhd", Quality::Uhd),
        ("2160p", Quality::Uhd),
        ("fhd", Quality::FullHd),
        ("1080p", Quality::FullHd),
        ("1080i", Quality::FullHd),
        ("hd", Quality::Hd),
        ("720p", Quality::Hd),
        ("720i", Quality::Hd),
        ("sd", Quality::Sd),
        ("576p", Quality::Sd),
        ("576i", Quality::Sd),
        ("480p", Quality::Sd),
        ("360p", Quality::Sd),
        ("240p", Quality::Sd),
    ];
    let found = WORDS
        .iter()
        .find(|(known, _)| word.eq_ignore_ascii_case(known));
    found.map(|&(_, quality)| quality)
}

/// `1920x1080`.
fn of_size(word: &str) -> Option<Quality> {
    let (width, height) = word.split_once(['x', 'X'])?;
    let (width, height): (u16, u16) = (width.parse().ok()?, height.parse().ok()?);
    match height {
        _ if width < height => None,
        4320.. => Some(Quality::Uhd8k),
        2160.. => Some(Quality::Uhd),
        1080.. => Some(Quality::FullHd),
        720.. => Some(Quality::Hd),
        144.. => Some(Quality::Sd),
        0.. => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_speaks_before_the_address() {
        let order = [
            (Quality::Uhd8k, "http://a.example/1.ts"),
            (Quality::Uhd, "http://a.example/1.ts"),
            (Quality::Unknown, "http://a.example/cnn_4k/1.ts"),
            (Quality::FullHd, "http://a.example/1.ts"),
            (Quality::FullHd, "http://a.example/1.m3u8?x=4k"),
            (Quality::Unknown, "http://a.example/1920x1080/1.ts"),
            (Quality::Hd, "http://a.example/4k/1.ts"),
            (Quality::Unknown, "http://a.example/live/720.ts"),
            (Quality::Unknown, "http://hd.example/1080.m3u8"),
            (Quality::Sd, "http://a.example/hd/1.ts"),
            (Quality::Unknown, "http://a.example/360p.m3u8"),
        ];
        let scores: Vec<u16> = order.iter().map(|&(said, url)| score(said, url)).collect();
        assert_eq!(
            scores,
            [900, 800, 780, 700, 700, 680, 600, 500, 500, 300, 280]
        );
        assert!(scores.is_sorted_by(|a, b| a >= b));
    }
}
