//! The counter at which faces ask the facts for changes.
//!
//! A face holds a [`Desk`] and hands in an [`Order`]; whoever owns the facts takes the orders from
//! [`Orders`], one after the other, and answers each. So facts have one writer, and a face knows
//! neither how they are stored nor what follows from them. What a face only reads comes to it as
//! a snapshot, through `watch`, and not over this counter.
//!
//! A further area of orders is a module with an enum of its own, a variant of [`Order`] and a
//! `From` between the two; each variant of it carries an [`Answer`] of what is promised back. Orders
//! about guides have a writer of their own, who keeps them: they go to [`GuideOrders`].
//!
//! What does not belong here: HTTP and JSON (`serve`), the work itself (`sync`), tables (`store`).

mod answer;
mod backup;
pub mod catalog;
mod channel;
mod counter;
mod guide;
mod order;
mod panel;
pub mod public;
mod refused;
mod rules;
mod settings;
mod source;

pub use answer::Answer;
pub use backup::{BackupOrder, Passphrase, Restored};
pub use channel::{ChannelOrder, Edited};
pub use counter::{Desk, GuideOrders, Orders, open};
pub use guide::{GuideId, GuideOrder, GuideSettings};
pub use order::Order;
pub use panel::{HOSTS_MAX, Output};
pub use refused::Refused;
pub use rules::{DryRun, RulesOrder, RulesView};
pub use settings::{BadSetting, Kind, RtspTransport, Sharing, SourceSettings};
pub use source::{LIST_PIECES_MAX, ListPieces, ListUpload, SourceId, SourceOrder, upload};
