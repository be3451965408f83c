//! An account, and what of it is wanted.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use url::Url;
use xtream::{Account, AddressError, Output};

/// An account at a panel that may have several hosts. Clones are the same account: which host answered
/// last is known to all of them.
#[derive(Clone, Debug)]
pub struct PanelConfig {
    /// The account at each host, in the order of the configuration; never empty.
    accounts: Arc<[Account]>,
    /// In which form live streams are asked for; as the account allows where nothing is said.
    pub output: Option<Output>,
    /// Place of the host that answered last.
    answered: Arc<AtomicUsize>,
}

impl PanelConfig {
    /// Hosts of a panel at most.
    pub const HOSTS_MAX: usize = 8;

    /// An account at `hosts`, of which the first is the main one. User name and password may stand in
    /// the query of the main address instead, and count for the others, too.
    ///
    /// # Errors
    /// Where an address is none, or it is not said whose account it is.
    pub fn new(hosts: &[&str], username: &str, password: &str) -> Result<Self, AddressError> {
        let (main, others) = hosts.split_first().ok_or(AddressError::NoCredentials)?;
        let main = Account::new(main, username, password)?;
        let (username, password) = (main.username().to_owned(), main.password().to_owned());
        let mut accounts = vec![main];
        for host in others.iter().take(Self::HOSTS_MAX - 1) {
            accounts.push(Account::new(host, &username, &password)?);
        }
        Ok(Self {
            accounts: accounts.into(),
            output: None,
            answered: Arc::default(),
        })
    }

    /// The address of the account's guide, at the host that answered last. It holds the password.
    #[must_use]
    pub fn guide(&self) -> Url {
        self.in_order()
            .next()
            .map_or_else(|| self.accounts[0].xmltv(), |(_, account)| account.xmltv())
    }

    /// The account at each host with its place, beginning with the host that answered last.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (usize, &Account)> {
        let count = self.accounts.len();
        let first = self.answered.load(Ordering::Relaxed) % count;
        let places = (first..count).chain(0..first);
        places.filter_map(|place| Some((place, self.accounts.get(place)?)))
    }

    /// The host at this place has answered.
    pub(super) fn answered(&self, place: usize) {
        self.answered.store(place, Ordering::Relaxed);
    }

    /// The host at this place broke off: the next attempt begins with the one behind it.
    pub(crate) fn broke_off(&self, place: usize) {
        self.answered
            .store((place + 1) % self.accounts.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_with_the_host_that_answered_last() {
        let panel = PanelConfig::new(
            &[
                "http://a/get.php?username=u&password=p",
                "b:81",
                "https://c",
            ],
            "",
            "",
        )
        .unwrap();
        let hosts = |panel: &PanelConfig| -> Vec<String> {
            let hosts = panel.in_order().map(|(_, account)| account.xmltv());
            hosts.map(|url| url.to_string()).collect()
        };
        let of = |host: &str| format!("{host}/xmltv.php?username=u&password=p");
        assert_eq!(
            hosts(&panel),
            [of("http://a"), of("http://b:81"), of("https://c")]
        );
        panel.clone().answered(1);
        assert_eq!(panel.guide().as_str(), of("http://b:81"));
        assert_eq!(
            hosts(&panel),
            [of("http://b:81"), of("https://c"), of("http://a")]
        );
        panel.broke_off(2);
        assert_eq!(panel.guide().as_str(), of("http://a"));
    }
}
