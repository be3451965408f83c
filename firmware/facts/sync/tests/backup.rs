//! A box that was backed up is restored into another store, or nothing is changed there.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs::File, io::Write, ops::ControlFlow};

use desk::{Passphrase, Restored, SourceSettings};
use lineup::{
    ChannelId, EntryText, GuideNumber, HeldKey, Known, Remembered,
    decisions::{Decision, Decisions, Home, Pins},
};
use store::{
    Choices, Device, Facts, List, ListWriter, Options, RulesRow, SourceRow, SourceState, Store,
};
use sync::backup::{self, BackupError, Making};

const OPTIONS: Options = Options {
    cache_bytes: 1 << 20,
};
const BYTES_MAX: usize = 16 << 20;
const CONFIGURATION: &str = "[[source]]\npassword = \"hush-of-the-file\"\n";

fn passphrase() -> Passphrase {
    Passphrase::new("long and known").unwrap()
}

fn entry(n: u32) -> EntryText<'static> {
    EntryText {
        name: format!("Channel {n}").into(),
        url: format!("http://provider.example/live/me/hush/{n}.ts").into(),
        ..EntryText::default()
    }
}

fn list() -> List {
    let mut writer = ListWriter::new(usize::MAX);
    for n in 0..500 {
        writer.push(&entry(n)).unwrap();
    }
    writer.finish()
}

fn row(id: u16, settings: &SourceSettings) -> SourceRow {
    SourceRow {
        id,
        name: settings.name.clone(),
        url: settings.url.clone().unwrap_or_default(),
        settings: Some(serde_json::to_string(settings).unwrap()),
    }
}

/// A box with an uploaded list, an account and an open list.
fn account() -> SourceSettings {
    let mut account = SourceSettings::new("account", "http://panel.example/get.php?password=hush");
    account.password = Some("hush".to_owned());
    let token = ("X-Token".to_owned(), "hush".to_owned());
    account.headers.extend([token]);
    account
}

fn facts() -> Facts {
    let uploaded = SourceSettings {
        url: None,
        ..SourceSettings::new("mine", "")
    };
    let account = account();
    let open = SourceSettings::new("open", "iptv-org:index");
    let list = list();
    let keys = entry(7).keys();
    let id = ChannelId(7);
    let number = GuideNumber::new(70, 0).unwrap();
    let held = [keys.name, keys.address].map(|key| HeldKey {
        key,
        id,
        last_seen: 3,
    });
    let decision = Decision {
        name: Some("Seven".into()),
        pins: Some(Box::new(Pins {
            primary: Some(keys),
            ..Pins::default()
        })),
        ..Decision::default()
    };
    let home = Home { keys, channel: id };
    let numbers = [Remembered {
        id,
        number,
        since: 1,
        last_seen: 3,
        waits: false,
    }];
    Facts {
        device: Device {
            id_seed: 4711,
            uuid: [4; 16],
            created: std::time::SystemTime::UNIX_EPOCH,
        },
        sources: vec![row(0, &uploaded), row(1, &account), row(5, &open)],
        states: vec![(
            0,
            SourceState {
                entries: list.entries(),
                list: Some(list.hash()),
                ..SourceState::default()
            },
        )],
        known: Known {
            numbers: numbers.into_iter().collect(),
            held: held.into_iter().collect(),
        },
        choices: Choices {
            rules: 1,
            numbering: 2,
            merging: 3,
        },
        decisions: Decisions::of([(id, decision)].into_iter(), [home].into_iter()),
        rules: RulesRow {
            revision: 1,
            text: "{}".to_owned(),
        },
        guides: vec![
            ("Open".to_owned(), guide("http://epg.example/all.xml")),
            (
                "Paid".to_owned(),
                guide("http://epg.example/?password=hush"),
            ),
        ],
    }
}

fn guide(url: &str) -> String {
    serde_json::to_string(&desk::GuideSettings::new("G", url)).unwrap()
}

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(folder.path(), OPTIONS).unwrap()
}

/// What a backup of that box is.
fn made(passphrase: Option<&Passphrase>) -> (Vec<u8>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let mut lists = Some((0, list()));
    store
        .replace_facts(&facts(), &mut || Ok(lists.take()))
        .unwrap();
    let making = Making {
        passphrase,
        configuration: Some(CONFIGURATION),
    };
    let mut bytes = Vec::new();
    let incomplete = backup::make(&store, &making, &mut bytes).unwrap();
    (bytes, incomplete)
}

fn restored(
    store: &Store,
    bytes: &[u8],
    passphrase: Option<&Passphrase>,
    as_new_device: bool,
) -> Result<(Restored, Option<String>), BackupError> {
    let mut file: File = store.spool()?;
    file.write_all(bytes)?;
    let opened = backup::open(&mut file, passphrase, BYTES_MAX)?;
    let configuration = opened.configuration.clone();
    let restored = backup::restore(store, opened, &mut file, as_new_device)?;
    Ok((restored, configuration))
}

fn entries(store: &Store) -> Vec<String> {
    let mut names = Vec::new();
    let read = store.each_entry(0, |entry| {
        names.push(entry.url.into_owned());
        ControlFlow::Continue(())
    });
    read.unwrap();
    names
}

#[test]
fn all_of_a_box_comes_back() {
    let (bytes, incomplete) = made(Some(&passphrase()));
    assert!(incomplete.is_empty());
    for word in ["hush", "panel", "Seven", "long and known"] {
        assert!(!bytes.windows(word.len()).any(|at| at == word.as_bytes()));
    }
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let own = store.device();
    for as_new_device in [true, false] {
        let (told, configuration) =
            restored(&store, &bytes, Some(&passphrase()), as_new_device).unwrap();
        assert_eq!(told.is_other_device, !as_new_device);
        assert_eq!((told.sources, told.lists, told.channels), (3, 1, 1));
        assert_eq!(configuration.as_deref(), Some(CONFIGURATION));
        let device = if as_new_device { own } else { facts().device };
        assert_eq!(store.device(), device);
        let (found, expected) = (store.load_facts().unwrap(), facts());
        assert_eq!(
            (found.known, found.sources),
            (expected.known, expected.sources)
        );
        assert_eq!(
            (found.states, found.choices),
            (expected.states, expected.choices)
        );
        assert!(found.decisions.iter().eq(expected.decisions.iter()));
        assert_eq!(found.decisions.homes(), expected.decisions.homes());
        assert_eq!(entries(&store).len(), 500);
        assert_eq!(entries(&store)[7], entry(7).url);
    }
}

#[test]
fn without_a_passphrase_no_secret_is_in_it() {
    let (bytes, incomplete) = made(None);
    assert_eq!(incomplete, ["account", "Paid"]);
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (told, configuration) = restored(&store, &bytes, None, false).unwrap();
    assert_eq!(told.incomplete, ["account", "Paid"]);
    assert_eq!((told.lists, configuration), (0, None));
    let found = store.load_facts().unwrap();
    let guides: Vec<_> = found.guides.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(guides, ["Open"]);
    let text = format!("{:?}", found.sources);
    assert!(
        !text.contains("hush") && text.contains("panel.example"),
        "{text}"
    );
    let settings = |place: usize| -> SourceSettings {
        let text = found.sources[place].settings.as_deref().unwrap();
        serde_json::from_str(text).unwrap()
    };
    assert!(!settings(1).enabled && settings(2).enabled);
    // What was made from an address with a password is a way to that password.
    let address = entry(7).keys().address;
    assert!(found.known.held.find(entry(7).keys().name).is_some());
    assert!(found.known.held.find(address).is_none());
    assert!(found.decisions.homes().is_empty());
    let decision = found.decisions.find(ChannelId(7)).unwrap();
    assert_eq!(
        (decision.name.as_deref(), decision.pins),
        (Some("Seven"), None)
    );
    assert!(entries(&store).is_empty());
}

#[test]
fn what_is_wrong_changes_nothing() {
    let (bytes, _) = made(Some(&passphrase()));
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let own = store.device();
    let tried = |bytes: &[u8], passphrase: Option<&Passphrase>| {
        let error = restored(&store, bytes, passphrase, false).unwrap_err();
        assert!(!store.has_facts().unwrap());
        assert_eq!(store.device(), own);
        error
    };
    for at in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        tried(&damaged, Some(&passphrase()));
        tried(&bytes[..at], Some(&passphrase()));
    }
    let other = Passphrase::new("another of them").unwrap();
    let error = tried(&bytes, Some(&other));
    assert!(matches!(
        error,
        BackupError::Archive(archive::Error::WrongPassphrase)
    ));
    let error = tried(&bytes, None);
    assert!(matches!(
        error,
        BackupError::Archive(archive::Error::NeedsPassphrase)
    ));
    // As a later Dipole would write it.
    let head = archive::Head {
        maker: "9.9.9".to_owned(),
        made_unix_s: 0,
        sealing: None,
    };
    let mut writer = archive::Writer::new(&head, None);
    writer.section("recordings", 1);
    let error = tried(&writer.finish(), None).to_string();
    assert!(
        error.contains("9.9.9") && error.contains("update this one first"),
        "{error}"
    );
}
