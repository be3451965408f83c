//! What one playlist may cost.

/// Maxima of one playlist. With the defaults a hostile playlist costs about 24 MiB while it is read
/// (m3u8-rs holds some 300 bytes per line and 600 per segment), a list of 8192 segments 12, and the
/// live playlists that make up nearly all of the traffic a few KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest playlist in bytes. 2 MiB is a day of six-second segments with 140-byte addresses.
    pub playlist_bytes_max: usize,
    /// Longest line in bytes. A longer tag is left out, a longer address is refused.
    pub line_bytes_max: usize,
    /// Most segments kept. A live playlist with more keeps its newest ones, since playing starts
    /// near the end anyway; one that has ended is refused.
    pub segments_max: usize,
    /// Most lines kept, tags and addresses together: five per segment.
    pub lines_max: usize,
    /// Most variants of a master playlist.
    pub variants_max: usize,
    /// Most renditions (EXT-X-MEDIA) of a master playlist; further ones are left out.
    pub renditions_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            playlist_bytes_max: 1024 * 1024,
            line_bytes_max: 16 * 1024,
            segments_max: 4096,
            lines_max: 5 * 4096,
            variants_max: 256,
            renditions_max: 256,
        }
    }
}
