//! What a client sees: one channel of the lineup.

use base::{ChannelId, GuideNumber, StreamSpec};
use names::merge::Reason;

use crate::quality::HIGH_DEFINITION_MIN;

use crate::Keys;

/// One channel, or one stream of it, borrowed from its [`Lineup`](crate::Lineup).
///
/// As a channel it has the texts that viewers see, and of its primary stream what it takes to play
/// it. As a stream it has the texts of its own entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel<'a> {
    /// Lasting id.
    pub id: ChannelId,
    /// Number on the remote; unique in the lineup.
    pub number: GuideNumber,
    /// Index of the source it came from, in the order of the configuration; see
    /// [`Channel::BUILT_IN`].
    pub source: u16,
    /// Name; never empty.
    pub name: &'a str,
    /// `group-title`; may be empty.
    pub group: &'a str,
    /// Address of the logo; may be empty.
    pub logo: &'a str,
    /// `tvg-id`; may be empty.
    pub tvg_id: &'a str,
    /// Address of the stream.
    pub url: &'a str,
    /// Request headers for the stream, `Name: value` lines joined by `\n`; may be empty.
    pub headers: &'a str,
    /// How good the stream promises to be, from 0 to 1000; the streams of a channel are ordered by
    /// it.
    pub score: u16,
    /// Why the stream belongs to its channel; `None` where it is the only one of its kind.
    pub reason: Option<Reason>,
    /// `tvg-shift`: minutes by which the times of the guide are moved for this stream.
    pub shift_minutes: i16,
    /// What the entry of this stream is known by; of a channel, that of its primary.
    pub keys: Keys,
}

impl<'a> Channel<'a> {
    /// The `source` of the built-in test channel.
    pub const BUILT_IN: u16 = StreamSpec::BUILT_IN;

    /// A channel or stream with nothing but what each has.
    #[must_use]
    pub const fn new(id: ChannelId, number: GuideNumber, name: &'a str, url: &'a str) -> Self {
        Self {
            id,
            number,
            source: 0,
            name,
            group: "",
            logo: "",
            tvg_id: "",
            url,
            headers: "",
            score: 0,
            reason: None,
            shift_minutes: 0,
            keys: Keys {
                name: 0,
                address: 0,
            },
        }
    }

    /// How this stream is asked for.
    #[must_use]
    pub fn stream(&self) -> StreamSpec {
        let headers = self
            .headers
            .lines()
            .filter_map(|line| line.split_once(": "));
        StreamSpec {
            url: self.url.to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            source: self.source,
        }
    }

    /// Whether the picture is said to be high definition: by the name of the stream or of the
    /// channel, or by the address.
    #[must_use]
    pub fn is_hd(&self) -> bool {
        const MARKS: [&str; 7] = ["HD", "FHD", "UHD", "4K", "1080P", "720P", "2160P"];
        let mut words = self.name.split(|c: char| !c.is_ascii_alphanumeric());
        self.score >= HIGH_DEFINITION_MIN
            || words.any(|word| MARKS.iter().any(|mark| word.eq_ignore_ascii_case(mark)))
    }
}
