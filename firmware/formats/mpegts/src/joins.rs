//! Join points: where a viewer may begin, with PAT and PMT directly before.
//!
//! Two things make packets wait here. A PAT waits for the next picture, because where that is a
//! random access point the source's own tables serve and none are inserted. And the first packet
//! of a picture waits until the unit that decides has come. Order is always kept, and both waits
//! are bounded in packets.

use std::collections::VecDeque;

use crate::outlet::{Entry, Kind, Outlet};
use crate::packet::PacketView;
use crate::pes::PesView;
use crate::psi::Codec;
use crate::random_access::{AccessUnitScan, Verdict};
use crate::ticks::{PTS_PER_SECOND, pts_difference};
use crate::{NULL_PID, PAT_PID, Sink};

/// Packets from a PAT to the picture that it may serve.
pub(crate) const RUN_PACKETS_MAX: usize = 48;
/// Packets behind the first one of a picture that may be waited for.
pub(crate) const UNDECIDED_PACKETS_MAX: usize = 8;
/// Everything that can wait at the same time; one more for the packet that ends the wait.
pub(crate) const WAITING_PACKETS_MAX: usize = RUN_PACKETS_MAX + UNDECIDED_PACKETS_MAX + 2;
/// Sound can be joined anywhere; this often is enough.
const SOUND_JOIN_TICKS: i64 = PTS_PER_SECOND.cast_signed() / 2;
/// So many PES packets of sound without a picture, two seconds or more, make a program of sound.
const SOUND_ALONE_MAX: u8 = 64;

/// Finds join points in the stream of entries.
#[derive(Debug)]
pub(crate) struct Joins {
    waiting: VecDeque<Entry>,
    /// Entries to be looked at again after a decision.
    again: VecDeque<Entry>,
    state: State,
    /// PTS of the last join point of a stream without pictures.
    sound_joined: Option<u64>,
    /// The stream looked at where there is no PMT.
    guessed: Option<u16>,
    /// PES packets of sound since the last packet of the picture that the PMT promises.
    sound_alone: u8,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Nothing waits.
    Open,
    /// The first entry waiting is a PAT; whether its PMT came too.
    Run { has_map: bool },
    /// A picture begins at entry `at`; `has_map`: PAT and PMT wait before it.
    Undecided {
        at: usize,
        has_map: bool,
        scan: AccessUnitScan,
    },
}

/// What an entry is to the stream that decides.
enum Role {
    Apart,
    Start(Verdict, AccessUnitScan),
    Continues,
}

impl Joins {
    pub(crate) fn new() -> Self {
        Self {
            waiting: VecDeque::with_capacity(WAITING_PACKETS_MAX),
            again: VecDeque::with_capacity(WAITING_PACKETS_MAX),
            state: State::Open,
            sound_joined: None,
            guessed: None,
            sound_alone: 0,
        }
    }

    /// Takes the next entry.
    pub(crate) fn take(&mut self, entry: Entry, outlet: &mut Outlet<'_, impl Sink>) {
        self.step(entry, outlet);
        while let Some(entry) = self.again.pop_front() {
            self.step(entry, outlet);
        }
    }

    /// Gives out what waits. Sound may be joined directly behind.
    pub(crate) fn flush(&mut self, outlet: &mut Outlet<'_, impl Sink>) {
        self.release(self.waiting.len(), outlet);
        self.state = State::Open;
        self.sound_joined = None;
    }

    fn step(&mut self, mut entry: Entry, outlet: &mut Outlet<'_, impl Sink>) {
        match self.state {
            State::Open if entry.kind != Kind::Pat => match self.role(&entry, outlet) {
                Role::Start(Verdict::Yes, _) => self.join(entry, false, outlet),
                Role::Start(Verdict::Undecided, scan) => self.doubt(entry, false, scan),
                _ => outlet.give(&mut entry),
            },
            State::Open => self.begin_run(entry, outlet),
            State::Run { has_map } => self.step_run(entry, has_map, outlet),
            State::Undecided { at, has_map, scan } => {
                self.step_undecided(entry, (at, has_map, scan), outlet);
            }
        }
    }

    fn begin_run(&mut self, entry: Entry, outlet: &mut Outlet<'_, impl Sink>) {
        self.release(self.waiting.len(), outlet);
        self.waiting.push_back(entry);
        self.state = State::Run { has_map: false };
    }

    fn step_run(&mut self, entry: Entry, has_map: bool, outlet: &mut Outlet<'_, impl Sink>) {
        match entry.kind {
            Kind::Pat => return self.begin_run(entry, outlet),
            Kind::Pmt => self.state = State::Run { has_map: true },
            Kind::Other => match self.role(&entry, outlet) {
                Role::Start(Verdict::Yes, _) => return self.join(entry, has_map, outlet),
                Role::Start(Verdict::Undecided, scan) => return self.doubt(entry, has_map, scan),
                Role::Apart => {}
                Role::Start(Verdict::No, _) | Role::Continues => return self.pass(entry, outlet),
            },
        }
        if self.waiting.len() >= RUN_PACKETS_MAX {
            return self.pass(entry, outlet);
        }
        self.waiting.push_back(entry);
    }

    fn step_undecided(
        &mut self,
        entry: Entry,
        (at, has_map, mut scan): (usize, bool, AccessUnitScan),
        outlet: &mut Outlet<'_, impl Sink>,
    ) {
        let view = PacketView::new(&entry.packet);
        let main = self.main(outlet).map(|(pid, _)| pid);
        let verdict = if main != Some(view.pid()) || entry.kind != Kind::Other {
            Verdict::Undecided
        } else if view.pusi() {
            // The picture ended without a unit that decides.
            Verdict::No
        } else {
            scan.feed(view.payload())
        };
        self.waiting.push_back(entry);
        self.state = State::Undecided { at, has_map, scan };
        let waited = self.waiting.len() - at > UNDECIDED_PACKETS_MAX;
        match verdict {
            Verdict::Yes => self.decide(at, Some(has_map), outlet),
            Verdict::No => self.decide(at, None, outlet),
            Verdict::Undecided if waited => self.decide(at, None, outlet),
            Verdict::Undecided => {}
        }
    }

    /// The picture at `at` is a join point (`Some`: whether its tables wait before it) or is none.
    fn decide(&mut self, at: usize, join: Option<bool>, outlet: &mut Outlet<'_, impl Sink>) {
        self.state = State::Open;
        while self.waiting.len() > at + 1 {
            if let Some(entry) = self.waiting.pop_back() {
                self.again.push_front(entry);
            }
        }
        let start = self.waiting.pop_back();
        match (start, join) {
            (Some(entry), Some(has_map)) => self.join(entry, has_map, outlet),
            (Some(entry), None) => self.pass(entry, outlet),
            (None, _) => {}
        }
    }

    /// `entry` is a random access point; what waits is a run before it, or nothing.
    fn join(&mut self, mut entry: Entry, has_map: bool, outlet: &mut Outlet<'_, impl Sink>) {
        if has_map {
            outlet.announce();
            self.release(self.waiting.len(), outlet);
        } else {
            self.release(self.waiting.len(), outlet);
            outlet.announce();
            outlet.insert_tables();
        }
        self.state = State::Open;
        outlet.give(&mut entry);
    }

    /// What waits goes out, and `entry` behind it.
    fn pass(&mut self, mut entry: Entry, outlet: &mut Outlet<'_, impl Sink>) {
        self.release(self.waiting.len(), outlet);
        self.state = State::Open;
        outlet.give(&mut entry);
    }

    fn doubt(&mut self, entry: Entry, has_map: bool, scan: AccessUnitScan) {
        self.state = State::Undecided {
            at: self.waiting.len(),
            has_map,
            scan,
        };
        self.waiting.push_back(entry);
    }

    fn release(&mut self, count: usize, outlet: &mut Outlet<'_, impl Sink>) {
        for mut entry in self.waiting.drain(..count) {
            outlet.give(&mut entry);
        }
    }

    fn role(&mut self, entry: &Entry, outlet: &Outlet<'_, impl Sink>) -> Role {
        let view = PacketView::new(&entry.packet);
        if entry.kind != Kind::Other || !view.has_payload() {
            return Role::Apart;
        }
        self.guess(view, outlet);
        self.count_sound(view, outlet);
        let Some((pid, codec)) = self.main(outlet) else {
            return Role::Apart;
        };
        if pid != view.pid() {
            return Role::Apart;
        }
        if !view.pusi() {
            return Role::Continues;
        }
        let mut scan = AccessUnitScan::new(codec);
        let verdict = self.verdict(view, codec, &mut scan);
        Role::Start(verdict, scan)
    }

    fn verdict(
        &mut self,
        view: PacketView<'_>,
        codec: Codec,
        scan: &mut AccessUnitScan,
    ) -> Verdict {
        if view.scrambled() {
            return Verdict::No;
        }
        let pes = PesView::parse(view.payload());
        if !codec.is_video() {
            return self.sound_verdict(pes.and_then(PesView::pts), view.random_access());
        }
        if view.random_access() {
            return Verdict::Yes;
        }
        pes.map_or(Verdict::No, |pes| scan.feed(pes.data()))
    }

    /// Without pictures every PES packet would do; one is taken every half second.
    fn sound_verdict(&mut self, pts: Option<u64>, indicated: bool) -> Verdict {
        let due = match (pts, self.sound_joined) {
            (Some(pts), Some(last)) => !(0..SOUND_JOIN_TICKS).contains(&pts_difference(pts, last)),
            (Some(_), None) => true,
            (None, _) => indicated,
        };
        if !due {
            return Verdict::No;
        }
        self.sound_joined = pts.or(self.sound_joined);
        Verdict::Yes
    }

    /// The stream that decides, and its codec; `Other` for one that is joined like sound.
    fn main(&self, outlet: &Outlet<'_, impl Sink>) -> Option<(u16, Codec)> {
        match outlet.program() {
            Some(program) => {
                let sound = program
                    .streams
                    .iter()
                    .find(|stream| stream.codec.is_audio());
                let alone = sound.filter(|_| self.sound_alone >= SOUND_ALONE_MAX);
                alone
                    .or_else(|| program.main())
                    .map(|stream| (stream.pid, stream.codec))
            }
            None => self.guessed.map(|pid| (pid, Codec::Other)),
        }
    }

    /// A PMT may promise a picture that never comes (radio in the place of a television channel).
    fn count_sound(&mut self, view: PacketView<'_>, outlet: &Outlet<'_, impl Sink>) {
        let stream = outlet
            .program()
            .and_then(|program| program.stream(view.pid()));
        match stream.map(|stream| stream.codec) {
            Some(codec) if codec.is_video() => self.sound_alone = 0,
            Some(codec) if codec.is_audio() && view.pusi() => {
                self.sound_alone = self.sound_alone.saturating_add(1);
            }
            _ => {}
        }
    }

    /// Without a PMT the first PID on which a PES packet begins decides.
    fn guess(&mut self, view: PacketView<'_>, outlet: &Outlet<'_, impl Sink>) {
        let possible = !matches!(view.pid(), PAT_PID | NULL_PID) && view.pusi();
        if outlet.program().is_none()
            && self.guessed.is_none()
            && possible
            && PesView::parse(view.payload()).is_some()
        {
            self.guessed = Some(view.pid());
        }
    }
}
