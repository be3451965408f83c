//! The store on good disks, full disks and damaged ones.

use std::{
    fs::OpenOptions,
    io::{Seek, SeekFrom, Write},
    sync::atomic::{AtomicU64, Ordering},
};

use lineup::{
    Channel, ChannelId, EntryText, GuideNumber, HeldKey, Lineup, LineupBuilder, Remembered,
};
use redb::{StorageBackend, backends::FileBackend};

use super::*;
use crate::{Choices, List, ListWriter};

const OPTIONS: Options = Options {
    cache_bytes: 1 << 20,
};
const LINEUP_BYTES_MAX: usize = 32 << 20;

fn lineup(count: u16, name: &str) -> Lineup {
    let mut builder = LineupBuilder::new(LINEUP_BYTES_MAX);
    for major in 1..=count {
        let number = GuideNumber::new(major, 0).unwrap();
        let name = format!("{name} {major}");
        builder
            .push(Channel {
                group: "News and weather",
                logo: &logo(major),
                tvg_id: &format!("channel{major}.example"),
                ..Channel::new(id(major), number, &name, &url(major))
            })
            .unwrap();
    }
    builder.build()
}

fn url(major: u16) -> String {
    format!("http://provider.example/live/user/password/{major}.ts")
}

fn logo(major: u16) -> String {
    format!("http://logos.example/{major}.png")
}

/// The list that such a lineup is made of.
fn list(count: u16, name: &str) -> List {
    let mut writer = ListWriter::new(usize::MAX);
    for major in 1..=count {
        let entry = EntryText {
            name: format!("{name} {major}").into(),
            url: url(major).into(),
            logo: logo(major).into(),
            tvg_chno: major.to_string().into(),
            ..EntryText::default()
        };
        writer.push(&entry).unwrap();
    }
    writer.finish()
}

/// Names in the list of a source.
fn listed(store: &Store, source: u16) -> Vec<String> {
    let mut names = Vec::new();
    let read = store.each_entry(source, |entry| {
        names.push(entry.name.into_owned());
        ControlFlow::Continue(())
    });
    read.unwrap();
    names
}

/// Scattered like hashes, so that neighbours in the lineup are none in the table.
fn id(major: u16) -> ChannelId {
    ChannelId(u64::from(major).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn known(count: u16, generation: u32) -> Known {
    let numbers = (1..=count).map(|major| Remembered {
        id: id(major),
        number: GuideNumber::new(major, 0).unwrap(),
        since: 1,
        last_seen: generation,
        waits: major == 2,
    });
    let held = (1..=count).flat_map(|major| {
        [major.into(), u64::from(major) << 32].map(|key: u64| HeldKey {
            key: key.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            id: id(major),
            last_seen: generation,
        })
    });
    Known {
        numbers: numbers.collect(),
        held: held.collect(),
    }
}

/// The number of the source that most of this is about.
const PROVIDER: u16 = 3;

fn row(id: u16, settings: Option<&str>) -> SourceRow {
    SourceRow {
        id,
        name: "provider".to_owned(),
        url: String::new(),
        settings: settings.map(str::to_owned),
    }
}

fn sources(entries: u64) -> Vec<(u16, SourceState)> {
    let state = SourceState {
        url: "http://provider.example/list".to_owned(),
        etag: "\"v1\"".to_owned(),
        entries,
        ..SourceState::default()
    };
    vec![(PROVIDER, state)]
}

fn import<'a>(lineup: &'a Lineup, known: &'a Known) -> Import<'a> {
    Import {
        lineup,
        known,
        sources: &[],
        states: &[],
        list: None,
        choices: Choices::default(),
    }
}

fn save(store: &Store, lineup: &Lineup, generation: u32) -> Result<Saved, Error> {
    store.save_import(&Import {
        lineup,
        known: &known(u16::try_from(lineup.len()).unwrap(), generation),
        sources: &[(PROVIDER, 5)],
        choices: Choices::default(),
        states: &sources(lineup.len() as u64),
        list: None,
    })
}

/// The same with the list that it is made of.
fn save_list(store: &Store, count: u16, name: &str) -> Result<Saved, Error> {
    store.save_import(&Import {
        lineup: &lineup(count, name),
        known: &known(count, 1),
        sources: &[(PROVIDER, 5)],
        choices: Choices::default(),
        states: &sources(count.into()),
        list: Some((PROVIDER, &list(count, name))),
    })
}

fn names(store: &Store) -> Vec<String> {
    let snapshot = store.load_lineup(LINEUP_BYTES_MAX).unwrap().unwrap();
    snapshot
        .lineup
        .iter()
        .map(|channel| channel.name.to_owned())
        .collect()
}

#[test]
fn everything_comes_back_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("made/by/open");
    let store = Store::open(&folder, OPTIONS).unwrap();
    let device = store.device();
    assert!(store.load_lineup(LINEUP_BYTES_MAX).unwrap().is_none());
    assert!(store.load_known().unwrap().numbers.is_empty());
    let lineup = lineup(300, "Channel");
    save(&store, &lineup, 7).unwrap();
    drop(store);

    let store = Store::open(&folder, OPTIONS).unwrap();
    assert_eq!(store.device(), device);
    let snapshot = store.load_lineup(LINEUP_BYTES_MAX).unwrap().unwrap();
    assert!(snapshot.lineup.iter().eq(lineup.iter()));
    assert_eq!(snapshot.sources, [(PROVIDER, 5)]);
    assert_eq!(store.load_known().unwrap(), known(300, 7));
    assert_eq!(
        store.load_source(PROVIDER).unwrap().unwrap(),
        sources(300)[0].1
    );
    assert_eq!(store.load_source(PROVIDER + 1).unwrap(), None);
}

#[test]
fn a_smaller_import_leaves_nothing_of_the_larger_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), OPTIONS).unwrap();
    save(&store, &lineup(300, "Old"), 1).unwrap();
    let saved = save(&store, &lineup(20, "New"), 2).unwrap();
    assert_eq!(
        saved,
        Saved {
            channels_written: 20,
            channels_removed: 280,
            pieces_written: 0,
        }
    );
    assert!(names(&store).iter().all(|name| name.starts_with("New")));
    let both = [row(PROVIDER, None), row(9, Some("{}"))];
    store.save_book(&both).unwrap();
    assert_eq!(store.load_book().unwrap(), both);
    assert!(store.load_source(PROVIDER).unwrap().is_some());
    store.save_book(&both[1..]).unwrap();
    assert_eq!(store.load_book().unwrap(), both[1..]);
    assert_eq!(store.load_source(PROVIDER).unwrap(), None);
}

#[test]
fn lists_come_and_go_with_their_sources() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), OPTIONS).unwrap();
    assert!(listed(&store, PROVIDER).is_empty());
    let saved = save_list(&store, 3000, "Channel").unwrap();
    assert!(saved.pieces_written > 2, "{saved:?}");
    let names = listed(&store, PROVIDER);
    assert_eq!((names.len(), &*names[2999]), (3000, "Channel 3000"));
    let mut asked = 0;
    let one = |_: EntryText<'_>| {
        asked += 1;
        ControlFlow::Break(())
    };
    store.each_entry(PROVIDER, one).unwrap();
    assert_eq!(asked, 1);
    assert_eq!(
        save_list(&store, 3000, "Channel").unwrap(),
        Saved::default()
    );

    // A shorter list leaves no piece of the longer one.
    save_list(&store, 7, "Other").unwrap();
    assert_eq!(listed(&store, PROVIDER).len(), 7);
    // Other sources do not touch it, whatever their numbers.
    for id in [0, 9] {
        let list = list(5, "Other");
        let import = Import {
            lineup: &lineup(12, "Both"),
            known: &known(12, 2),
            sources: &[(0, 0), (PROVIDER, 0), (9, 0)],
            choices: Choices::default(),
            states: &[(id, SourceState::default())],
            list: Some((id, &list)),
        };
        store.save_import(&import).unwrap();
    }
    let lens = |store: &Store| [0, PROVIDER, 9, 4].map(|id| listed(store, id).len());
    assert_eq!(lens(&store), [5, 7, 5, 0]);
    store.save_book(&[row(0, None), row(9, None)]).unwrap();
    assert_eq!(lens(&store), [5, 0, 5, 0]);
}

#[test]
fn a_store_of_the_first_schema_opens_with_everything_that_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    crate::first_schema::write(&Database::create(&path).unwrap());

    let store = Store::open(folder.path(), OPTIONS).unwrap();
    assert_eq!(names(&store), ["One", "Two", "Dipole Test"]);
    let snapshot = store.load_lineup(LINEUP_BYTES_MAX).unwrap().unwrap();
    assert_eq!((snapshot.sources.len(), snapshot.derivation), (2, 0));
    assert_eq!(snapshot.lineup.streams(0).len(), 2);
    assert_eq!(listed(&store, 0), ["One", "Two"]);
    assert_eq!(listed(&store, 1), ["ONE"]);
    let state = store.load_source(0).unwrap().unwrap();
    assert_eq!(
        (state.list, state.entries, state.etag.as_str()),
        (Some(0), 9, "")
    );

    let known = store.load_known().unwrap();
    assert_eq!((known.numbers.len(), known.numbers.generation()), (4, 5));
    let keys = |name: &'static str, url: &'static str| {
        let texts = [name, url, "", "", "", "", "", "", ""];
        let keys = EntryText::of_texts(texts).keys();
        [keys.name, keys.address]
            .map(|key| known.held.find(key).map(|row| (row.id.0, row.last_seen)))
    };
    assert_eq!(keys("one", "http://b.example/1"), [Some((11, 5)); 2]);
    assert_eq!(keys("One", "http://a.example/1"), [Some((11, 5)); 2]);
    assert_eq!(keys("Two", "http://a.example/2"), [Some((22, 5)); 2]);
    assert_eq!(keys("Dipole Test", "dipole:test"), [None; 2]);
    assert_eq!(keys("Gone", ""), [Some((33, 3)), None], "with its number");
}

#[test]
fn a_failed_attempt_is_noted_without_a_lineup() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), OPTIONS).unwrap();
    let state = SourceState {
        error: "404".to_owned(),
        ..SourceState::default()
    };
    store.save_source(PROVIDER, &state).unwrap();
    store.save_source(PROVIDER, &state).unwrap();
    assert_eq!(store.load_source(PROVIDER).unwrap(), Some(state));
    assert!(store.load_lineup(LINEUP_BYTES_MAX).unwrap().is_none());
}

#[test]
fn a_lineup_beyond_the_plan_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), OPTIONS).unwrap();
    save(&store, &lineup(300, "Channel"), 1).unwrap();
    assert!(matches!(store.load_lineup(10_000), Err(Error::Lineup(_))));
}

#[test]
fn a_second_dipole_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), OPTIONS).unwrap();
    let refused = Store::open(folder.path(), OPTIONS).unwrap_err();
    assert!(matches!(refused, Error::InUse { .. }));
    assert!(
        refused
            .to_string()
            .contains("another Dipole uses this data folder")
    );
    assert!(matches!(
        Store::set_aside(folder.path()),
        Err(Error::InUse { .. })
    ));
    drop(store);
    Store::open(folder.path(), OPTIONS).unwrap();
}

#[test]
fn a_damaged_file_is_told_kept_and_moved_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let garbage = [0x5a; 9000];
    fs::write(&path, garbage).unwrap();
    for _ in 0..2 {
        let refused = Store::open(folder.path(), OPTIONS).unwrap_err();
        assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
        assert!(refused.to_string().contains("move the file aside"));
        assert_eq!(fs::read(&path).unwrap(), garbage);
    }
    let first = Store::set_aside(folder.path()).unwrap();
    assert_eq!(fs::read(&first).unwrap(), garbage);
    drop(Store::open(folder.path(), OPTIONS).unwrap());
    assert_ne!(Store::set_aside(folder.path()).unwrap(), first);
}

#[test]
fn a_flipped_page_is_found_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), OPTIONS).unwrap();
    save(&store, &lineup(3000, "Channel"), 1).unwrap();
    drop(store);
    let path = folder.path().join(FILE);
    let bytes = fs::read(&path).unwrap();
    let needle = b"Channel 1500";
    let at = bytes
        .windows(needle.len())
        .position(|window| window == needle)
        .unwrap();
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(b"Shannel").unwrap();
    let refused = Store::open(folder.path(), OPTIONS).unwrap_err();
    assert!(matches!(refused, Error::Damaged { .. }), "{refused}");
}

#[test]
fn a_folder_that_cannot_be_one_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(Store::open(&file.join("data"), OPTIONS).is_err());
    assert!(matches!(
        Store::set_aside(folder.path()),
        Err(Error::Io { .. })
    ));
}

#[test]
fn errors_of_the_disk_are_told_apart() {
    let path = Path::new("dipole.redb");
    for (kind, is_expected) in [
        (io::ErrorKind::StorageFull, matches as fn(&Error) -> bool),
        (io::ErrorKind::ReadOnlyFilesystem, |error| {
            matches!(error, Error::ReadOnly { .. })
        }),
        (io::ErrorKind::PermissionDenied, |error| {
            matches!(error, Error::ReadOnly { .. })
        }),
        (io::ErrorKind::TimedOut, |error| {
            matches!(error, Error::Io { .. })
        }),
    ] {
        let error = disk(kind.into(), path);
        assert!(is_expected(&error), "{kind}: {error}");
    }

    fn matches(error: &Error) -> bool {
        matches!(error, Error::DiskFull { .. })
    }
}

/// A file that counts what is written to it and is full beyond a number of bytes.
#[derive(Debug)]
struct Disk {
    file: FileBackend,
    books: Arc<Books>,
}

#[derive(Debug)]
struct Books {
    written: AtomicU64,
    left: AtomicU64,
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let bytes = data.len() as u64;
        let Books { written, left } = &*self.books;
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(bytes)
        })
        .map_err(|_| io::ErrorKind::StorageFull)?;
        written.fetch_add(bytes, Ordering::Relaxed);
        self.file.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}

fn on_a_disk(folder: &Path) -> (Store, Arc<Books>) {
    let path = folder.join(FILE);
    let books = Arc::new(Books {
        written: AtomicU64::new(0),
        left: AtomicU64::new(u64::MAX),
    });
    let (file, kept) = (path.clone(), Arc::clone(&books));
    let opener = move || {
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file)
            .map_err(redb::StorageError::from)?;
        let disk = Disk {
            file: FileBackend::new(open)?,
            books: Arc::clone(&kept),
        };
        Ok(Database::builder()
            .set_cache_size(OPTIONS.cache_bytes)
            .set_check_integrity_on_open(true)
            .create_with_backend(disk)?)
    };
    (Store::open_with(path, Box::new(opener)).unwrap(), books)
}

#[test]
fn an_unchanged_import_of_30_000_channels_writes_less_than_64_kib() {
    let folder = tempfile::tempdir().unwrap();
    let (store, books) = on_a_disk(folder.path());
    let first = lineup(30_000, "Channel");
    save(&store, &first, 1).unwrap();
    for generation in 2..5 {
        books.written.store(0, Ordering::Relaxed);
        let saved = save(&store, &first, generation).unwrap();
        assert_eq!(saved, Saved::default());
        let written = books.written.load(Ordering::Relaxed);
        assert!(written < 64 << 10, "{written} bytes");
    }
    assert_eq!(store.load_known().unwrap(), known(30_000, 4));
}

#[test]
fn noting_an_unchanged_list_of_30_000_entries_writes_less_than_64_kib() {
    let folder = tempfile::tempdir().unwrap();
    let (store, books) = on_a_disk(folder.path());
    save_list(&store, 30_000, "Channel").unwrap();
    for seconds in 1..4 {
        books.written.store(0, Ordering::Relaxed);
        let mut state = sources(30_000).remove(0).1;
        state.last_success = Some(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds));
        store.save_source(PROVIDER, &state).unwrap();
        let written = books.written.load(Ordering::Relaxed);
        assert!(written < 64 << 10, "{written} bytes");
        // Not even the same list once more is written.
        let saved = save_list(&store, 30_000, "Channel").unwrap();
        assert_eq!(saved, Saved::default());
    }
}

#[test]
fn a_full_disk_keeps_the_last_good_lineup_and_heals_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (store, books) = on_a_disk(folder.path());
    save(&store, &lineup(500, "Good"), 1).unwrap();
    // Full after each number of pages in turn: whatever was being written, the old one stays.
    for pages in 0..60 {
        books.left.store(pages * 4096, Ordering::Relaxed);
        let result = save(&store, &lineup(500, "Worse"), 2);
        books.left.store(u64::MAX, Ordering::Relaxed);
        if result.is_ok() {
            assert!(
                pages > 10,
                "an import of 500 channels takes more than {pages} pages"
            );
            assert!(names(&store).iter().all(|name| name.starts_with("Worse")));
            return;
        }
        assert!(matches!(result, Err(Error::DiskFull { .. })), "{result:?}");
        let names = names(&store);
        assert_eq!(names.len(), 500);
        assert!(
            names.iter().all(|name| name.starts_with("Good")),
            "after {pages} pages"
        );
    }
    save(&store, &lineup(500, "Better"), 2).unwrap();
    assert!(names(&store).iter().all(|name| name.starts_with("Better")));
}

#[test]
fn a_full_disk_restores_nothing_rather_than_half() {
    let folder = tempfile::tempdir().unwrap();
    let (store, books) = on_a_disk(folder.path());
    save(&store, &lineup(500, "Own"), 1).unwrap();
    let own = store.load_facts().unwrap();
    let other = tempfile::tempdir().unwrap();
    let other = Store::open(other.path(), OPTIONS).unwrap();
    save(&other, &lineup(700, "Other"), 3).unwrap();
    let restored = other.load_facts().unwrap();
    for pages in 0..60 {
        books.left.store(pages * 4096, Ordering::Relaxed);
        let result = store.replace_facts(&restored, &mut || Ok(None));
        books.left.store(u64::MAX, Ordering::Relaxed);
        let found = store.load_facts().unwrap();
        if result.is_ok() {
            assert!(pages > 5, "700 channels take more than {pages} pages");
            assert_eq!(
                (found.known, found.device),
                (restored.known, restored.device)
            );
            assert_eq!(store.device(), restored.device);
            return;
        }
        assert!(matches!(result, Err(Error::DiskFull { .. })), "{result:?}");
        assert_eq!((found.known, found.device), (own.known.clone(), own.device));
        assert_eq!(names(&store).len(), 500, "after {pages} pages");
    }
    panic!("it never fits");
}

mod decisions;
