//! Which channels are meant: for the list, and for changes of many at once.

use lineup::{Idle, Lineup};
use serde::Deserialize;

/// A search text is cut here.
const TEXT_BYTES_MAX: usize = 128;

/// What a channel must be like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    /// In its name or group, or at the beginning of its number.
    search: String,
    /// Its group, exactly.
    group: Option<String>,
    /// Index of a source that has a stream of it.
    source: Option<u16>,
    favourite: Option<bool>,
    state: State,
}

/// Whether clients see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    #[default]
    Active,
    Inactive,
    /// Those of the inactive that are new, and wait.
    New,
    All,
}

impl Filter {
    /// Takes a pair of the query; `false` where it is none of a filter's.
    pub(super) fn take(&mut self, key: &str, value: &str) -> Result<bool, &'static str> {
        match key {
            "search" => self.search = cut(value).to_owned(),
            "group" => self.group = Some(value.to_owned()),
            "source" if value.is_empty() => self.source = None,
            "source" => {
                self.source = Some(
                    value
                        .parse()
                        .map_err(|_| "`source` is the index of a source")?,
                );
            }
            "favourite" => {
                self.favourite = Some(match value {
                    "true" | "1" => true,
                    "false" | "0" => false,
                    _ => return Err("`favourite` is true or false"),
                });
            }
            "state" => {
                self.state = match value {
                    "active" => State::Active,
                    "inactive" => State::Inactive,
                    "new" => State::New,
                    "all" => State::All,
                    _ => return Err("`state` is active, inactive, new or all"),
                };
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// How many channels of its state there are.
    pub(super) fn total(&self, lineup: &Lineup) -> usize {
        match self.state {
            State::Active => lineup.len(),
            State::Inactive => lineup.total() - lineup.len(),
            State::New => (lineup.len()..lineup.total())
                .filter(|&index| lineup.idle(index) == Some(Idle::New))
                .count(),
            State::All => lineup.total(),
        }
    }

    /// Ready to be asked channel by channel.
    pub(super) fn matcher(&self) -> Matcher<'_> {
        Matcher {
            filter: self,
            search: cut(&self.search).trim().to_lowercase(),
        }
    }
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES_MAX)]
}

/// A filter in use.
pub(super) struct Matcher<'a> {
    filter: &'a Filter,
    /// In lower case.
    search: String,
}

impl Matcher<'_> {
    /// Whether the channel at `index` is meant.
    pub(super) fn matches(&self, lineup: &Lineup, index: usize) -> bool {
        let Some(channel) = lineup.get(index) else {
            return false;
        };
        let Filter {
            group,
            source,
            favourite,
            state,
            ..
        } = self.filter;
        let is_state = match state {
            State::Active => lineup.is_active(index),
            State::Inactive => !lineup.is_active(index),
            State::New => lineup.idle(index) == Some(Idle::New),
            State::All => true,
        };
        is_state
            && group.as_ref().is_none_or(|group| channel.group == group)
            && favourite.is_none_or(|favourite| lineup.is_favourite(index) == favourite)
            && source
                .is_none_or(|source| lineup.streams(index).any(|stream| stream.source == source))
            && (self.search.is_empty()
                || contains(channel.name, &self.search)
                || contains(channel.group, &self.search)
                || channel.number.to_string().starts_with(&self.search))
    }
}

/// Whether `text` contains `lower`, which is in lower case, in any case.
fn contains(text: &str, lower: &str) -> bool {
    if text.is_ascii() {
        let (text, lower) = (text.as_bytes(), lower.as_bytes());
        return text
            .windows(lower.len())
            .any(|part| part.eq_ignore_ascii_case(lower));
    }
    text.to_lowercase().contains(lower)
}
