//! From wishes to facts, all of them or none.

use base::ChannelId;

use super::{
    Changed, Decisions, Keys, Patch, Pins, Refusal, Set, Turn,
    change::{Change, Channels},
    editor::{Editor, once_each},
    keys, words,
};

/// Decides. What is returned is to be stored, and [`Decisions::with`] it the lineup to be made anew.
///
/// # Errors
/// Why it cannot be so.
pub fn edit(
    decisions: &Decisions,
    channels: &impl Channels,
    changes: &[Change],
) -> Result<Changed, Refusal> {
    let named: usize = changes.iter().map(Change::len).sum();
    if named == 0 {
        return Err(Refusal::Nothing);
    }
    if named > Change::CHANNELS_MAX {
        return Err(Refusal::TooMany {
            channels_max: Change::CHANNELS_MAX,
        });
    }
    let mut editor = Editor::new(decisions, channels);
    for change in changes {
        editor.make(change)?;
    }
    let mut changed = editor.finish();
    changed.settle();
    changed.words = words::of(channels, changes);
    Ok(changed)
}

impl<C: Channels> Editor<'_, C> {
    fn make(&mut self, change: &Change) -> Result<(), Refusal> {
        match change {
            Change::Set { channels, patch } => self.set(channels, patch),
            Change::Renumber {
                channels,
                first,
                swap,
            } => self.renumber_from(channels, *first, *swap),
            Change::Merge { channels } => self.merge(channels),
            Change::Split { channel, streams } => self.split(*channel, streams),
        }
    }

    fn set(&mut self, channels: &[ChannelId], patch: &Patch) -> Result<(), Refusal> {
        patch.check()?;
        if channels.len() > 1 && patch.is_of_streams() {
            return Err(Refusal::StreamsForMany);
        }
        for &id in channels {
            self.known(id)?;
            self.decide(id, |decision| patch.apply(decision));
            if patch.is_of_streams() {
                self.check_pins(id)?;
            }
        }
        match patch.number {
            Set::Keep => Ok(()),
            Set::Automatic => {
                channels.iter().for_each(|&id| self.release(id));
                Ok(())
            }
            Set::To(_) if channels.len() > 1 => Err(Refusal::NumberForMany),
            Set::To(number) => self.renumber_from(channels, number, patch.swap),
        }
    }

    /// Streams that are pinned must be there when they are, and once.
    fn check_pins(&self, id: ChannelId) -> Result<(), Refusal> {
        let Some(pins) = self.decided(id).and_then(|decision| decision.pins) else {
            return Ok(());
        };
        let Pins { primary, backups } = *pins;
        let streams = self.channels.streams(id);
        let mut seen: Vec<Keys> = Vec::new();
        for stream in primary.into_iter().chain(backups) {
            if seen.contains(&stream) {
                return Err(Refusal::StreamTwice(stream));
            }
            seen.push(stream);
        }
        let missing = keys::find(&seen, &streams).iter().position(Option::is_none);
        missing.map_or(Ok(()), |missing| {
            Err(Refusal::NoStream {
                channel: id,
                stream: seen[missing],
            })
        })
    }

    fn merge(&mut self, channels: &[ChannelId]) -> Result<(), Refusal> {
        let [into, others @ ..] = channels else {
            return Err(Refusal::MergeOfOne);
        };
        if others.is_empty() {
            return Err(Refusal::MergeOfOne);
        }
        once_each(channels)?;
        for &id in channels {
            for keys in self.entries(id)? {
                self.send_home(keys, *into);
            }
        }
        // Entries of them that are in no list at the moment.
        for home in self.decisions.homes() {
            if others.contains(&self.home_of(home.keys).unwrap_or(home.channel)) {
                self.send_home(home.keys, *into);
            }
        }
        Ok(())
    }

    fn split(&mut self, channel: ChannelId, streams: &[Keys]) -> Result<(), Refusal> {
        let all = self.entries(channel)?;
        let apart = all.iter().filter(|keys| streams.contains(keys)).count();
        if let Some(&stream) = streams.iter().find(|keys| !all.contains(keys)) {
            return Err(Refusal::NoStream { channel, stream });
        }
        if apart == 0 || apart == all.len() {
            return Err(Refusal::SplitOfAll);
        }
        let own = self.own_channel(channel, streams);
        for keys in all {
            let home = if streams.contains(&keys) {
                own
            } else {
                channel
            };
            self.send_home(keys, home);
        }
        Ok(())
    }

    /// The channel of streams that are split apart: the one that they were before they were merged,
    /// so that it has its number again; else a new one.
    fn own_channel(&self, from: ChannelId, streams: &[Keys]) -> ChannelId {
        let is_free = |id: &ChannelId| *id != from && self.channels.number(*id).is_none();
        let before = streams.iter().filter_map(|&keys| self.channels.held(keys));
        before.filter(is_free).min().unwrap_or_else(|| {
            let seed = streams
                .iter()
                .min()
                .map_or(0, |keys| keys.name ^ keys.address);
            let is_new = |id: &ChannelId| {
                is_free(id)
                    && self.decisions.find(*id).is_none()
                    && !self
                        .decisions
                        .homes()
                        .iter()
                        .any(|home| home.channel == *id)
            };
            let first = ChannelId::from_hash(seed.rotate_left(32)).0;
            (first..)
                .map(ChannelId)
                .find(is_new)
                .unwrap_or(ChannelId(first))
        })
    }

    /// The streams of a channel that is made of entries.
    fn entries(&self, id: ChannelId) -> Result<Vec<Keys>, Refusal> {
        self.known(id)?;
        let streams = self.channels.streams(id);
        if streams.is_empty() {
            return Err(Refusal::BuiltIn);
        }
        Ok(streams)
    }

    fn send_home(&mut self, keys: Keys, channel: ChannelId) {
        let before = self.home_of(keys);
        let turn = Turn {
            before,
            after: None,
        };
        self.changed.homes.entry(keys).or_insert(turn).after = Some(channel);
    }

    /// Where an entry belongs as far as this change has gone.
    fn home_of(&self, keys: Keys) -> Option<ChannelId> {
        match self.changed.homes.get(&keys) {
            Some(turn) => turn.after,
            None => self.decisions.home(keys),
        }
    }
}
