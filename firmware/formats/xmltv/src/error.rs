//! Why a guide is refused as a whole.

/// A guide that cannot be used. What was handed out before it must be thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a single character.
    #[error(
        "the guide is empty: open its address in a browser and see whether it is still offered"
    )]
    Empty,
    /// An HTML document.
    #[error(
        "this is a web page, not a guide: open its address in a browser; the account may have ended, or the guide moved"
    )]
    WebPage,
    /// `#EXTM3U` comes first.
    #[error("this is a playlist, not a guide: name it as a source of channels")]
    Playlist,
    /// A container that is not read.
    #[error(
        "the guide is packed as {0}, which Dipole does not read: take the .gz or the plain .xml"
    )]
    Packed(&'static str),
    /// No `tv`, `channel` or `programme` element.
    #[error("this is no XMLTV guide: it does not begin with a <tv> element")]
    NotAGuide,
    /// More bytes than allowed.
    #[error("the guide is longer than {bytes_max} bytes: take one for fewer channels or days")]
    TooLong {
        /// The limit.
        bytes_max: u64,
    },
    /// The sink asked to stop.
    #[error("reading was stopped by whoever takes the programmes")]
    Stopped,
}
