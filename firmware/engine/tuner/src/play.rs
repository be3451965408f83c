//! Drives a [`Course`]: opens the streams that it names, watches them, waits as long as it says.
//! The ring and the clients on it stay; only what fills it changes.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use ingest::{Counters, Ingest};
use mpegts::Seam;
use ring::{Position, Writer};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::{
    common::Common,
    failover::{Candidate, Course, Ending, Failure, FailureKind, Moment, Step, Verdict, Vitals},
    opener::PlayError,
    refusal::Refusal,
    slots::{Priority, Slot},
    stream::{Phase, Progress, Stream},
};

/// Between two looks at a stream that plays: four of the beats on which streams are read, so that
/// looking wakes nobody who would not be awake.
const LOOK: std::time::Duration = std::time::Duration::from_millis(300);

/// Closes streams that nobody watches and that hold a connection to one of these sources: somebody
/// who does watch needs it.
pub(crate) type StopLingering<'a> = dyn Fn(&[u16]) + Send + Sync + 'a;

/// One channel being played.
pub(crate) struct Play<'a> {
    common: &'a Common,
    stream: &'a Stream,
    stop_lingering: &'a StopLingering<'a>,
    /// On the heap: it is large, and the future around it is moved.
    ingest: Box<Ingest>,
    course: Course,
    /// Held while a connection is open, and until it is closed.
    slot: Option<Slot>,
}

/// How a stream that was open came to be closed.
enum Left {
    /// It failed.
    Failed(Failure),
    /// Somebody asked for the next one.
    Switched,
}

impl<'a> Play<'a> {
    pub(crate) fn new(
        common: &'a Common,
        stream: &'a Stream,
        writer: Writer,
        stop_lingering: &'a StopLingering<'a>,
    ) -> Self {
        let course = Course::new(
            common.failover.clone(),
            stream.spec.streams.iter().map(Candidate::of),
            common.now() + common.first_picture_max,
        );
        Self {
            common,
            stream,
            stop_lingering,
            ingest: Box::new(Ingest::new(writer)),
            course,
            slot: None,
        }
    }

    /// Plays the channel until it is given up.
    pub(crate) async fn run(mut self) -> Refusal {
        loop {
            let step = self.next();
            self.show();
            match step {
                Step::Open(index) => {
                    let left = self.play(index).await;
                    // From here on silence is bridged, and whatever comes next is carried on from
                    // what went before. Without memory for that the channel is over.
                    if self.ingest.seam(Seam::Switch).is_err() {
                        return Refusal::NoVideoData;
                    }
                    match left {
                        Left::Failed(failure) => self.fail(&failure),
                        Left::Switched => self.switch(),
                    }
                }
                Step::AwaitSlot { sources, until } => self.await_slot(&sources, until).await,
                Step::Rest { until, keeps_slot } => {
                    if !keeps_slot {
                        self.slot = None;
                    }
                    self.rest(until).await;
                }
                Step::End(ending) => return refusal(ending),
            }
        }
    }

    /// What to do next; where that is to open a stream, its slot is held.
    fn next(&mut self) -> Step {
        let Self {
            common,
            stream,
            course,
            slot,
            ..
        } = self;
        loop {
            let holds = |source| slot.as_ref().is_some_and(|slot| slot.source() == source);
            let room = |source| holds(source) || common.slots.has_room(source);
            let step = course.next(common.now(), &common.cooldowns.lock(), room);
            let Step::Open(index) = step else {
                return step;
            };
            let source = stream.spec.streams.get(index).map_or(0, |spec| spec.source);
            if holds(source) {
                return step;
            }
            *slot = common.slots.try_take(source, Priority::Viewer);
            if slot.is_some() {
                return step;
            }
        }
    }

    /// Plays one stream. Its connection is closed when this returns.
    async fn play(&mut self, index: usize) -> Left {
        let watched = Watched::new(self.stream, &mut self.ingest);
        self.course.opened(self.common.now(), watched.vitals());
        let Some(spec) = self.stream.spec.streams.get(index) else {
            let what = "the channel has no such stream";
            return Left::Failed(Failure::new(FailureKind::Hopeless, what));
        };
        let Self {
            common,
            stream,
            ingest,
            course,
            slot,
            ..
        } = self;
        let mut playing = common.opener.play(spec, ingest);
        loop {
            let look_at = next_look(course.deadline().map(|until| common.instant(until)));
            tokio::select! {
                ended = &mut playing => return Left::Failed(failure_of(ended)),
                () = preempted(slot.as_ref()) => {
                    let what = "its connection is needed for something more important";
                    return Left::Failed(Failure::new(FailureKind::Preempted, what));
                }
                () = stream.switch.notified() => return Left::Switched,
                () = watched.joinable.notified() => {}
                () = sleep_until(look_at) => {}
            }
            let has_picture = watched.has_picture();
            let mut cooldowns = common.cooldowns.lock();
            let verdict = course.look(common.now(), watched.vitals(), has_picture, &mut cooldowns);
            drop(cooldowns);
            show(stream, course);
            if let Verdict::Close(failure) = verdict {
                return Left::Failed(failure);
            }
        }
    }

    fn fail(&mut self, failure: &Failure) {
        let mut cooldowns = self.common.cooldowns.lock();
        self.course
            .failed(self.common.now(), failure, &mut cooldowns);
        drop(cooldowns);
        self.leave(&failure.message);
    }

    fn switch(&mut self) {
        self.course.switch();
        self.leave("somebody asked for the next stream");
    }

    /// Tells that a stream is left.
    fn leave(&self, why: &str) {
        let spec = &self.stream.spec;
        let (number, stream) = (spec.number, self.course.current());
        tracing::info!(channel = %number, stream, why, next = ?self.course.standing(), "stream left");
        self.stream.progress.lock().last_failure = Some(why.to_owned());
        let has_played = *self.stream.phase.borrow() != Phase::Opening;
        if has_played {
            let why = why.to_owned();
            self.stream.phase.send_replace(Phase::Retrying { why });
        }
    }

    async fn await_slot(&mut self, sources: &[u16], until: Moment) {
        // Not to hold one place and wait for another: two channels that did would wait for each
        // other.
        self.slot = None;
        (self.stop_lingering)(sources);
        let until = self.common.instant(until);
        let slots = &self.common.slots;
        let taking = self
            .ingest
            .during(slots.take(sources, Priority::Viewer, until));
        tokio::select! {
            slot = taking => self.slot = slot,
            () = self.stream.switch.notified() => self.course.switch(),
        }
    }

    async fn rest(&mut self, until: Moment) {
        let until = self.common.instant(until);
        tokio::select! {
            () = self.ingest.during(sleep_until(until)) => {}
            () = preempted(self.slot.as_ref()) => self.slot = None,
            () = self.stream.switch.notified() => self.course.switch(),
        }
    }

    fn show(&self) {
        show(self.stream, &self.course);
    }
}

/// What can be seen of a stream while the opener has the intake.
struct Watched<'a> {
    stream: &'a Stream,
    counters: Arc<Counters>,
    /// Where the stream begins in the ring.
    begin: Position,
    joinable: Arc<Notify>,
    /// Set when the ring could be joined for the first time: no stream before this one has brought a
    /// picture, and the ring may have forgotten where it stood by the time somebody looks.
    is_first: Option<Arc<AtomicBool>>,
}

impl<'a> Watched<'a> {
    fn new(stream: &'a Stream, ingest: &mut Ingest) -> Self {
        let joinable = Arc::new(Notify::new());
        let is_first = Arc::new(AtomicBool::new(false));
        let (told, first) = (Arc::clone(&joinable), Arc::clone(&is_first));
        ingest.on_joinable(move || {
            first.store(true, Ordering::Relaxed);
            told.notify_one();
        });
        let counters = ingest.counters();
        Self {
            stream,
            begin: counters.bytes.load(Ordering::Relaxed),
            counters,
            joinable,
            is_first: stream
                .ring
                .newest_join_point()
                .is_none()
                .then_some(is_first),
        }
    }

    /// Whether a viewer could begin with what this stream has brought, and not only with what the
    /// one before it left.
    fn has_picture(&self) -> bool {
        let newest = self.stream.ring.newest_join_point();
        let first = self.is_first.as_ref();
        newest.is_some_and(|point| point.position >= self.begin)
            || first.is_some_and(|first| first.load(Ordering::Relaxed))
    }

    fn vitals(&self) -> Vitals {
        let Counters {
            received,
            stream_ticks,
            video_units,
            audio_units,
            promises_video,
            clip_repeats,
            clip_ticks,
            ..
        } = &*self.counters;
        Vitals {
            bytes: received.load(Ordering::Relaxed),
            clock_ticks: stream_ticks.load(Ordering::Relaxed),
            pictures: video_units.load(Ordering::Relaxed),
            sounds: audio_units.load(Ordering::Relaxed),
            promises_video: promises_video.load(Ordering::Relaxed),
            repeats: clip_repeats.load(Ordering::Relaxed),
            clip_ticks: clip_ticks.load(Ordering::Relaxed),
        }
    }
}

/// Shows where the course is; a picture makes it playing for those who wait.
fn show(stream: &Stream, course: &Course) {
    let mut progress = stream.progress.lock();
    let last_failure = progress.last_failure.take();
    *progress = Progress {
        stream: course.current(),
        standing: course.standing(),
        failovers: course.failovers(),
        last_failure,
    };
    drop(progress);
    if course.is_playing() {
        stream.phase.send_if_modified(|phase| {
            let is_news = *phase != Phase::Playing;
            *phase = Phase::Playing;
            is_news
        });
    }
}

/// The next common beat of looking, or the moment that the course waits for.
fn next_look(deadline: Option<Instant>) -> Instant {
    let now = Instant::now();
    let beat = base::next_beat(now.into_std(), LOOK, std::time::Duration::ZERO);
    let beat = Instant::from_std(beat);
    deadline.map_or(beat, |deadline| deadline.min(beat))
}

async fn preempted(slot: Option<&Slot>) {
    match slot {
        Some(slot) => slot.preempted().await,
        None => std::future::pending().await,
    }
}

fn failure_of(ended: Result<(), PlayError>) -> Failure {
    match ended {
        Ok(()) => Failure::new(FailureKind::Ended, "the provider ended the stream"),
        Err(PlayError { message, kind }) => Failure { kind, message },
    }
}

fn refusal(ending: Ending) -> Refusal {
    match ending {
        Ending::Full => Refusal::AllTunersInUse,
        Ending::Failed(why) => Refusal::TuneFailed(why),
        Ending::Lost | Ending::Finished => Refusal::NoVideoData,
    }
}
