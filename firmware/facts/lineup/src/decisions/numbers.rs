//! Numbers by hand: never the same twice, and nobody loses theirs unasked.

use std::collections::BTreeSet;

use base::{ChannelId, GuideNumber};

use super::{
    Refusal,
    change::Channels,
    editor::{Editor, once_each},
};

impl<C: Channels> Editor<'_, C> {
    pub(super) fn renumber_from(
        &mut self,
        ids: &[ChannelId],
        first: GuideNumber,
        swap: bool,
    ) -> Result<(), Refusal> {
        let numbers: Vec<GuideNumber> = from(first).take(ids.len()).collect();
        if numbers.len() < ids.len() {
            return Err(Refusal::NumbersEnd { first });
        }
        once_each(ids)?;
        for &id in ids {
            self.known(id)?;
        }
        self.renumber(ids, &numbers, swap)
    }

    fn renumber(
        &mut self,
        ids: &[ChannelId],
        numbers: &[GuideNumber],
        swap: bool,
    ) -> Result<(), Refusal> {
        let ours: BTreeSet<ChannelId> = ids.iter().copied().collect();
        let targets: BTreeSet<GuideNumber> = numbers.iter().copied().collect();
        let mut free: BTreeSet<GuideNumber> = BTreeSet::new();
        for &id in ids {
            free.extend(self.number(id).filter(|number| !targets.contains(number)));
        }
        let mut displaced = Vec::new();
        for &number in &targets {
            if let Some(holder) = self.holder(number).filter(|holder| !ours.contains(holder)) {
                if !swap {
                    return Err(self.taken(number, holder));
                }
                displaced.push(holder);
            }
        }
        let old: Vec<_> = ids.iter().filter_map(|&id| self.number(id)).collect();
        for number in old {
            self.desired.holders.insert(number, None);
        }
        // As many numbers become free at least as channels lose theirs.
        let swapped = displaced.into_iter().zip(free);
        let asked = ids.iter().copied().zip(numbers.iter().copied());
        for (id, number) in asked.chain(swapped) {
            self.assign(id, number);
        }
        Ok(())
    }

    /// The number of a channel is automatic again.
    pub(super) fn release(&mut self, id: ChannelId) {
        if let Some(number) = self.number(id) {
            self.desired.holders.insert(number, None);
            self.changed.numbers.entry(id).or_insert(number);
        }
        self.decide(id, |decision| decision.number = None);
    }

    fn assign(&mut self, id: ChannelId, number: GuideNumber) {
        if let Some(before) = self.number(id) {
            self.changed.numbers.entry(id).or_insert(before);
        }
        self.desired.of.insert(id, number);
        self.desired.holders.insert(number, Some(id));
        self.decide(id, |decision| decision.number = Some(number));
    }

    fn number(&self, id: ChannelId) -> Option<GuideNumber> {
        let desired = self.desired.of.get(&id).copied();
        let present = desired.or_else(|| self.channels.number(id));
        present.or_else(|| self.decisions.find(id)?.number)
    }

    /// Who has a number, as far as this change has gone.
    pub(super) fn holder(&mut self, number: GuideNumber) -> Option<ChannelId> {
        if let Some(&holder) = self.desired.holders.get(&number) {
            return holder;
        }
        if let Some(present) = self.channels.at(number) {
            return Some(present);
        }
        let (decisions, channels) = (self.decisions, self.channels);
        let gone = self.desired.gone.get_or_insert_with(|| {
            let gone = decisions.numbers();
            let gone = gone.filter(|&(id, _)| channels.number(id).is_none());
            gone.map(|(id, number)| (number, id)).collect()
        });
        gone.get(&number).copied()
    }

    pub(super) fn taken(&self, number: GuideNumber, holder: ChannelId) -> Refusal {
        let name = self.channels.name(holder);
        Refusal::NumberTaken {
            number,
            holder,
            name: name.map_or_else(|| holder.to_string(), str::to_owned),
        }
    }
}

/// Numbers from `first` on: majors, or where it has a minor, minors.
fn from(first: GuideNumber) -> impl Iterator<Item = GuideNumber> {
    let (major, minor) = (first.major(), first.minor());
    let majors = (major..=u16::MAX).filter(move |_| minor == 0);
    let minors = (minor..=u16::MAX).filter(move |_| minor != 0);
    majors
        .filter_map(|major| GuideNumber::new(major, 0))
        .chain(minors.filter_map(move |minor| GuideNumber::new(major, minor)))
}
