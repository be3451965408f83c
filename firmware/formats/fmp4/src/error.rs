//! Why a segment cannot be read.

use crate::four_cc::FourCc;

/// A segment of fragmented MP4 that cannot be read. The next one may be better, except where the
/// message names a limit or a missing header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A box says that it is shorter than its own header, or longer than what is around it.
    #[error("a box {kind} has a length that does not fit; the segment is damaged")]
    Length {
        /// Which box.
        kind: FourCc,
    },
    /// A field of a box lies behind its end.
    #[error("a box {kind} ends before its fields do; the segment is damaged")]
    Short {
        /// Which box.
        kind: FourCc,
    },
    /// A `moov` or `moof` beyond the limit.
    #[error("a box {kind} has {bytes} bytes, {bytes_max} are held at most")]
    TooLarge {
        /// Which box.
        kind: FourCc,
        /// Its length in bytes.
        bytes: u64,
        /// The limit in bytes.
        bytes_max: u64,
    },
    /// A movie without a part that every movie has.
    #[error("the header of the stream lacks its box {kind}; the stream is no fragmented MP4")]
    Missing {
        /// Which box.
        kind: FourCc,
    },
    /// More samples or runs than are taken in one fragment.
    #[error("a fragment has more than {count_max} {what}")]
    TooMany {
        /// `samples` or `runs`.
        what: &'static str,
        /// The limit.
        count_max: u32,
    },
    /// A `moof` came before any `moov`.
    #[error("a fragment came before the header of the stream (EXT-X-MAP is missing or wrong)")]
    NoMovie,
    /// Samples lie outside the media data or over each other.
    #[error("the samples of a fragment do not lie in its media data; the segment is damaged")]
    Misplaced,
    /// The segment ended inside a box or before the last sample.
    #[error("the segment is cut off")]
    CutOff,
}
