//! A lineup made of a few rows, and decisions made of chance, for the tests of this module.

use std::collections::BTreeMap;

use base::{ChannelId, GuideNumber};
use proptest::{option, prelude::*};

use super::{Channels, Decision, Decisions, GuideChoice, Keys, Pins};

/// Channels by id: number, name, streams; and what entries held.
#[derive(Clone, Debug, Default)]
pub(super) struct House {
    pub(super) channels: BTreeMap<ChannelId, (GuideNumber, String, Vec<Keys>)>,
    pub(super) held: BTreeMap<Keys, ChannelId>,
}

impl House {
    /// So many channels of two streams each: channel n has the number n.
    pub(super) fn of(count: u16) -> Self {
        let mut house = Self::default();
        for n in 1..=count {
            let streams = vec![stream(n, 0), stream(n, 1)];
            house.held.extend(streams.iter().map(|&keys| (keys, id(n))));
            let row = (number(n), format!("Channel {n}"), streams);
            house.channels.insert(id(n), row);
        }
        house
    }
}

/// Lists in which channel n has two streams, as long as they are there.
#[derive(Clone, Debug)]
pub(super) struct Lists {
    pub(super) present: Vec<Keys>,
}

impl Lists {
    pub(super) fn of(count: u16) -> Self {
        let present = (1..=count).flat_map(|n| [stream(n, 0), stream(n, 1)]);
        Self {
            present: present.collect(),
        }
    }

    /// The lineup under these decisions, by the shortest way from one to the other: a channel is made
    /// of the entries of one name and has the id and the number of that name.
    pub(super) fn house(&self, decisions: &Decisions) -> House {
        let mut channel_of: Vec<u32> = self.present.iter().map(channel_of_name).collect();
        let ids = decisions.place(&self.present, &mut channel_of);
        let mut house = House::default();
        for (&keys, &channel) in self.present.iter().zip(&channel_of) {
            let own = u16::try_from(keys.name).expect("names are small here");
            house.held.insert(keys, id(own));
            let id = ids[channel as usize].unwrap_or(id(own));
            let row = house.channels.entry(id).or_insert_with(|| {
                let address = u16::try_from(keys.address).expect("addresses are small here");
                let given = if id == self::id(own) {
                    own
                } else {
                    address + 1000
                };
                (number(given), format!("Channel {own}"), Vec::new())
            });
            row.2.push(keys);
        }
        let decided: BTreeMap<GuideNumber, ChannelId> = decisions
            .numbers()
            .map(|(id, number)| (number, id))
            .collect();
        let mut spare = 2000;
        for (id, row) in &mut house.channels {
            let decision = decisions.find(*id).unwrap_or_default();
            if let Some(number) = decision.number {
                row.0 = number;
            } else if decided.contains_key(&row.0) {
                spare += 1;
                row.0 = number(spare);
            }
            row.1 = decision
                .name
                .map_or(std::mem::take(&mut row.1), String::from);
        }
        house
    }
}

fn channel_of_name(keys: &Keys) -> u32 {
    u32::try_from(keys.name).expect("names are small here")
}

pub(super) fn id(n: u16) -> ChannelId {
    ChannelId(u64::from(n) << 20)
}

pub(super) fn number(n: u16) -> GuideNumber {
    GuideNumber::new(n, 0).expect("not 0")
}

/// Stream `which` of channel n.
pub(super) fn stream(n: u16, which: u64) -> Keys {
    Keys {
        name: u64::from(n),
        address: u64::from(n) * 10 + which,
    }
}

impl Channels for House {
    fn number(&self, channel: ChannelId) -> Option<GuideNumber> {
        self.channels.get(&channel).map(|(number, ..)| *number)
    }

    fn name(&self, channel: ChannelId) -> Option<&str> {
        self.channels
            .get(&channel)
            .map(|(_, name, _)| name.as_str())
    }

    fn at(&self, number: GuideNumber) -> Option<ChannelId> {
        let mut channels = self.channels.iter();
        channels.find_map(|(&id, row)| (row.0 == number).then_some(id))
    }

    fn streams(&self, channel: ChannelId) -> Vec<Keys> {
        self.channels
            .get(&channel)
            .map(|(.., streams)| streams.clone())
            .unwrap_or_default()
    }

    fn held(&self, stream: Keys) -> Option<ChannelId> {
        self.held.get(&stream).copied()
    }
}

/// Any decision; it may be an empty one.
pub(super) fn decision() -> impl Strategy<Value = Decision> {
    let text = || option::of("[a-zé ]{0,9}".prop_map(String::into_boxed_str));
    let keys = || (0..9_u64, 0..9_u64).prop_map(|(name, address)| Keys { name, address });
    let guide = prop_oneof![
        Just(GuideChoice::None),
        ("[a-z]{0,4}", "[a-z]{0,4}").prop_map(|(source, channel)| GuideChoice::Channel {
            source: source.into(),
            channel: channel.into(),
        }),
    ];
    let pins = (option::of(keys()), proptest::collection::vec(keys(), 0..4));
    let pins = pins.prop_map(|(primary, backups)| Box::new(Pins { primary, backups }));
    (
        (text(), text(), text()),
        (1..99_u16, 0..3_u16).prop_map(|(major, minor)| GuideNumber::new(major, minor)),
        (any::<Option<bool>>(), any::<Option<bool>>()),
        option::of(guide),
        option::of(-1440..=1440_i16),
        option::of(pins),
    )
        .prop_map(
            |((name, group, logo), number, flags, guide, shift_min, pins)| Decision {
                name,
                number,
                enabled: flags.0,
                favourite: flags.1,
                group,
                logo,
                guide,
                shift_min,
                pins,
            },
        )
}
