//! What one playlist may cost.

/// Maxima of one playlist. The defaults keep the transient cost of a parse below about 12 MiB in
/// the worst case (m3u8-rs holds roughly 1.1 KiB per segment while it reads) and at a few KiB for
/// the live playlists that make up nearly all of the traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest playlist in bytes. 2 MiB is a day of six-second segments with 140-byte addresses.
    pub playlist_bytes_max: usize,
    /// Longest line in bytes. A longer tag is left out, a longer address is refused.
    pub line_bytes_max: usize,
    /// Most segments kept. A live playlist with more keeps its newest ones, since playing starts
    /// near the end anyway; one that has ended is refused.
    pub segments_max: usize,
    /// Most variants of a master playlist.
    pub variants_max: usize,
    /// Most renditions (EXT-X-MEDIA) of a master playlist; further ones are left out.
    pub renditions_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            playlist_bytes_max: 2 * 1024 * 1024,
            line_bytes_max: 16 * 1024,
            segments_max: 8192,
            variants_max: 256,
            renditions_max: 256,
        }
    }
}
