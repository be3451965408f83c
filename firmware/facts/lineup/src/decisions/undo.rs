//! Taking a change back.

use std::collections::BTreeSet;

use base::ChannelId;

use super::{Changed, Decisions, Refusal, Turn, change::Channels, editor::Editor, words};

/// Takes change `n` back, of which the log knows what it did. Everything that it touched must be as
/// it left it, and numbers that it took from channels must be free: then all is exactly as it was
/// before.
///
/// # Errors
/// What has to be undone first.
pub fn undo(
    decisions: &Decisions,
    channels: &impl Channels,
    n: u64,
    logged: &Changed,
) -> Result<Changed, Refusal> {
    let name = |id: ChannelId| {
        let name = channels.name(id);
        name.map_or_else(|| id.to_string(), |name| format!("{name:?}"))
    };
    let mut changed = Changed {
        words: words::of_undo(&logged.words),
        undoes: Some(n),
        ..Changed::default()
    };
    for (&id, turn) in &logged.decisions {
        if decisions.find(id) != turn.after {
            return Err(Refusal::ChangedSince { what: name(id) });
        }
        changed.decisions.insert(id, turned(turn));
    }
    for (&keys, turn) in &logged.homes {
        if decisions.home(keys) != turn.after {
            let home = decisions.home(keys).or(turn.after);
            let what = home.map_or_else(|| keys.to_string(), name);
            return Err(Refusal::ChangedSince { what });
        }
        changed.homes.insert(keys, turned(turn));
    }
    let moved: BTreeSet<ChannelId> = logged.numbers.keys().copied().collect();
    let mut editor = Editor::new(decisions, channels);
    for (&id, &number) in &logged.numbers {
        if let Some(holder) = editor
            .holder(number)
            .filter(|holder| !moved.contains(holder))
        {
            return Err(editor.taken(number, holder));
        }
        let now = channels.number(id);
        let now = now.or_else(|| logged.decisions.get(&id)?.after.as_ref()?.number);
        changed.numbers.extend(now.map(|now| (id, now)));
    }
    Ok(changed)
}

fn turned<T: Clone>(turn: &Turn<T>) -> Turn<T> {
    Turn {
        before: turn.after.clone(),
        after: turn.before.clone(),
    }
}
