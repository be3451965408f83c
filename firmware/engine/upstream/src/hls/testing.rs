//! A provider that answers as it is told, and an intake that keeps what it gets.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::time::Duration;

use aes::Aes128;
use aes::cipher::array::Array;
use aes::cipher::{BlockModeEncrypt, KeyIvInit};
use bytes::Bytes;
use tokio::time::Instant;
use url::Url;

use super::outside::{Body, Fetch, Intake, Response};
use crate::http;

/// AES-128-CBC with PKCS#7 padding, as a provider would do it.
pub(super) fn encrypt(clear: &[u8], key: &[u8; 16], iv: &[u8; 16]) -> Vec<u8> {
    let padding = 16 - clear.len() % 16;
    let mut padded = clear.to_vec();
    padded.resize(
        clear.len() + padding,
        u8::try_from(padding).expect("at most 16"),
    );
    let (blocks, _) = Array::slice_as_chunks_mut(&mut padded);
    cbc::Encryptor::<Aes128>::new(&(*key).into(), &(*iv).into()).encrypt_blocks(blocks);
    padded
}

/// Transport stream packets that all carry `mark`.
pub(super) fn packets(mark: u8, count: usize) -> Vec<u8> {
    let mut packet = [mark; 188];
    packet[0] = 0x47;
    packet.repeat(count)
}

/// One answer of the provider.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// A body with status 200, or 206 and a part of it where a part was asked for.
    Body(Vec<u8>),
    /// The whole body with status 200, whatever was asked for.
    Whole(Vec<u8>),
    Status(u16),
    /// The body ends with an error after these bytes.
    Broken(Vec<u8>),
    /// The answer comes from another address.
    MovedTo(&'static str, Vec<u8>),
    NoConnection,
    /// None, ever.
    Silence,
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Self::Body(text.as_bytes().to_vec())
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self::Body(text.into_bytes())
    }
}

impl From<Vec<u8>> for Answer {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Body(bytes)
    }
}

/// Answers by path; the last answer of a path is repeated. Everything else is 404.
#[derive(Default)]
pub(super) struct Provider {
    answers: HashMap<String, VecDeque<Answer>>,
    /// Path and query of every request.
    pub(super) requests: Vec<String>,
}

impl Provider {
    pub(super) fn on(mut self, path: &str, answer: impl Into<Answer>) -> Self {
        self.answers
            .entry(path.to_owned())
            .or_default()
            .push_back(answer.into());
        self
    }

    pub(super) fn requests_of(&self, path: &str) -> usize {
        self.requests
            .iter()
            .filter(|request| *request == path)
            .count()
    }
}

pub(super) struct ScriptedBody {
    chunks: VecDeque<Bytes>,
    broken: bool,
}

impl Fetch for Provider {
    type Body = ScriptedBody;

    async fn fetch(
        &mut self,
        address: &Url,
        range: Option<hls::ByteRange>,
    ) -> Result<Response<ScriptedBody>, http::Error> {
        let query = address
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let path = format!("{}{query}", address.path());
        self.requests.push(path.clone());
        let queue = self.answers.entry(path).or_default();
        let answer = match queue.len() {
            0 => Answer::Status(404),
            1 => queue.front().cloned().expect("one answer"),
            _ => queue.pop_front().expect("several answers"),
        };
        let mut broken = false;
        let mut address = address.clone();
        let (status, bytes) = match (answer, range) {
            (Answer::Body(bytes), Some(range)) => {
                let start = usize::try_from(range.offset).expect("small");
                let end = usize::try_from(range.end()).expect("small");
                (206, bytes[start..end].to_vec())
            }
            (Answer::Body(bytes) | Answer::Whole(bytes), _) => (200, bytes),
            (Answer::Status(code), _) => {
                return Err(http::Error::Status {
                    host: "h:80".into(),
                    code,
                });
            }
            (Answer::Broken(bytes), _) => {
                broken = true;
                (200, bytes)
            }
            (Answer::MovedTo(path, bytes), _) => {
                address = address.join(path).expect("an address");
                (200, bytes)
            }
            (Answer::Silence, _) => return std::future::pending().await,
            (Answer::NoConnection, _) => return Err(silence(http::Phase::Connect)),
        };
        let chunks = bytes.chunks(1000).map(Bytes::copy_from_slice).collect();
        Ok(Response {
            status,
            address,
            body: ScriptedBody { chunks, broken },
        })
    }
}

impl Body for ScriptedBody {
    async fn chunk(&mut self) -> Result<Option<Bytes>, http::Error> {
        match (self.chunks.pop_front(), self.broken) {
            (None, true) => Err(silence(http::Phase::Body)),
            (chunk, _) => Ok(chunk),
        }
    }
}

fn silence(phase: http::Phase) -> http::Error {
    http::Error::TimedOut {
        host: "h:80".into(),
        phase,
        after: std::time::Duration::from_secs(5),
    }
}

/// Keeps bytes as runs of marks and seams: `a3` are three packets of mark `a`, `|` is a
/// continuous seam, `!` a discontinuity.
#[derive(Default)]
pub(super) struct Recorder {
    bytes: Vec<u8>,
    out: String,
    /// Until when what was taken in plays.
    pub(super) plays_until: Option<Instant>,
}

impl Recorder {
    pub(super) fn story(mut self) -> String {
        self.settle();
        self.out
    }

    fn settle(&mut self) {
        let mut packets = self.bytes.chunks(188).map(|packet| packet[1]).peekable();
        while let Some(mark) = packets.next() {
            let mut count = 1;
            while packets.next_if_eq(&mark).is_some() {
                count += 1;
            }
            self.out.push_str(&format!("{}{count}", char::from(mark)));
        }
        self.bytes.clear();
    }
}

impl Intake for Recorder {
    async fn push(&mut self, bytes: &[u8]) -> Result<(), ingest::Error> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn seam(&mut self, seam: mpegts::Seam) -> Result<(), ingest::Error> {
        self.settle();
        self.out.push(match seam {
            mpegts::Seam::Continuous => '|',
            mpegts::Seam::Discontinuity => '!',
            mpegts::Seam::Switch => '>',
        });
        Ok(())
    }

    fn ahead(&self) -> Duration {
        let until = self.plays_until;
        until.map_or(Duration::ZERO, |until| until.duration_since(Instant::now()))
    }

    async fn during<F>(&mut self, work: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        work.await
    }
}

/// Keeps the bytes as they are and counts seams that are discontinuities.
#[derive(Default)]
pub(super) struct Tape {
    pub(super) bytes: Vec<u8>,
    pub(super) discontinuities: usize,
}

impl Intake for Tape {
    async fn push(&mut self, bytes: &[u8]) -> Result<(), ingest::Error> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn seam(&mut self, seam: mpegts::Seam) -> Result<(), ingest::Error> {
        self.discontinuities += usize::from(seam == mpegts::Seam::Discontinuity);
        Ok(())
    }

    fn ahead(&self) -> Duration {
        Duration::ZERO
    }

    async fn during<F>(&mut self, work: F) -> F::Output
    where
        F: Future + Send,
        F::Output: Send,
    {
        work.await
    }
}
