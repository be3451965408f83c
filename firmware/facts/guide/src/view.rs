//! Which guide's channels the lineup's channels have, at one moment.

use std::{iter, sync::Arc};

use lineup::Lineup;

use crate::{
    Found,
    key::{digest, key},
    matching::Whose,
};

/// Which channels of a lineup a document is about: whether that at a place in it is.
pub type Part = Arc<dyn Fn(&Lineup, usize) -> bool + Send + Sync>;

/// A lineup with what was found for its channels. Immutable; a new one is made when something
/// changes.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The lineup that it is of.
    pub lineup: Arc<Lineup>,
    /// Sorted by channel; those of one channel in the order in which guides are asked.
    found: Vec<(u32, Found)>,
    /// Id and name of each guide.
    guides: Vec<(u32, String)>,
    /// Of guides and lineup: the document is another one where this is.
    pub revision: u64,
}

impl View {
    /// `found` comes guide by guide in their order, with indices into the lineup; beside each of
    /// `guides` stands the revision of what is stored of it.
    pub(crate) fn new(
        lineup: Arc<Lineup>,
        mut found: Vec<(u32, Found)>,
        guides: Vec<(Whose, u64)>,
    ) -> Self {
        // What a channel has itself goes before what its base has.
        found.sort_by_key(|(channel, found)| (*channel, found.is_of_base));
        found.shrink_to_fit();
        let of_lineup = lineup.iter().map(|channel| {
            let texts = [channel.name, channel.logo].map(key);
            let number =
                u64::from(channel.number.major()) << 16 | u64::from(channel.number.minor());
            let shift = u64::from(channel.shift_minutes.cast_unsigned());
            texts[0].rotate_left(1)
                ^ texts[1].rotate_left(2)
                ^ shift.rotate_left(13)
                ^ channel.id.0
                ^ number.rotate_left(40)
        });
        let of_found = found.iter().map(|(channel, found)| {
            let shift = u64::from(found.shift_min.cast_unsigned());
            found.key.rotate_left(9)
                ^ u64::from(*channel)
                ^ u64::from(found.guide).rotate_left(33)
                ^ shift.rotate_left(17)
        });
        let of_guides = guides.iter().map(|(_, revision)| revision.rotate_left(21));
        let revision = digest(of_lineup.chain(of_found).chain(of_guides));
        Self {
            revision,
            lineup,
            found,
            guides: guides
                .into_iter()
                .map(|(guide, _)| (guide.id, guide.name))
                .collect(),
        }
    }

    /// The same for a document about a part: what belongs to it changes with more than the guide shows,
    /// as sources and groups do.
    #[must_use]
    pub fn revision_of(&self, part: &Part) -> u64 {
        let channels = self.lineup.iter().enumerate();
        let held = channels.filter(|(index, _)| part(&self.lineup, *index));
        digest(iter::once(self.revision).chain(held.map(|(_, channel)| channel.id.0)))
    }

    /// The name of a guide, by its id in the store.
    #[must_use]
    pub fn guide_name(&self, guide: u32) -> Option<&str> {
        let named = self.guides.iter().find(|(id, _)| *id == guide);
        named.map(|(_, name)| name.as_str())
    }

    /// Id and name of each guide, in the order in which they are asked.
    pub(crate) fn guides(&self) -> impl Iterator<Item = (u32, &str)> {
        self.guides.iter().map(|(id, name)| (*id, name.as_str()))
    }

    /// What was found for the channel at `index`, in the order in which guides are asked.
    pub fn found(&self, index: usize) -> impl Iterator<Item = Found> {
        let of = |(channel, _): &(u32, Found)| *channel as usize;
        let begin = self.found.partition_point(|row| of(row) < index);
        let rows = self.found.get(begin..).unwrap_or_default();
        rows.iter()
            .take_while(move |row| of(row) == index)
            .map(|(_, found)| *found)
    }

    /// Channels of the lineup that a guide is used for.
    #[must_use]
    pub fn matched(&self, guide: u32) -> usize {
        self.found
            .iter()
            .filter(|(_, found)| found.guide == guide)
            .count()
    }

    /// Which channels of a guide are wanted.
    pub(crate) fn wanted(&self, guide: u32) -> Vec<u64> {
        wanted(self.found.iter().map(|(_, found)| *found), guide)
    }
}

/// Keys of a guide's channels among what was found, each once.
pub(crate) fn wanted(found: impl Iterator<Item = Found>, guide: u32) -> Vec<u64> {
    let mut keys: Vec<u64> = found
        .filter(|found| found.guide == guide)
        .map(|found| found.key)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
