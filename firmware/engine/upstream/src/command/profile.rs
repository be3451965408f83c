//! What may be run, as the configuration says it.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::error::ProfileError;
use super::floor::Floor;

/// Arguments of one command, the program included.
const ARGUMENTS_MAX: usize = 64;
/// Bytes of one argument as it stands in the configuration.
const ARGUMENT_BYTES_MAX: usize = 4096;
const URL: &str = "{url}";
const USER_AGENT: &str = "{user_agent}";
/// Programs that read an argument as a script.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "busybox"];

/// Makes profiles that share one room.
#[derive(Clone, Debug)]
pub struct Commands {
    floor: Floor,
    guard: Arc<[OsString]>,
}

impl Commands {
    /// So many commands run at once. `guard` is a program with arguments that comes to
    /// [`guard`](super::guard()) with the words behind them; without one, what a command has started
    /// is killed by its process group only, and not at all when Dipole is killed.
    #[must_use]
    pub fn new(at_once_max: usize, guard: Vec<OsString>) -> Self {
        Self {
            floor: Floor::new(at_once_max),
            guard: guard.into(),
        }
    }

    /// A profile that runs `run`: the program, then its arguments, in which `{url}` and
    /// `{user_agent}` stand for those of the stream.
    ///
    /// # Errors
    /// What is wrong with `run`.
    pub fn profile(&self, name: &str, run: &[String]) -> Result<Profile, ProfileError> {
        check(run)?;
        let mut words = run.iter();
        let program = words.next().ok_or(ProfileError::Count)?;
        Ok(Profile(Arc::new(Inner {
            name: name.to_owned(),
            program: program.clone(),
            arguments: words.map(|word| Template::of(word)).collect(),
            commands: self.clone(),
        })))
    }
}

/// A command that may be run for a stream. Cheap to clone.
#[derive(Clone)]
pub struct Profile(Arc<Inner>);

struct Inner {
    name: String,
    program: String,
    arguments: Vec<Template>,
    commands: Commands,
}

impl Profile {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub(super) fn program(&self) -> &str {
        &self.0.program
    }

    pub(super) fn arguments(&self, url: &str, user_agent: &str) -> Vec<String> {
        let arguments = self.0.arguments.iter();
        arguments
            .map(|argument| argument.filled(url, user_agent))
            .collect()
    }

    pub(super) fn floor(&self) -> &Floor {
        &self.0.commands.floor
    }

    pub(super) fn guard(&self) -> &[OsString] {
        &self.0.commands.guard
    }
}

/// Without its arguments: a token may stand among them.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}

fn check(run: &[String]) -> Result<(), ProfileError> {
    let fill = |word: &String| word.contains(URL) || word.contains(USER_AGENT);
    let [program, arguments @ ..] = run else {
        return Err(ProfileError::Count);
    };
    if run.len() > ARGUMENTS_MAX {
        return Err(ProfileError::Count);
    }
    let fits = |word: &String| word.len() <= ARGUMENT_BYTES_MAX && !word.contains('\0');
    if program.trim().is_empty() || !run.iter().all(fits) {
        return Err(ProfileError::Argument);
    }
    if fill(program) {
        return Err(ProfileError::ProgramFilled);
    }
    if !arguments.iter().any(|word| word.contains(URL)) {
        return Err(ProfileError::NoUrl);
    }
    let file = Path::new(program).file_name();
    let is_shell = SHELLS.iter().any(|shell| file == Some(shell.as_ref()));
    // Behind a script and its `$0` they are words that no shell reads.
    let is_word = |word: &&String| **word == URL || **word == USER_AGENT;
    let first = arguments.iter().position(fill).unwrap_or(0);
    let are_words = arguments
        .iter()
        .filter(|word| fill(word))
        .all(|word| is_word(&word));
    if is_shell && !(are_words && first >= 3) {
        return Err(ProfileError::Shell);
    }
    Ok(())
}

/// An argument with places to be filled.
struct Template(Vec<Piece>);

enum Piece {
    Text(String),
    Url,
    UserAgent,
}

impl Template {
    fn of(word: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = word;
        while let Some((start, place, piece)) = next_place(rest) {
            let (before, behind) = rest.split_at(start);
            pieces.extend([Piece::Text(before.to_owned()), piece]);
            rest = behind.strip_prefix(place).unwrap_or_default();
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Self(pieces)
    }

    /// In one pass: what is filled in is not looked at again.
    fn filled(&self, url: &str, user_agent: &str) -> String {
        let text = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Url => url,
            Piece::UserAgent => user_agent,
        });
        text.collect()
    }
}

fn next_place(text: &str) -> Option<(usize, &'static str, Piece)> {
    let url = text.find(URL).map(|start| (start, URL, Piece::Url));
    let agent = text.find(USER_AGENT);
    let agent = agent.map(|start| (start, USER_AGENT, Piece::UserAgent));
    url.into_iter()
        .chain(agent)
        .min_by_key(|(start, ..)| *start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(run: &[&str]) -> Result<Profile, ProfileError> {
        let run: Vec<String> = run.iter().map(|&word| word.to_owned()).collect();
        Commands::new(1, Vec::new()).profile("p", &run)
    }

    #[test]
    fn places_are_filled_once_and_stay_in_their_argument() {
        let run = [
            "x",
            "--in={url}&{user_agent}!",
            "{user_agent}{title}",
            "{url}",
        ];
        let filled = profile(&run)
            .unwrap()
            .arguments("u {user_agent}; $(rm)", "a {url}");
        assert_eq!(
            filled,
            [
                "--in=u {user_agent}; $(rm)&a {url}!",
                "a {url}{title}",
                "u {user_agent}; $(rm)"
            ]
        );
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        let many = vec!["{url}"; ARGUMENTS_MAX];
        let long = "x".repeat(ARGUMENT_BYTES_MAX + 1);
        for (run, expected) in [
            (vec![], ProfileError::Count),
            ([&["x"][..], &many].concat(), ProfileError::Count),
            (vec!["", "{url}"], ProfileError::Argument),
            (vec!["x", &long, "{url}"], ProfileError::Argument),
            (vec!["x", "a\0", "{url}"], ProfileError::Argument),
            (vec!["x", "{user_agent}"], ProfileError::NoUrl),
            (vec!["{url}"], ProfileError::ProgramFilled),
            (vec!["{user_agent}/x", "{url}"], ProfileError::ProgramFilled),
            (vec!["sh", "-c", "ffmpeg -i {url}"], ProfileError::Shell),
            (vec!["/bin/bash", "-c", "{url}"], ProfileError::Shell),
            (vec!["sh", "{url}"], ProfileError::Shell),
            (vec!["busybox", "sh", "-c", "{url}x"], ProfileError::Shell),
        ] {
            assert_eq!(profile(&run).unwrap_err(), expected, "{run:?}");
        }
        profile(&["sh", "-c", "exec ffmpeg -i \"$1\" -", "sh", "{url}"]).unwrap();
        let shown = format!("{:?}", profile(&["x", "--token=secret", "{url}"]).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
    }
}
