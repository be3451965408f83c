//! What was decided of one channel.

use base::GuideNumber;

use super::Keys;

/// What was decided of one channel; what is `None` is automatic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Decision {
    /// Its name.
    pub name: Option<Box<str>>,
    /// Its number. No two channels have decided on the same, those that are gone included.
    pub number: Option<GuideNumber>,
    /// Whether clients see it.
    pub enabled: Option<bool>,
    /// Whether it is among the favourites.
    pub favourite: Option<bool>,
    /// Its group.
    pub group: Option<Box<str>>,
    /// Address of its logo; an empty one is none.
    pub logo: Option<Box<str>>,
    /// Which programme is shown with it.
    pub guide: Option<GuideChoice>,
    /// Minutes by which that programme is late (or early, where negative).
    pub shift_min: Option<i16>,
    /// Which of its streams come first.
    pub pins: Option<Box<Pins>>,
}

/// The programme of a channel, by hand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GuideChoice {
    /// It has none.
    None,
    /// That of a channel of a guide source.
    Channel {
        /// Name of the guide source.
        source: Box<str>,
        /// Id of the channel in it (XMLTV `channel/@id`).
        channel: Box<str>,
    },
}

/// Streams that come first, by hand; behind them follow the others in their own order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pins {
    /// What is played as long as it plays.
    pub primary: Option<Keys>,
    /// What is tried next, in this order; at most [`Pins::BACKUPS_MAX`].
    pub backups: Vec<Keys>,
}

impl Pins {
    /// Backups that can be named by hand.
    pub const BACKUPS_MAX: usize = 3;
}

impl Decision {
    /// Bytes of a name or a group. Clients cut longer ones, or themselves.
    pub const NAME_BYTES_MAX: usize = 200;
    /// Bytes of the address of a logo.
    pub const LOGO_BYTES_MAX: usize = 2048;
    /// Bytes of the name of a guide source and of an id in it, each.
    pub const GUIDE_BYTES_MAX: usize = 255;
    /// Minutes of a shift, either way: a day.
    pub const SHIFT_MIN_MAX: i16 = 24 * 60;

    /// Whether nothing is decided: such a decision need not be kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The names of what is decided, as the API has them.
    #[must_use]
    pub fn edited(&self) -> Vec<&'static str> {
        let pins = self.pins.as_deref();
        [
            (self.name.is_some(), "name"),
            (self.number.is_some(), "number"),
            (self.enabled.is_some(), "enabled"),
            (self.favourite.is_some(), "favourite"),
            (self.group.is_some(), "group"),
            (self.logo.is_some(), "logo"),
            (self.guide.is_some(), "guide"),
            (self.shift_min.is_some(), "shift_min"),
            (pins.is_some_and(|pins| pins.primary.is_some()), "primary"),
            (pins.is_some_and(|pins| !pins.backups.is_empty()), "backups"),
        ]
        .into_iter()
        .filter_map(|(is_decided, name)| is_decided.then_some(name))
        .collect()
    }
}
