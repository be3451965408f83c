//! The accounts that there are at one moment.

use std::sync::Arc;

use desk::{Kind, SourceSettings};
use lineup::StableHash;
use sync::{Panel, Sources};
use tokio::sync::watch;

/// All accounts, told whenever the sources change; nothing before that was told once.
pub type Accounts = watch::Receiver<Arc<Vec<Account>>>;

/// A source that is an account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Number of the source.
    pub id: u16,
    /// What is set about it.
    pub settings: SourceSettings,
    /// The account at each of its hosts.
    pub panel: Panel,
}

/// Those among all sources.
#[must_use]
pub fn accounts(sources: &Sources) -> Vec<Account> {
    let accounts = sources
        .iter()
        .filter(|(_, settings)| settings.kind == Kind::Xtream);
    let accounts = accounts.filter_map(|(id, settings)| {
        Some(Account {
            id,
            settings: settings.clone(),
            panel: sources.panel(id)?,
        })
    });
    accounts.collect()
}

impl Account {
    /// Whether its films and series are listed and played.
    pub(crate) const fn is_listed(&self) -> bool {
        self.settings.vod && self.settings.enabled
    }

    /// Whose account it is, as a figure: that of another one has other ids. A new password is none.
    pub(crate) fn digest(&self) -> u64 {
        let Some(main) = self.panel.main() else {
            return 0;
        };
        let host = main.base().host_str().unwrap_or_default();
        let hash = StableHash::new().bytes(host.as_bytes()).bytes(b"\n");
        hash.bytes(main.username().as_bytes()).value()
    }
}
