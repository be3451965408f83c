//! The daemon: config -> plan -> wire -> run -> drain. No logic of its own.

mod adapt;
mod backups;
mod bind;
mod catalogs;
mod chosen;
mod cli;
mod commands;
mod config;
mod guides;
mod hosts;
mod log;
mod manners;
mod opener;
mod page;
mod plan;
mod resident;
mod settings;
mod vod;
mod wire;

use std::process::ExitCode;

use cli::{Args, Command};

fn main() -> ExitCode {
    // Not for people: Dipole starts itself like this to guard a command.
    let mut words = std::env::args_os().skip(1);
    if words
        .next()
        .is_some_and(|first| first == upstream::command::GUARD)
    {
        return upstream::command::guard(words);
    }
    let args = match cli::parse(lexopt::Parser::from_env()) {
        Ok(args) => args,
        Err(error) => {
            commands::complain(&format!("{error}\n\n{}", cli::USAGE));
            return ExitCode::from(2);
        }
    };
    let done = match args.command {
        Command::Help => commands::say(cli::USAGE),
        Command::Version => commands::say(concat!("dipole ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Check => commands::check(&args),
        Command::Plan => commands::plan(&args),
        Command::Import => commands::import(&args),
        Command::Backup => backups::back_up(&args),
        Command::Restore => backups::restore(&args),
        Command::Run => run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            commands::complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), commands::Failure> {
    log::start();
    let loaded = commands::load(args)?;
    Ok(wire::run(&loaded)?)
}
