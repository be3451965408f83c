//! Why a file cannot be read.

/// A Matroska file that cannot be read, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It begins as EBML, and is something else (RFC 8794 clause 11.2.6).
    #[error("the file is EBML and no Matroska")]
    DocType,
    /// An element says that it is longer than what is around it, or has no length where it needs one.
    #[error("element {id:#x} has a length that does not fit; the file is damaged")]
    Length {
        /// Which element.
        id: u32,
    },
    /// No element can begin like this.
    #[error("no element begins where one should; the file is damaged")]
    NoElement,
    /// An element that is held, beyond the limit.
    #[error("element {id:#x} has {bytes} bytes, {bytes_max} are held at most")]
    TooLarge {
        /// Which element.
        id: u32,
        /// Its length in bytes.
        bytes: u64,
        /// The limit in bytes.
        bytes_max: u64,
    },
    /// The frames of a block are longer than the block.
    #[error("the frames of a block do not fit into it; the file is damaged")]
    Lacing,
    /// A cluster came before the tracks were described.
    #[error("the file has frames before its tracks; it is damaged")]
    NoTracks,
}
