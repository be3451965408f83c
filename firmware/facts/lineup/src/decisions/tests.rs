//! Decisions made, kept and taken back.

use std::collections::BTreeSet;

use base::ChannelId;
use proptest::{collection::vec, prelude::*};

use super::{
    testing::{House, Lists, id, number, stream},
    *,
};

const BYTES_MAX: usize = 1 << 20;

fn renumber(n: u16, to: u16, swap: bool) -> Change {
    set(
        &[n],
        Patch {
            number: Set::To(number(to)),
            swap,
            ..Patch::default()
        },
    )
}

fn set(channels: &[u16], patch: Patch) -> Change {
    Change::Set {
        channels: channels.iter().copied().map(id).collect(),
        patch: Box::new(patch),
    }
}

fn named(name: &str) -> Patch {
    Patch {
        name: Set::To(name.into()),
        ..Patch::default()
    }
}

fn ids(channels: &[u16]) -> Vec<ChannelId> {
    channels.iter().copied().map(id).collect()
}

/// Makes the change, which must be possible.
fn make(decisions: &mut Decisions, house: &House, change: Change) -> Changed {
    let changed = edit(decisions, house, &[change]).unwrap();
    *decisions = decisions.with(&changed, BYTES_MAX).unwrap();
    changed
}

#[test]
fn a_taken_number_is_refused_by_name_or_swapped() {
    let (house, mut decisions) = (House::of(9), Decisions::new());
    let refused = edit(&decisions, &house, &[renumber(1, 2, false)]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "number 2 is that of \"Channel 2\": choose another one, or let the two swap"
    );
    make(&mut decisions, &house, renumber(1, 2, true));
    let numbers: Vec<_> = decisions.numbers().collect();
    assert_eq!(numbers, [(id(1), number(2)), (id(2), number(1))]);
}

#[test]
fn several_are_numbered_from_one_on() {
    let house = House::of(9);
    let from = |first, swap| Change::Renumber {
        channels: ids(&[5, 1, 3]),
        first,
        swap,
    };
    let decide = |first: &str, swap| {
        let changed = edit(
            &Decisions::new(),
            &house,
            &[from(first.parse().unwrap(), swap)],
        )?;
        let after = Decisions::new().with(&changed, BYTES_MAX)?;
        Ok::<_, Refusal>(
            after
                .numbers()
                .map(|(id, n)| (id.0 >> 20, n.to_string()))
                .collect(),
        )
    };
    let row = |n: u64, number: &str| (n, number.to_owned());
    let decided: Vec<_> = decide("20", false).unwrap();
    assert_eq!(decided, [row(1, "21"), row(3, "22"), row(5, "20")]);
    let decided: Vec<_> = decide("7.9", false).unwrap();
    assert_eq!(decided, [row(1, "7.10"), row(3, "7.11"), row(5, "7.9")]);
    // 5 gets 4, 1 gets 5, 3 gets 6: 4 and 6 move to what is left, 1 and 3.
    let decided: Vec<_> = decide("4", true).unwrap();
    let expected = [
        row(1, "5"),
        row(3, "6"),
        row(4, "1"),
        row(5, "4"),
        row(6, "3"),
    ];
    assert_eq!(decided, expected);
    assert!(matches!(
        decide("4", false),
        Err(Refusal::NumberTaken { .. })
    ));
    assert!(matches!(
        decide("65534", false),
        Err(Refusal::NumbersEnd { .. })
    ));
}

#[test]
fn a_channel_that_is_gone_keeps_the_number_decided_for_it() {
    let mut decisions = Decisions::new();
    make(&mut decisions, &House::of(9), renumber(9, 50, false));
    let fewer = House::of(8);
    let refused = edit(&decisions, &fewer, &[renumber(1, 50, false)]).unwrap_err();
    assert!(matches!(refused, Refusal::NumberTaken { .. }));
    make(&mut decisions, &fewer, renumber(1, 50, true));
    let numbers: Vec<_> = decisions.numbers().collect();
    assert_eq!(numbers, [(id(1), number(50)), (id(9), number(1))]);
}

#[test]
fn what_cannot_be_is_refused() {
    let (house, none) = (House::of(3), Decisions::new());
    let backups = |n: usize| Patch {
        backups: Set::To(vec![stream(1, 0); n]),
        ..Patch::default()
    };
    let shift = Patch {
        shift_min: Set::To(1441),
        ..Patch::default()
    };
    let primary = Patch {
        primary: Set::To(stream(2, 0)),
        ..Patch::default()
    };
    let split = |streams: &[Keys]| Change::Split {
        channel: id(1),
        streams: streams.to_vec(),
    };
    type Row = (Change, fn(&Refusal) -> bool);
    let rows: Vec<Row> = vec![
        (set(&[4], named("x")), |r| {
            matches!(r, Refusal::NoChannel(_))
        }),
        (set(&[], named("x")), |r| matches!(r, Refusal::Nothing)),
        (set(&[1], named(" ")), |r| matches!(r, Refusal::NameEmpty)),
        (set(&[1], named("a\nb")), |r| {
            matches!(r, Refusal::ControlCharacter { .. })
        }),
        (set(&[1], named(&"x".repeat(201))), |r| {
            matches!(r, Refusal::TextTooLong { .. })
        }),
        (set(&[1], shift), |r| matches!(r, Refusal::Shift)),
        (set(&[1], backups(4)), |r| matches!(r, Refusal::Backups)),
        (set(&[1], backups(2)), |r| {
            matches!(r, Refusal::StreamTwice(_))
        }),
        (set(&[1, 2], backups(1)), |r| {
            matches!(r, Refusal::StreamsForMany)
        }),
        (set(&[1], primary), |r| {
            matches!(r, Refusal::NoStream { .. })
        }),
        (
            Change::Merge {
                channels: ids(&[1]),
            },
            |r| matches!(r, Refusal::MergeOfOne),
        ),
        (
            Change::Merge {
                channels: ids(&[1, 1]),
            },
            |r| matches!(r, Refusal::Twice(_)),
        ),
        (split(&[]), |r| matches!(r, Refusal::SplitOfAll)),
        (split(&[stream(1, 0), stream(1, 1)]), |r| {
            matches!(r, Refusal::SplitOfAll)
        }),
        (split(&[stream(2, 0)]), |r| {
            matches!(r, Refusal::NoStream { .. })
        }),
        (set(&vec![1; 30_001], named("x")), |r| {
            matches!(r, Refusal::TooMany { .. })
        }),
    ];
    for (change, is_expected) in rows {
        let refused = edit(&none, &house, std::slice::from_ref(&change)).unwrap_err();
        assert!(is_expected(&refused), "{refused} for {change:?}");
    }
    let full = edit(&none, &house, &[set(&[1], named("x"))]).unwrap();
    assert!(matches!(none.with(&full, 10), Err(Refusal::Full { .. })));
}

#[test]
fn merged_channels_are_one_and_split_again_they_are_who_they_were() {
    let lists = Lists::of(4);
    let mut decisions = Decisions::new();
    let change = Change::Merge {
        channels: ids(&[2, 3]),
    };
    let house = lists.house(&decisions);
    let merging = make(&mut decisions, &house, change);
    assert_eq!(merging.words, "2 channels merged into “Channel 2”");
    let house = lists.house(&decisions);
    assert_eq!(
        house.channels.keys().copied().collect::<Vec<_>>(),
        ids(&[1, 2, 4])
    );
    assert_eq!(house.streams(id(2)).len(), 4);
    let undone = decisions.with(&undo(&decisions, &house, 1, &merging).unwrap(), BYTES_MAX);
    assert!(undone.unwrap().is_empty());

    let change = Change::Split {
        channel: id(2),
        streams: vec![stream(3, 0), stream(3, 1)],
    };
    make(&mut decisions, &house, change);
    let house = lists.house(&decisions);
    assert_eq!(
        house.channels,
        Lists::of(4).house(&Decisions::new()).channels
    );
}

#[test]
fn split_streams_are_a_channel_of_their_own_and_can_go_elsewhere() {
    let lists = Lists::of(3);
    let mut decisions = Decisions::new();
    let change = Change::Split {
        channel: id(1),
        streams: vec![stream(1, 1)],
    };
    let house = lists.house(&decisions);
    make(&mut decisions, &house, change);
    let house = lists.house(&decisions);
    assert_eq!(house.channels.len(), 4);
    let (&own, _) = house
        .channels
        .iter()
        .find(|(_, row)| row.2 == [stream(1, 1)])
        .unwrap();
    let change = Change::Merge {
        channels: vec![id(3), own],
    };
    make(&mut decisions, &house, change);
    let house = lists.house(&decisions);
    assert_eq!(house.streams(id(1)), [stream(1, 0)]);
    assert_eq!(
        house.streams(id(3)),
        [stream(1, 1), stream(3, 0), stream(3, 1)]
    );
}

#[test]
fn undo_asks_for_what_came_later_first() {
    let house = House::of(3);
    let mut decisions = Decisions::new();
    let first = make(&mut decisions, &house, set(&[1], named("One")));
    let second = make(&mut decisions, &house, set(&[1, 2], named("Two")));
    let refused = undo(&decisions, &house, 1, &first).unwrap_err();
    assert!(matches!(refused, Refusal::ChangedSince { .. }), "{refused}");
    let undone = undo(&decisions, &house, 2, &second).unwrap();
    decisions = decisions.with(&undone, BYTES_MAX).unwrap();
    let again = undo(&decisions, &house, 2, &second);
    assert!(again.is_err(), "it is undone already");
    let redone = undo(&decisions, &house, 3, &undone).unwrap();
    let redone = decisions.with(&redone, BYTES_MAX).unwrap();
    assert_eq!(redone.find(id(2)).unwrap().name.as_deref(), Some("Two"));
    let undone = undo(&decisions, &house, 1, &first).unwrap();
    assert!(decisions.with(&undone, BYTES_MAX).unwrap().is_empty());
}

#[test]
fn undo_asks_for_the_number_that_it_gives_back() {
    let lists = Lists::of(3);
    let mut decisions = Decisions::new();
    let house = lists.house(&decisions);
    let moved = make(&mut decisions, &house, renumber(1, 50, false));
    let house = lists.house(&decisions);
    make(&mut decisions, &house, renumber(2, 1, false));
    let house = lists.house(&decisions);
    let refused = undo(&decisions, &house, 1, &moved).unwrap_err();
    let is_theirs = matches!(&refused, Refusal::NumberTaken { holder, .. } if *holder == id(2));
    assert!(is_theirs, "{refused}");
}

#[derive(Clone, Debug)]
enum Step {
    Edit(Vec<Change>),
    /// The lists hold only some of the streams, in another order.
    Sync(Vec<bool>, u8),
    Undo(u8),
}

const COUNT: u16 = 6;

fn any_step() -> impl Strategy<Value = Step> {
    let channel = || 1..=COUNT;
    let some = || vec(channel(), 1..4);
    let change = prop_oneof![
        (some(), "[A-Z]{1,3}").prop_map(|(n, name)| set(&n, named(&name))),
        (some(), any::<Option<bool>>()).prop_map(|(n, on)| set(
            &n,
            Patch {
                enabled: on.map_or(Set::Automatic, Set::To),
                ..Patch::default()
            }
        )),
        (channel(), 1..9_u16, any::<bool>()).prop_map(|(n, to, swap)| renumber(n, to, swap)),
        (some(), 1..9_u16, any::<bool>()).prop_map(|(n, first, swap)| Change::Renumber {
            channels: ids(&n),
            first: number(first),
            swap,
        }),
        channel().prop_map(|n| set(
            &[n],
            Patch {
                number: Set::Automatic,
                ..Patch::default()
            }
        )),
        some().prop_map(|n| Change::Merge { channels: ids(&n) }),
        (channel(), channel(), 0..2_u64).prop_map(|(of, n, which)| Change::Split {
            channel: id(of),
            streams: vec![stream(n, which)],
        }),
    ];
    prop_oneof![
        4 => vec(change, 1..3).prop_map(Step::Edit),
        1 => (vec(any::<bool>(), 2 * COUNT as usize), any::<u8>())
            .prop_map(|(present, turn)| Step::Sync(present, turn)),
        2 => any::<u8>().prop_map(Step::Undo),
    ]
}

/// No two channels have one number, and what was decided of a channel is so.
fn check(house: &House, decisions: &Decisions) {
    let numbers: BTreeSet<_> = house.channels.values().map(|row| row.0).collect();
    assert_eq!(numbers.len(), house.channels.len(), "{house:?}");
    let decided: Vec<_> = decisions.numbers().map(|(_, number)| number).collect();
    let once: BTreeSet<_> = decided.iter().copied().collect();
    assert_eq!(once.len(), decided.len(), "{decided:?}");
    for (channel, row) in &house.channels {
        let decision = decisions.find(*channel).unwrap_or_default();
        assert!(decision.number.is_none_or(|number| number == row.0));
        assert!(decision.name.is_none_or(|name| *name == *row.1));
        let homes = row.2.iter().filter_map(|&keys| decisions.home(keys));
        homes.for_each(|home| assert_eq!(home, *channel));
    }
}

proptest! {
    #[test]
    fn decisions_hold_whatever_comes_and_undo_is_exact(steps in vec(any_step(), 1..24)) {
        let all = Lists::of(COUNT);
        let mut lists = all.clone();
        let mut decisions = Decisions::new();
        // What each change did, and all decisions before it.
        let mut log: Vec<(Changed, Decisions)> = Vec::new();
        for step in steps {
            let house = lists.house(&decisions);
            let changed = match &step {
                Step::Sync(present, turn) => {
                    let kept = all.present.iter().zip(present).filter(|(_, is)| **is);
                    lists.present = kept.map(|(keys, _)| *keys).collect();
                    let len = lists.present.len().max(1);
                    lists.present.rotate_left(usize::from(*turn) % len % len.max(1));
                    None
                }
                Step::Edit(changes) => edit(&decisions, &house, changes).ok(),
                Step::Undo(back) if log.is_empty() => {
                    let _ = back;
                    None
                }
                Step::Undo(back) => {
                    let at = log.len() - 1 - usize::from(*back) % log.len();
                    let undone = undo(&decisions, &house, at as u64, &log[at].0);
                    if let Ok(undone) = &undone && at + 1 == log.len() {
                        let after = decisions.with(undone, BYTES_MAX).unwrap();
                        prop_assert!(after.iter().eq(log[at].1.iter()));
                        prop_assert_eq!(after.homes(), log[at].1.homes());
                        let before = lists.house(&log[at].1).channels;
                        prop_assert_eq!(lists.house(&after).channels, before);
                    }
                    undone.ok()
                }
            };
            if let Some(changed) = changed {
                let before = decisions.clone();
                decisions = decisions.with(&changed, BYTES_MAX).unwrap();
                log.push((changed, before));
            }
            check(&lists.house(&decisions), &decisions);
        }
    }
}
