//! Decisions and changes as bytes.

use lineup::{
    ChannelId, GuideNumber,
    decisions::{Changed, Decision, GuideChoice, Keys, Logged, Pins, Turn},
};

use crate::{
    codec::{Decoder, Encoder},
    fault::Fault,
};

const DECISION_LAYOUT: u8 = 1;
const HOME_LAYOUT: u8 = 1;
const LOGGED_LAYOUT: u8 = 1;
const TURNS_LAYOUT: u8 = 1;

/// In front of a decision: which of its parts follow, in this order.
mod part {
    pub(super) const NAME: u16 = 1;
    pub(super) const NUMBER: u16 = 1 << 1;
    pub(super) const ENABLED: u16 = 1 << 2;
    pub(super) const FAVOURITE: u16 = 1 << 3;
    pub(super) const GROUP: u16 = 1 << 4;
    pub(super) const LOGO: u16 = 1 << 5;
    /// A guide channel was chosen.
    pub(super) const GUIDE: u16 = 1 << 6;
    /// That there is to be no guide; nothing follows.
    pub(super) const NO_GUIDE: u16 = 1 << 7;
    pub(super) const SHIFT: u16 = 1 << 8;
    pub(super) const PRIMARY: u16 = 1 << 9;
    pub(super) const BACKUPS: u16 = 1 << 10;
    /// All of them.
    pub(super) const ALL: u16 = (1 << 11) - 1;
}

pub(crate) fn encode_decision(decision: &Decision, value: &mut Vec<u8>) {
    put_decision(decision, &mut Encoder::new(value, DECISION_LAYOUT));
}

pub(crate) fn decode_decision(value: &[u8]) -> Result<Decision, Fault> {
    let mut fields = Decoder::new(value, DECISION_LAYOUT)?;
    let decision = take_decision(&mut fields)?;
    fields.end()?;
    Ok(decision)
}

fn put_decision(decision: &Decision, fields: &mut Encoder<'_>) {
    fields.u16(parts_of(decision));
    if let Some(name) = &decision.name {
        fields.text(name);
    }
    if let Some(number) = decision.number {
        put_number(number, fields);
    }
    for flag in [decision.enabled, decision.favourite].into_iter().flatten() {
        fields.raw(&[u8::from(flag)]);
    }
    for text in [&decision.group, &decision.logo].into_iter().flatten() {
        fields.text(text);
    }
    if let Some(GuideChoice::Channel { source, channel }) = &decision.guide {
        fields.text(source).text(channel);
    }
    if let Some(minutes) = decision.shift_min {
        fields.raw(&minutes.to_le_bytes());
    }
    let Some(pins) = decision.pins.as_deref() else {
        return;
    };
    if let Some(primary) = pins.primary {
        put_keys(primary, fields);
    }
    if !pins.backups.is_empty() {
        fields.raw(&[u8::try_from(pins.backups.len()).unwrap_or(u8::MAX)]);
        let backups = pins.backups.iter().take(usize::from(u8::MAX));
        backups.for_each(|&keys| put_keys(keys, fields));
    }
}

fn parts_of(decision: &Decision) -> u16 {
    let pins = decision.pins.as_deref();
    let chosen = matches!(decision.guide, Some(GuideChoice::Channel { .. }));
    [
        (decision.name.is_some(), part::NAME),
        (decision.number.is_some(), part::NUMBER),
        (decision.enabled.is_some(), part::ENABLED),
        (decision.favourite.is_some(), part::FAVOURITE),
        (decision.group.is_some(), part::GROUP),
        (decision.logo.is_some(), part::LOGO),
        (chosen, part::GUIDE),
        (decision.guide == Some(GuideChoice::None), part::NO_GUIDE),
        (decision.shift_min.is_some(), part::SHIFT),
        (
            pins.is_some_and(|pins| pins.primary.is_some()),
            part::PRIMARY,
        ),
        (
            pins.is_some_and(|pins| !pins.backups.is_empty()),
            part::BACKUPS,
        ),
    ]
    .into_iter()
    .fold(0, |parts, (is, part)| if is { parts | part } else { parts })
}

fn take_decision(fields: &mut Decoder<'_>) -> Result<Decision, Fault> {
    let parts = fields.u16()?;
    if parts & !part::ALL != 0 {
        return Err(Fault::Row("a decision has an unknown part"));
    }
    let has = |part: u16| parts & part != 0;
    let mut decision = Decision::default();
    if has(part::NAME) {
        decision.name = Some(fields.text()?.into());
    }
    if has(part::NUMBER) {
        decision.number = Some(take_number(fields)?);
    }
    if has(part::ENABLED) {
        decision.enabled = Some(take_flag(fields)?);
    }
    if has(part::FAVOURITE) {
        decision.favourite = Some(take_flag(fields)?);
    }
    if has(part::GROUP) {
        decision.group = Some(fields.text()?.into());
    }
    if has(part::LOGO) {
        decision.logo = Some(fields.text()?.into());
    }
    if has(part::GUIDE) {
        decision.guide = Some(GuideChoice::Channel {
            source: fields.text()?.into(),
            channel: fields.text()?.into(),
        });
    } else if has(part::NO_GUIDE) {
        decision.guide = Some(GuideChoice::None);
    }
    if has(part::SHIFT) {
        decision.shift_min = Some(i16::from_le_bytes(fields.array()?));
    }
    let mut pins = Pins::default();
    if has(part::PRIMARY) {
        pins.primary = Some(take_keys(fields)?);
    }
    if has(part::BACKUPS) {
        let [count] = fields.array()?;
        let backups = (0..count).map(|_| take_keys(fields));
        pins.backups = backups.collect::<Result<_, _>>()?;
    }
    decision.pins = (pins != Pins::default()).then(|| Box::new(pins));
    Ok(decision)
}

/// The key of a home: both keys of its entry in hexadecimal digits.
pub(super) fn key_of(keys: Keys) -> String {
    format!("{:016x}{:016x}", keys.name, keys.address)
}

pub(super) fn keys_of(key: &str) -> Result<Keys, Fault> {
    let number = |digits: Option<&str>| {
        digits
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .ok_or(Fault::Row("a home has no keys"))
    };
    Ok(Keys {
        name: number(key.get(..16))?,
        address: number(key.get(16..))?,
    })
}

pub(super) fn encode_home(channel: ChannelId, value: &mut Vec<u8>) {
    Encoder::new(value, HOME_LAYOUT).u64(channel.0);
}

pub(super) fn decode_home(value: &[u8]) -> Result<ChannelId, Fault> {
    let mut fields = Decoder::new(value, HOME_LAYOUT)?;
    let channel = ChannelId(fields.u64()?);
    fields.end()?;
    Ok(channel)
}

/// `bytes`: what it takes to undo the change.
pub(super) fn encode_logged(logged: &Logged, bytes: u64, value: &mut Vec<u8>) {
    Encoder::new(value, LOGGED_LAYOUT)
        .u64(logged.at_unix_s)
        .u64(logged.undoes.unwrap_or(0))
        .u32(logged.channels)
        .u64(bytes)
        .text(&logged.words);
}

pub(super) fn decode_logged(n: u64, value: &[u8]) -> Result<(Logged, u64), Fault> {
    let mut fields = Decoder::new(value, LOGGED_LAYOUT)?;
    let at_unix_s = fields.u64()?;
    // Changes are counted from 1.
    let undoes = Some(fields.u64()?).filter(|&n| n != 0);
    let channels = fields.u32()?;
    let bytes = fields.u64()?;
    let words = fields.text()?.to_owned();
    fields.end()?;
    let logged = Logged {
        n,
        at_unix_s,
        words,
        undoes,
        channels,
    };
    Ok((logged, bytes))
}

/// What a change did, without its words.
pub(super) fn encode_turns(changed: &Changed, value: &mut Vec<u8>) {
    let mut fields = Encoder::new(value, TURNS_LAYOUT);
    put_count(changed.decisions.len(), &mut fields);
    for (id, turn) in &changed.decisions {
        fields.u64(id.0);
        put_turn(turn, &mut fields, put_decision);
    }
    put_count(changed.numbers.len(), &mut fields);
    for (id, &number) in &changed.numbers {
        fields.u64(id.0);
        put_number(number, &mut fields);
    }
    put_count(changed.homes.len(), &mut fields);
    for (&keys, turn) in &changed.homes {
        put_keys(keys, &mut fields);
        put_turn(turn, &mut fields, |channel, fields| {
            fields.u64(channel.0);
        });
    }
}

pub(super) fn decode_turns(value: &[u8]) -> Result<Changed, Fault> {
    let mut decoder = Decoder::new(value, TURNS_LAYOUT)?;
    let fields = &mut decoder;
    let mut changed = Changed::default();
    for _ in 0..fields.u32()? {
        let id = ChannelId(fields.u64()?);
        changed
            .decisions
            .insert(id, take_turn(fields, take_decision)?);
    }
    for _ in 0..fields.u32()? {
        let id = ChannelId(fields.u64()?);
        changed.numbers.insert(id, take_number(fields)?);
    }
    for _ in 0..fields.u32()? {
        let keys = take_keys(fields)?;
        let turn = take_turn(fields, |fields| Ok(ChannelId(fields.u64()?)))?;
        changed.homes.insert(keys, turn);
    }
    decoder.end()?;
    Ok(changed)
}

fn put_count(count: usize, fields: &mut Encoder<'_>) {
    fields.u32(u32::try_from(count).unwrap_or(u32::MAX));
}

fn put_turn<T>(turn: &Turn<T>, fields: &mut Encoder<'_>, put: impl Fn(&T, &mut Encoder<'_>)) {
    for side in [&turn.before, &turn.after] {
        fields.raw(&[u8::from(side.is_some())]);
        if let Some(fact) = side {
            put(fact, fields);
        }
    }
}

fn take_turn<T>(
    fields: &mut Decoder<'_>,
    take: impl Fn(&mut Decoder<'_>) -> Result<T, Fault>,
) -> Result<Turn<T>, Fault> {
    let mut side = || take_flag(fields)?.then(|| take(fields)).transpose();
    Ok(Turn {
        before: side()?,
        after: side()?,
    })
}

fn put_number(number: GuideNumber, fields: &mut Encoder<'_>) {
    fields.u16(number.major()).u16(number.minor());
}

fn take_number(fields: &mut Decoder<'_>) -> Result<GuideNumber, Fault> {
    let (major, minor) = (fields.u16()?, fields.u16()?);
    GuideNumber::new(major, minor).ok_or(Fault::Row("a channel has the number 0"))
}

fn put_keys(keys: Keys, fields: &mut Encoder<'_>) {
    fields.u64(keys.name).u64(keys.address);
}

fn take_keys(fields: &mut Decoder<'_>) -> Result<Keys, Fault> {
    Ok(Keys {
        name: fields.u64()?,
        address: fields.u64()?,
    })
}

fn take_flag(fields: &mut Decoder<'_>) -> Result<bool, Fault> {
    match fields.array()? {
        [0] => Ok(false),
        [1] => Ok(true),
        [_] => Err(Fault::Row("a flag is neither 0 nor 1")),
    }
}

#[cfg(test)]
mod tests;
