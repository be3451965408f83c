//! The lineup under what its owner has chosen and decided: what of it clients see, and in which order.
//!
//! Names, groups, logos and whether a channel is in use lie over what the lists make, which stays as
//! it is: such a decision is made and taken back without deriving anything anew. Numbers and the
//! order of streams are part of what is derived.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use base::{ChannelId, GuideNumber};

use crate::{
    Choice, Idle, Keys, Lineup,
    core::Core,
    decisions::{Channels, Decision, Decisions},
    over::Shown,
};

impl Lineup {
    pub(crate) fn of_core(core: Core) -> Self {
        let shown = Shown::of(&core, Arc::default(), Arc::default());
        Self {
            core: Arc::new(core),
            shown: Arc::new(shown),
        }
    }

    /// The same channels under these decisions. Their numbers and the order of their streams are
    /// those that they were derived with.
    #[must_use]
    pub fn under(&self, decisions: Arc<Decisions>) -> Self {
        self.with(decisions, Arc::clone(&self.shown.choice))
    }

    /// The same channels, of which these are in use where nothing is decided.
    #[must_use]
    pub fn chosen(&self, choice: Arc<Choice>) -> Self {
        self.with(Arc::clone(&self.shown.decisions), choice)
    }

    /// The channels as the lists make them: nothing is decided, and all are in use.
    #[must_use]
    pub fn bare(&self) -> Self {
        self.with(Arc::default(), Arc::default())
    }

    fn with(&self, decisions: Arc<Decisions>, choice: Arc<Choice>) -> Self {
        let shown = Shown::of(&self.core, decisions, choice);
        Self {
            core: Arc::clone(&self.core),
            shown: Arc::new(shown),
        }
    }

    /// What was decided.
    #[must_use]
    pub fn decisions(&self) -> &Arc<Decisions> {
        &self.shown.decisions
    }

    /// How many channels there are, those included that clients do not see.
    #[must_use]
    pub fn total(&self) -> usize {
        self.core.heads.len()
    }

    /// Whether clients see the channel at `index`.
    #[must_use]
    pub fn is_active(&self, index: usize) -> bool {
        index < self.shown.active
    }

    /// Why clients do not see the channel at `index`; `None` where they do.
    #[must_use]
    pub fn idle(&self, index: usize) -> Option<Idle> {
        self.shown.idle(&self.core, self.shown.place(index)?)
    }

    /// Whether the channel at `index` came later than the first list of its source, and was to wait.
    #[must_use]
    pub fn waits(&self, index: usize) -> bool {
        self.head(index).is_some_and(|head| head.waits)
    }

    /// Whether the channel at `index` is among the favourites.
    #[must_use]
    pub fn is_favourite(&self, index: usize) -> bool {
        let seen = self.id(index).map(|id| self.shown.decisions.seen(id));
        seen.and_then(|seen| seen.favourite).unwrap_or(false)
    }

    /// What was decided of the channel at `index`.
    #[must_use]
    pub fn decision(&self, index: usize) -> Decision {
        let decided = self.id(index).and_then(|id| self.shown.decisions.find(id));
        decided.unwrap_or_default()
    }

    /// The name that the channel at `index` has by itself.
    #[must_use]
    pub fn own_name(&self, index: usize) -> &str {
        let head = self
            .shown
            .place(index)
            .and_then(|place| self.core.heads.get(place));
        head.map_or("", |head| head.name.of(&self.core.text))
    }

    /// Whether it was decided into which channel this stream goes.
    #[must_use]
    pub fn is_placed(&self, stream: Keys) -> bool {
        self.shown.decisions.home(stream).is_some()
    }

    /// Where the channel with this id stands, whether or not clients see it.
    #[must_use]
    pub fn find(&self, id: ChannelId) -> Option<usize> {
        let Core { heads, by_id, .. } = &*self.core;
        let found = by_id.binary_search_by_key(&id, |&place| heads[place as usize].id);
        self.find_number(heads[by_id[found.ok()?] as usize].number)
    }

    /// Where the channel with this number stands, whether or not clients see it.
    #[must_use]
    pub fn find_number(&self, number: GuideNumber) -> Option<usize> {
        let heads = &self.core.heads;
        let (active, inactive) = self.shown.order.split_at(self.shown.active);
        let within = |part: &[u32]| {
            let found = part.binary_search_by_key(&number, |&place| heads[place as usize].number);
            found.ok()
        };
        within(active).or_else(|| Some(active.len() + within(inactive)?))
    }

    /// Where each channel stands whose number is behind this one, whether or not clients see it, in
    /// the order of GuideNumbers.
    pub fn behind(&self, number: Option<GuideNumber>) -> impl Iterator<Item = usize> {
        let heads = &self.core.heads;
        let first = heads.partition_point(|head| Some(head.number) <= number);
        let behind = heads.get(first..).unwrap_or_default();
        behind
            .iter()
            .filter_map(|head| self.find_number(head.number))
    }

    /// What tells this lineup from any other: the same for the same channels under the same
    /// decisions. Computed when it is first asked for, in some milliseconds.
    #[must_use]
    pub fn revision(&self) -> u64 {
        *self.shown.revision.get_or_init(|| {
            let mut hasher = DefaultHasher::new();
            self.core.text.hash(&mut hasher);
            for index in 0..self.total() {
                let head = self
                    .shown
                    .place(index)
                    .and_then(|place| self.core.heads.get(place));
                head.map(|head| (head.id, head.number)).hash(&mut hasher);
                self.is_active(index).hash(&mut hasher);
                self.decision(index).hash(&mut hasher);
                self.streams(index)
                    .for_each(|stream| stream.keys.hash(&mut hasher));
            }
            hasher.finish()
        })
    }

    fn id(&self, index: usize) -> Option<ChannelId> {
        let place = self.shown.place(index)?;
        self.core.heads.get(place).map(|head| head.id)
    }
}

/// A lineup, and the channels that its entries were in by themselves.
#[derive(Clone, Copy, Debug)]
pub struct Decidable<'a> {
    /// The lineup.
    pub lineup: &'a Lineup,
    /// What entries held; needed only where streams are split apart.
    pub held: &'a crate::Held,
}

impl Channels for Decidable<'_> {
    fn number(&self, channel: ChannelId) -> Option<GuideNumber> {
        let index = self.lineup.find(channel)?;
        self.lineup.get(index).map(|channel| channel.number)
    }

    fn name(&self, channel: ChannelId) -> Option<&str> {
        let index = self.lineup.find(channel)?;
        self.lineup.get(index).map(|channel| channel.name)
    }

    fn at(&self, number: GuideNumber) -> Option<ChannelId> {
        let index = self.lineup.find_number(number)?;
        self.lineup.get(index).map(|channel| channel.id)
    }

    fn streams(&self, channel: ChannelId) -> Vec<Keys> {
        let Some(index) = self.lineup.find(channel) else {
            return Vec::new();
        };
        let streams = self.lineup.streams(index);
        let of_lists = streams.filter(|stream| stream.source != crate::Channel::BUILT_IN);
        of_lists.map(|stream| stream.keys).collect()
    }

    fn held(&self, stream: Keys) -> Option<ChannelId> {
        let held = self
            .held
            .find(stream.name)
            .or_else(|| self.held.find(stream.address));
        held.map(|held| held.id)
    }
}
