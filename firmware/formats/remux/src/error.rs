//! Why a file cannot be remuxed.

/// A file that cannot be remuxed, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The boxes cannot be read.
    #[error(transparent)]
    Fmp4(#[from] fmp4::Error),
    /// The elements cannot be read.
    #[error(transparent)]
    Mkv(#[from] mkv::Error),
    /// DRM: `encv`, `enca`.
    #[error("the stream is encrypted ({scheme}, DRM), which is not supported; use another source")]
    Protected {
        /// The scheme, such as `cbcs`.
        scheme: String,
    },
    /// No track of the kind that is asked for is in a codec that MPEG-TS clients play.
    #[error(
        "the stream is in {codec}, which cannot be given out as MPEG-TS; choose another variant"
    )]
    Codec {
        /// As the file names it.
        codec: String,
    },
    /// An AudioSpecificConfig that ADTS cannot express.
    #[error("the AAC track has {what}, which MPEG-TS cannot carry; choose another variant")]
    Aac {
        /// What it has.
        what: &'static str,
    },
    /// Neither picture nor sound.
    #[error("the file holds no {what}")]
    NoTrack {
        /// `picture or sound`, or `sound`.
        what: &'static str,
    },
    /// The bytes are not what the file began as.
    #[error("the {what} is damaged or cut off")]
    Damaged {
        /// What was read.
        what: &'static str,
    },
}

impl Error {
    /// Whether the next segment of the same playlist will fail like this one.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Protected { .. } | Self::Codec { .. } | Self::Aac { .. } | Self::NoTrack { .. }
        )
    }
}
