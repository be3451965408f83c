//! The part of reading a guide that computes and writes: one run of one thread that may block.

use std::{collections::HashSet, ops::ControlFlow, path::PathBuf, sync::Arc, time::SystemTime};

use bytes::Bytes;
use lineup::Lineup;
use playlist::Gunzip;
use store::{GuideState, Store};
use tokio::sync::mpsc;
use xmltv::{Channel, Programme, Reader, Sink};

use crate::{
    Error,
    channels::ChannelList,
    key::{digest, key},
    matching::{Whose, find_all},
    pack::Packer,
    programme::{LIMITS, encode},
    sort::Sorter,
    view::wanted,
    window::Window,
};

/// What the thread is given to read, in order. A channel that closes without an `End` means that
/// nobody wants the guide any more.
pub(crate) enum Piece {
    Bytes(Bytes),
    End {
        /// `ETag` and `Last-Modified`.
        validators: [String; 2],
        /// Why the transfer broke off, where it did.
        cut: Option<String>,
    },
}

/// One reading of one guide.
pub(crate) struct Job {
    pub(crate) whose: Whose,
    /// Its row in the store.
    pub(crate) row: String,
    pub(crate) url: String,
    pub(crate) state: GuideState,
    pub(crate) store: Arc<Store>,
    pub(crate) lineup: Arc<Lineup>,
    pub(crate) window: Window,
    pub(crate) bytes_max: usize,
    pub(crate) match_bytes_max: usize,
    pub(crate) folder: PathBuf,
    /// All channels of the guide, where they are known from a reading before: one that has channels
    /// behind its programmes is read twice.
    pub(crate) channels: Option<ChannelList>,
}

/// How a reading ended well.
pub(crate) enum Done {
    /// It is stored.
    Stored(Box<GuideState>),
    /// Channels that are wanted came behind programmes: it is to be read again with these.
    Again(ChannelList),
}

impl Job {
    /// Reads until the end, decides, and stores. After an error nothing has changed.
    pub(crate) fn run(mut self, mut pieces: mpsc::Receiver<Piece>) -> Result<Done, Error> {
        let channels = self.channels.take();
        let (folder, whose) = (self.folder.clone(), self.whose.clone());
        let mut taking = Taking {
            whose: &whose,
            lineup: Arc::clone(&self.lineup),
            window: self.window,
            match_bytes_max: self.match_bytes_max,
            is_second: channels.is_some(),
            channels: channels.unwrap_or_else(|| ChannelList::new(self.bytes_max / 2)),
            wanted: None,
            is_late: false,
            sorter: Sorter::new(&folder, self.bytes_max / 2),
            failed: None,
        };
        let validators = taking.read(&mut pieces, self.state.last_read.is_some())?;
        let Taking {
            mut channels,
            wanted,
            is_late,
            sorter,
            ..
        } = taking;
        channels.finish();
        if is_late {
            let all = wanted_of(&self.whose, &channels, &self.lineup, self.match_bytes_max);
            if wanted.as_ref().is_none_or(|known| !all.is_subset(known)) {
                return Ok(Done::Again(channels));
            }
        }
        let wanted = wanted.unwrap_or_default();
        self.store(&channels, &wanted, sorter, validators)
    }

    fn store(
        mut self,
        channels: &ChannelList,
        wanted: &HashSet<u64>,
        sorter: Sorter<'_>,
        [etag, last_modified]: [String; 2],
    ) -> Result<Done, Error> {
        let path = || self.folder.clone();
        let aside = |cause| Error::Aside {
            path: path(),
            cause,
        };
        let rows = channels.rows();
        let mut packer = Packer::new(sorter.finish()?).map_err(aside)?;
        let now = SystemTime::now();
        let mut state = GuideState {
            id: self.state.id,
            url: self.url,
            etag,
            last_modified,
            last_success: Some(now),
            last_read: Some(now),
            error: String::new(),
            channels: channels.len() as u64,
            programmes: self.state.programmes,
            wanted: digest(wanted.iter().copied()),
            revision: self.state.revision.wrapping_add(1),
            settings: self.state.settings.clone(),
        };
        let (id, saved) = self
            .store
            .replace_guide(&self.row, &state, &rows, &mut || packer.next())?;
        state.id = id;
        if saved.written + saved.removed == 0 {
            state.revision = self.state.revision;
        }
        state.programmes = packer.programmes;
        self.store.save_guide(&self.row, &state)?;
        tracing::info!(
            guide = %self.whose.name, channels = state.channels, wanted = wanted.len(),
            programmes = state.programmes, written = saved.written, removed = saved.removed,
            "guide read"
        );
        self.state = state;
        Ok(Done::Stored(Box::new(self.state)))
    }
}

/// A guide while it is read.
struct Taking<'a> {
    whose: &'a Whose,
    lineup: Arc<Lineup>,
    window: Window,
    /// For matching.
    match_bytes_max: usize,
    channels: ChannelList,
    /// All channels are known already.
    is_second: bool,
    /// Known once the first programme comes.
    wanted: Option<HashSet<u64>>,
    /// Whether channels came behind that.
    is_late: bool,
    sorter: Sorter<'a>,
    failed: Option<Error>,
}

impl Taking<'_> {
    /// Reads to the end; `has_one` says that there is a guide already, which half of one must not
    /// replace. Returns the validators, none where the guide must be read again.
    fn read(
        &mut self,
        pieces: &mut mpsc::Receiver<Piece>,
        has_one: bool,
    ) -> Result<[String; 2], Error> {
        let (mut gunzip, mut reader) = (Gunzip::new(), Reader::new(LIMITS));
        let (validators, cut) = loop {
            match pieces.blocking_recv().ok_or(Error::Aborted)? {
                Piece::Bytes(bytes) => {
                    let pushed = gunzip.push(&bytes, &mut |bytes| reader.push(bytes, self));
                    self.check(pushed)?;
                }
                Piece::End { validators, cut } => break (validators, cut),
            }
        };
        let pushed = gunzip.finish(&mut |bytes| reader.push(bytes, self));
        self.check(pushed)?;
        let summary = reader.finish(self);
        let why = match (&summary, cut) {
            (_, Some(why)) => Some(why),
            (_, None) if !gunzip.is_whole() => {
                Some("the gzip file ends early or is damaged".to_owned())
            }
            (Ok(summary), None) if !summary.is_whole => Some("</tv> is missing".to_owned()),
            _ => None,
        };
        match why {
            Some(why) if has_one || summary.is_err() => Err(Error::Cut { why }),
            Some(why) => {
                tracing::warn!(%why, "the guide is not whole; what there is of it is used");
                Ok(Default::default())
            }
            None => self.check(summary.map(|_| ())).map(|()| validators),
        }
    }

    /// What the sink could not do says more than that the reading was stopped.
    fn check(&mut self, result: Result<(), xmltv::Error>) -> Result<(), Error> {
        match (self.failed.take(), result) {
            (Some(failed), _) => Err(failed),
            (None, result) => Ok(result?),
        }
    }

    fn wanted(&mut self) -> &HashSet<u64> {
        let Self {
            whose,
            wanted,
            channels,
            lineup,
            match_bytes_max,
            ..
        } = self;
        wanted.get_or_insert_with(|| {
            // In the order in which the store will give them.
            channels.finish();
            wanted_of(whose, channels, lineup, *match_bytes_max)
        })
    }
}

/// The channels of a guide that some channel of the lineup has.
fn wanted_of(
    whose: &Whose,
    channels: &ChannelList,
    lineup: &Lineup,
    bytes_max: usize,
) -> HashSet<u64> {
    let found = find_all(whose, channels, lineup, bytes_max).into_iter();
    let found = found.map(|(_, found)| found);
    wanted(found, whose.id).into_iter().collect()
}

impl Sink for Taking<'_> {
    fn channel(&mut self, channel: Channel<'_>) -> ControlFlow<()> {
        if !self.is_second {
            self.is_late |= self.wanted.is_some();
            self.channels.push(channel.id, channel.names());
        }
        ControlFlow::Continue(())
    }

    fn wants(&mut self, channel: &str, start: i64, stop: Option<i64>) -> bool {
        self.window.holds(start, stop) && self.wanted().contains(&key(channel))
    }

    fn programme(&mut self, programme: Programme<'_>) -> ControlFlow<()> {
        let Ok(start) = u32::try_from(programme.start) else {
            return ControlFlow::Continue(());
        };
        let write = |out: &mut Vec<u8>| encode(&programme, out);
        match self.sorter.push(key(programme.channel), start, write) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }
}
