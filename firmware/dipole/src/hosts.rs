//! The hosts of accounts, for whoever plays: where one does not work, the next one is tried within the same
//! connection that the provider grants.
//!
//! What is played has the address of the host that answered when the list was read, which may be a day
//! ago. So each connection begins with the host that answered last, whoever asked it, and one that does
//! not work is not the first for anybody until another one fails.

use base::StreamSpec;
use catalog::Accounts;
use sync::{HostDoor, Panel};

/// The accounts that there are. Clones are the same.
#[derive(Clone)]
pub(crate) struct Hosts(Accounts);

/// Addresses of one stream, one after the other.
pub(crate) struct Doors {
    panel: Option<Panel>,
    doors: std::vec::IntoIter<Door>,
}

/// One of them.
pub(crate) struct Door(Option<HostDoor>);

impl Hosts {
    pub(crate) fn new(accounts: Accounts) -> Self {
        Self(accounts)
    }

    /// Where a stream may be played: as it is, where it is none of an account with several hosts.
    pub(crate) fn doors(&self, stream: &StreamSpec) -> Doors {
        let accounts = self.0.borrow();
        let account = accounts.iter().find(|it| it.id == stream.source);
        let panel = account.map(|account| account.panel.clone());
        let doors = panel.as_ref().map(|panel| panel.doors(&stream.url));
        let mut doors: Vec<Door> = doors
            .unwrap_or_default()
            .into_iter()
            .map(|door| Door(Some(door)))
            .collect();
        if doors.is_empty() {
            doors.push(Door(None));
        }
        Doors {
            panel,
            doors: doors.into_iter(),
        }
    }
}

impl Doors {
    pub(crate) fn next(&mut self) -> Option<Door> {
        self.doors.next()
    }

    /// Whether none is left to try.
    pub(crate) fn is_last(&self) -> bool {
        self.doors.len() == 0
    }

    /// This one does not work.
    pub(crate) fn failed(&self, door: &Door) {
        if let (Some(panel), Door(Some(door))) = (&self.panel, door) {
            panel.broke_off(door.place);
        }
    }
}

impl Door {
    /// The stream at this address.
    pub(crate) fn stream(&self, stream: &StreamSpec) -> StreamSpec {
        let mut stream = stream.clone();
        if let Self(Some(door)) = self {
            stream.url.clone_from(&door.url);
        }
        stream
    }
}

/// Statuses that are about the host (RFC 9110, 15.6, and what Cloudflare adds to it), and not "all your
/// connections are in use", which no other host would answer otherwise.
pub(crate) const fn is_out_of_order(status: u16) -> bool {
    matches!(status, 500 | 502..=504 | 520..=530)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use desk::{Kind, SourceSettings};
    use tokio::sync::watch;

    use super::*;

    fn stream(url: &str, source: u16) -> StreamSpec {
        StreamSpec {
            url: url.to_owned(),
            headers: Vec::new(),
            source,
        }
    }

    fn urls(hosts: &Hosts, stream: &StreamSpec) -> Vec<String> {
        let mut doors = hosts.doors(stream);
        let mut urls = Vec::new();
        while let Some(door) = doors.next() {
            urls.push(door.stream(stream).url);
            if !doors.is_last() {
                doors.failed(&door);
            }
        }
        urls
    }

    #[test]
    fn the_next_host_stands_in_and_stays_first() {
        let settings = SourceSettings {
            kind: Kind::Xtream,
            username: Some("u".to_owned()),
            password: Some("p".to_owned()),
            backup_urls: vec!["http://b".to_owned()],
            ..SourceSettings::new("x", "http://a")
        };
        let sources: sync::Sources = [settings].into_iter().collect();
        let (_told, accounts) = watch::channel(Arc::new(catalog::accounts(&sources)));
        let hosts = Hosts::new(accounts);
        let live = stream("http://a/live/u/p/5.ts", 0);
        let (at_a, at_b) = ("http://a/live/u/p/5.ts", "http://b/live/u/p/5.ts");
        assert_eq!(urls(&hosts, &live), [at_a, at_b]);
        assert_eq!(urls(&hosts, &live), [at_b, at_a], "for everybody");
        for other in [
            stream("http://a/live/u/p/5.ts", 1),
            stream("http://c/5.ts", 0),
        ] {
            assert!(urls(&hosts, &other).iter().eq([&other.url]));
        }
    }

    #[test]
    fn a_full_account_is_full_at_every_host() {
        for (status, is_out) in [
            (502, true),
            (522, true),
            (403, false),
            (458, false),
            (501, false),
        ] {
            assert_eq!(is_out_of_order(status), is_out, "{status}");
        }
    }
}
