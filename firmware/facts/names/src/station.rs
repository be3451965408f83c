//! Broadcast stations of North America, which are told apart by call sign and sub-channel.

/// What a name says about the station it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Call sign in lower case, without its suffix: `wtae`.
    pub call: Box<str>,
    /// The suffix of the call sign.
    pub kind: Option<StationKind>,
    /// Sub-channel. `None` is open: which one is meant depends on the rest of the list. 0 is the
    /// one of a Canadian station without any.
    pub subchannel: Option<u8>,
    /// The major number on the dial, where it is written.
    pub major: Option<u8>,
    /// The network named beside the call sign, folded and glued, else the first two words there;
    /// empty where nothing is.
    pub network: Box<str>,
    /// Folded words that make it another stream of the station (`news`); mostly empty.
    pub extra: Box<str>,
    /// All words of the name as it was given, folded: they show later which words belong to it.
    pub said: Box<str>,
}

/// The suffix of a call sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StationKind {
    /// `TV`.
    Tv,
    /// `DT`, digital.
    Dt,
    /// `D`, a digital translator.
    D,
    /// `LD`, low power digital.
    Ld,
    /// `CD`, class A digital.
    Cd,
    /// `CA`, class A.
    Ca,
    /// `LP`, low power.
    Lp,
}

impl StationKind {
    /// Low-power stations may share a call sign with a full one.
    #[must_use]
    pub fn is_low_power(self) -> bool {
        matches!(self, Self::Ld | Self::Cd | Self::Ca | Self::Lp)
    }

    /// The kind that a suffix names, whatever its case.
    #[must_use]
    pub fn from_suffix(suffix: &str) -> Option<Self> {
        Some(match suffix.to_ascii_lowercase().as_str() {
            "tv" => Self::Tv,
            "dt" => Self::Dt,
            "d" => Self::D,
            "ld" => Self::Ld,
            "cd" => Self::Cd,
            "ca" => Self::Ca,
            "lp" => Self::Lp,
            _ => return None,
        })
    }
}

/// What looks like a call sign with its number on the dial (`KMMYA-DT 49.1`): even misspelt, the
/// number shows which station is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Two to six letters beginning with K or W, in lower case.
    pub sign: Box<str>,
    /// The suffix, if any.
    pub kind: Option<StationKind>,
    /// Major number.
    pub major: u8,
    /// Minor number: the sub-channel.
    pub minor: u8,
}
