//! Why something is not decided. These texts are shown to whoever asked.

use base::{ChannelId, GuideNumber};

use super::Keys;

/// Why a change was not made. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The channel is not in the lineup.
    #[error("there is no channel {0} in the lineup")]
    NoChannel(ChannelId),
    /// The stream is not one of the channel's.
    #[error("channel {channel} has no stream {stream}")]
    NoStream {
        /// The channel.
        channel: ChannelId,
        /// The stream that was named.
        stream: Keys,
    },
    /// Nothing was asked for.
    #[error("no channel is named")]
    Nothing,
    /// More channels than one change may touch.
    #[error("a change is for {channels_max} channels at most: split it into several")]
    TooMany {
        /// How many may be named.
        channels_max: usize,
    },
    /// Another channel has the number.
    #[error("number {number} is that of {name:?}: choose another one, or let the two swap")]
    NumberTaken {
        /// The number.
        number: GuideNumber,
        /// Whose it is.
        holder: ChannelId,
        /// Its name, or its id while it is in no list.
        name: String,
    },
    /// A number for more than one channel.
    #[error("one number cannot be that of several channels: number them from a first one on")]
    NumberForMany,
    /// Counting on leads beyond what a number can be.
    #[error("there are not so many numbers from {first} on")]
    NumbersEnd {
        /// Where counting began.
        first: GuideNumber,
    },
    /// The same channel twice.
    #[error("channel {0} is named twice")]
    Twice(ChannelId),
    /// A channel must have a name.
    #[error("a name cannot be empty; to have the automatic one again, take yours back")]
    NameEmpty,
    /// A text is too long.
    #[error("the {field} is longer than {bytes_max} bytes")]
    TextTooLong {
        /// Which one.
        field: &'static str,
        /// Its maximum.
        bytes_max: usize,
    },
    /// A text has a line break or the like.
    #[error("the {field} has a line break or another control character in it")]
    ControlCharacter {
        /// Which one.
        field: &'static str,
    },
    /// A shift of more than a day.
    #[error("a guide can be shifted by 1440 minutes at most, either way")]
    Shift,
    /// Too many backups.
    #[error("at most three backups can be chosen; the others follow by themselves")]
    Backups,
    /// A stream in two places.
    #[error("stream {0} is chosen twice")]
    StreamTwice(Keys),
    /// Streams of several channels at once.
    #[error("streams are chosen for one channel at a time")]
    StreamsForMany,
    /// One channel, or none.
    #[error("two channels or more become one: name them")]
    MergeOfOne,
    /// Nothing would be split.
    #[error("some of the channel's streams must be named, and one must stay")]
    SplitOfAll,
    /// The built-in test channel has no entry.
    #[error("the test channel can be neither joined nor split")]
    BuiltIn,
    /// No room for more.
    #[error(
        "there is no room for more decisions ({bytes_max} bytes, {rows_max} rows): take some back, or raise memory.budget"
    )]
    Full {
        /// Bytes allowed.
        bytes_max: usize,
        /// Rows allowed.
        rows_max: usize,
    },
    /// There is no such change in the log.
    #[error("change {0} is not in the log: only the latest are kept")]
    NoChange(u64),
    /// A later change was about the same.
    #[error("what was changed has been changed again since, {what}: undo that first")]
    ChangedSince {
        /// Which channel or stream.
        what: String,
    },
}
