//! What a year does to lists: they are shuffled, grow and shrink, channels are renamed, addresses
//! change all at once, sources change places. Clients remember channels by id and number.
#![allow(clippy::unwrap_used, reason = "in functions that the tests share")]

mod common;

use std::collections::{HashMap, HashSet};

use common::{Row, given, import, row};
use lineup::{ChannelId, GuideNumber, Known};
use proptest::{collection::vec, prelude::*};

/// Entries of the lists at the beginning.
const ENTRIES: u32 = 1_200;

/// An entry, and by what this test knows it.
type Entry = (u32, Row);

/// Deterministic chance.
fn chance(seed: u64, n: u32) -> u64 {
    let mut x = seed ^ u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

/// One entry of two sources that have much in common: a third of the names stand in both, some twice
/// in one list, and some with a `tvg-id`.
fn entry(n: u32) -> Entry {
    let source = u16::from(n.is_multiple_of(3));
    let name = format!("Channel {}", n - n % 3 * u32::from(n.is_multiple_of(2)));
    let row = Row {
        source,
        tvg_id: if n.is_multiple_of(5) {
            format!("{name}.example")
        } else {
            String::new()
        },
        group: format!("Group {}", n / 7 % 20),
        ..row(&name, &format!("http://s{source}.example/u/p/{n}"), "")
    };
    (n, row)
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    Shuffled,
    Grown,
    Shrunken,
    SomeRenamed,
    AllMoved,
    SourcesSwapped,
}

use Happening::{AllMoved, Grown, Shrunken, Shuffled, SomeRenamed, SourcesSwapped};

fn happen(entries: &mut Vec<Entry>, what: Happening, seed: u64, next: &mut u32) {
    match what {
        Shuffled => entries.sort_by_key(|(n, _)| chance(seed, *n)),
        Grown => {
            let more = u32::try_from(entries.len() / 5).unwrap();
            for n in *next..*next + more {
                let at = chance(seed, n) % (entries.len() as u64 + 1);
                entries.insert(usize::try_from(at).unwrap(), entry(n));
            }
            *next += more;
        }
        Shrunken => entries.retain(|(n, _)| !chance(seed, *n).is_multiple_of(5)),
        SomeRenamed => {
            for (n, row) in entries {
                if chance(seed, *n).is_multiple_of(10) {
                    row.name = format!("{} renamed {}", row.name, seed % 1000);
                }
            }
        }
        AllMoved => {
            for (n, row) in entries {
                row.url = format!("http://moved.example/{seed}/{n}");
            }
        }
        SourcesSwapped => {
            for (_, row) in entries {
                row.source = 1 - row.source;
            }
        }
    }
}

/// Where each entry is.
type Places = HashMap<u32, (ChannelId, GuideNumber)>;

fn places(entries: &[Entry], known: &mut Known) -> Places {
    let rows: Vec<Row> = entries.iter().map(|(_, row)| row.clone()).collect();
    // It checks that no number is given twice, and none is 0.
    let imported = import(&rows, known);
    let places = entries.iter().map(|(n, _)| *n).zip(given(&imported));
    let places = places.collect();
    *known = imported.known;
    places
}

/// Of the channels before, those of which an entry is left, and those that an entry is left in.
fn kept(before: &Places, now: &Places) -> (usize, usize) {
    let mut left = HashSet::new();
    let mut kept = HashSet::new();
    for (n, place) in before {
        if let Some(new) = now.get(n) {
            left.insert(place);
            if new == place {
                kept.insert(place);
            }
        }
    }
    (left.len(), kept.len())
}

fn happenings() -> impl Strategy<Value = Vec<(Happening, u64)>> {
    let all = [
        Shuffled,
        Grown,
        Shrunken,
        SomeRenamed,
        AllMoved,
        SourcesSwapped,
    ];
    vec((proptest::sample::select(all.to_vec()), any::<u64>()), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_thousandth_at_most_is_lost_at_a_time(happenings in happenings()) {
        let mut entries: Vec<Entry> = (0..ENTRIES).map(entry).collect();
        let (mut known, mut next) = (Known::new(), ENTRIES);
        let mut before = places(&entries, &mut known);
        for (what, seed) in happenings {
            happen(&mut entries, what, seed, &mut next);
            let now = places(&entries, &mut known);
            let (left, kept) = kept(&before, &now);
            prop_assert!(kept * 1000 >= left * 999, "{what:?}: {kept} of {left}");
            before = now;
        }
    }

    #[test]
    fn whoever_comes_back_is_who_it_was(happenings in happenings()) {
        let first: Vec<Entry> = (0..ENTRIES).map(entry).collect();
        let (mut entries, mut known, mut next) = (first.clone(), Known::new(), ENTRIES);
        let before = places(&entries, &mut known);
        for (what, seed) in happenings {
            // What is renamed is somebody else, and may be so for good.
            if !matches!(what, SomeRenamed) {
                happen(&mut entries, what, seed, &mut next);
                places(&entries, &mut known);
            }
        }
        let now = places(&first, &mut known);
        let (left, kept) = kept(&before, &now);
        prop_assert!(kept * 1000 >= left * 999, "{kept} of {left}");
    }
}
