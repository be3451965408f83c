//! What holds for whatever lists: order and repetition do not matter, decisions hold.

use std::collections::HashMap;

use names::{
    NameEntry, Parts,
    matching::Matcher,
    merge::{Merged, Merger, Options},
    read,
};
use proptest::prelude::*;

/// Words from which alike and unlike names come.
const WORDS: [&str; 30] = [
    "HBO",
    "Canal",
    "+",
    "+1",
    "Plus",
    "1",
    "2",
    "One",
    "Uno",
    "TV",
    "Channel",
    "News",
    "Sport",
    "Sports",
    "Sprot",
    "East",
    "West",
    "Pacific",
    "Ontario",
    "WABC",
    "WABC-DT2",
    "KMYA 49.1",
    "KMMYA-DT 49.1",
    "Latin America",
    "Magyarország",
    "Первый",
    "Perviy",
    "by",
    "Stingray",
    "HD",
];
const PREFIXES: [&str; 7] = ["", "US: ", "CA| ", "UK: ", "AT: ", "DE: ", "FR - "];
const GROUPS: [&str; 5] = ["", "Germany", "Canada", "US| Movies", "Hungary"];

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    group: &'static str,
    tvg_id: &'static str,
    source: u16,
    logo: &'static str,
}

fn entry() -> impl Strategy<Value = Entry> {
    let name = prop_oneof![
        9 => (
            prop::sample::select(&PREFIXES[..]),
            prop::collection::vec(prop::sample::select(&WORDS[..]), 1..4),
        )
            .prop_map(|(prefix, words)| format!("{prefix}{}", words.join(" "))),
        1 => ".{0,12}",
    ];
    let group = prop::sample::select(&GROUPS[..]);
    let tvg_id = prop::sample::select(&["", "", "", "a.us", "b.us", "b.us@East"][..]);
    let logo = prop::sample::select(&["", "", "x", "y"][..]);
    (name, group, tvg_id, 0..3_u16, logo).prop_map(|(name, group, tvg_id, source, logo)| Entry {
        name,
        group,
        tvg_id,
        source,
        logo,
    })
}

fn parts(
    Entry {
        name,
        group,
        tvg_id,
        ..
    }: &Entry,
) -> Parts {
    read(&NameEntry {
        name,
        group,
        tvg_id,
        home: None,
    })
}

fn merger<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Merger {
    let mut merger = Merger::new(Options::default());
    for entry in entries {
        merger.add(&entry.name, &parts(entry), entry.source, entry.logo);
    }
    merger
}

fn check_numbers(merged: &Merged, entries: usize) {
    assert_eq!(merged.clusters().len(), entries);
    let mut members = vec![0; merged.len()];
    for &cluster in merged.clusters() {
        members[cluster as usize] += 1;
    }
    assert!(
        members.iter().all(|&count| count > 0),
        "numbers without gaps"
    );
    for (entry, &cluster) in (0..).zip(merged.clusters()) {
        let is_alone = members[cluster as usize] == 1;
        assert_eq!(
            merged.reason(entry).is_none(),
            is_alone,
            "who is joined has a reason"
        );
    }
    let groups = merged.groups();
    assert_eq!(groups.len(), merged.len());
    let count = groups.iter().max().map_or(0, |&last| last + 1);
    assert!((0..count).all(|group| groups.contains(&group)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn order_and_repetition_do_not_matter(
        (entries, order) in prop::collection::vec(entry(), 1..60).prop_flat_map(|entries| {
            let order: Vec<usize> = (0..entries.len()).collect();
            (Just(entries), Just(order).prop_shuffle())
        }),
        times in prop::collection::vec(1..4_usize, 60),
    ) {
        let merged = merger(&entries).finish();
        check_numbers(&merged, entries.len());
        let again = order.iter().flat_map(|&at| std::iter::repeat_n(at, times[at]));
        let order: Vec<usize> = again.collect();
        let again = merger(order.iter().map(|&at| &entries[at])).finish();
        for (&at, &cluster) in order.iter().zip(again.clusters()) {
            prop_assert_eq!(cluster, merged.clusters()[at], "{:?}", &entries[at]);
        }
    }

    #[test]
    fn decisions_hold(
        entries in prop::collection::vec(entry(), 2..40),
        together in prop::collection::vec((0..40_u32, 0..40_u32), 0..6),
        apart in prop::collection::vec((0..40_u32, 0..40_u32), 0..6),
    ) {
        let mut merger = merger(&entries);
        for &(a, b) in &together {
            merger.keep_together(a, b);
        }
        for &(a, b) in &apart {
            merger.keep_apart(a, b);
        }
        let merged = merger.finish();
        check_numbers(&merged, entries.len());
        let refused: Vec<(u32, u32)> = merged.refused().collect();
        let cluster = |entry: u32| merged.clusters().get(entry as usize);
        for &(a, b) in &apart {
            if let (Some(x), Some(y)) = (cluster(a), cluster(b)) && a != b {
                prop_assert_ne!(x, y);
            }
        }
        for &(a, b) in &together {
            if let (Some(x), Some(y)) = (cluster(a), cluster(b)) && !refused.contains(&(a, b)) {
                prop_assert_eq!(x, y);
            }
        }
        prop_assert!(!apart.is_empty() || refused.is_empty());
    }

    #[test]
    fn every_pair_is_explained(entries in prop::collection::vec(entry(), 1..25)) {
        let merged = merger(&entries).finish();
        let count = u32::try_from(entries.len()).unwrap();
        for (a, b) in (0..count).flat_map(|a| (0..count).map(move |b| (a, b))) {
            let text = merged.explain(a, b).unwrap().to_string();
            let is_one = merged.clusters()[a as usize] == merged.clusters()[b as usize];
            let begin = if is_one { "joined because " } else { "kept apart: " };
            prop_assert!(text.starts_with(begin) && text.len() > begin.len() + 5, "{}", text);
        }
    }

    #[test]
    fn what_is_found_in_a_guide_does_not_depend_on_order(
        guide in prop::collection::vec(entry(), 1..30),
        entries in prop::collection::vec(entry(), 1..20),
    ) {
        let find = |guide: &[Entry], entries: &[Entry]| {
            let mut matcher = Matcher::new(60);
            for (number, channel) in guide.iter().enumerate() {
                let id = format!("{number:03}.{}", channel.tvg_id);
                matcher.add_channel(&id, [channel.name.as_str()]);
            }
            for entry in entries {
                matcher.add_entry(&entry.name, &parts(entry));
            }
            let matches = matcher.finish();
            let found = (0..).zip(entries).map(|(number, entry)| {
                let found = matches.candidates(number);
                assert!(found.iter().all(|found| (1..=100).contains(&found.confidence_percent)));
                (entry.name.clone() + entry.group + entry.tvg_id, found)
            });
            found.collect::<HashMap<_, _>>()
        };
        let forwards = find(&guide, &entries);
        let backwards: Vec<Entry> = entries.iter().rev().cloned().collect();
        prop_assert_eq!(forwards, find(&guide, &backwards));
    }
}
