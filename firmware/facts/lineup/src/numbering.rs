//! GuideNumbers: see the crate's documentation for the rules.

use std::collections::{HashMap, hash_map::Entry as Slot};

use crate::{ChannelId, GuideNumber, Numbers, decisions::Decisions};

/// A number for each channel, in the order of the list. `channels` are ids and what their
/// `tvg-chno` asks for.
pub(crate) fn give(
    channels: &[(ChannelId, Option<GuideNumber>)],
    known: &Numbers,
    decisions: &Decisions,
) -> Vec<GuideNumber> {
    // Who has a number, present or gone. What was decided comes first. Should a damaged store name
    // two, the first keeps it.
    let mut owners: HashMap<GuideNumber, ChannelId> =
        HashMap::with_capacity(known.len() + channels.len());
    for (id, number) in decisions.numbers() {
        owners.entry(number).or_insert(id);
    }
    for row in known.iter() {
        owners.entry(row.number).or_insert(row.id);
    }
    let mut given: Vec<Option<GuideNumber>> = channels
        .iter()
        .map(|&(id, _)| {
            let is_own = |number: &GuideNumber| owners.get(number) == Some(&id);
            let known = || known.find(id).map(|row| row.number).filter(is_own);
            decisions.number(id).filter(is_own).or_else(known)
        })
        .collect();

    for (&(id, asked), number) in channels.iter().zip(&mut given) {
        if let (None, Some(asked)) = (*number, asked)
            && let Slot::Vacant(slot) = owners.entry(asked)
        {
            slot.insert(id);
            *number = Some(asked);
        }
    }
    // What a known channel asks for in vain is still no number for anybody by chance.
    for &(id, asked) in channels {
        if let Some(asked) = asked {
            owners.entry(asked).or_insert(id);
        }
    }
    let mut free = ascending().filter(|number| !owners.contains_key(number));
    given
        .into_iter()
        .map(|number| {
            number
                .or_else(|| free.next())
                .expect("65,535 × 65,536 numbers suffice")
        })
        .collect()
}

/// 1, 2, … 65535, 1.1, 2.1, … 65535.1, 1.2, and so on.
fn ascending() -> impl Iterator<Item = GuideNumber> {
    (0..=u16::MAX)
        .flat_map(|minor| (1..=u16::MAX).filter_map(move |major| GuideNumber::new(major, minor)))
}
