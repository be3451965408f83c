//! Drives a [`Course`]: opens the streams that it names, watches them, waits as long as it says.
//! The ring and the clients on it stay; only what fills it changes. Beside the stream that plays
//! another one may stand by.

use std::{sync::Arc, time::Duration};

use ingest::{Home, Ingest};
use mpegts::Seam;
use ring::Writer;
use tokio::time::{Instant, sleep_until};

use crate::{
    common::Common,
    failover::{Candidate, Course, Ending, Failure, FailureKind, Moment, Step, Verdict},
    feed::{Feed, Gone, StandingBy},
    opener::PlayError,
    refusal::Refusal,
    slots::{Priority, Slot},
    stream::{Phase, Progress, Stream},
};

/// Between two looks at a stream that plays: four of the beats on which streams are read, so that
/// looking wakes nobody who would not be awake.
const LOOK: Duration = Duration::from_millis(300);
/// The same where another stream may take over without a gap: the sooner it is seen, the better.
const LOOK_CLOSELY: Duration = Duration::from_millis(150);
/// How long is waited for a connection that somebody is told to close.
const YIELD: Duration = Duration::from_millis(1500);

/// Closes streams that nobody watches and that hold a connection to one of these sources: somebody
/// who does watch needs it.
pub(crate) type StopLingering<'a> = dyn Fn(&[u16]) + Send + Sync + 'a;

/// One channel being played.
pub(crate) struct Play<'a> {
    common: &'a Common,
    stream: &'a Stream,
    stop_lingering: &'a StopLingering<'a>,
    /// Where the channel's intake is while no stream has it.
    home: Arc<Home>,
    course: Course,
    /// Of the stream that played last, where it is about to be opened once more.
    slot: Option<Slot>,
    standby: Option<StandingBy<'a>>,
    /// What the next stream is opened for: somebody's choice, or just to be watched.
    priority: Priority,
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
            home: Home::new(Ingest::new(writer)),
            course,
            slot: None,
            standby: None,
            priority: Priority::Viewer,
        }
    }

    /// Plays the channel until it is given up.
    pub(crate) async fn run(mut self) -> Refusal {
        loop {
            let step = self.next();
            if !matches!(step, Step::Promote(_)) {
                // It is for the time that a stream plays. Its connection may be what is needed.
                self.dismiss();
            }
            self.show();
            let feed = match step {
                Step::Open(index) => self.open(index).await,
                Step::Promote(_) => self.promote(),
                Step::AwaitSlot { sources, until } => {
                    self.await_slot(&sources, until).await;
                    continue;
                }
                Step::Rest { until, keeps_slot } => {
                    if !keeps_slot {
                        self.slot = None;
                    }
                    self.rest(until).await;
                    continue;
                }
                Step::End(ending) => return refusal(ending),
            };
            let Some(feed) = feed else { continue };
            let left = self.play(feed).await;
            // From here on silence is bridged, and whatever comes next is carried on from what went
            // before. Without memory for that the channel is over.
            let seam = self
                .home
                .lend()
                .map(|mut channel| channel.seam(Seam::Switch));
            if !matches!(seam, Some(Ok(()))) {
                return Refusal::NoVideoData;
            }
            match left {
                Left::Failed(failure) => self.fail(&failure),
                Left::Switched => self.switch(),
            }
        }
    }

    fn next(&mut self) -> Step {
        let slots = &self.common.slots;
        let held = self.slot.as_ref().map(Slot::source);
        let room = |source| held == Some(source) || slots.has_room_for(source, self.priority);
        let cooldowns = self.common.cooldowns.lock();
        self.course.next(self.common.now(), &cooldowns, room)
    }

    /// Opens a stream; `None` where its source has no connection to give after all.
    async fn open(&mut self, index: usize) -> Option<Feed<'a>> {
        let (common, stream) = (self.common, self.stream);
        let Some(spec) = stream.spec.streams.get(index) else {
            let what = "the channel has no such stream";
            self.course.opened(common.now(), Default::default());
            self.fail(&Failure::new(FailureKind::Hopeless, what));
            return None;
        };
        if self.slot.as_ref().map(Slot::source) != Some(spec.source) {
            self.slot = None;
            self.slot = common.slots.try_take(spec.source, self.priority);
        }
        if self.slot.is_none() {
            // What stands by there is closed for it.
            let until = common.now() + YIELD;
            self.take_slot(&[spec.source], until).await;
        }
        let slot = self.slot.take_if(|slot| slot.source() == spec.source)?;
        // Whoever chose it has it; from here on it is watched as any other.
        self.priority = Priority::Viewer;
        if !slot.rank(Priority::Viewer) {
            return None;
        }
        let channel = self.home.lend()?;
        let feed = Feed::open(&*common.opener, spec, slot, channel, &stream.ring);
        self.course.opened(common.now(), feed.watched.vitals());
        Some(feed)
    }

    /// Lets the stream that stands by go on in place of the one that is closed; `None` where its
    /// connection is somebody else's already.
    fn promote(&mut self) -> Option<Feed<'a>> {
        self.slot = None;
        let now = self.common.now();
        let standby = self.standby.take();
        let standby = standby.filter(|standby| standby.feed.slot.rank(Priority::Viewer));
        let Some((standby, channel)) = standby.zip(self.home.lend()) else {
            self.course.standby_closed(now);
            return None;
        };
        self.course.promoted(now);
        self.show();
        Some(standby.take_over(channel, &self.stream.ring))
    }

    /// Watches an open stream. Its connection is closed when this returns.
    async fn play(&mut self, mut feed: Feed<'a>) -> Left {
        let left = self.watch(&mut feed).await;
        self.slot = Some(feed.close());
        self.look_at_standby();
        left
    }

    async fn watch(&mut self, feed: &mut Feed<'a>) -> Left {
        let stream = self.stream;
        loop {
            let look_at = self.next_look();
            let mut gone = None;
            tokio::select! {
                ended = &mut feed.playing => return Left::Failed(failure_of(ended)),
                () = feed.slot.preempted() => {
                    let what = "its connection is needed for something more important";
                    return Left::Failed(Failure::new(FailureKind::Preempted, what));
                }
                () = stream.switch.notified() => return Left::Switched,
                () = feed.watched.joinable.notified() => {}
                left = left_of(self.standby.as_mut()) => gone = Some(left),
                () = sleep_until(look_at) => {}
            }
            match gone {
                Some(Gone::Ended(ended)) => self.fail_standby(&failure_of(ended)),
                Some(Gone::Preempted) => self.dismiss(),
                None => {}
            }
            self.look_at_standby();
            let (now, vitals) = (self.common.now(), feed.watched.vitals());
            let has_picture = feed.watched.has_picture();
            let mut cooldowns = self.common.cooldowns.lock();
            let verdict = self.course.look(now, vitals, has_picture, &mut cooldowns);
            drop(cooldowns);
            self.show();
            if let Verdict::Close(failure) = verdict {
                return Left::Failed(failure);
            }
            self.open_standby();
        }
    }

    /// The next common beat of looking, or the moment that the course waits for.
    fn next_look(&self) -> Instant {
        let every = if self.course.may_stand_by() {
            LOOK_CLOSELY
        } else {
            LOOK
        };
        let deadline = self.course.deadline();
        let beat = base::next_beat(Instant::now().into_std(), every, Duration::ZERO);
        let beat = Instant::from_std(beat);
        deadline.map_or(beat, |until| beat.min(self.common.instant(until)))
    }

    /// Opens a second stream where one is wanted, and nobody else needs what it takes.
    fn open_standby(&mut self) {
        let (common, stream) = (self.common, self.stream);
        if !stream.has_viewers() {
            return self.dismiss();
        }
        let Some(limits) = &common.standbys else {
            return;
        };
        let now = common.now();
        let room = |source| common.slots.has_room(source);
        let wanted = self
            .course
            .standby_wanted(now, &common.cooldowns.lock(), room);
        let found = wanted.and_then(|index| Some((index, stream.spec.streams.get(index)?)));
        let Some((index, spec)) = found else { return };
        let Ok(permit) = Arc::clone(&limits.permits).try_acquire_owned() else {
            return;
        };
        let Some(slot) = common.slots.try_take(spec.source, Priority::Standby) else {
            return;
        };
        let ring = stream.ring.beside(limits.ring);
        let standby = StandingBy::open(&*common.opener, spec, slot, ring, permit);
        let vitals = standby.feed.watched.vitals();
        self.course.standby_opened(now, index, vitals);
        self.standby = Some(standby);
        tracing::debug!(channel = %stream.spec.number, stream = index, "a stream is opened to stand by");
    }

    fn look_at_standby(&mut self) {
        let Some(standby) = &self.standby else { return };
        let (now, watched) = (self.common.now(), &standby.feed.watched);
        let mut cooldowns = self.common.cooldowns.lock();
        let has_picture = watched.holds_picture();
        let verdict =
            self.course
                .look_at_standby(now, watched.vitals(), has_picture, &mut cooldowns);
        drop(cooldowns);
        if let Verdict::Close(failure) = verdict {
            self.fail_standby(&failure);
        }
    }

    fn fail_standby(&mut self, failure: &Failure) {
        // Closed first: what it held is somebody else's from here on.
        self.standby = None;
        let mut cooldowns = self.common.cooldowns.lock();
        let now = self.common.now();
        self.course.standby_failed(now, failure, &mut cooldowns);
        drop(cooldowns);
        let number = self.stream.spec.number;
        tracing::debug!(channel = %number, why = failure.message, "a stream stands by no more");
    }

    /// Closes what stands by; it is not to blame.
    fn dismiss(&mut self) {
        if self.standby.take().is_some() {
            self.course.standby_closed(self.common.now());
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
        self.choose();
        self.leave("somebody asked for the next stream");
    }

    /// Somebody chose the next stream: that counts for more than somebody who watches another channel.
    fn choose(&mut self) {
        self.priority = Priority::Admin;
        self.course.switch();
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
        self.take_slot(sources, until).await;
    }

    async fn take_slot(&mut self, sources: &[u16], until: Moment) {
        let until = self.common.instant(until);
        let slots = &self.common.slots;
        let taking = during(&self.home, slots.take(sources, self.priority, until));
        tokio::select! {
            slot = taking => self.slot = slot,
            () = self.stream.switch.notified() => self.choose(),
        }
    }

    async fn rest(&mut self, until: Moment) {
        let until = self.common.instant(until);
        tokio::select! {
            () = during(&self.home, sleep_until(until)) => {}
            () = preempted(self.slot.as_ref()) => self.slot = None,
            () = self.stream.switch.notified() => self.choose(),
        }
    }

    fn show(&self) {
        show(self.stream, &self.course);
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
        standby: course.standing_by(),
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

/// Awaits something while no stream has the channel's intake.
async fn during<F: Future>(home: &Arc<Home>, work: F) -> F::Output {
    match home.lend() {
        Some(mut channel) => channel.during(work).await,
        None => work.await,
    }
}

/// How it comes to be that what stands by does so no more; never, where nothing does.
async fn left_of(standby: Option<&mut StandingBy<'_>>) -> Gone {
    match standby {
        Some(standby) => standby.left().await,
        None => std::future::pending().await,
    }
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
