//! Command profiles: an external program (ffmpeg, streamlink) whose standard output is the stream.
//!
//! For what Dipole does not open by itself, and never needed for what it does. The configuration
//! names the program and its arguments; a playlist can only fill in an address, inside one argument,
//! and never reaches a shell. The first bytes must be those of a transport stream.
//!
//! A command lives as long as its stream is wanted. Dropping the future of [`play`] kills it and
//! all that it has started before the drop returns; see [`guard`] for how that also holds when
//! Dipole itself is killed. The memory of these programs is theirs and stands outside the plan; a
//! pipe of 256 KiB stands in the place of an upstream's receive buffer.
//!
//! What does not belong here: which stream has a command (the daemon), retries (the tuner).

mod address;
mod error;
mod floor;
mod guard;
mod process;
mod profile;
mod words;

use std::time::Duration;

use ingest::Ingest;
use tokio::time::{Instant, sleep_until};

pub use error::{Error, Outcome, ProfileError};
pub use guard::{GUARD, guard};
use process::{Process, Read};
pub use profile::{Commands, Profile};

use crate::kind::Kind;

/// Bytes read at once: what `ingest` takes in one step.
const READ_BYTES: usize = 16 * 1024;
/// Bytes looked at to tell what comes.
const PEEK_BYTES_MAX: usize = 64 * 1024;
/// How long bytes gather in the pipe: the beat on which connections are read, too.
const GATHER: Duration = Duration::from_millis(75);
/// A command that brought more than this in one beat is read again soon, so that its pipe does not
/// hold it up.
const HANDFUL_BYTES: usize = 96 * 1024;
const SOON: Duration = Duration::from_millis(10);
/// A command that puts out nothing for so long is dead, as a connection would be.
const SILENCE_MAX: Duration = Duration::from_secs(15);
/// From the end of the output to the end of the program.
const LAST_WORDS_MAX: Duration = Duration::from_secs(1);

/// Runs the profile's command for this address until its output ends.
pub(crate) async fn play(
    profile: &Profile,
    address: &str,
    user_agent: &str,
    ingest: &mut Ingest,
) -> Result<(), Error> {
    let address = address::checked(address).map_err(|reason| Error::Address {
        name: profile.name().to_owned(),
        reason,
    })?;
    let process = Process::start(profile, &address, user_agent)?;
    let mut reading = Reading::new(profile, process);
    match reading.take_in(ingest).await? {
        Progress::Began => {}
        Progress::Nothing => return Err(reading.failed(ingest).await),
    }
    let outcome = reading.outcome(ingest).await;
    if outcome.is_good() {
        return Ok(());
    }
    Err(reading.ended(outcome))
}

/// What came until the output ended.
enum Progress {
    /// A transport stream.
    Began,
    /// Not a byte.
    Nothing,
}

/// A command whose output is read.
struct Reading<'a> {
    profile: &'a Profile,
    process: Process,
    room: Vec<u8>,
    progress_at: Instant,
    /// Bytes since the last rest.
    gathered: usize,
}

impl<'a> Reading<'a> {
    fn new(profile: &'a Profile, process: Process) -> Self {
        Self {
            profile,
            process,
            room: vec![0; READ_BYTES],
            progress_at: Instant::now(),
            gathered: 0,
        }
    }

    async fn take_in(&mut self, ingest: &mut Ingest) -> Result<Progress, Error> {
        let head = self.peek(ingest).await?;
        match Kind::by_bytes(&head) {
            _ if head.is_empty() => return Ok(Progress::Nothing),
            Some(Kind::MpegTs) => {}
            other => {
                return Err(Error::NotTransportStream {
                    name: self.profile.name().to_owned(),
                    kind: other.unwrap_or(Kind::Unknown),
                });
            }
        }
        ingest.push(&head).await?;
        drop(head);
        loop {
            let count = self.next(ingest).await?;
            if count == 0 {
                return Ok(Progress::Began);
            }
            ingest.take(&self.room[..count])?;
            ingest.room().await;
        }
    }

    /// Reads until the bytes tell what they are.
    async fn peek(&mut self, ingest: &mut Ingest) -> Result<Vec<u8>, Error> {
        let mut head = Vec::new();
        while head.len() < PEEK_BYTES_MAX && Kind::by_bytes(&head).is_none() {
            match self.next(ingest).await? {
                0 => break,
                count => head.extend_from_slice(&self.room[..count]),
            }
        }
        Ok(head)
    }

    /// Waits for output; how many bytes of it stand in `room`, 0 at the end.
    async fn next(&mut self, ingest: &mut Ingest) -> Result<usize, Error> {
        loop {
            self.process.listen();
            let read = self.process.read(&mut self.room);
            match read.map_err(|cause| Error::Read {
                name: self.profile.name().to_owned(),
                cause,
            })? {
                Read::Bytes(count) => {
                    self.progress_at = Instant::now();
                    self.gathered += count;
                    return Ok(count);
                }
                Read::End => return Ok(0),
                Read::NothingYet if self.progress_at.elapsed() > SILENCE_MAX => {
                    return Err(Error::Silent {
                        name: self.profile.name().to_owned(),
                        seconds: SILENCE_MAX.as_secs(),
                        last: self.process.last_words(),
                    });
                }
                Read::NothingYet => self.rest(ingest).await,
            }
        }
    }

    async fn rest(&mut self, ingest: &mut Ingest) {
        let now = Instant::now();
        let until = if self.gathered > HANDFUL_BYTES {
            now + SOON
        } else {
            base::next_beat(now.into_std(), GATHER, Duration::ZERO).into()
        };
        self.gathered = 0;
        ingest.during(sleep_until(until)).await;
    }

    /// The output has ended: waits a moment for the program to do so.
    async fn outcome(&mut self, ingest: &mut Ingest) -> Outcome {
        let until = Instant::now() + LAST_WORDS_MAX;
        loop {
            self.process.listen();
            if let Some(outcome) = self.process.outcome() {
                self.process.listen();
                return outcome;
            }
            if Instant::now() > until {
                return Outcome::ClosedItsOutput;
            }
            ingest.during(sleep_until(Instant::now() + SOON)).await;
        }
    }

    /// Nothing came.
    async fn failed(&mut self, ingest: &mut Ingest) -> Error {
        let outcome = self.outcome(ingest).await;
        self.ended(outcome)
    }

    fn ended(&self, outcome: Outcome) -> Error {
        Error::Ended {
            name: self.profile.name().to_owned(),
            outcome,
            last: self.process.last_words(),
        }
    }
}
