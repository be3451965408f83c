use proptest::{collection::vec, option, prelude::*};

use super::*;

fn any_keys() -> impl Strategy<Value = Keys> {
    any::<(u64, u64)>().prop_map(|(name, address)| Keys { name, address })
}

fn any_number() -> impl Strategy<Value = GuideNumber> {
    let number = (1..=u16::MAX, any::<u16>());
    number.prop_map(|(major, minor)| GuideNumber::new(major, minor).unwrap())
}

fn any_text() -> impl Strategy<Value = Option<Box<str>>> {
    option::of(any::<String>().prop_map(String::into_boxed_str))
}

fn any_decision() -> impl Strategy<Value = Decision> {
    let guide = option::of(option::of(any::<(String, String)>()));
    let guide = guide.prop_map(|guide| {
        guide.map(|channel| match channel {
            None => GuideChoice::None,
            Some((source, channel)) => GuideChoice::Channel {
                source: source.into(),
                channel: channel.into(),
            },
        })
    });
    let pins = (option::of(any_keys()), vec(any_keys(), 0..4));
    let pins = pins.prop_map(|(primary, backups)| Pins { primary, backups });
    let texts = (any_text(), any_text(), any_text());
    let flags = any::<(Option<bool>, Option<bool>, Option<i16>)>();
    (texts, flags, option::of(any_number()), guide, pins).prop_map(
        |((name, group, logo), (enabled, favourite, shift_min), number, guide, pins)| Decision {
            name,
            number,
            enabled,
            favourite,
            group,
            logo,
            guide,
            shift_min,
            pins: (pins != Pins::default()).then(|| Box::new(pins)),
        },
    )
}

fn any_turn<T: std::fmt::Debug + Clone>(
    fact: impl Fn() -> BoxedStrategy<T>,
) -> impl Strategy<Value = Turn<T>> {
    let sides = (option::of(fact()), option::of(fact()));
    sides.prop_map(|(before, after)| Turn { before, after })
}

proptest! {
    #[test]
    fn a_decision_comes_back(decision in any_decision()) {
        let mut value = Vec::new();
        encode_decision(&decision, &mut value);
        prop_assert_eq!(decode_decision(&value).unwrap(), decision);
        value.pop();
        prop_assert!(decode_decision(&value).is_err());
    }

    #[test]
    fn what_a_change_did_comes_back(
        decisions in vec((any::<u64>(), any_turn(|| any_decision().boxed())), 0..4),
        numbers in vec((any::<u64>(), any_number()), 0..4),
        homes in vec((any_keys(), any_turn(|| any::<u64>().prop_map(ChannelId).boxed())), 0..4),
    ) {
        let ids = decisions.into_iter().map(|(id, turn)| (ChannelId(id), turn));
        let changed = Changed {
            decisions: ids.collect(),
            numbers: numbers.into_iter().map(|(id, number)| (ChannelId(id), number)).collect(),
            homes: homes.into_iter().collect(),
            ..Changed::default()
        };
        let mut value = Vec::new();
        encode_turns(&changed, &mut value);
        prop_assert_eq!(decode_turns(&value).unwrap(), changed);
        value.pop();
        prop_assert!(decode_turns(&value).is_err());
    }

    #[test]
    fn the_log_comes_back(
        n: u64, at_unix_s: u64, words: String, undoes in option::of(1..9_u64), channels: u32,
        bytes: u64,
    ) {
        let logged = Logged { n, at_unix_s, words, undoes, channels };
        let mut value = Vec::new();
        encode_logged(&logged, bytes, &mut value);
        prop_assert_eq!(decode_logged(n, &value).unwrap(), (logged, bytes));
    }

    #[test]
    fn garbage_is_an_error(mut value in vec(any::<u8>(), 0..80), version in 0..3_u8) {
        if let Some(first) = value.first_mut() {
            *first = version;
        }
        let _ = decode_decision(&value);
        let _ = decode_turns(&value);
        let _ = decode_logged(1, &value);
    }
}
