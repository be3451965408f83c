//! How much of a film's header is held, and what is asked for.

/// Most bytes of all tables that are held whole: 20 minutes of picture and sound as common
/// muxers write them.
pub(super) const TABLES_BYTES_MAX: usize = 320 * 1024;
/// Most bytes held of a `moov` without its tables. Pictures for the cover are not among them.
pub(super) const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Tables of all tracks together: five or six for each of seven tracks.
pub(super) const TABLES_MAX: usize = 40;

/// Bytes of a table that is read in parts: 2,048 sizes are 80 s of picture, 40 s of sound.
pub(super) const TABLE_WINDOW_BYTES: usize = 8 * 1024;

/// Bytes of the file that are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first one.
    pub at: u64,
    /// How many.
    pub bytes: usize,
}
