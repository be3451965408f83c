//! Imports: a source is read, parsed, numbered, stored and then published, or nothing changes.
//!
//! [`run`] reads one source at a time. Its bytes go from the network or the disk (`fetch`) to a
//! thread of their own (`job`), where they become the list of the source, compressed; no stream
//! waits for any of that. A list that is the one in the store costs nothing more. Another one takes
//! its place, the lineup is made anew from the lists of all sources (`rebuild`), and both are stored
//! in one transaction. A source that fails keeps the list that it had.
//!
//! Sources are read one after the other, in the order of the configuration: at the very first start
//! the channels of an earlier one have their numbers before a later one's `tvg-chno` is looked at.
//!
//! Nothing is published that has not been stored: a client must find every number that it has seen
//! after a power cut as well.
//!
//! What does not belong here: the syntax of lists (`playlist`), ids and numbers (`lineup`), tables
//! (`store`), HTTP (`upstream`).

mod collect;
mod config;
mod dry_run;
mod edit;
mod error;
mod fetch;
mod job;
mod rebuild;
mod refresh;
mod run;
mod schedule;
mod shrink;
mod status;
mod test_channel;

pub use config::{Config, SourceConfig, TestChannel};
pub use dry_run::{Report, dry_run};
pub use error::Error;
pub use run::{Ports, run};
pub use status::{SourceStatus, State};
