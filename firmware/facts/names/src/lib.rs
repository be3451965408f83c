//! Channel names read apart: which country, which feed, which time shift, which name remains; and
//! which names are one channel.
//! Pure: no clock, no file, no socket.
//!
//! Providers write what they know about a stream into its name: `US| HBO ᴴᴰ (1080p) [Not 24/7]`.
//! [`read`] takes such a name apart into [`Parts`]. What makes a channel another one (country,
//! area, East or West, `+1`, language, call sign and sub-channel) becomes a field each; what only
//! says how it is sent (quality, decoration) is set aside; what remains is the name, as folded
//! [words](Parts::words) and a [key](Parts::key) by which the same name is found again.
//!
//! What the parts of many names say together is told by two modules: [`merge`] makes channels of the
//! entries of all sources, [`matching`] finds an entry's channel in a guide. Both say why.
//!
//! **What is known.** The tables hold general knowledge: codes and names of countries, words for
//! television, for numbers, for qualities and for the halves of a compass, letters of other
//! scripts. No brand stands in them; the networks of North America, whose stations are told apart
//! by their call signs, are the one exception.
//!
//! **Promises.** Any text is read, none makes this crate panic, and the time is in proportion to
//! the text's length ([`NAME_BYTES_MAX`] bounds it).
//!
//! What does not belong here: lasting ids, the order of a channel's streams and what users decide by
//! hand (`lineup`), qualities measured on the stream (`upstream`).
#![deny(clippy::indexing_slicing)]

mod area;
mod country;
mod describe;
mod fold;
mod language;
pub mod matching;
pub mod merge;
mod parts;
mod read;
mod scan;
mod station;
mod tables;

pub use area::{Area, Feed};
pub use country::Country;
pub use describe::Told;
pub use fold::{fold, fold_words, sound};
pub use language::{Language, NumberWord};
pub use parts::{Form, Parts, Quality, Stated};
pub use read::{NAME_BYTES_MAX, NameEntry, read};
pub use station::{Dial, Station, StationKind};
