//! Sources that are accounts at Xtream panels.
//!
//! [`login`] asks the hosts of a panel in order what they say of the account, beginning with the one that
//! answered last; [`open`] then asks that host for its groups and for its live streams, and hands out the
//! bytes of the latter. [`LiveList`] makes entries of them on the thread of the import, as
//! `playlist::Reader` does of a playlist. From there on nobody knows the difference.
//!
//! Addresses of streams name the host that answered, and not what a panel says of itself in
//! `server_info`: behind a proxy that is a name nobody can reach. Where another host answers at the next
//! reading the addresses change with it, and ids do not.
//!
//! What does not belong here: the syntax of answers and addresses (`xtream`), when a source is read
//! (`run`), connections (`tuner`, whom the daemon tells what the account allows).

mod ask;
mod config;
mod error;
mod list;
mod login;
mod open;
mod status;

pub use ask::{Asker, GROUPS_HELD_BYTES_MAX, Groups};
pub(crate) use config::Answered;
pub use config::{Door as HostDoor, Panel};
pub use error::{HostCause, HostFailure, PanelError};
pub(crate) use list::LiveList;
pub(crate) use login::login;
pub(crate) use open::{Download, open};
pub use status::AccountStatus;
