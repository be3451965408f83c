//! A change while it is made: the facts as far as it has gone.

use std::collections::BTreeMap;

use base::{ChannelId, GuideNumber};

use super::{Changed, Decision, Decisions, Refusal, Turn, change::Channels};

/// A change that is being made.
pub(super) struct Editor<'a, C> {
    pub(super) decisions: &'a Decisions,
    pub(super) channels: &'a C,
    pub(super) changed: Changed,
    pub(super) desired: Desired,
}

impl<'a, C: Channels> Editor<'a, C> {
    pub(super) fn new(decisions: &'a Decisions, channels: &'a C) -> Self {
        Self {
            decisions,
            channels,
            changed: Changed::default(),
            desired: Desired::default(),
        }
    }

    pub(super) fn finish(self) -> Changed {
        self.changed
    }

    pub(super) fn known(&self, id: ChannelId) -> Result<GuideNumber, Refusal> {
        self.channels.number(id).ok_or(Refusal::NoChannel(id))
    }

    /// The decision on a channel as far as this change has gone.
    pub(super) fn decided(&self, id: ChannelId) -> Option<Decision> {
        match self.changed.decisions.get(&id) {
            Some(turn) => turn.after.clone(),
            None => self.decisions.find(id),
        }
    }

    /// Decides further on a channel. Where nothing is left decided, no decision is.
    pub(super) fn decide(&mut self, id: ChannelId, change: impl FnOnce(&mut Decision)) {
        let decisions = self.decisions;
        let turn = self.changed.decisions.entry(id).or_insert_with(|| {
            let before = decisions.find(id);
            Turn {
                after: before.clone(),
                before,
            }
        });
        let mut decision = turn.after.take().unwrap_or_default();
        change(&mut decision);
        turn.after = (!decision.is_empty()).then_some(decision);
    }
}

pub(super) fn once_each(channels: &[ChannelId]) -> Result<(), Refusal> {
    let mut sorted = channels.to_vec();
    sorted.sort_unstable();
    let twice = sorted.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map_or(Ok(()), |pair| Err(Refusal::Twice(pair[0])))
}

/// Numbers as far as a change has gone.
#[derive(Debug, Default)]
pub(super) struct Desired {
    /// Of channels whose number the change decides.
    pub(super) of: BTreeMap<ChannelId, GuideNumber>,
    /// Who has a number that the change has moved; `None` where nobody has it any more.
    pub(super) holders: BTreeMap<GuideNumber, Option<ChannelId>>,
    /// Decided numbers of channels that are in no list; looked up once.
    pub(super) gone: Option<BTreeMap<GuideNumber, ChannelId>>,
}
