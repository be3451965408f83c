//! Imports: a source is read, parsed, numbered, stored and then published, or nothing changes.
//!
//! [`run`] reads one source at a time. Its bytes go from the network or the disk (`fetch`) to a
//! thread of their own (`job`), where they become the list of the source, compressed; no stream
//! waits for any of that. A list that is the one in the store costs nothing more. Another one takes
//! its place, the lineup is made anew from the lists of all sources (`rebuild`), and both are stored
//! in one transaction. A source that fails keeps the list that it had. On their way from the lists to
//! the lineup entries pass the owner's rules (`rules`, `shape`); rules that are changed make it anew.
//!
//! Sources are read one after the other, in the order of their lasting numbers, so that one list is in
//! memory at a time; at the very first start the channels of an earlier one have their numbers before
//! a later one's `tvg-chno` is looked at.
//!
//! Sources stand in the configuration file or come over the `desk`, whose orders are carried out one
//! after the other here (`orders`): there is one writer of facts. An order that comes while a list is
//! read breaks that off, unless it need not wait (`reading`).
//!
//! A backup is the facts as a file (`backup`); one that is restored is a start anew from the store.
//!
//! Nothing is published that has not been stored: a client must find every number that it has seen
//! after a power cut as well.
//!
//! What does not belong here: the syntax of lists (`playlist`), ids and numbers (`lineup`), tables
//! (`store`), HTTP (`upstream`).

mod account;
pub mod backup;
mod brought;
mod change;
mod collect;
mod config;
mod document;
mod download;
mod dry_run;
mod edit;
mod error;
mod fetch;
mod job;
mod orders;
mod panel;
mod progress;
mod reading;
mod rebuild;
mod recall;
mod refresh;
mod request;
mod rules;
mod run;
mod schedule;
pub mod secrets;
mod shape;
mod shrink;
mod sources;
mod status;
mod syntax;
mod test_channel;

pub use backup::Backups;
pub use brought::BroughtGuide;
pub use config::{Config, TestChannel, is_file, shown_address};
pub use document::Document;
pub use dry_run::{MERGES_MAX, Merge, Report, Stream, dry_run};
pub use error::Error;
pub use panel::{
    AccountStatus, Asker, GROUPS_HELD_BYTES_MAX, Groups, HostCause, HostDoor, HostFailure, Panel,
    PanelError,
};
pub use progress::{Phase, Progress};
pub use rules::RulesConfig;
pub use run::{Ports, run};
pub use sources::{SOURCES_MAX, Sources};
pub use status::{SourceStatus, State};
