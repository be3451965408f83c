//! What the owner decided by hand, and the log of it.
//!
//! The log holds the newest changes, each with all facts before and after it. A change that the log
//! has forgotten cannot be undone any more, and that is all that is lost with it.

use lineup::{
    ChannelId,
    decisions::{Changed, Decisions, Home, Logged, Turn},
};
use redb::{ReadTransaction, ReadableTable, WriteTransaction};

use crate::{
    fault::Fault,
    table::Rows,
    tables::{CHANGES, DECISIONS, HOMES, TURNS},
};

mod rows;

pub(crate) use rows::{decode_decision as decode, encode_decision as encode};

/// Changes that are kept.
const CHANGES_MAX: usize = 100;
/// Bytes of what all kept changes did; the newest is, whatever it takes. One that sets a thing of
/// 30,000 channels takes about 1 MiB.
const CHANGES_BYTES_MAX: u64 = 8 << 20;

pub(crate) fn load(transaction: &ReadTransaction) -> Result<Decisions, Fault> {
    let mut all = Decisions::new();
    for row in transaction.open_table(DECISIONS)?.iter()? {
        let (id, value) = row?;
        all.push(ChannelId(id.value()), rows::decode_decision(value.value())?);
    }
    for row in transaction.open_table(HOMES)?.iter()? {
        let (keys, channel) = row?;
        all.push_home(Home {
            keys: rows::keys_of(keys.value())?,
            channel: rows::decode_home(channel.value())?,
        });
    }
    Ok(all)
}

/// Writes the facts that a change left, and a note of it.
pub(crate) fn save(
    transaction: &WriteTransaction,
    changed: &Changed,
    at_unix_s: u64,
) -> Result<Logged, Fault> {
    save_facts(transaction, changed)?;
    log(transaction, changed, at_unix_s)
}

/// Puts these in the place of all that was decided, and begins the log anew: it is of other facts.
pub(crate) fn replace(transaction: &WriteTransaction, all: &Decisions) -> Result<(), Fault> {
    transaction.open_table(DECISIONS)?.retain(|_, _| false)?;
    transaction.open_table(HOMES)?.retain(|_, _| false)?;
    transaction.open_table(CHANGES)?.retain(|_, _| false)?;
    transaction.open_table(TURNS)?.retain(|_, _| false)?;
    let decided = all.iter().map(|(id, decision)| (id, new(decision)));
    let homes = all
        .homes()
        .iter()
        .map(|home| (home.keys, new(home.channel)));
    let changed = Changed {
        decisions: decided.collect(),
        homes: homes.collect(),
        ..Changed::default()
    };
    save_facts(transaction, &changed)
}

const fn new<T>(after: T) -> Turn<T> {
    Turn {
        before: None,
        after: Some(after),
    }
}

fn save_facts(transaction: &WriteTransaction, changed: &Changed) -> Result<(), Fault> {
    let mut value = Vec::new();
    let mut decisions = transaction.open_table(DECISIONS)?;
    for (id, turn) in &changed.decisions {
        match &turn.after {
            Some(after) => {
                rows::encode_decision(after, &mut value);
                decisions.insert(id.0, value.as_slice())?;
            }
            None => {
                decisions.remove(id.0)?;
            }
        }
    }
    let mut homes = transaction.open_table(HOMES)?;
    for (keys, turn) in &changed.homes {
        let key = rows::key_of(*keys);
        match turn.after {
            Some(channel) => {
                rows::encode_home(channel, &mut value);
                homes.insert(key.as_str(), value.as_slice())?;
            }
            None => {
                homes.remove(key.as_str())?;
            }
        }
    }
    Ok(())
}

fn log(transaction: &WriteTransaction, changed: &Changed, at_unix_s: u64) -> Result<Logged, Fault> {
    let mut changes = transaction.open_table(CHANGES)?;
    let mut turns = transaction.open_table(TURNS)?;
    let last = changes.last()?.map_or(0, |(n, _)| n.value());
    let mut value = Vec::new();
    rows::encode_turns(changed, &mut value);
    let logged = Logged {
        n: last + 1,
        at_unix_s,
        words: changed.words.clone(),
        undoes: changed.undoes,
        channels: u32::try_from(changed.channels().count()).unwrap_or(u32::MAX),
    };
    let bytes = value.len() as u64;
    turns.insert(logged.n, value.as_slice())?;
    rows::encode_logged(&logged, bytes, &mut value);
    changes.insert(logged.n, value.as_slice())?;
    for n in forgotten(&changes)? {
        changes.remove(n)?;
        turns.remove(n)?;
    }
    Ok(logged)
}

/// The changes that the log has no place for.
fn forgotten(changes: &Rows<'_>) -> Result<Vec<u64>, Fault> {
    let mut bytes = 0;
    let mut forgotten = Vec::new();
    for (place, row) in changes.iter()?.rev().enumerate() {
        let (n, value) = row?;
        bytes += rows::decode_logged(n.value(), value.value())?.1;
        if place > 0 && (place >= CHANGES_MAX || bytes > CHANGES_BYTES_MAX) {
            forgotten.push(n.value());
        }
    }
    Ok(forgotten)
}

/// The log, the newest first.
pub(crate) fn changes(transaction: &ReadTransaction) -> Result<Vec<Logged>, Fault> {
    let changes = transaction.open_table(CHANGES)?;
    let rows = changes.iter()?.rev().map(|row| {
        let (n, value) = row?;
        Ok(rows::decode_logged(n.value(), value.value())?.0)
    });
    rows.collect()
}

/// What change `n` did.
pub(crate) fn change(transaction: &ReadTransaction, n: u64) -> Result<Option<Changed>, Fault> {
    let Some(value) = transaction.open_table(TURNS)?.get(n)? else {
        return Ok(None);
    };
    let mut changed = rows::decode_turns(value.value())?;
    if let Some(row) = transaction.open_table(CHANGES)?.get(n)? {
        let (logged, _) = rows::decode_logged(n, row.value())?;
        changed.words = logged.words;
        changed.undoes = logged.undoes;
    }
    Ok(Some(changed))
}
