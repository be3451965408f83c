//! What the command line offers besides being a tuner.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use budget::{DoesNotFit, Plan};

use crate::{
    adapt,
    backups::failure::BackupFailure,
    cli::Args,
    config::{self, ConfigError, Loaded},
    plan,
    wire::RunError,
};

/// A command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The budget is too small.
    #[error(transparent)]
    Plan(#[from] DoesNotFit),
    /// A list cannot be read.
    #[error("{path}: {error}")]
    List {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: sync::Error,
    },
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no backup, or nothing was restored.
    #[error(transparent)]
    Backup(#[from] BackupFailure),
    /// Nothing can be printed.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    /// The tuner could not run.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Prints.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `dipole plan | head` is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Prints an error; there is nowhere to report that this failed.
pub(crate) fn complain(text: &str) {
    let _: io::Result<()> = writeln!(io::stderr(), "dipole: {text}");
}

/// The configuration of the command line.
pub(crate) fn load(args: &Args) -> Result<Loaded, Failure> {
    let mut loaded = config::load(args.config.as_deref())?;
    if let Some(data) = &args.data {
        loaded.config.data.clone_from(data);
        loaded.keys_set.retain(|key| key != "data");
    }
    Ok(loaded)
}

/// `dipole check`.
pub(crate) fn check(args: &Args) -> Result<(), Failure> {
    let loaded = load(args)?;
    let plan = plan::of(&loaded.config)?;
    let from = loaded
        .path
        .as_deref()
        .map_or("no configuration file".into(), Path::to_string_lossy);
    say(&format!(
        "{from}: good\n{} sources, {} tuners, up to {} clients within {}\n",
        loaded.config.source.len(),
        plan.demand.tuners,
        plan.clients_max,
        plan.demand.budget,
    ))
}

/// `dipole plan`.
pub(crate) fn plan(args: &Args) -> Result<(), Failure> {
    let loaded = load(args)?;
    let plan = plan::of(&loaded.config)?;
    say(&format!("{plan}\n{}", beyond_the_plan(&loaded, &plan)))
}

/// What Dipole starts and does not hold.
fn beyond_the_plan(loaded: &Loaded, plan: &Plan) -> String {
    if loaded.config.command.is_empty() {
        return String::new();
    }
    format!(
        "Not in this sum: the memory of commands, up to {} at once. ffmpeg takes 30 to 100 MiB each; leave that much room.\n",
        plan.demand.tuners
    )
}

/// `dipole import --dry-run`.
pub(crate) fn import(args: &Args) -> Result<(), Failure> {
    let loaded = load(args)?;
    let plan = plan::of(&loaded.config)?;
    let path = args.list.clone().unwrap_or_default();
    let list = File::open(&path).map_err(|error| Failure::File {
        path: path.clone(),
        error,
    })?;
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let report = sync::dry_run(
        list,
        &name,
        playlist::Limits::default(),
        plan.import_bytes_max,
        &adapt::rules(&loaded.config, &plan),
    )
    .map_err(|error| Failure::List { path, error })?;
    if let Some(out) = &args.clusters {
        write_clusters(out, &report).map_err(|error| Failure::File {
            path: out.clone(),
            error,
        })?;
    }
    say(&told(&report))
}

/// What would become of a list, for people.
fn told(report: &sync::Report) -> String {
    let mut text = format!(
        "{} entries, {} channels, {} entries twice, {} backups\n",
        report.entries, report.channels, report.duplicates, report.backups
    );
    if report.left_out > 0 {
        text.push_str(&format!("left out by rules: {} entries\n", report.left_out));
    }
    if report.surplus > 0 {
        text.push_str(&format!(
            "left out: {} streams of channels that have {} better ones\n",
            report.surplus,
            lineup::Lineup::STREAMS_MAX
        ));
    }
    if let Some(cut) = &report.cut {
        text.push_str(&format!("cut: {cut}\n"));
    }
    for warning in &report.warnings {
        text.push_str(&format!("warning: {warning}\n"));
    }
    if !report.merges.is_empty() {
        text.push_str("The channels of the most streams, and why they are one:\n");
    }
    for merge in &report.merges {
        text.push_str(&format!("{}\n", merge.name));
        for stream in &merge.streams {
            let why = stream.reason.map(|reason| reason.to_string());
            let why = why.unwrap_or_default();
            text.push_str(&format!(
                "  {:>4}  {} [{}] {why}\n",
                stream.score, stream.name, stream.group
            ));
        }
    }
    text
}

/// A line per entry that is not left out: index TAB channel id.
fn write_clusters(path: &Path, report: &sync::Report) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for (index, channel) in report.clusters.iter().enumerate() {
        if let Some(channel) = channel {
            writeln!(out, "{index}\t{channel}")?;
        }
    }
    out.flush()
}
