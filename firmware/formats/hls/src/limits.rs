//! What one playlist may cost.

/// Maxima of one playlist. With the defaults a hostile playlist costs about 8 MiB while it is read,
/// its own bytes not counted (m3u8-rs holds some 220 bytes per line and 380 per segment), a list of
/// 4096 ordinary segments 6, and the live playlists that make up nearly all of the traffic a few KiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest playlist in bytes. 1 MiB is half a day of six-second segments with 140-byte
    /// addresses.
    pub playlist_bytes_max: usize,
    /// Longest line in bytes. A longer tag is left out, a longer address is refused.
    pub line_bytes_max: usize,
    /// Longest that all addresses may be together once they are absolute. A short relative address
    /// takes the whole path of the playlist along, and percent-encoding makes three bytes of one.
    /// 2 MiB are 512 bytes for each of the most segments.
    pub addresses_bytes_max: usize,
    /// Most segments kept. A live playlist with more keeps its newest ones, since playing starts
    /// near the end anyway; one that has ended is refused.
    pub segments_max: usize,
    /// Most lines kept, tags and addresses together: four per segment, `#EXTM3U` included. m3u8-rs
    /// doubles its list of lines, so that one more would cost twice as much.
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
            addresses_bytes_max: 2 * 1024 * 1024,
            segments_max: 4096,
            lines_max: 4 * 4096 - 1,
            variants_max: 256,
            renditions_max: 256,
        }
    }
}
