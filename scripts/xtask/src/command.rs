//! A program that a task runs: shown before it starts, with the remedy when it fails.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ExitCode, Stdio};

use crate::tally::Tally;
use crate::workspace;

/// A command line in the root of the workspace.
pub(crate) struct Command {
    inner: std::process::Command,
    shown: String,
    remedy: &'static str,
}

impl Command {
    pub(crate) fn new<'a>(
        program: impl AsRef<Path>,
        args: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let program = program.as_ref();
        let mut inner = std::process::Command::new(program);
        inner.current_dir(workspace::root());
        let command = Self {
            inner,
            shown: program.display().to_string(),
            remedy: "",
        };
        command.args(args)
    }

    /// The cargo that runs us, so that one toolchain does everything.
    pub(crate) fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Self {
        let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = Self::new(program, []);
        "cargo".clone_into(&mut command.shown);
        command.args(args)
    }

    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        for arg in args {
            self.inner.arg(arg);
            self.shown.push(' ');
            self.shown.push_str(arg);
        }
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.inner.env(name, value);
        self.shown = format!("{name}=\"{value}\" {}", self.shown);
        self
    }

    /// What to do when it fails; printed then.
    pub(crate) fn remedy(mut self, text: &'static str) -> Self {
        self.remedy = text;
        self
    }

    /// Says nothing: for asking whether a program is there.
    pub(crate) fn quiet(mut self) -> Self {
        self.inner.stdout(Stdio::null()).stderr(Stdio::null());
        self.shown.clear();
        self
    }

    pub(crate) fn succeeds(mut self) -> bool {
        self.announce();
        let held = self.inner.status().is_ok_and(|status| status.success());
        self.explain(held);
        held
    }

    /// One check: the command succeeds.
    pub(crate) fn check(self) -> Tally {
        Tally::one(self.succeeds())
    }

    pub(crate) fn exit_code(self) -> ExitCode {
        if self.succeeds() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// Hands every line of stdout to `line` as it comes; stderr goes to the terminal.
    pub(crate) fn succeeds_reading(mut self, mut line: impl FnMut(&str)) -> bool {
        self.announce();
        let held = match self.inner.stdout(Stdio::piped()).spawn() {
            Ok(mut child) => {
                if let Some(stdout) = child.stdout.take() {
                    let lines = BufReader::new(stdout).lines();
                    lines.map_while(Result::ok).for_each(|text| line(&text));
                }
                child.wait().is_ok_and(|status| status.success())
            }
            Err(error) => {
                eprintln!("could not be started: {error}");
                false
            }
        };
        self.explain(held);
        held
    }

    fn announce(&self) {
        if !self.shown.is_empty() {
            println!("+ {}", self.shown);
        }
    }

    fn explain(&self, held: bool) {
        if !held && !self.remedy.is_empty() {
            println!("remedy: {}", self.remedy);
        }
    }
}
