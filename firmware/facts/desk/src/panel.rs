//! Settings of a source that is an account at an Xtream panel.

use serde::{Deserialize, Serialize};
use xtream::{Account, AddressError};

use crate::SourceSettings;

/// Hosts of a panel at most, the main one included.
pub const HOSTS_MAX: usize = 8;

/// In which form live streams of a panel are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// As transport streams.
    Ts,
    /// As HLS.
    M3u8,
}

impl From<Output> for xtream::Output {
    fn from(output: Output) -> Self {
        match output {
            Output::Ts => Self::Ts,
            Output::M3u8 => Self::M3u8,
        }
    }
}

impl SourceSettings {
    /// The account at each host of its panel, the main one first. User name and password may stand in
    /// the query of the main address, and count for the other hosts, too.
    ///
    /// # Errors
    /// Where an address is none, or it is not said whose account it is.
    pub fn accounts(&self) -> Result<Vec<Account>, AddressError> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let main = text(&self.url);
        let password = match &self.password_file {
            // What it holds is filled in when it is read.
            Some(_) if self.password.is_none() => "…".to_owned(),
            _ => text(&self.password),
        };
        let main = Account::new(&main, &text(&self.username), &password)?;
        let mut accounts = vec![main];
        for host in self.backup_urls.iter().take(HOSTS_MAX - 1) {
            let (username, password) = (accounts[0].username(), accounts[0].password());
            let account = Account::new(host, username, password)?;
            accounts.push(account);
        }
        Ok(accounts)
    }
}
