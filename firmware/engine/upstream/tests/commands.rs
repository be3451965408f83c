//! Commands whose output is a stream: real programs, small scripts of our own.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use support::client;
use support::plays::{config, open, published};
use upstream::command::{self, Commands, Outcome, Profile};
use upstream::{Error, PlayRequest, Player, TEST_CHANNEL};

const ADDRESS: &str = "http://user:passw0rd@h.example/live/USERNAME/PASS1234/7.ts";

/// Runs `script` with the address as `$1` and `folder` as the place for notes.
fn script(commands: &Commands, folder: &Path, script: &str) -> Profile {
    let folder = folder.display();
    let run = [
        "sh",
        "-c",
        &format!("cd {folder}; {script}"),
        "sh",
        "{url}",
        "{user_agent}",
    ];
    let run: Vec<String> = run.iter().map(|&word| word.to_owned()).collect();
    commands.profile("script", &run).expect("it can be run")
}

fn request(profile: Profile) -> PlayRequest {
    PlayRequest {
        url: ADDRESS.to_owned(),
        user_agent: Some("Agent/1".to_owned()),
        command: Some(profile),
        ..PlayRequest::default()
    }
}

fn player() -> Player {
    Player::new(config(client()))
}

struct Played {
    result: Result<(), Error>,
    bytes: Vec<u8>,
    folder: tempfile::TempDir,
}

impl Played {
    fn note(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    fn command_error(&self) -> &command::Error {
        let error = match &self.result {
            Err(Error::Command(error)) => Some(error),
            _ => None,
        };
        error.expect("an error of the command")
    }
}

/// Plays what `text` puts out; `clip.ts` in its folder is a stream of some packets.
async fn play(text: &str) -> Played {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("clip.ts"), &TEST_CHANNEL[..200 * 188]).expect("a file");
    let profile = script(&Commands::new(1, Vec::new()), folder.path(), text);
    let (mut ingest, ring) = open();
    let result = player().play(&request(profile), &mut ingest).await;
    Played {
        result,
        bytes: published(&ring),
        folder,
    }
}

#[tokio::test]
async fn what_a_command_puts_out_is_the_stream() {
    let played = play("cat clip.ts; printf '%s\\n' \"$@\" > words; env > env").await;
    played.result.as_ref().unwrap();
    assert!(played.bytes.len() >= 150 * 188, "{}", played.bytes.len());
    assert_eq!(played.note("words"), format!("{ADDRESS}\nAgent/1\n"));
    for line in played.note("env").lines() {
        let (name, _) = line.split_once('=').unwrap();
        let is_ours = name.to_ascii_lowercase().ends_with("_proxy");
        // The shell's own, and what is kept.
        assert!(
            is_ours || ["PATH", "HOME", "LANG", "PWD", "OLDPWD", "SHLVL", "_"].contains(&name),
            "{line}"
        );
    }
}

#[tokio::test]
async fn how_it_ended_is_told_with_its_last_line() {
    for (text, code, last) in [
        (
            "echo one >&2; echo \"$1: 403\" >&2; exit 7",
            7,
            Some("http://h.example/live/…/7.ts: 403"),
        ),
        ("exit 0", 0, None),
        ("cat clip.ts; echo lost >&2; exit 1", 1, Some("lost")),
    ] {
        let played = play(text).await;
        let command::Error::Ended {
            outcome,
            last: told,
            ..
        } = played.command_error()
        else {
            panic!("{:?}", played.result);
        };
        assert_eq!(
            (*outcome, told.as_deref()),
            (Outcome::Code(code), last),
            "{text}"
        );
        let shown = played.command_error().to_string();
        assert!(
            shown.starts_with(&format!("the command script ended with code {code}")),
            "{shown}"
        );
    }
    let killed = play("kill -9 $$").await;
    assert!(
        killed
            .command_error()
            .to_string()
            .contains("was ended by signal 9")
    );
}

#[tokio::test]
async fn only_a_transport_stream_is_taken() {
    let played = play("echo '<html><body>no</body></html>'; exec sleep 1000").await;
    let shown = played.command_error().to_string();
    assert!(
        shown.contains("puts out a web page") && shown.contains("mpegts"),
        "{shown}"
    );
    assert!(played.bytes.is_empty());
}

#[tokio::test]
async fn an_absent_program_is_named() {
    let run = ["no-such-program", "{url}"].map(ToOwned::to_owned);
    let profile = Commands::new(1, Vec::new()).profile("mine", &run).unwrap();
    let (mut ingest, _ring) = open();
    let error = player()
        .play(&request(profile), &mut ingest)
        .await
        .unwrap_err();
    let shown = error.to_string();
    assert!(
        shown.contains("mine") && shown.contains("no-such-program") && shown.contains("install"),
        "{shown}"
    );
    assert!(!error.is_temporary());
}

#[tokio::test]
async fn no_file_of_this_machine_is_named_to_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let commands = Commands::new(1, Vec::new());
    for address in [
        "/etc/passwd",
        "file:///etc/passwd",
        "-version",
        "concat:/etc/passwd",
    ] {
        let profile = script(&commands, folder.path(), "touch started");
        let asked = PlayRequest {
            url: address.to_owned(),
            ..request(profile)
        };
        let (mut ingest, _ring) = open();
        let error = player().play(&asked, &mut ingest).await.unwrap_err();
        assert!(
            matches!(error, Error::Command(command::Error::Address { .. })),
            "{error}"
        );
    }
    assert!(!folder.path().join("started").exists());
}

#[tokio::test]
async fn a_flood_of_words_holds_nothing_up() {
    let played = play("yes 'a line of words' | head -c 3000000 >&2; cat clip.ts").await;
    played.result.as_ref().unwrap();
    assert!(played.bytes.len() >= 150 * 188);
}

/// Ids of processes that a script has noted, of those that are still there.
fn alive(notes: &Path) -> Vec<String> {
    let pids = fs::read_to_string(notes).unwrap_or_default();
    let is_alive = |pid: &&str| {
        let stat = fs::read_to_string(PathBuf::from("/proc").join(pid).join("stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    pids.split_whitespace()
        .filter(is_alive)
        .map(ToOwned::to_owned)
        .collect()
}

/// A shell that ignores what it can, and two children that do so, too.
const STUBBORN: &str = "trap '' TERM INT HUP PIPE; echo $$ >> pids; sleep 1000 & echo $! >> pids; \
    (sleep 1000 & echo $! >> pids; wait) & echo $! >> pids; cat clip.ts; cat clip.ts; wait";

#[tokio::test]
async fn who_leaves_kills_the_command_and_its_children() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("clip.ts"), &TEST_CHANNEL[..200 * 188]).unwrap();
    let commands = Commands::new(1, Vec::new());
    let asked = request(script(&commands, folder.path(), STUBBORN));
    let (player, pids) = (player(), folder.path().join("pids"));
    for round in 0..3 {
        let (mut ingest, ring) = open();
        let playing = player.play(&asked, &mut ingest);
        let until = async {
            while published(&ring).is_empty() || alive(&pids).len() < 4 {
                tokio::task::yield_now().await;
            }
            // As many as may run do: a second one is refused.
            let (mut second, _ring) = open();
            let refused = player.play(&asked, &mut second).await.unwrap_err();
            assert!(
                matches!(refused, Error::Command(command::Error::AllInUse { max: 1 })),
                "{refused}"
            );
        };
        tokio::select! {
            ended = playing => panic!("round {round}: {ended:?}"),
            () = until => {}
        }
        // The leader is reaped before the drop returns; what init has to reap may take a moment.
        let deadline = Instant::now() + Duration::from_secs(2);
        while !alive(&pids).is_empty() {
            assert!(
                Instant::now() < deadline,
                "round {round}: {:?}",
                alive(&pids)
            );
            tokio::task::yield_now().await;
        }
    }
}
