//! An account, and the host that answered last.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use desk::SourceSettings;
use xtream::{Account, AddressError};

/// Place of the host that answered last. Clones are the same place: readings, streams and films learn from
/// each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answered(Arc<AtomicUsize>);

impl PartialEq for Answered {
    /// It is nothing that is set: sources do not differ by it.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Answered {}

/// An account at a panel that may have several hosts. Clones are the same account.
#[derive(Clone, Debug)]
pub struct Panel {
    /// The account at each host, in the order of the settings; never empty.
    accounts: Arc<[Account]>,
    /// In which form live streams are asked for; as the account allows where nothing is said.
    pub(super) output: Option<xtream::Output>,
    /// Place of the host that answered last; outlives this.
    answered: Answered,
}

/// An address at one host of a panel.
#[derive(Clone, Debug)]
pub struct Door {
    /// Which host.
    pub place: usize,
    /// The address there. It holds the password.
    pub url: String,
}

impl Panel {
    /// The account that settings name. `answered` is kept from one reading to the next.
    pub(crate) fn of(settings: &SourceSettings, answered: Answered) -> Result<Self, AddressError> {
        Ok(Self {
            accounts: settings.accounts()?.into(),
            output: settings.output.map(Into::into),
            answered,
        })
    }

    /// The account at its main host.
    #[must_use]
    pub fn main(&self) -> Option<&Account> {
        self.accounts.first()
    }

    /// The account at each host with its place, beginning with the host that answered last.
    pub fn in_order(&self) -> impl Iterator<Item = (usize, &Account)> {
        let count = self.accounts.len();
        let first = self.answered.0.load(Ordering::Relaxed) % count;
        let places = (first..count).chain(0..first);
        places.filter_map(|place| Some((place, self.accounts.get(place)?)))
    }

    /// The host at this place has answered.
    pub fn answered(&self, place: usize) {
        self.answered.0.store(place, Ordering::Relaxed);
    }

    /// The host at this place broke off: the next attempt begins with the one behind it.
    pub fn broke_off(&self, place: usize) {
        let next = (place + 1) % self.accounts.len();
        self.answered.0.store(next, Ordering::Relaxed);
    }

    /// Where the same lies at each host, beginning with the one that answered last; nothing for an
    /// address that lies at none of them.
    #[must_use]
    pub fn doors(&self, url: &str) -> Vec<Door> {
        let Some(rest) = self.behind_base(url) else {
            return Vec::new();
        };
        let doors = self.in_order().map(|(place, account)| Door {
            place,
            url: format!("{}{rest}", account.base()),
        });
        doors.collect()
    }

    /// The id of the live stream that lies at this address of one of the hosts.
    #[must_use]
    pub fn live_id<'u>(&self, url: &'u str) -> Option<&'u str> {
        let path = self.behind_base(url)?.strip_prefix("live/")?;
        let (_, file) = path.rsplit_once('/')?;
        let (id, _) = file.rsplit_once('.')?;
        Some(id)
    }

    fn behind_base<'u>(&self, url: &'u str) -> Option<&'u str> {
        let mut accounts = self.accounts.iter();
        accounts.find_map(|account| url.strip_prefix(account.base().as_str()))
    }
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
        let answered = Answered::default();
        let panel = || Panel::of(&settings, answered.clone()).unwrap();
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
    }

    #[test]
    fn an_address_leads_to_every_host() {
        let settings = SourceSettings {
            kind: desk::Kind::Xtream,
            backup_urls: vec!["https://b/tv".to_owned()],
            ..SourceSettings::new("x", "http://a:81/get.php?username=u&password=p")
        };
        let panel = Panel::of(&settings, Answered::default()).unwrap();
        let urls = |url: &str| -> Vec<String> {
            let doors = panel.doors(url).into_iter();
            doors
                .map(|door| format!("{} {}", door.place, door.url))
                .collect()
        };
        let at_main = "http://a:81/live/u/p/5.ts";
        assert_eq!(
            urls(at_main),
            [
                "0 http://a:81/live/u/p/5.ts",
                "1 https://b/tv/live/u/p/5.ts"
            ]
        );
        panel.broke_off(0);
        assert_eq!(
            urls("https://b/tv/movie/u/p/7.mkv"),
            [
                "1 https://b/tv/movie/u/p/7.mkv",
                "0 http://a:81/movie/u/p/7.mkv"
            ]
        );
        assert_eq!(urls("http://other/live/u/p/5.ts"), [""; 0]);
        assert_eq!(panel.live_id(at_main), Some("5"));
        assert_eq!(panel.live_id("http://a:81/movie/u/p/5.ts"), None);
        assert_eq!(panel.live_id("http://other/live/u/p/5.ts"), None);
    }
}
