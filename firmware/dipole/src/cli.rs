//! The command line.

use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

/// What `dipole --help` prints.
pub(crate) const USAGE: &str = "\
Dipole, a network TV tuner for every HDHomeRun client in the house.

  dipole [run] [--config FILE] [--data DIR]   be a tuner until told to end
  dipole check [--config FILE]                read the configuration and say what is wrong
  dipole plan [--config FILE]                 show how the memory budget is spent
  dipole import --dry-run FILE [--clusters OUT.tsv]
                                              show what would become of a channel list, by the
                                              rules of the configuration;
                                              OUT.tsv: entry index TAB channel id

  --config FILE   settings; see dipole.example.toml (default: none are needed)
  --data DIR      where channels and numbers are kept (default: ./dipole-data)
  --help, --version
";

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Be a tuner.
    Run,
    /// Check the configuration.
    Check,
    /// Show the memory plan.
    Plan,
    /// Show what would become of a list.
    Import,
    /// Show the usage.
    Help,
    /// Show the version.
    Version,
}

/// The command line, read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Args {
    /// What is to be done.
    pub(crate) command: Command,
    /// `--config`.
    pub(crate) config: Option<PathBuf>,
    /// `--data`.
    pub(crate) data: Option<PathBuf>,
    /// The list to import.
    pub(crate) list: Option<PathBuf>,
    /// `--clusters`.
    pub(crate) clusters: Option<PathBuf>,
}

/// Reads the command line.
pub(crate) fn parse(mut parser: Parser) -> Result<Args, lexopt::Error> {
    let mut command = None;
    let mut args = Args {
        command: Command::Run,
        config: None,
        data: None,
        list: None,
        clusters: None,
    };
    let mut dry_run = false;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => command = Some(Command::Help),
            Arg::Short('V') | Arg::Long("version") => command = Some(Command::Version),
            Arg::Long("config") => args.config = Some(parser.value()?.into()),
            Arg::Long("data") => args.data = Some(parser.value()?.into()),
            Arg::Long("clusters") => args.clusters = Some(parser.value()?.into()),
            Arg::Long("dry-run") => dry_run = true,
            Arg::Value(value) if command.is_none() => {
                command = Some(match value.string()?.as_str() {
                    "run" => Command::Run,
                    "check" => Command::Check,
                    "plan" => Command::Plan,
                    "import" => Command::Import,
                    other => return Err(format!("there is no command `{other}`").into()),
                });
            }
            Arg::Value(value) if command == Some(Command::Import) && args.list.is_none() => {
                args.list = Some(value.into());
            }
            other => return Err(other.unexpected()),
        }
    }
    args.command = command.unwrap_or(Command::Run);
    if args.command == Command::Import {
        if args.list.is_none() {
            return Err("import needs the file of a list".into());
        }
        if !dry_run {
            return Err(
                "import works with --dry-run only: a running Dipole imports its sources by itself"
                    .into(),
            );
        }
    } else if dry_run || args.clusters.is_some() {
        return Err("--dry-run and --clusters belong to import".into());
    }
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Args, lexopt::Error> {
        parse(Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn commands_and_options_are_read() {
        assert_eq!(read("").unwrap().command, Command::Run);
        let args = read("run --config a.toml --data=d").unwrap();
        assert_eq!(
            (args.config, args.data),
            (Some("a.toml".into()), Some("d".into()))
        );
        assert_eq!(read("--data d").unwrap().command, Command::Run);
        assert_eq!(read("plan --config x").unwrap().command, Command::Plan);
        for line in [
            "import --dry-run l.m3u --clusters o.tsv",
            "import l.m3u --clusters o.tsv --dry-run",
        ] {
            let args = read(line).unwrap();
            assert_eq!(
                (args.list, args.clusters),
                (Some("l.m3u".into()), Some("o.tsv".into()))
            );
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for line in [
            "walk",
            "run fast",
            "--speed",
            "import",
            "import --dry-run",
            "import l.m3u",
            "check --clusters x",
            "--config",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
