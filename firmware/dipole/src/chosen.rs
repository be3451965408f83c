//! Which command plays a stream: that of its channel, else that of its source.

use std::sync::Arc;

use base::{GuideNumber, StreamSpec};
use lineup::Lineup;
use tokio::sync::watch;
use upstream::command::Profile;

/// A channel as the configuration names it.
#[derive(Debug)]
struct Wanted {
    name: String,
    number: Option<GuideNumber>,
    profile: Profile,
}

/// The commands of channels.
#[derive(Debug)]
pub(crate) struct Chosen {
    by_channel: Vec<Wanted>,
    lineup: watch::Receiver<Arc<Lineup>>,
}

impl Chosen {
    /// `by_channel`: numbers or exact names.
    pub(crate) fn new(
        by_channel: impl IntoIterator<Item = (String, Profile)>,
        lineup: watch::Receiver<Arc<Lineup>>,
    ) -> Self {
        let by_channel = by_channel.into_iter().map(|(name, profile)| Wanted {
            number: name.parse().ok(),
            name,
            profile,
        });
        Self {
            by_channel: by_channel.collect(),
            lineup,
        }
    }

    /// The command of this stream, if it has one; `of_source` is that of its source.
    pub(crate) fn of(&self, stream: &StreamSpec, of_source: Option<&Profile>) -> Option<Profile> {
        if stream.is_built_in() {
            return None;
        }
        self.by_channel(stream).or(of_source).cloned()
    }

    /// Whoever opens a stream is told its address and not its channel, so it is looked up: a
    /// millisecond in a long lineup, and only where the configuration names channels.
    fn by_channel(&self, stream: &StreamSpec) -> Option<&Profile> {
        if self.by_channel.is_empty() {
            return None;
        }
        let lineup = Arc::clone(&self.lineup.borrow());
        lineup
            .all_streams()
            .filter(|own| own.source == stream.source && own.url == stream.url)
            .find_map(|own| {
                let is_it =
                    |wanted: &&Wanted| wanted.number == Some(own.number) || wanted.name == own.name;
                self.by_channel.iter().find(is_it)
            })
            .map(|wanted| &wanted.profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineup::{Channel, ChannelId, LineupBuilder};
    use upstream::command::Commands;

    fn profile(name: &str) -> Profile {
        let run = ["x".to_owned(), "{url}".to_owned()];
        let commands = Commands::new(1, Vec::new());
        commands.profile(name, &run).expect("it can be run")
    }

    fn lineup() -> Arc<Lineup> {
        let mut builder = LineupBuilder::new(1 << 20);
        for (id, name, number, url, source) in [
            (1, "News", "5.1", "http://a/1", 0),
            (1, "News", "5.1", "http://b/1", 1),
            (2, "Sport", "6", "http://a/2", 0),
            (3, "Film", "7", "http://a/3", 0),
        ] {
            let number = number.parse().expect("a number");
            let channel = Channel {
                source,
                ..Channel::new(ChannelId(id), number, name, url)
            };
            builder.push(channel).expect("room");
        }
        Arc::new(builder.build())
    }

    #[test]
    fn a_channel_goes_before_its_source() {
        let (_sender, receiver) = watch::channel(lineup());
        let by_channel = [
            ("News".to_owned(), profile("n")),
            ("6".to_owned(), profile("s")),
        ];
        let chosen = Chosen::new(by_channel, receiver);
        let of_second = profile("b");
        for (url, source, command) in [
            ("http://a/1", 0, Some("n")),
            ("http://b/1", 1, Some("n")),
            ("http://a/2", 0, Some("s")),
            ("http://a/3", 0, None),
            ("http://elsewhere/", 0, None),
            ("http://elsewhere/", 1, Some("b")),
            ("http://elsewhere/", 9, None),
            ("dipole:test", StreamSpec::BUILT_IN, None),
        ] {
            let stream = StreamSpec {
                url: url.to_owned(),
                headers: Vec::new(),
                source,
            };
            let of_source = Some(&of_second).filter(|_| source == 1);
            let found = chosen.of(&stream, of_source);
            assert_eq!(
                found.as_ref().map(Profile::name),
                command,
                "{url} of {source}"
            );
        }
    }
}
