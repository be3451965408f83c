//! Which guides there are: those of the configuration file, those added over the API, and those that
//! sources bring along.

use desk::GuideSettings;
use sync::BroughtGuide;

/// Guides of all origins together. Matches and states are kept for each.
pub const GUIDES_MAX: usize = 64;

/// Where a guide is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the configuration file, where alone it can be changed.
    File,
    /// Over the API.
    Api,
    /// Nowhere: the source of this number brings it.
    Source(u16),
}

/// One guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) settings: GuideSettings,
    pub(crate) origin: Origin,
}

impl Listed {
    /// By which the store knows it. What a source brings is known by its address, whatever the source
    /// is called; no name begins like that.
    pub(crate) fn row(&self) -> String {
        match (self.origin, &self.settings.url) {
            (Origin::Source(_), Some(url)) => format!("\n{url}"),
            _ => self.settings.name.clone(),
        }
    }

    /// Whether it is asked for in the same words, and of the same.
    pub(crate) fn asks_the_same(&self, other: &Self) -> bool {
        let words = |listed: &Self| GuideSettings {
            name: String::new(),
            priority: 0,
            interval_hours: 0,
            ..listed.settings.clone()
        };
        words(self) == words(other)
    }
}

/// All of them, in the order in which channels take programmes of them: by priority, and what sources
/// bring behind the rest. An address that somebody has set is not brought as well.
pub(crate) fn all(
    of_file: &[GuideSettings],
    of_api: &[GuideSettings],
    brought: &[BroughtGuide],
) -> Vec<Listed> {
    let mut all: Vec<Listed> = Vec::new();
    let is_named = |all: &[Listed], name: &str| all.iter().any(|it| it.settings.name == name);
    for (settings, origin) in (of_file.iter().map(|it| (it, Origin::File)))
        .chain(of_api.iter().map(|it| (it, Origin::Api)))
    {
        if is_named(&all, &settings.name) {
            tracing::error!(guide = %settings.name, "left out: the configuration file has one of that name");
            continue;
        }
        all.push(Listed {
            settings: settings.clone(),
            origin,
        });
    }
    all.sort_by_key(|it| -i64::from(it.settings.priority));
    for BroughtGuide { source, settings } in brought {
        if all.iter().any(|it| it.settings.url == settings.url) {
            continue;
        }
        let mut settings = settings.clone();
        let mut again = 1;
        while is_named(&all, &settings.name) {
            again += 1;
            settings.name = format!("{} ({again})", settings.name);
        }
        all.push(Listed {
            settings,
            origin: Origin::Source(*source),
        });
    }
    all.truncate(GUIDES_MAX);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guide(name: &str, url: &str, priority: i32) -> GuideSettings {
        GuideSettings {
            priority,
            ..GuideSettings::new(name, url)
        }
    }

    fn brought(source: u16, name: &str, url: &str) -> BroughtGuide {
        let settings = guide(name, url, 90);
        BroughtGuide { source, settings }
    }

    #[test]
    fn what_somebody_has_set_comes_first() {
        let of_file = [guide("file", "http://f/", -5), guide("top", "http://t/", 7)];
        let of_api = [guide("api", "http://a/", 0), guide("file", "http://x/", 9)];
        let brought = [
            brought(3, "file", "http://b/"),
            brought(4, "other", "http://a/"),
            brought(5, "other", "http://c/"),
        ];
        let all = all(&of_file, &of_api, &brought);
        let shown: Vec<_> = all
            .iter()
            .map(|it| (it.row(), &*it.settings.name, it.origin))
            .collect();
        let row = str::to_owned;
        let expected = [
            (row("top"), "top", Origin::File),
            (row("api"), "api", Origin::Api),
            (row("file"), "file", Origin::File),
            (row("\nhttp://b/"), "file (2)", Origin::Source(3)),
            (row("\nhttp://c/"), "other", Origin::Source(5)),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn there_is_a_maximum() {
        let brought: Vec<_> = (0..200)
            .map(|n| brought(0, "same", &format!("http://{n}/")))
            .collect();
        assert_eq!(all(&[], &[], &brought).len(), GUIDES_MAX);
    }
}
