//! How a network cuts what it carries.

/// Cuts `bytes` into pieces as a network would: the first byte says how long they are.
pub(crate) fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let length = bytes.first().map_or(1, |first| usize::from(*first) + 1);
    bytes.chunks(length)
}
