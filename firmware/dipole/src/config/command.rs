//! `[[command]]`: programs whose output is a stream.

use desk::SourceSettings;
use serde::Deserialize;
use upstream::command::Commands;

use super::error::{ConfigError, within};

const COMMANDS_MAX: usize = 16;
const NAME_BYTES_MAX: usize = 64;
const CHANNELS_MAX: usize = 64;

/// `[[command]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Command {
    /// Name; sources pick it by this.
    pub(crate) name: String,
    /// The program and its arguments.
    pub(crate) run: Vec<String>,
    /// Channels that it plays, by number or exact name, whatever their sources say.
    #[serde(default)]
    pub(crate) channels: Vec<String>,
}

/// Whether all commands can be made and all that sources pick are there.
pub(super) fn check(commands: &[Command], sources: &[SourceSettings]) -> Result<(), ConfigError> {
    let count = commands.len();
    within(count <= COMMANDS_MAX, "command", &count, "at most 16")?;
    for (index, command) in commands.iter().enumerate() {
        check_one(index, command, &commands[..index])?;
    }
    for (index, source) in sources.iter().enumerate() {
        if let Some(name) = &source.command {
            let is_there = commands.iter().any(|command| command.name == *name);
            let key = format!("source {}: command", index + 1);
            within(is_there, &key, name, "there is no [[command]] of this name")?;
        }
    }
    Ok(())
}

fn check_one(index: usize, command: &Command, before: &[Command]) -> Result<(), ConfigError> {
    let key = |key: &str| format!("command {}: {key}", index + 1);
    let name = &command.name;
    let fits =
        (1..=NAME_BYTES_MAX).contains(&name.trim().len()) && !name.contains(char::is_control);
    within(fits, &key("name"), name, "1 to 64 bytes")?;
    let again = before.iter().any(|other| other.name == *name);
    within(
        !again,
        &key("name"),
        name,
        "stands twice; sources pick it by this",
    )?;
    let channels = &command.channels;
    let count = channels.len();
    within(
        count <= CHANNELS_MAX,
        &key("channels"),
        &count,
        "at most 64",
    )?;
    let taken = |channel: &&String| before.iter().any(|other| other.channels.contains(channel));
    if let Some(channel) = channels.iter().find(taken) {
        within(
            false,
            &key("channels"),
            channel,
            "has another command already",
        )?;
    }
    match Commands::new(1, Vec::new()).profile(name, &command.run) {
        Ok(_) => Ok(()),
        // Not the arguments themselves: a token may stand among them.
        Err(error) => Err(ConfigError::Command {
            key: key("run"),
            error,
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, check};

    fn checked(text: &str) -> Result<(), String> {
        let config: Config = toml::from_str(text).unwrap();
        check(&config).map_err(|error| error.to_string())
    }

    const FFMPEG: &str = r#"
        [[command]]
        name = "ffmpeg"
        run = ["ffmpeg", "-i", "{url}", "-f", "mpegts", "-"]
    "#;
    const SOURCE: &str = r#"
        [[source]]
        name = "a"
        url = "u"
        command = "ffmpeg"
    "#;

    #[test]
    fn a_source_picks_a_command_by_its_name() {
        checked(&format!("{FFMPEG}{SOURCE}")).unwrap();
        let error = checked(SOURCE).unwrap_err();
        assert!(
            error.starts_with("source 1: command = ffmpeg: there is no"),
            "{error}"
        );
    }

    #[test]
    fn what_cannot_be_run_is_refused_with_its_key() {
        let of = |name: &str, run: &str| format!("[[command]]\nname = \"{name}\"\nrun = {run}\n");
        let many: String = (0..17)
            .map(|n| of(&format!("c{n}"), "[\"x\", \"{url}\"]"))
            .collect();
        for (text, key) in [
            (of("", r#"["x", "{url}"]"#), "command 1: name"),
            (format!("{FFMPEG}{FFMPEG}"), "command 2: name"),
            (of("a", "[]"), "command 1: run"),
            (of("a", r#"["x", "--token=secret"]"#), "command 1: run"),
            (of("a", r#"["{url}", "x"]"#), "command 1: run"),
            (of("a", r#"["sh", "-c", "x {url}"]"#), "command 1: run"),
            (
                format!(
                    "{FFMPEG}channels = [\"1\"]\n{}channels = [\"2\", \"1\"]",
                    of("b", r#"["x", "{url}"]"#)
                ),
                "command 2: channels = 1",
            ),
            (
                format!("{FFMPEG}channels = {:?}", vec!["x"; 65]),
                "command 1: channels = 65",
            ),
            (many, "command = 17"),
        ] {
            let error = checked(&text).unwrap_err();
            assert!(
                error.starts_with(key) && !error.contains("secret"),
                "{error}"
            );
        }
    }
}
