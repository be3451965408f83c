//! What accounts at panels have besides channels: films, series, and what is on.
//!
//! [`Catalog::run`] reads the films and the series of each account that wants them listed, one catalogue
//! at a time (`run`, `schedule`). Its bytes go to a thread of their own (`job`), which packs titles as they come and
//! stores them in pieces; the catalogue takes the place of the one before once all of it is there. No
//! catalogue is ever in memory. Faces ask for pages of it (`query`), for a series with its episodes, which
//! the panel is asked for then (`series`), for the address of a film (`film`), and for the programmes of a
//! channel that no guide knows (`short_epg`).
//!
//! What does not belong here: live streams (`sync`), guides (`guide`), bytes of films (`serve`, `upstream`), the
//! syntax of answers (`xtream`), tables (`store`).

mod accounts;
mod ask;
mod board;
mod epg_cache;
mod error;
mod film;
mod job;
mod limits;
mod query;
mod read;
mod run;
mod schedule;
mod series;
mod short_epg;

pub use accounts::{Account, Accounts, accounts};
pub use limits::{BYTES_MAX, READING_BYTES_MAX};
pub use run::Catalog;
