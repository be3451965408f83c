//! Into which channel an entry goes, where that was decided.

use std::collections::{BTreeMap, HashMap};

use base::ChannelId;

use super::{Decisions, Keys, home::Home};

impl Decisions {
    /// Moves entries to where they belong. `channel_of` is the channel that each of `entries` would
    /// be in, counted from 0; channels are counted anew, in the order of their first entries.
    /// Returned is the id of each channel that a decision names; it has that id and no other.
    ///
    /// An entry that nobody has decided on goes where those go that would be its channel: a third
    /// quality that shows up beside two which were merged into another channel follows them. Where
    /// they have been split apart, it follows the most of them.
    pub fn place(&self, entries: &[Keys], channel_of: &mut [u32]) -> Vec<Option<ChannelId>> {
        let homes = self.homes_of(entries);
        let leads = leads(&homes, channel_of);
        let mut places: HashMap<Result<ChannelId, u32>, u32> = HashMap::new();
        let mut ids = Vec::new();
        for (channel, home) in channel_of.iter_mut().zip(homes) {
            let lead = home.or_else(|| leads.get(channel).copied());
            *channel = *places.entry(lead.ok_or(*channel)).or_insert_with(|| {
                ids.push(lead);
                u32::try_from(ids.len() - 1).unwrap_or(u32::MAX)
            });
        }
        ids
    }

    /// The home of each entry that has one. Entries of one name whose homes differ, since they were
    /// split apart, and which have all changed their addresses are dealt the homes that are left.
    fn homes_of(&self, entries: &[Keys]) -> Vec<Option<ChannelId>> {
        let mut homes = vec![None; entries.len()];
        if self.homes().is_empty() {
            return homes;
        }
        let mut of_name: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let mut left = Vec::new();
        for (place, keys) in entries.iter().enumerate() {
            if self.named(keys.name).is_empty() {
                left.push(place);
            } else {
                of_name.entry(keys.name).or_default().push(place);
            }
        }
        for (name, places) in of_name {
            deal(self.named(name), entries, &places, &mut homes);
        }
        self.by_address(entries, &left, &mut homes);
        homes
    }

    /// Where exactly this entry belongs, if that was decided.
    pub(crate) fn home(&self, keys: Keys) -> Option<ChannelId> {
        let homes = self.homes();
        let place = homes.binary_search_by_key(&keys, |home| home.keys).ok()?;
        Some(homes[place].channel)
    }

    /// Homes of entries of this name.
    fn named(&self, name: u64) -> &[Home] {
        let homes = self.homes();
        let begin = homes.partition_point(|home| home.keys.name < name);
        let len = homes[begin..].partition_point(|home| home.keys.name == name);
        &homes[begin..begin + len]
    }

    /// Entries of a new name are known by an address that no entry of the old name has any more.
    fn by_address(&self, entries: &[Keys], left: &[usize], homes: &mut [Option<ChannelId>]) {
        let mut by_address: HashMap<u64, ChannelId> = HashMap::new();
        by_address.extend(
            self.homes()
                .iter()
                .map(|home| (home.keys.address, home.channel)),
        );
        for &place in left {
            homes[place] = by_address.get(&entries[place].address).copied();
        }
    }
}

/// Homes of the entries at `places`, which share the name of `named`.
fn deal(named: &[Home], entries: &[Keys], places: &[usize], homes: &mut [Option<ChannelId>]) {
    let at = |address: u64| named.iter().position(|home| home.keys.address == address);
    let mut is_met = vec![false; named.len()];
    for &place in places {
        if let Some(home) = at(entries[place].address) {
            is_met[home] = true;
            homes[place] = Some(named[home].channel);
        }
    }
    let only = named.first().map(|home| home.channel);
    let only = only.filter(|&only| named.iter().all(|home| home.channel == only));
    let mut unmet = named.iter().zip(is_met).filter(|(_, is_met)| !is_met);
    for &place in places {
        if homes[place].is_none() {
            homes[place] = only.or_else(|| unmet.next().map(|(home, _)| home.channel));
        }
    }
}

/// Where the undecided of each channel go: the home of most of its entries, the least of them where
/// they are as many.
fn leads(homes: &[Option<ChannelId>], channel_of: &[u32]) -> HashMap<u32, ChannelId> {
    let mut votes: BTreeMap<(u32, ChannelId), usize> = BTreeMap::new();
    for (&channel, home) in channel_of.iter().zip(homes) {
        if let Some(home) = home {
            *votes.entry((channel, *home)).or_default() += 1;
        }
    }
    let mut leads: HashMap<u32, (usize, ChannelId)> = HashMap::new();
    for ((channel, home), count) in votes {
        let lead = leads.entry(channel).or_insert((count, home));
        if count > lead.0 {
            *lead = (count, home);
        }
    }
    leads
        .into_iter()
        .map(|(channel, (_, home))| (channel, home))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ChannelId = ChannelId(10);
    const N: ChannelId = ChannelId(20);

    const fn keys(name: u64, address: u64) -> Keys {
        Keys { name, address }
    }

    fn place(
        homes: &[(Keys, ChannelId)],
        entries: &[Keys],
        channel_of: &[u32],
    ) -> (Vec<u32>, Vec<Option<ChannelId>>) {
        let homes = homes.iter().map(|&(keys, channel)| Home { keys, channel });
        let decisions = Decisions::of(std::iter::empty(), homes);
        let mut channel_of = channel_of.to_vec();
        let ids = decisions.place(entries, &mut channel_of);
        (channel_of, ids)
    }

    #[test]
    fn without_homes_all_stays() {
        let entries = [keys(1, 1), keys(2, 2), keys(1, 3)];
        assert_eq!(
            place(&[], &entries, &[0, 1, 0]),
            (vec![0, 1, 0], vec![None, None])
        );
    }

    #[test]
    fn merged_entries_are_one_channel_and_newcomers_follow() {
        let homes = [(keys(1, 1), A), (keys(2, 2), A)];
        // The second channel has a stream more than when it was merged; a third is its own.
        let entries = [keys(3, 3), keys(1, 1), keys(2, 2), keys(2, 7), keys(4, 4)];
        assert_eq!(
            place(&homes, &entries, &[0, 1, 2, 2, 2]),
            (vec![0, 1, 1, 1, 1], vec![None, Some(A)])
        );
    }

    #[test]
    fn split_entries_are_apart_and_newcomers_follow_the_most() {
        let homes = [(keys(1, 1), N), (keys(2, 2), A), (keys(3, 3), A)];
        let entries = [keys(1, 1), keys(2, 2), keys(3, 3), keys(4, 4)];
        assert_eq!(
            place(&homes, &entries, &[0, 0, 0, 0]),
            (vec![0, 1, 1, 1], vec![Some(N), Some(A)])
        );
    }

    #[test]
    fn namesakes_stay_apart_when_addresses_change() {
        let homes = [(keys(1, 1), A), (keys(1, 2), N)];
        for (entries, channels) in [
            ([keys(1, 2), keys(1, 1)], [N, A]),
            // One has moved.
            ([keys(1, 2), keys(1, 9)], [N, A]),
            ([keys(1, 9), keys(1, 1)], [N, A]),
            // Both have.
            ([keys(1, 8), keys(1, 9)], [A, N]),
        ] {
            let (channel_of, ids) = place(&homes, &entries, &[0, 0]);
            let found = channel_of.map_to(&ids);
            assert_eq!(found, channels, "{entries:?}");
        }
    }

    #[test]
    fn a_renamed_entry_is_known_by_its_address() {
        let homes = [(keys(1, 1), A), (keys(2, 2), A)];
        let entries = [keys(1, 1), keys(9, 2)];
        assert_eq!(
            place(&homes, &entries, &[0, 1]),
            (vec![0, 0], vec![Some(A)])
        );
    }

    trait MapTo {
        fn map_to(&self, ids: &[Option<ChannelId>]) -> Vec<ChannelId>;
    }

    impl MapTo for Vec<u32> {
        fn map_to(&self, ids: &[Option<ChannelId>]) -> Vec<ChannelId> {
            self.iter().filter_map(|&at| ids[at as usize]).collect()
        }
    }
}
