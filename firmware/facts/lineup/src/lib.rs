//! From playlist entries to channels with lasting ids and GuideNumbers. Pure: no clock, no file,
//! no socket.
//!
//! An import collects the entries of all sources in an [`Importer`] and ends in [`Imported`]: a
//! [`Lineup`], a snapshot that everybody reads through an `Arc`, and the [`Numbers`] that the store
//! keeps for the next import.
//!
//! **Channels.** Entries of the same name and `tvg-id`, or without a `tvg-id` of the same name and
//! group, are streams of one channel: the first in the order of sources and lists is the primary,
//! the others are its backups. See [`clusters`](Imported::clusters).
//!
//! **Ids.** A [`ChannelId`] has two parts. The upper 44 bits are a hash of the name of the source,
//! `tvg-id` and the name of a stream of the channel: the same on every machine and in every
//! version, and independent of the address, which providers change at will. Of several streams it
//! is the one whose source comes first, and in it the lowest address. The lower 20 bits tell apart
//! channels that share all three (and, once in many years, two whose hashes agree): 0 for the
//! first in the order of their addresses, and so on.
//!
//! Once given, an id is found again by what the entries of its channel have in common
//! ([`Remembered::key`]), so that a stream that comes or goes, the primary included, and a source
//! that moves change neither id nor number; where that has changed, by the address
//! ([`Remembered::mark`]). What an earlier Dipole remembered has no key: a channel whose address is
//! new takes the place of one that is gone.
//!
//! **Numbers.** A channel that is known keeps its number, also where the list has changed its
//! `tvg-chno` meanwhile: clients remember channels by number. A new one gets the number that its
//! `tvg-chno` asks for, if that is valid and free; else the smallest that is free and that no
//! `tvg-chno` of the list asks for, in the order of the list. Numbers of channels that are gone stay
//! theirs while they are remembered. After 65,535 the minors follow: 1.1, 2.1, and so on.
//!
//! What does not belong here: fetching and reading lists (`sync`, `playlist`), writing them down
//! (`store`).

mod arena;
mod channel;
mod clusters;
mod collected;
pub mod decisions;
mod identity;
mod ids;
mod import;
mod numbering;
mod numbers;
mod snapshot;
mod twins;

pub use base::{ChannelId, GuideNumber, GuideNumberError};
pub use channel::Channel;
pub use import::{Imported, Importer, SourceKey};
pub use numbers::{Numbers, Remembered};
pub use snapshot::{Full, Lineup, LineupBuilder};
