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

  dipole backup [--passphrase-file FILE | --without-secrets] OUT
                                              write everything that was set, decided and numbered
                                              to one file, encrypted; OUT: - for standard output
  dipole restore [--passphrase-file FILE] [--force] [--as-new-device]
                 [--configuration-out FILE] FILE
                                              put what is in such a file in the place of what is
                                              here; with --force even where a Dipole has kept
                                              something (that is kept beside it), with
                                              --as-new-device beside the box that it is of

  --passphrase-file FILE   its first line; - for standard input. Or the variable DIPOLE_PASSPHRASE
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
    /// Write a backup.
    Backup,
    /// Restore one.
    Restore,
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
    /// The file of a backup.
    pub(crate) file: Option<PathBuf>,
    /// What is said of a backup.
    pub(crate) backup: BackupArgs,
}

/// What is said of a backup, made or restored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct BackupArgs {
    /// `--passphrase-file`.
    pub(crate) passphrase_file: Option<PathBuf>,
    /// `--without-secrets`.
    pub(crate) without_secrets: bool,
    /// `--force`.
    pub(crate) force: bool,
    /// `--as-new-device`.
    pub(crate) as_new_device: bool,
    /// `--configuration-out`.
    pub(crate) configuration_out: Option<PathBuf>,
}

impl BackupArgs {
    /// Takes an option that is one of these.
    fn take(&mut self, name: &str, parser: &mut Parser) -> Result<bool, lexopt::Error> {
        match name {
            "passphrase-file" => self.passphrase_file = Some(parser.value()?.into()),
            "without-secrets" => self.without_secrets = true,
            "force" => self.force = true,
            "as-new-device" => self.as_new_device = true,
            "configuration-out" => self.configuration_out = Some(parser.value()?.into()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether nothing was said that this command does not know.
    fn belong_to(&self, command: Command) -> bool {
        let of_restore = self.force || self.as_new_device || self.configuration_out.is_some();
        match command {
            Command::Backup => !of_restore,
            Command::Restore => !self.without_secrets,
            _ => *self == Self::default(),
        }
    }
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
        file: None,
        backup: BackupArgs::default(),
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
            Arg::Long(name) => {
                let name = name.to_owned();
                if !args.backup.take(&name, &mut parser)? {
                    return Err(Arg::Long(&name).unexpected());
                }
            }
            Arg::Value(value) if command.is_none() => {
                command = Some(match value.string()?.as_str() {
                    "run" => Command::Run,
                    "check" => Command::Check,
                    "plan" => Command::Plan,
                    "import" => Command::Import,
                    "backup" => Command::Backup,
                    "restore" => Command::Restore,
                    other => return Err(format!("there is no command `{other}`").into()),
                });
            }
            Arg::Value(value) if command == Some(Command::Import) && args.list.is_none() => {
                args.list = Some(value.into());
            }
            Arg::Value(value)
                if matches!(command, Some(Command::Backup | Command::Restore))
                    && args.file.is_none() =>
            {
                args.file = Some(value.into());
            }
            other => return Err(other.unexpected()),
        }
    }
    args.command = command.unwrap_or(Command::Run);
    check(&args, dry_run)?;
    Ok(args)
}

/// Whether what was said goes together.
fn check(args: &Args, dry_run: bool) -> Result<(), lexopt::Error> {
    let needs_file = matches!(args.command, Command::Backup | Command::Restore);
    if needs_file && args.file.is_none() {
        return Err("name the file of the backup".into());
    }
    if !args.backup.belong_to(args.command) {
        return Err("an option belongs to another command: see backup and restore".into());
    }
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
    Ok(())
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
    fn backups_are_read() {
        let args = read("backup --data d --passphrase-file - -").unwrap();
        assert_eq!(
            (args.command, args.file),
            (Command::Backup, Some("-".into()))
        );
        assert_eq!(args.backup.passphrase_file, Some("-".into()));
        let args = read("restore b --force --as-new-device --configuration-out c").unwrap();
        assert_eq!(
            (args.command, args.file),
            (Command::Restore, Some("b".into()))
        );
        assert!(args.backup.force && args.backup.as_new_device);
        assert_eq!(args.backup.configuration_out, Some("c".into()));
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
            "backup",
            "restore --force",
            "backup --force b.dipole",
            "restore --without-secrets b.dipole",
            "run --as-new-device",
            "backup a.dipole b.dipole",
            "--config",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
