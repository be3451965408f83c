//! What the owner has decided by hand, against what would come of the lists by themselves.
//!
//! **Facts of their own.** A [`Decision`] belongs to a channel id and says only what was decided:
//! everything else stays automatic. Nothing of it is written into lists, ids or numbers, so a list
//! that is shuffled, shrinks or comes from another provider changes no decision, a channel that is
//! gone for a while finds its own when it is back, and taking one back leaves nothing behind.
//!
//! **Merge and split** are said of entries and not of channels, as ids are what follows from them: a
//! [`Home`] says into which channel an entry goes, by the keys of the entry, whichever source it
//! comes from. See [`Decisions::place`].
//!
//! **Numbers** that were decided belong to their channel also while it is gone, and come before those
//! that were given. The number that a channel had before stays remembered, so that it is had again.
//!
//! **Undo.** What [`edit`] and [`undo`] return holds each fact before and after. A change is undone
//! where its facts are still as it left them; the undoing is a change like any other.
//!
//! What does not belong here: writing this down (`store`), and what rules do to many channels, which
//! is derived anew each time (`rules`).

mod change;
mod decision;
mod edit;
mod editor;
mod home;
mod homes;
mod keys;
mod numbers;
mod patch;
mod refusal;
mod set;
mod streams;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod turn;
mod undo;
mod words;

pub use change::{Change, Channels};
pub use decision::{Decision, GuideChoice, Pins};
pub use edit::edit;
pub use home::Home;
pub use keys::KeysError;

pub use crate::Keys;
pub use patch::{Patch, Set};
pub use refusal::Refusal;
pub use set::Decisions;
pub(crate) use set::Seen;
pub use streams::Place;
pub use turn::{Changed, Logged, Turn};
pub use undo::undo;
