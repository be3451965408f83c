//! A provider's films, as far as `serve` sees them. It behaves as the film's address says.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base::StreamSpec;
use bytes::Bytes;
use serve::{Opening, PIECE_BYTES_MAX, Reading, VodAnswer, VodBody, VodError, VodHead, VodOpener};
use tokio::sync::watch;

/// Bytes of every film.
pub(crate) const FILM_BYTES: u64 = 1_000_003;
const ETAG: &str = "\"film-1\"";
pub(crate) const MODIFIED: &str = "Sat, 29 Oct 1994 19:43:31 GMT";

/// A byte of the film is where it is: no two positions of it look alike.
pub(crate) fn film(first: u64, end: u64) -> Vec<u8> {
    (first..end)
        .map(|at| (at ^ (at >> 8) ^ (at >> 16)).to_le_bytes()[0])
        .collect()
}

/// Address of a film with these habits, joined by `,`.
pub(crate) fn url(habits: &str) -> String {
    format!("http://provider.example/movie/{habits}/film.mkv")
}

/// The provider.
pub(crate) struct Library {
    /// Connections open now.
    pub(crate) open: Arc<watch::Sender<usize>>,
    /// Connections there have been.
    pub(crate) opened: Arc<AtomicUsize>,
    /// Pieces that were read.
    pub(crate) pieces: Arc<AtomicUsize>,
}

impl Default for Library {
    fn default() -> Self {
        Self {
            open: Arc::new(watch::Sender::new(0)),
            opened: Arc::default(),
            pieces: Arc::default(),
        }
    }
}

/// What a request meets.
struct Met<'a> {
    habits: Vec<&'a str>,
    range: Option<(u64, u64)>,
    /// How many connections there have been before.
    before: usize,
}

impl Met<'_> {
    fn has(&self, habit: &str) -> bool {
        self.habits.contains(&habit)
    }

    fn value(&self, name: &str) -> Option<u64> {
        let mut habits = self.habits.iter();
        let value = habits.find_map(|habit| habit.strip_prefix(name)?.strip_prefix('='));
        value.map(|value| value.parse().unwrap())
    }

    fn total(&self) -> u64 {
        let grown = self.has("grows") && self.before > 0;
        FILM_BYTES + u64::from(grown)
    }

    fn head(&self) -> VodHead {
        let total = self.total();
        let mut head = VodHead {
            status: 200,
            content_type: Some("video/x-matroska".to_owned()),
            content_length: Some(total).filter(|_| !self.has("endless")),
            accept_ranges: Some("bytes".to_owned()),
            etag: (!self.has("untagged")).then(|| ETAG.to_owned()),
            last_modified: Some(MODIFIED.to_owned()),
            ..VodHead::default()
        };
        if let Some(status) = self.value("status") {
            head.status = u16::try_from(status).unwrap();
        } else if self.has("html") {
            head.content_type = Some("text/html".to_owned());
        } else if let Some((first, last)) = self.range.filter(|_| !self.has("no-ranges")) {
            if first >= total {
                head.status = 416;
                head.content_length = Some(0);
                head.content_range = Some(format!("bytes */{total}"));
                return head;
            }
            let last = last.min(total - 1);
            let shift = u64::from(self.has("shifted"));
            head.status = 206;
            head.content_length = Some(last + 1 - first);
            head.content_range = Some(format!("bytes {}-{}/{total}", first + shift, last + shift));
        }
        head
    }
}

impl VodOpener for Library {
    fn open<'a>(
        &'a self,
        stream: &'a StreamSpec,
        headers: Vec<(&'static str, String)>,
    ) -> Opening<'a> {
        Box::pin(async move {
            let habits = stream.url.split('/').nth(4).unwrap();
            let header = |name| headers.iter().find(|(own, _)| *own == name);
            let met = Met {
                habits: habits.split(',').collect(),
                range: header("range").map(|(_, value)| range(value)),
                before: self.opened.fetch_add(1, Ordering::Relaxed),
            };
            self.open.send_modify(|open| *open += 1);
            let mut body = Body {
                open: Arc::clone(&self.open),
                pieces: Arc::clone(&self.pieces),
                next: 0,
                end: met.total(),
                cut: met.value("cut").map(|cut| (cut, met.has("politely"))),
                is_silent: met.has("silent") && met.before > 0,
                is_page: met.has("page"),
            };
            if met.has("deaf") {
                return Err(VodError("no connection".to_owned()));
            }
            let mut head = met.head();
            if header("if-none-match").is_some_and(|(_, value)| value == ETAG) {
                head.status = 304;
            }
            if let (206, Some((first, last))) = (head.status, met.range) {
                (body.next, body.end) = (first, last.saturating_add(1).min(met.total()));
                if met.has("talkative") {
                    // Says which part, and goes on behind it.
                    head.content_length = None;
                    body.end = met.total();
                }
            }
            Ok(VodAnswer {
                head,
                body: Box::new(body),
            })
        })
    }
}

/// `bytes=a-b`, `bytes=a-`, `bytes=-n`.
fn range(value: &str) -> (u64, u64) {
    let (first, last) = value
        .strip_prefix("bytes=")
        .unwrap()
        .split_once('-')
        .unwrap();
    match (first.parse(), last.parse::<u64>()) {
        (Ok(first), last) => (first, last.unwrap_or(u64::MAX - 1)),
        (Err(_), count) => (FILM_BYTES.saturating_sub(count.unwrap()), u64::MAX - 1),
    }
}

struct Body {
    open: Arc<watch::Sender<usize>>,
    pieces: Arc<AtomicUsize>,
    next: u64,
    end: u64,
    /// Bytes until the connection is lost, and whether that looks like an end.
    cut: Option<(u64, bool)>,
    is_silent: bool,
    is_page: bool,
}

impl Drop for Body {
    fn drop(&mut self) {
        self.open.send_modify(|open| *open -= 1);
    }
}

impl VodBody for Body {
    fn next(&mut self) -> Reading<'_> {
        Box::pin(async {
            if self.is_silent {
                return pending().await;
            }
            let until = match &mut self.cut {
                Some((0, true)) => return Ok(None),
                Some((0, false)) => return Err(VodError("reset".to_owned())),
                Some((left, _)) => {
                    let count = (*left).min(PIECE_BYTES_MAX as u64);
                    *left -= count;
                    self.next + count
                }
                None => self.next + PIECE_BYTES_MAX as u64,
            };
            let until = until.min(self.end);
            if until == self.next {
                return Ok(None);
            }
            self.pieces.fetch_add(1, Ordering::Relaxed);
            let mut piece = film(self.next, until);
            if self.is_page {
                let page = b"\r\n<HTML>Your account has expired";
                piece.splice(..page.len(), page.iter().copied());
            }
            self.next = until;
            Ok(Some(Bytes::from(piece)))
        })
    }
}
