//! Why a list is refused as a whole.

/// A list that cannot be used. Entries that were handed out before it must be thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a single character.
    #[error(
        "the playlist is empty: open its address in a browser and see whether the account is still valid"
    )]
    Empty,
    /// `<` comes first.
    #[error(
        "this is a web page or an XML file, not a playlist: providers answer so when an account has ended or is blocked; open the address in a browser"
    )]
    Markup,
    /// `{` or `[` comes first.
    #[error(
        "this is a JSON answer, not a playlist: check user name and password in the address, and that it asks for type=m3u_plus"
    )]
    Json,
    /// Neither header, nor `#EXTINF`, nor an address.
    #[error(
        "this is no M3U playlist: it has neither an #EXTM3U line nor an #EXTINF line nor an address"
    )]
    NotAPlaylist,
    /// An HLS playlist (RFC 8216).
    #[error(
        "line {line}: this is the HLS playlist of a single stream, not a list of channels: write its address behind an #EXTINF line in a list of your own"
    )]
    SingleStream {
        /// Line of the tag that shows it.
        line: u64,
    },
    /// More entries than allowed.
    #[error(
        "the playlist has more than {entries_max} entries: ask the provider for the live channels only"
    )]
    TooManyEntries {
        /// The limit.
        entries_max: usize,
    },
    /// More bytes than allowed, after gzip.
    #[error("the playlist is longer than {bytes_max} bytes: is the address that of a stream?")]
    TooLong {
        /// The limit.
        bytes_max: u64,
    },
    /// The callback asked to stop.
    #[error("reading was stopped by whoever takes the entries")]
    Stopped,
}
