//! Where a film wants to be read, and how far it reads ahead.

/// Bytes of picture that are read at once where tables or sound have to be fetched in between:
/// every few seconds a request.
pub(super) const STRETCH_BYTES: u64 = 4 * 1024 * 1024;
/// Sound that is fetched ahead where it lies far from its picture: 16 s at 128 kbit/s.
pub(super) const AHEAD_BYTES_MAX: usize = 256 * 1024;
/// Most bytes between picture and sound of the same time, to be read in one go.
pub(super) const TIGHT_BYTES_MAX: usize = 256 * 1024;

/// Where a film is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The next byte that is wanted.
    pub at: u64,
    /// From there on up to this byte will likely be wanted.
    pub until: u64,
}
