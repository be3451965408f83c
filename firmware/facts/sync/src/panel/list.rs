//! A panel's live streams as entries of a list.

use std::ops::ControlFlow;

use playlist::{Catchup, Entry};
use xtream::{Account, Limits, Live, Output, Reader};

use super::ask::Groups;

/// Reads live streams as they arrive.
#[derive(Debug)]
pub(crate) struct LiveList {
    reader: Reader,
    maker: Maker,
}

/// Makes an entry of an object.
#[derive(Debug)]
struct Maker {
    account: Account,
    output: Output,
    groups: Groups,
    /// Entries made.
    entries: u64,
    /// Objects without an id.
    nameless: u64,
}

/// How a list ended.
pub(crate) struct Ended {
    pub(crate) warnings: Vec<String>,
    pub(crate) is_whole: bool,
}

/// Whoever takes the entries.
pub(crate) type Each<'a> = &'a mut dyn FnMut(&Entry<'_>) -> ControlFlow<()>;

impl LiveList {
    pub(super) fn new(account: Account, output: Output, groups: Groups) -> Self {
        Self {
            reader: Reader::new(Limits::default()),
            maker: Maker {
                account,
                output,
                groups,
                entries: 0,
                nameless: 0,
            },
        }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8], each: Each<'_>) -> Result<(), xtream::Error> {
        let Self { reader, maker } = self;
        reader.push(bytes, &mut |item| match Live::of(item.fields) {
            Some(live) => maker.make(&live, each),
            None => {
                maker.nameless += 1;
                ControlFlow::Continue(())
            }
        })
    }

    /// The end of the list.
    pub(crate) fn finish(self) -> Result<Ended, xtream::Error> {
        let Self { reader, maker } = self;
        let summary = reader.finish()?;
        let lost = summary.unreadable + maker.nameless;
        let warning = format!("{lost} streams that the panel lists cannot be read, or have no id");
        Ok(Ended {
            warnings: if lost > 0 { vec![warning] } else { Vec::new() },
            is_whole: summary.is_whole,
        })
    }
}

impl Maker {
    fn make(&mut self, live: &Live<'_>, each: Each<'_>) -> ControlFlow<()> {
        self.entries += 1;
        let url = self.account.live(&live.id, self.output);
        let days = match live.archive_days {
            0 => String::new(),
            days => days.to_string(),
        };
        let group = self.groups.get(live.category_id.as_ref());
        each(&Entry {
            name: &live.name,
            url: url.as_str(),
            group: group.map_or("", String::as_str),
            logo: live.icon,
            tvg_id: &live.epg_channel_id,
            catchup: Catchup {
                mode: if days.is_empty() { "" } else { "xc" },
                days: &days,
                ..Catchup::default()
            },
            line: self.entries,
            ..Entry::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> LiveList {
        let account = Account::new("http://h:81", "u/x", "p").unwrap();
        let groups = [("7".to_owned(), "News".to_owned())].into();
        LiveList::new(account, Output::Ts, groups)
    }

    #[test]
    fn streams_become_entries_like_those_of_a_playlist() {
        let mut list = list();
        let mut told = Vec::new();
        let answer = r#"[{"num":"3","name":"One","stream_id":"5","stream_icon":"http://l/1.png","epg_channel_id":"one.uk",
            "category_id":7,"tv_archive":1,"tv_archive_duration":"2"},{"stream_id":6,"category_id":"99"},{"name":"x"}]"#;
        let read = list.push(answer.as_bytes(), &mut |entry| {
            let Entry {
                name,
                url,
                group,
                logo,
                tvg_id,
                tvg_chno,
                catchup,
                ..
            } = entry;
            told.push(format!(
                "{name},{url},{group},{logo},{tvg_id},{tvg_chno},{}{}",
                catchup.mode, catchup.days
            ));
            ControlFlow::Continue(())
        });
        assert_eq!(read, Ok(()));
        assert_eq!(
            told,
            [
                "One,http://h:81/live/u%2Fx/p/5.ts,News,http://l/1.png,one.uk,,xc2",
                "6,http://h:81/live/u%2Fx/p/6.ts,,,,,",
            ]
        );
        let ended = list.finish().unwrap();
        assert!(ended.is_whole && ended.warnings.len() == 1);
    }

    #[test]
    fn half_a_list_is_known_to_be_half() {
        let mut list = list();
        let half = br#"[{"stream_id":1},{"stream"#;
        assert_eq!(list.push(half, &mut |_| ControlFlow::Continue(())), Ok(()));
        assert!(!list.finish().unwrap().is_whole);
    }
}
