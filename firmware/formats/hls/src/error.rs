//! Why a playlist could not be read, or cannot be played by this release.

use std::fmt;

/// A playlist that cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The answer is something else than a playlist.
    #[error("not an HLS playlist but {0}; check the address of the channel")]
    NotPlaylist(NotPlaylist),
    /// Longer than the limit.
    #[error("the playlist has {bytes} bytes, {bytes_max} are read at most")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// An address longer than a line may be.
    #[error("line {line} of the playlist is an address longer than {bytes_max} bytes")]
    AddressTooLong {
        /// Number of the line, counted from 1.
        line: usize,
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// More addresses than there is room for once they are absolute.
    #[error("the absolute addresses of the playlist have more than {bytes_max} bytes together")]
    AddressesTooLong {
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// A finished playlist with more segments than are held.
    #[error("the playlist has {segments} segments, {segments_max} are held at most")]
    TooManySegments {
        /// Segments counted.
        segments: usize,
        /// The limit.
        segments_max: usize,
    },
    /// More tags than any player would need.
    #[error("the playlist has more than {lines_max} lines that matter")]
    TooManyLines {
        /// The limit.
        lines_max: usize,
    },
    /// A master playlist with more variants than are held.
    #[error("the master playlist has {variants} variants, {variants_max} are held at most")]
    TooManyVariants {
        /// Variants counted.
        variants: usize,
        /// The limit.
        variants_max: usize,
    },
    /// A master playlist without a single variant that has a usable address.
    #[error("the master playlist names no variant with a usable http address")]
    NoVariant,
    /// The parser gave up on text that was cleaned for it: a defect of this program.
    #[error(
        "the playlist was cleaned but still not understood; please report it with the playlist"
    )]
    Parser,
}

/// What an answer is when it is not a playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPlaylist {
    /// No byte but white space.
    Empty,
    /// HTML or XML: mostly the error page of a proxy, a portal or a provider.
    Markup,
    /// A transport stream: the address is that of a stream, not of a playlist.
    TransportStream,
    /// Bytes that are not text.
    Binary,
    /// Text without any line that begins with `#EXT`.
    Text,
}

impl fmt::Display for NotPlaylist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an empty answer",
            Self::Markup => "a web page",
            Self::TransportStream => "a transport stream",
            Self::Binary => "binary data",
            Self::Text => "text without #EXT lines",
        })
    }
}

/// A playlist that was read but holds what this release does not play.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// A method of encryption other than AES-128 with a plain key file: SAMPLE-AES, DRM systems.
    #[error("the segments are protected with {method}, which is not supported (only AES-128 is)")]
    Encryption {
        /// The method, and the key format where it is not `identity`.
        method: String,
    },
}
