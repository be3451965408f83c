//! Entries find their channel in a guide: by `tvg-id`, else by the parts of their names, with a
//! confidence.
//!
//! The names of the guide are read like those of another source and go, with those of the lineup,
//! through the same [merging](crate::merge): what the two lists together show (which names have
//! national editions, where a name is at home) is evidence here too. Nothing is joined by it; each
//! pair of an entry and a name of the guide is scored by [`score`] or, of stations, by
//! [`stations`].
//!
//! What does not belong here: programmes, time shifts of a guide, what users choose by hand
//! (`guide`, `lineup`).

mod index;
mod matcher;
mod matches;
mod score;
mod sides;
mod sites;
mod stations;

pub use matcher::{Matcher, THRESHOLD_PERCENT};
pub use matches::{Match, Matches};
