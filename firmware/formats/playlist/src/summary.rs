//! What is known once a list has been read.

use std::fmt;

/// The end of a successful reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Entries handed out.
    pub entries: usize,
    /// What was wrong with the list.
    pub warnings: Warnings,
    /// Guide addresses of the header (`url-tvg`, `x-tvg-url`), in order, each once.
    pub guides: Vec<String>,
    /// Bytes pushed.
    pub bytes: u64,
    /// Bytes after gzip.
    pub inflated_bytes: u64,
    /// False where gzip ended early or was damaged: entries are missing at the end, and whoever
    /// imports must say so or keep the last good list.
    pub is_whole: bool,
}

/// The first warnings, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    /// The first ones, in order; bounded by `warnings_max`.
    pub first: Vec<Warning>,
    /// All of them.
    pub count: u64,
}

impl Warnings {
    pub(crate) fn push(&mut self, warnings_max: usize, line: u64, trouble: Trouble) {
        self.count += 1;
        if self.first.len() < warnings_max {
            self.first.push(Warning { line, trouble });
        }
    }
}

/// Something that the reader got around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Line, counted from 1.
    pub line: u64,
    /// What happened there.
    pub trouble: Trouble,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.trouble)
    }
}

/// The kinds of [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Longer than `line_bytes_max`.
    #[error("the line is too long; its end was left out")]
    LineCut,
    /// Longer than `address_bytes_max`.
    #[error("the address is too long; the entry was left out")]
    AddressTooLong,
    /// `javascript:`, `file:`, a relative path and the like.
    #[error("this kind of address is not played from a list; the entry was left out")]
    AddressRefused,
    /// Text that is neither a directive nor an address.
    #[error("the line is neither an address nor a directive; it was left out")]
    StrayText,
    /// `#EXTINF` without an address.
    #[error("no address follows this #EXTINF; it was left out")]
    NoAddress,
    /// A request header that is malformed or beyond `headers_bytes_max`.
    #[error("a request header of the entry is malformed or too long; it was left out")]
    HeaderRefused,
    /// The transfer ended inside gzip.
    #[error("the gzip file ends early; entries behind this line are missing")]
    GzipCut,
    /// Corrupt deflate data or a wrong checksum.
    #[error("the gzip file is damaged; entries around or behind this line may be missing")]
    GzipDamaged,
    /// Bytes behind the last gzip member.
    #[error("something that is not gzip follows the gzip file; it was left out")]
    GzipTrailer,
}
