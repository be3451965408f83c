//! What was written comes back, and nothing else is taken for it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::ControlFlow;

use archive::{Checker, Error, Head, Item, Key, Reader, Sealing, Writer};
use proptest::{collection::vec, prelude::*};

/// Few, so that a test makes many keys.
const ROUNDS: u32 = 2;

type Section = (String, u16, Vec<Vec<u8>>);

fn head(is_sealed: bool) -> Head {
    Head {
        maker: "0.1.0".to_owned(),
        made_unix_s: 1_800_000_000,
        sealing: is_sealed.then_some(Sealing {
            rounds: ROUNDS,
            salt: *b"sixteen of chanc",
        }),
    }
}

fn write(sections: &[Section], passphrase: Option<&str>) -> Vec<u8> {
    let head = head(passphrase.is_some());
    let key = passphrase.map(|it| Key::of(it.as_bytes(), &head.sealing.unwrap()));
    let mut writer = Writer::new(&head, key);
    let mut file = Vec::new();
    for (name, version, records) in sections {
        writer.section(name, *version);
        for record in records {
            writer.record(record).unwrap();
            file.extend(writer.take());
        }
    }
    file.extend(writer.finish());
    file
}

fn read(file: &[u8], passphrase: Option<&str>, step: usize) -> Result<Vec<Section>, Error> {
    let mut checker = Checker::default();
    file.chunks(step)
        .try_for_each(|piece| checker.push(piece))?;
    let head = checker.finish()?;
    let key = head.sealing.zip(passphrase);
    let mut reader = Reader::new(key.map(|(sealing, it)| Key::of(it.as_bytes(), &sealing)));
    let mut sections: Vec<Section> = Vec::new();
    for piece in file.chunks(step) {
        let _ = reader.push(piece, &mut |item| {
            match item {
                Item::Section { name, version } => {
                    sections.push((name.to_owned(), version, Vec::new()));
                }
                Item::Record(record) => sections.last_mut().unwrap().2.push(record.to_vec()),
            }
            ControlFlow::Continue(())
        })?;
    }
    reader.finish()?;
    Ok(sections)
}

fn some() -> Vec<Section> {
    let secret = b"http://provider.example/live/me/hush-hush/1.ts".to_vec();
    vec![
        ("sources".to_owned(), 1, vec![secret, vec![]]),
        ("empty".to_owned(), 7, vec![]),
        (
            "held".to_owned(),
            2,
            (0..=255).map(|n| vec![n; 9]).collect(),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn whatever_was_written_comes_back(
        sections in vec(("[a-z]{0,32}", any::<u16>(), vec(vec(any::<u8>(), 0..300), 0..20)), 0..6),
        is_sealed: bool, step in 1..900_usize,
    ) {
        let passphrase = is_sealed.then_some("a passphrase");
        let file = write(&sections, passphrase);
        prop_assert_eq!(read(&file, passphrase, step).unwrap(), sections);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..400), step in 1..50_usize) {
        let mut file = write(&[], None);
        file.splice(45.., bytes);
        for piece in [&file[..], &file[40..]] {
            let mut reader = Reader::new(None);
            for piece in piece.chunks(step) {
                if reader.push(piece, &mut |_| ControlFlow::Continue(())).is_err() {
                    break;
                }
            }
        }
    }
}

#[test]
fn many_chunks_and_long_records_come_back() {
    let noise = |n: u32| {
        let mut state = n | 1;
        let next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[0]
        };
        std::iter::repeat_with(next).take(300_000).collect()
    };
    let mut records: Vec<Vec<u8>> = (1..6).map(noise).collect();
    records.push(vec![7; archive::RECORD_BYTES_MAX]);
    let sections = vec![("list".to_owned(), 1, records)];
    for passphrase in [None, Some("long enough")] {
        let file = write(&sections, passphrase);
        assert!(file.len() > 1_500_000, "{}", file.len());
        assert!(read(&file, passphrase, 16 << 10).unwrap() == sections);
    }
    let mut writer = Writer::new(&head(false), None);
    writer.section("x", 1);
    let long = vec![0; archive::RECORD_BYTES_MAX + 1];
    assert!(writer.record(&long).is_err());
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    for passphrase in [None, Some("a passphrase")] {
        let file = write(&some(), passphrase);
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << (at % 8);
            let error = read(&damaged, passphrase, 64).unwrap_err();
            assert_ne!(error, Error::WrongPassphrase, "{at}");
            assert!(read(&file[..at], passphrase, 64).is_err(), "cut at {at}");
        }
        let longer = [&*file, b"x"].concat();
        assert!(read(&longer, passphrase, 64).is_err());
    }
}

#[test]
fn a_checksum_that_was_mended_does_not_help() {
    let file = write(&some(), Some("a passphrase"));
    let content = file.len() - 32;
    for at in (10..content).step_by(7) {
        let mut changed = file[..content].to_vec();
        changed[at] ^= 0x40;
        let digest = crypto::digest::digest(&crypto::digest::SHA256, &changed);
        changed.extend_from_slice(digest.as_ref());
        assert!(read(&changed, Some("a passphrase"), 64).is_err(), "{at}");
    }
}

#[test]
fn a_wrong_passphrase_is_told_from_damage() {
    let file = write(&some(), Some("a passphrase"));
    assert_eq!(
        read(&file, Some("another"), 64),
        Err(Error::WrongPassphrase)
    );
    assert_eq!(read(&file, None, 64), Err(Error::NeedsPassphrase));
    assert_eq!(read(b"#EXTM3U\n", None, 64), Err(Error::NotABackup));
    assert_eq!(
        read(b"", None, 64),
        Err(Error::Damaged("it ends in its head"))
    );
    // One that is not sealed needs none, and takes one.
    let open = write(&some(), None);
    assert_eq!(read(&open, Some("a passphrase"), 64).unwrap(), some());
}

#[test]
fn nothing_sealed_can_be_read_as_if_it_were_not() {
    let sealed = write(&some(), Some("a passphrase"));
    for text in ["hush", "provider", "sources", "a passphrase"] {
        assert!(!sealed.windows(text.len()).any(|at| at == text.as_bytes()));
    }
    // As if nobody had sealed it, with a checksum that says so.
    let mut open = sealed[..sealed.len() - 32].to_vec();
    open[10] = 0;
    let digest = crypto::digest::digest(&crypto::digest::SHA256, &open);
    open.extend_from_slice(digest.as_ref());
    assert!(matches!(read(&open, None, 64), Err(Error::Damaged(_))));
}
