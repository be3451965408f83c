//! Facts without secrets, for a backup that is not sealed.

use desk::{GuideSettings, SourceSettings, public};
use lineup::decisions::{Decision, Decisions};
use store::{Facts, SourceRow, Store};

use super::BackupError;
use crate::{config, secrets};

/// Takes out what may be a password or was made from one; the names of the sources that lack something by
/// then, which are switched off, and of the guides that are left out.
///
/// The key of an address is a hash that anybody can compute: who knows the provider and the user name would
/// find a short password by trying. So keys of addresses go as well, and with them what is known by them
/// alone. Those of names stay, by which channels find their ids and numbers.
pub(super) fn redact(facts: &mut Facts, store: &Store) -> Result<Vec<String>, BackupError> {
    let names = name_keys(facts, store)?;
    let held = facts.known.held.iter();
    let held = held.filter(|row| names.binary_search(&row.key).is_ok());
    facts.known.held = held.collect();
    facts.states = Vec::new();
    let decided = facts.decisions.iter();
    let decided = decided.map(|(id, decision)| (id, without_addresses(decision)));
    facts.decisions = Decisions::of(decided, std::iter::empty());
    let mut incomplete = Vec::new();
    for row in &mut facts.sources {
        if is_cut(row)? {
            incomplete.push(row.name.clone());
        }
    }
    facts.guides.retain(|(name, text)| {
        let is_open = is_open_guide(text);
        if !is_open {
            incomplete.push(name.clone());
        }
        is_open
    });
    Ok(incomplete)
}

/// Whether what was set about a guide holds nothing secret. One that does is left out: without its address
/// there is no guide.
fn is_open_guide(text: &str) -> bool {
    serde_json::from_str::<GuideSettings>(text).is_ok_and(|settings| {
        let url = settings.url.as_deref().unwrap_or_default();
        config::shown_address(url) == url && settings.headers.is_empty()
    })
}

/// In order, of the entries of all lists.
fn name_keys(facts: &Facts, store: &Store) -> Result<Vec<u64>, BackupError> {
    let mut keys = Vec::new();
    for row in &facts.sources {
        store.each_entry(row.id, |entry| {
            keys.push(entry.keys().name);
            std::ops::ControlFlow::Continue(())
        })?;
    }
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

fn without_addresses(mut decision: Decision) -> Decision {
    decision.pins = None;
    let is_plain = |logo: &str| config::shown_address(logo) == logo;
    decision.logo = decision.logo.filter(|logo| is_plain(logo));
    decision
}

/// Leaves out what is secret of a source; whether that was anything.
fn is_cut(row: &mut SourceRow) -> Result<bool, BackupError> {
    let Some(text) = &row.settings else {
        // The configuration file says where it is.
        if !is_public(&row.url) {
            row.url = String::new();
        }
        return Ok(false);
    };
    // What only a later Dipole understands may hold anything.
    let Ok(settings) = serde_json::from_str::<SourceSettings>(text) else {
        row.settings = None;
        row.url = String::new();
        return Ok(true);
    };
    let mut shown = secrets::shown(&settings);
    if settings.url.as_deref().is_some_and(is_public) {
        shown.url.clone_from(&settings.url);
    }
    if shown == settings && settings.username.is_none() {
        return Ok(false);
    }
    let cut = SourceSettings {
        username: None,
        password: None,
        headers: Default::default(),
        enabled: false,
        ..shown
    };
    row.url = cut.url.clone().unwrap_or_default();
    let text = serde_json::to_string(&cut).map_err(std::io::Error::from)?;
    row.settings = Some(text);
    Ok(true)
}

/// Whether an address is the short one of a public list.
fn is_public(address: &str) -> bool {
    public::address(address).is_some()
}
