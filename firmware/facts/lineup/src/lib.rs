//! From playlist entries to channels with lasting ids and GuideNumbers. Pure: no clock, no file,
//! no socket.
//!
//! A lineup is derived from the lists of all sources, anew whenever one of them changes. An
//! [`Importer`] takes their entries, each through the owner's rules ([`Shaping`]), and ends in
//! [`Imported`]: a [`Lineup`], a snapshot that everybody reads through an `Arc`, and what is
//! [`Known`] to the next import by way of the store.
//!
//! **Channels.** Which entries are streams of one channel is for [`names::merge`] to say; why a
//! stream is one stands with it ([`Channel::reason`]). See [`clusters`](Imported::clusters). A channel
//! is called what a person would call it: by its cleanest name, without country, quality and
//! decoration, with the country behind it where channels of several countries share the name. A name
//! that a rule has written is read as if the list had it.
//!
//! **Streams.** The best comes first: by the quality that its name promises, else its address
//! ([`Channel::score`]), then by the priority of its source, then in the order of sources and lists.
//! The first is the primary, the others are its backups; the best [`Lineup::STREAMS_MAX`] are kept.
//! A channel has the group that most of its streams are in, and logo and `tvg-id` of the first that
//! has them ([`Face`]).
//!
//! **Ids.** An entry is known by two [`Keys`], of its name and of its address, which are taken
//! before any rule changes it and hold nothing of its source. Each key is held by the channel that
//! its entry belonged to last ([`Held`]). A channel made anew takes the id that holds most of the
//! keys of its entries' names, those that the last import saw counted first; of those alike, that
//! which holds most of their addresses, then the one that was there first, then the smaller. So it stays the same through new addresses, new
//! names, other backups, and sources that are moved or renamed. Where two channels claim one id, the
//! one with more of its keys keeps it. A key that entries of several channels share speaks for none.
//!
//! An id has two parts. The upper 44 bits are a hash of the smallest name key among the entries that
//! it was first given for: the same on every machine and in every version. The lower 20 bits tell
//! apart channels that share it: 0 for the first in the order of their addresses, and so on.
//!
//! **Numbers.** A channel that is known keeps its number, also where the list has changed its
//! `tvg-chno` meanwhile: clients remember channels by number. A new one gets the number that its
//! `tvg-chno` asks for, if that is valid and free; else the smallest that is free and that no
//! `tvg-chno` of a list asks for, in the order of the lists. Numbers of channels that are gone stay
//! theirs while they are remembered. After 65,535 the minors follow: 1.1, 2.1, and so on.
//!
//! The owner may choose otherwise ([`Numbering`]): by ranges for groups, counted through, by rules that
//! name a range. Choosing moves the channels that do not fit the choice, once; from then on they keep
//! their numbers again.
//!
//! What does not belong here: fetching and reading lists (`sync`, `playlist`), writing them down
//! (`store`).

/// Raised by whoever changes what becomes of the same lists: a stored lineup that was derived
/// otherwise is derived anew at the next start.
pub const DERIVATION: u32 = 2;

mod arena;
mod builder;
mod channel;
mod choice;
mod clusters;
mod collected;
mod core;
pub mod decisions;
mod entry;
mod face;
mod held;
mod identity;
mod ids;
mod import;
mod known;
mod numbering;
mod numbers;
mod over;
mod quality;
mod shown;
mod similar;
mod snapshot;
mod title;
mod twins;

pub use crate::core::Face;
pub use base::{ChannelId, GuideNumber, GuideNumberError};
pub use builder::{Full, LineupBuilder};
pub use channel::Channel;
pub use choice::{Choice, Idle, NewChannels};
pub use entry::{AsListed, ENTRY_TEXTS, EntryText, Keys, Shaping, SourceKey, Verdict};
pub use held::{Held, HeldKey};
pub use identity::StableHash;
pub use import::{Imported, Importer};
pub use known::Known;
pub use names::merge::{Options as Merging, Reason};
pub use numbering::{GroupRange, Numbering, NumberingMode};
pub use numbers::{Numbers, Remembered};
pub use shown::Decidable;
pub use similar::{Alike, Similar};
pub use snapshot::Lineup;
