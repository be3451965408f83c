//! Imports: a source is read, parsed, numbered, stored and then published, or nothing changes.
//!
//! [`run`] reads one source at a time. Its bytes go from the network or the disk (`fetch`) to a
//! thread of their own (`job`), where they become entries, channels and one transaction of the
//! store; no stream waits for any of that. The channels of all other sources are carried over from
//! the lineup before (`merge`), so that one import costs the memory of one list and a source that
//! fails keeps what it had.
//!
//! Sources are read one after the other, in the order of their lasting numbers, so that one list is in
//! memory at a time; at the very first start the channels of an earlier one have their numbers before
//! a later one's `tvg-chno` is looked at. One that is fresh by its interval is not read at a start.
//!
//! Sources stand in the configuration file or come over the `desk`, whose orders are carried out one
//! after the other here (`orders`): there is one writer of facts. An order that comes while a list is
//! read breaks that off, unless it need not wait (`reading`).
//!
//! Nothing is published that has not been stored: a client must find every number that it has seen
//! after a power cut as well.
//!
//! What does not belong here: the syntax of lists (`playlist`), ids and numbers (`lineup`), tables
//! (`store`), HTTP (`upstream`).

mod collect;
mod config;
mod download;
mod dry_run;
mod error;
mod fetch;
mod job;
mod merge;
mod orders;
mod progress;
mod reading;
mod rebuild;
mod recall;
mod refresh;
mod rules;
mod run;
mod schedule;
mod secrets;
mod shape;
mod sources;
mod status;
mod test_channel;

pub use config::{Config, TestChannel, is_file};
pub use dry_run::{Report, dry_run};
pub use error::Error;
pub use progress::{Phase, Progress};
pub use rules::RulesConfig;
pub use run::{Ports, run};
pub use sources::{SOURCES_MAX, Sources};
pub use status::{SourceStatus, State};
