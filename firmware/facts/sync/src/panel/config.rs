//! An account, and the host that answered last.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use desk::SourceSettings;
use url::Url;
use xtream::{Account, AddressError};

/// An account at a panel that may have several hosts. Clones are the same account.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    /// The account at each host, in the order of the settings; never empty.
    accounts: Arc<[Account]>,
    /// In which form live streams are asked for; as the account allows where nothing is said.
    pub(super) output: Option<xtream::Output>,
    /// Place of the host that answered last; outlives this.
    answered: Arc<AtomicUsize>,
}

impl Panel {
    /// The account that settings name. `answered` is kept from one reading to the next.
    pub(crate) fn of(
        settings: &SourceSettings,
        answered: Arc<AtomicUsize>,
    ) -> Result<Self, AddressError> {
        Ok(Self {
            accounts: settings.accounts()?.into(),
            output: settings.output.map(Into::into),
            answered,
        })
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
    pub(super) fn broke_off(&self, place: usize) {
        let next = (place + 1) % self.accounts.len();
        self.answered.store(next, Ordering::Relaxed);
    }
}

/// Where the guide of an account lies, at its main host; `None` for a source that is none. The address
/// holds the password.
#[must_use]
pub fn guide_address(settings: &SourceSettings) -> Option<Url> {
    if settings.kind != desk::Kind::Xtream {
        return None;
    }
    let accounts = settings.accounts().ok()?;
    accounts.first().map(Account::xmltv)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_with_the_host_that_answered_last() {
        let settings = SourceSettings {
            kind: desk::Kind::Xtream,
            backup_urls: vec!["b:81".to_owned(), "https://c".to_owned()],
            ..SourceSettings::new("x", "http://a/get.php?username=u&password=p")
        };
        let answered = Arc::default();
        let panel = || Panel::of(&settings, Arc::clone(&answered)).unwrap();
        let hosts = || -> Vec<String> {
            let panel = panel();
            let hosts = panel.in_order().map(|(_, account)| account.base());
            hosts.map(ToString::to_string).collect()
        };
        assert_eq!(hosts(), ["http://a/", "http://b:81/", "https://c/"]);
        panel().answered(1);
        assert_eq!(hosts(), ["http://b:81/", "https://c/", "http://a/"]);
        panel().broke_off(2);
        assert_eq!(hosts(), ["http://a/", "http://b:81/", "https://c/"]);
        let guide = guide_address(&settings).unwrap();
        assert_eq!(guide.as_str(), "http://a/xmltv.php?username=u&password=p");
        assert_eq!(guide_address(&SourceSettings::new("x", "http://a")), None);
    }
}
