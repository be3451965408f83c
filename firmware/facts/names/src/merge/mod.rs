//! Entries of all sources become channels: which of them are one, and why.
//!
//! Entries whose parts are equal are a *node*, and one channel in any case. Everything else works
//! on nodes, so that neither the order of a list nor repetition in it matters.
//!
//! 1. [`repair`] and [`stations`]: what a name leaves open and the list shows ("A+B", "Plus 1",
//!    misspelt and bare call signs).
//! 2. [`nodes`]: key, shift, feed, area, language and country; for stations call sign and
//!    sub-channel. "TV X" is not "X TV".
//! 3. [`decided`]: what users have decided holds against every rule.
//! 4. [`across`]: one name in several countries. Sources that state countries mean them; names with
//!    editions of their own, and names so short that they may be two channels, keep theirs.
//! 5. [`inside`]: one name written in several ways in one country: a letter, a script, a shortened
//!    word, the owner before or behind it.
//! 6. [`ids`]: the same `tvg-id`.
//!
//! Time is linear in the entries but for sorting: candidates are found by hash, and each looks at a
//! bounded number of others.
//!
//! What does not belong here: what a name says (`read`), lasting ids and the order of streams
//! (`lineup`).

pub(crate) mod across;
pub(crate) mod decided;
pub(crate) mod evidence;
mod explain;
mod group;
mod ids;
pub(crate) mod inside;
pub(crate) mod intern;
pub(crate) mod joins;
pub(crate) mod letters;
mod merged;
mod merger;
pub(crate) mod nodes;
mod options;
mod reason;
mod repair;
pub(crate) mod rows;
pub(crate) mod solve;
pub(crate) mod stations;
pub(crate) mod table;

pub use merged::Merged;
pub use merger::Merger;
pub use options::Options;
pub use reason::{Difference, Explanation, Reason};
