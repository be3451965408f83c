//! A process that is killed at moments that the scheduler chooses.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// A test of this program that is run as a child, and works until it is killed.
pub(crate) struct Child {
    /// Its name.
    pub(crate) test: &'static str,
    /// The variable of its environment that names the folder it works in.
    pub(crate) folder: &'static str,
    /// What stands before the number in a line that acknowledges.
    pub(crate) word: &'static str,
}

impl Child {
    /// Lets it work in `folder`, kills it after this many lines and returns the last number that it
    /// acknowledged.
    pub(crate) fn kill_after(&self, folder: &Path, lines: u32) -> Option<u32> {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", self.test, "--ignored", "--nocapture"])
            .env(self.folder, folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = || {
            output.find_map(|line| {
                let line = line.unwrap();
                Some(line.split_once(self.word)?.1.parse().unwrap())
            })
        };
        let mut last = None;
        for _ in 0..lines {
            last = Some(acknowledged().expect("the child works until it is killed"));
        }
        child.kill().unwrap();
        while let Some(number) = acknowledged() {
            last = Some(number);
        }
        child.wait().unwrap();
        last
    }
}
