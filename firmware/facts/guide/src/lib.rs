//! Programmes of the lineup's channels, out of XMLTV guides, in the store; and the one guide that
//! clients get.
//!
//! [`run`] reads one guide at a time. Its bytes go to a thread of their own (`job`), which knows
//! from the guide's channels (`channels`) and the lineup which of them are wanted (`matching`), and
//! keeps of those what lies in the window of days. Guides come in any order, so programmes are
//! sorted in runs on the disk (`sort`) and packed by channel and day (`pack`) into one transaction of
//! the store. Nothing that is held grows with the guide but the list of its channels, which has a
//! maximum. A guide that breaks off leaves the one before as it was.
//!
//! Which channel of which guide a channel of the lineup has is a [`View`], made anew whenever the
//! lineup or a guide changes; a [`Document`] is written from it and the store, a piece at a time.
//!
//! What does not belong here: the syntax of guides (`xmltv`), tables (`store`), HTTP (`upstream`).

mod base;
mod candidates;
mod channels;
mod config;
mod document;
mod error;
mod event;
mod found;
mod gauge;
mod job;
mod key;
mod layers;
mod list;
mod matching;
mod orders;
mod pack;
mod programme;
mod reading;
mod run;
mod sort;
mod status;
mod upload;
mod view;
mod window;

pub use candidates::{Candidate, candidates};
pub use config::Config;
pub use document::{
    DOCUMENT_BYTES_MAX, Document,
    upcoming::{Upcoming, UpcomingProgramme},
};
pub use error::Error;
pub use found::Found;
pub use list::{GUIDES_MAX, Origin};
pub use run::{Ports, run};
pub use status::{GuideStatus, Progress, State};
pub use view::{Part, View};
