//! Putting what is in a backup in the place of all facts.

use std::fs::File;

use desk::Restored;
use store::Store;

use super::{BackupError, Opened, lists::ListsOf};

/// Restores what was opened, out of the file that it was opened from, in one transaction. With
/// `as_new_device` the store keeps its identity: two boxes of one house must not have the same. Without, the
/// box is to its clients the one that the backup is of.
///
/// # Errors
/// See [`BackupError`]; the store holds what it held before.
pub fn restore(
    store: &Store,
    opened: Opened,
    file: &mut File,
    as_new_device: bool,
) -> Result<Restored, BackupError> {
    let Opened {
        head,
        mut facts,
        configuration,
        incomplete,
        lists: count,
        key,
        bytes_max,
    } = opened;
    let own = store.device();
    if as_new_device {
        facts.device = own;
    }
    let mut lists = ListsOf::new(file, key, bytes_max)?;
    store.replace_facts(&facts, &mut || lists.next())?;
    let set = facts.sources.iter().filter(|row| row.settings.is_some());
    let restored = Restored {
        made_unix_s: head.made_unix_s,
        made_by: head.maker,
        sources: set.count(),
        channels: facts.known.numbers.len(),
        decisions: facts.decisions.len(),
        lists: count,
        incomplete,
        has_configuration: configuration.is_some(),
        is_other_device: (own.id_seed, own.uuid) != (facts.device.id_seed, facts.device.uuid),
    };
    tracing::info!(
        made_by = %restored.made_by,
        sources = restored.sources,
        channels = restored.channels,
        decisions = restored.decisions,
        "a backup was restored"
    );
    Ok(restored)
}
