//! Carries out what the table decides: opens a channel for the first viewer, closes it behind the
//! last one. How it is played in between is `play`'s.

use std::{
    net::IpAddr,
    sync::{Arc, Weak},
    time::Duration,
};

use base::{ChannelId, ChannelSpec, GuideNumber, Lock};
use ring::{Pool, Position, Ring, Writer};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    common::Common,
    failover::{Ailing, FailoverConfig, StreamKey},
    limits::SourceLimits,
    opener::Opener,
    play::Play,
    refusal::{LockedBy, Refusal},
    slots::Slots,
    stream::{Phase, Progress, Sharing, Stream, StreamId},
    table::{Asker, Table, Want},
};

/// How tuners behave.
#[derive(Clone, Debug)]
pub struct Config {
    /// Tuners there are, 1–2,048.
    pub tuners: usize,
    /// Segments of a channel's ring.
    pub ring: ring::Limits,
    /// How long a shared upstream stays open behind its last viewer, 0–10 s.
    pub linger: Duration,
    /// How long a client waits for its first picture; real devices take 5 s.
    pub first_picture_max: Duration,
    /// What each source allows, by source index; one without an entry allows everything.
    pub sources: Vec<SourceLimits>,
    /// How patient failing over is.
    pub failover: FailoverConfig,
}

/// A place at a tuner with something to see.
#[derive(Debug)]
pub struct Viewing {
    /// The stream's ring.
    pub ring: Arc<Ring>,
    /// Where to begin: PAT, PMT and a random access point.
    pub start: Position,
    /// The tuner.
    pub tuner: usize,
    /// Keeps the place.
    pub lease: Lease,
}

/// A place at a tuner. Dropping it gives the place back at once.
#[derive(Debug)]
pub struct Lease {
    tuners: Arc<Tuners>,
    stream: Arc<Stream>,
    tuner: usize,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.tuners.leave(self.tuner, &self.stream);
    }
}

/// One tuner, for whoever shows it.
#[derive(Clone, Debug)]
pub struct TunerStatus {
    /// Index, from 0.
    pub index: usize,
    /// Viewers; 0 means free.
    pub viewers: usize,
    /// The client that came first, or that locked it.
    pub holder: Option<IpAddr>,
    /// Whether a control client locked it.
    pub is_locked: bool,
    /// What it plays.
    pub playing: Option<PlayingStatus>,
}

/// What a tuner plays.
#[derive(Clone, Debug)]
pub struct PlayingStatus {
    /// The channel.
    pub channel: ChannelId,
    /// Its number.
    pub number: GuideNumber,
    /// Its name.
    pub name: String,
    /// What the stream is doing.
    pub phase: Phase,
    /// Published bits per second.
    pub bits_per_second: u64,
    /// How long the channel has been open.
    pub open_for: Duration,
    /// How many streams it has.
    pub streams: usize,
    /// Whether those who come later share what it plays.
    pub sharing: Sharing,
    /// Which of them plays, and how it came to that.
    pub progress: Progress,
}

/// What is to fail over does not play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody watches it: there is nothing to switch")]
pub struct NotPlaying;

/// All tuners of the box.
pub struct Tuners {
    me: Weak<Tuners>,
    config: Config,
    pool: Arc<Pool>,
    common: Common,
    state: Lock<State>,
    tasks: TaskTracker,
    /// A lease may end on the data plane's thread, where there is no runtime.
    runtime: Handle,
    shutdown: CancellationToken,
}

#[derive(Debug)]
struct State {
    /// By the source of a channel's first stream; a source without an entry is shared.
    sharing: Vec<Sharing>,
    table: Table,
    /// Streams being played, at most one per tuner.
    streams: Vec<Arc<Stream>>,
    /// Streams there ever were.
    ever: u64,
}

impl State {
    /// The stream that a viewer of this channel may share.
    fn shared(&self, channel: ChannelId) -> Option<Arc<Stream>> {
        let is_it = |stream: &&Arc<Stream>| {
            stream.sharing == Sharing::Shared && stream.spec.channel == channel
        };
        self.streams.iter().find(is_it).cloned()
    }

    /// How a channel is played: as the source of its first stream says. Whether a backup plays makes
    /// no difference, or a failing stream would change who shares what.
    fn sharing_of(&self, spec: &ChannelSpec) -> Sharing {
        let source = spec.streams.first().map(|stream| stream.source);
        let sharing = source.and_then(|source| self.sharing.get(usize::from(source)));
        sharing.copied().unwrap_or_default()
    }

    fn next_id(&mut self) -> StreamId {
        self.ever += 1;
        StreamId(self.ever)
    }
}

impl std::fmt::Debug for Tuners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tuners")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Tuners {
    /// Tuners that take their rings from `pool` and their streams from `opener`.
    ///
    /// # Panics
    /// Outside a tokio runtime: that is where the streams live.
    #[must_use]
    pub fn new(config: Config, pool: Arc<Pool>, opener: Arc<dyn Opener>) -> Arc<Self> {
        let common = Common::new(
            config.failover.clone(),
            config.first_picture_max,
            &config.sources,
            opener,
        );
        let state = State {
            sharing: config.sources.iter().map(|it| it.sharing).collect(),
            table: Table::new(config.tuners),
            streams: Vec::new(),
            ever: 0,
        };
        Arc::new_cyclic(|me| Self {
            me: me.clone(),
            config,
            pool,
            common,
            state: Lock::new(state),
            tasks: TaskTracker::new(),
            runtime: Handle::current(),
            shutdown: CancellationToken::new(),
        })
    }

    /// What a source allows from now on. What plays goes on as it began.
    pub fn limit(&self, source: u16, limits: SourceLimits) {
        let place = usize::from(source);
        {
            let sharing = &mut self.state.lock().sharing;
            if sharing.len() <= place {
                sharing.resize(place + 1, Sharing::default());
            }
            sharing[place] = limits.sharing;
        }
        self.common.slots.limit(source, limits.connections);
    }

    /// How many tuners there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.config.tuners
    }

    /// Takes a place at a tuner and waits until there is something to see. Dropping the future
    /// gives the place back.
    ///
    /// # Errors
    /// [`Refusal`], to be told to the client.
    pub async fn watch(
        self: &Arc<Self>,
        want: Want,
        spec: ChannelSpec,
        holder: IpAddr,
        key: Option<u32>,
    ) -> Result<Viewing, Refusal> {
        let lease = self.enter(want, spec, Asker { holder, key })?;
        let mut phase = lease.stream.phase.subscribe();
        let settled = phase.wait_for(|phase| *phase != Phase::Opening);
        match timeout(self.config.first_picture_max, settled).await {
            Ok(Ok(phase)) => {
                if let Phase::Over(refusal) = &*phase {
                    return Err(refusal.clone());
                }
            }
            Ok(Err(_)) | Err(_) => return Err(Refusal::NoVideoData),
        }
        let ring = Arc::clone(&lease.stream.ring);
        let start = ring
            .newest_join_point()
            .map_or_else(|| ring.published(), |point| point.position);
        Ok(Viewing {
            ring,
            start,
            tuner: lease.tuner,
            lease,
        })
    }

    fn enter(
        self: &Arc<Self>,
        want: Want,
        spec: ChannelSpec,
        asker: Asker,
    ) -> Result<Lease, Refusal> {
        let mut state = self.state.lock();
        let sharing = state.sharing_of(&spec);
        let known = match sharing {
            Sharing::Shared => state.shared(spec.channel),
            Sharing::Direct => None,
        };
        let id = known
            .as_ref()
            .map_or_else(|| state.next_id(), |stream| stream.id);
        let tuner = state.table.enter(want, id, asker)?;
        self.stop_untuned(&mut state);
        let stream = known.unwrap_or_else(|| self.open(&mut state, id, sharing, spec));
        stream.join();
        Ok(Lease {
            tuners: Arc::clone(self),
            stream,
            tuner,
        })
    }

    /// Stops streams that lingered on a tuner which now plays something else.
    fn stop_untuned(&self, state: &mut State) {
        let State { table, streams, .. } = state;
        streams.retain(|stream| {
            let stays = table.is_tuned(stream.id);
            if !stays {
                stream.stop.cancel();
            }
            stays
        });
    }

    fn open(
        &self,
        state: &mut State,
        id: StreamId,
        sharing: Sharing,
        spec: ChannelSpec,
    ) -> Arc<Stream> {
        let (writer, ring) = ring::ring(&self.pool, self.config.ring);
        let stop = self.shutdown.child_token();
        let stream = Arc::new(Stream::new(id, sharing, spec, ring, stop));
        state.streams.push(Arc::clone(&stream));
        if let Some(tuners) = self.me.upgrade() {
            let stream = Arc::clone(&stream);
            self.tasks
                .spawn(async move { tuners.run(&stream, writer).await });
        }
        stream
    }

    fn leave(self: &Arc<Self>, tuner: usize, stream: &Arc<Stream>) {
        let mut state = self.state.lock();
        state.table.leave(tuner, stream.id);
        if !stream.leave() {
            return;
        }
        let lingers = stream.sharing == Sharing::Shared && !self.config.linger.is_zero();
        if !lingers {
            return retire(&mut state, stream);
        }
        drop(state);
        let (tuners, stream) = (Arc::clone(self), Arc::clone(stream));
        let lingering = async move {
            tokio::select! {
                () = sleep(tuners.config.linger) => {}
                () = stream.stop.cancelled() => {}
            }
            let mut state = tuners.state.lock();
            if !stream.has_viewers() {
                retire(&mut state, &stream);
            }
        };
        self.tasks.spawn_on(lingering, &self.runtime);
    }

    /// A stream's life, from its first viewer until it is stopped or given up.
    async fn run(&self, stream: &Arc<Stream>, writer: Writer) {
        let stop_lingering = |sources: &[u16]| self.stop_lingering(sources);
        let over = tokio::select! {
            () = stream.stop.cancelled() => Refusal::NoVideoData,
            refusal = Play::new(&self.common, stream, writer, &stop_lingering).run() => {
                tracing::warn!(channel = %stream.spec.number, name = stream.spec.name, %refusal, "channel given up");
                refusal
            }
        };
        // The writer is gone, so the ring is closed and the data plane ends its clients.
        retire(&mut self.state.lock(), stream);
        stream.phase.send_replace(Phase::Over(over));
    }

    /// Every tuner, for the page, `status.json` and `/tunerK/status`.
    #[must_use]
    pub fn status(&self) -> Vec<TunerStatus> {
        let state = self.state.lock();
        let playing = |id: StreamId| {
            let stream = state.streams.iter().find(|stream| stream.id == id)?;
            Some(status_of(stream))
        };
        let slots = state.table.slots().iter().enumerate();
        slots
            .map(|(index, slot)| TunerStatus {
                index,
                viewers: slot.viewers,
                holder: state.table.lock_holder(index),
                is_locked: slot.is_locked(),
                playing: state.table.watched(index).and_then(playing),
            })
            .collect()
    }

    /// Leaves what the channel plays for its next stream, in the order of the channel: for all its
    /// viewers, also where each has an upstream of its own.
    ///
    /// # Errors
    /// [`NotPlaying`] where nobody watches it.
    pub fn failover(&self, channel: ChannelId) -> Result<(), NotPlaying> {
        switch(&self.state.lock(), |stream| stream.spec.channel == channel)
    }

    /// The same for what this tuner plays: in direct mode that is one client's.
    ///
    /// # Errors
    /// [`NotPlaying`] where nobody watches it.
    pub fn failover_of_tuner(&self, tuner: usize) -> Result<(), NotPlaying> {
        let state = self.state.lock();
        let watched = state.table.watched(tuner);
        switch(&state, |stream| Some(stream.id) == watched)
    }

    /// The connections that the sources allow. Whoever else asks a provider for a stream takes its
    /// slot from here.
    #[must_use]
    pub fn slots(&self) -> &Arc<Slots> {
        &self.common.slots
    }

    /// What is known of the health of the stream at this address of a source: nothing bad, or how it failed
    /// lately. Streams that ail are tried behind the others of their channel.
    #[must_use]
    pub fn ailing(&self, url: &str, source: u16) -> Option<Ailing> {
        let cooldowns = self.common.cooldowns.lock();
        cooldowns.ailing(StreamKey::at(url, source), self.common.now())
    }

    /// Closes streams that nobody watches and that hold a connection to one of these sources:
    /// somebody who does watch needs it.
    pub fn stop_lingering(&self, sources: &[u16]) {
        let mut state = self.state.lock();
        let State { table, streams, .. } = &mut *state;
        streams.retain(|stream| {
            let current = stream.progress.lock().stream;
            let source = stream.spec.streams.get(current).map(|spec| spec.source);
            let stays =
                stream.has_viewers() || !source.is_some_and(|source| sources.contains(&source));
            if !stays {
                stream.stop.cancel();
                table.forget(stream.id);
            }
            stays
        });
    }

    /// Upstream connections open or being opened.
    #[must_use]
    pub fn streams_open(&self) -> usize {
        self.state.lock().streams.len()
    }

    /// Locks a tuner for the bearer of `key` (HDHomeRun `/tunerK/lockkey`).
    ///
    /// # Errors
    /// [`LockedBy`] where somebody else locked it or streams from it.
    pub fn lock(&self, tuner: usize, key: u32, holder: IpAddr) -> Result<(), LockedBy> {
        self.state.lock().table.lock(tuner, key, holder)
    }

    /// Whether the bearer of `key` at `asker` may change this tuner.
    ///
    /// # Errors
    /// [`LockedBy`] where not.
    pub fn check_lock(
        &self,
        tuner: usize,
        key: Option<u32>,
        asker: IpAddr,
    ) -> Result<(), LockedBy> {
        self.state.lock().table.check(tuner, key, asker)
    }

    /// Takes a lock off. Whether the caller may do so is its own question: see
    /// [`Tuners::check_lock`]; `force` may always.
    pub fn unlock(&self, tuner: usize) {
        self.state.lock().table.unlock(tuner);
    }

    /// Who locked this tuner or streams from it.
    #[must_use]
    pub fn lock_holder(&self, tuner: usize) -> Option<IpAddr> {
        self.state.lock().table.lock_holder(tuner)
    }

    /// Closes all streams and waits until their connections are closed.
    pub async fn shutdown(&self) {
        self.shutdown.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Closes a stream and frees what was tuned to it.
fn retire(state: &mut State, stream: &Stream) {
    stream.stop.cancel();
    state.streams.retain(|other| other.id != stream.id);
    state.table.forget(stream.id);
}

/// Asks these streams for the next one of their channel.
fn switch(state: &State, is_meant: impl Fn(&Stream) -> bool) -> Result<(), NotPlaying> {
    let mut found = Err(NotPlaying);
    let watched = state.streams.iter().filter(|stream| stream.has_viewers());
    for stream in watched.filter(|stream| is_meant(stream)) {
        stream.switch.notify_one();
        found = Ok(());
    }
    found
}

fn status_of(stream: &Stream) -> PlayingStatus {
    PlayingStatus {
        channel: stream.spec.channel,
        number: stream.spec.number,
        name: stream.spec.name.clone(),
        phase: stream.phase.borrow().clone(),
        bits_per_second: stream.bits_per_second(),
        open_for: Instant::now().duration_since(stream.opened_at),
        streams: stream.spec.streams.len(),
        sharing: stream.sharing,
        progress: stream.progress.lock().clone(),
    }
}
