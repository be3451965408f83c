//! From one stream of a channel to another, so that what stands behind sees one that never ended.
//!
//! Stands between the sync and the pipeline and does nothing before the first
//! [`Seam::Switch`](crate::Seam), or before a source puts another coding on a PID (`recode`). At a
//! switch it looks for the point at which the new stream can
//! begin (`seek`), gives its streams the PIDs that receivers know (`remap`) and carries packets
//! over (`routes`), as long as that stream plays. PAT and PMT of the source are replaced, each at
//! its place, by the tables as announced. Clock and counters are the pipeline's matter.
//!
//! Tables of the source beside PAT and PMT (NIT, SDT, EIT, ATSC PSIP) name its own program and
//! PIDs and are left out, except for the time of day; so are PIDs that the map does not list.
//!
//! What the old stream left half said stays so: a picture that was cut cannot be taken back from
//! receivers that have its first half, and the next start on its PID ends it (clause 2.4.3.7).
//! Video whose key pictures need not reset the decoder is ended by its end-of-sequence unit
//! (`ending`), at once, so that the last picture is shown and the next one begins anew.

mod ending;
mod recode;
mod remap;
mod routes;
mod seek;

use crate::packet::{NULL_PID, PAT_PID, Packet, PacketView, clock_packet};
use crate::pes::PesView;
use crate::pipeline::Pipeline;
use crate::psi::{PsiAssembler, packetize};
use crate::seam::Seam;
use crate::selector::{Fate, Seen, Selector};
use crate::timeline::First;
use crate::{Sink, Stats};
use remap::Remap;
use routes::Routes;
pub(crate) use seek::QUEUE_PACKETS_MAX;
use seek::{Progress, Seek};

/// Carries a channel over from one stream to the next.
#[derive(Debug)]
pub(crate) struct Splicer {
    state: State,
    /// Reads the tables of the stream at hand.
    selector: Selector,
    /// Reads its map while nothing is done.
    map: PsiAssembler,
    seek: Seek,
    remap: Remap,
    routes: Routes,
    counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There was no switch: packets pass as they are.
    Idle,
    /// The new stream has not begun.
    Seeking,
    /// It plays under a map of its own.
    Playing,
    /// It showed no map, and passes as it is.
    Raw,
}

/// Packets that the pipeline does not count rightly by itself.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    taken: u64,
    fed: u64,
    dropped: u64,
    inserted: u64,
}

impl Splicer {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Idle,
            selector: Selector::new(),
            map: PsiAssembler::new(),
            seek: Seek::new(),
            remap: Remap::default(),
            routes: Routes::default(),
            counts: Counts::default(),
        }
    }

    /// What the pipeline counted, seen from outside.
    pub(crate) const fn correct(&self, stats: Stats) -> Stats {
        let counts = self.counts;
        Stats {
            packets_in: stats.packets_in + counts.taken - counts.fed,
            packets_dropped: stats.packets_dropped + counts.dropped,
            packets_inserted: stats.packets_inserted + counts.inserted,
            ..stats
        }
    }

    /// The next packet of the source.
    #[inline]
    pub(crate) fn take(&mut self, packet: &Packet, pipeline: &mut Pipeline, sink: &mut impl Sink) {
        if self.state == State::Idle {
            let view = PacketView::new(packet);
            if !(pipeline.is_on_map(view) && self.recodes(view, pipeline)) {
                return pipeline.take(packet, sink);
            }
            self.take_over(pipeline);
        }
        self.take_spliced(packet, &mut Outside { pipeline, sink });
    }

    /// A seam, the bytes of the old run all taken.
    pub(crate) fn seam(&mut self, seam: Seam, pipeline: &mut Pipeline, sink: &mut impl Sink) {
        self.selector.reset_assembly();
        self.map.reset();
        match (seam, self.state) {
            (Seam::Switch, state) => {
                pipeline.leave(sink);
                if state != State::Seeking {
                    self.end_video(&mut Outside { pipeline, sink });
                }
                self.restart(pipeline);
                pipeline.cut();
            }
            (_, State::Seeking) => {
                self.counts.dropped += self.seek.forget();
                pipeline.cut();
            }
            (seam, _) => {
                pipeline.end_run(sink);
                pipeline.seam(seam);
            }
        }
    }

    /// What was given out of the picture is all that will come.
    fn end_video(&mut self, outside: &mut Outside<'_, impl Sink>) {
        let announced = outside.pipeline.announced();
        let video = announced.and_then(|(program, ..)| program.video().copied());
        if let Some(packet) = video.and_then(|video| ending::packet(video.pid, video.codec)) {
            self.counts.inserted += 1;
            self.counts.fed += 1;
            outside.pipeline.end_with(&packet, outside.sink);
        }
    }

    fn restart(&mut self, pipeline: &Pipeline) {
        self.state = State::Seeking;
        self.selector = Selector::new();
        self.counts.dropped += self.seek.restart();
        self.routes.restart();
        let announced = pipeline.announced();
        self.remap.restart(
            announced.map(|(program, tables, clock_pid)| {
                (program, tables.pat(), tables.pmt(), clock_pid)
            }),
        );
    }

    fn take_spliced(&mut self, packet: &Packet, outside: &mut Outside<'_, impl Sink>) {
        self.counts.taken += 1;
        let view = PacketView::new(packet);
        if !view.is_plain() && view.is_damaged() {
            return self.feed(packet, outside);
        }
        let had_map = self.selector.program().is_some();
        let seen = self.selector.read(view);
        let is_new = seen.map && (seen.changed || !had_map);
        match self.state {
            State::Idle | State::Playing => self.play(packet, seen, is_new, outside),
            State::Seeking => self.look(packet, seen, is_new, outside),
            State::Raw if is_new => {
                self.adopt();
                self.state = State::Playing;
                self.give_tables(&[Table::Pat, Table::Pmt], outside);
            }
            State::Raw if seen.fate == Fate::Pass => self.feed(packet, outside),
            State::Raw => self.counts.dropped += 1,
        }
    }

    fn look(
        &mut self,
        packet: &Packet,
        seen: Seen,
        is_new: bool,
        outside: &mut Outside<'_, impl Sink>,
    ) {
        let program = self.selector.program();
        let (progress, dropped) = match program {
            Some(program) if is_new => self.seek.look_again(program),
            _ if seen.fate == Fate::Pass => self.seek.take(packet, program),
            _ => (Progress::Searching, 1),
        };
        self.counts.dropped += dropped + u64::from(is_new);
        match progress {
            Progress::Searching => {}
            Progress::Found => self.begin(outside),
            Progress::Over => self.begin_anyhow(outside),
        }
    }

    /// The new stream begins with the picture, or the sound, that was found.
    fn begin(&mut self, outside: &mut Outside<'_, impl Sink>) {
        self.adopt();
        let clock = self.seek.clock_at_start().or(self.seek.clock());
        let picture = self.seek.take_picture();
        let start = picture.first().map(PacketView::new);
        let pes = start.and_then(|view| PesView::parse(view.payload()));
        let stamps = pes.and_then(|pes| pes.pts().zip(pes.dts()));
        let pid = start.and_then(|view| self.routes.output(view.pid()));
        let (Some((pts, dts)), Some(pid)) = (stamps, pid) else {
            outside.pipeline.begin_anyhow();
            return self.play_kept(&picture, outside);
        };
        self.routes.open(Some(pts));
        let first = First {
            pid,
            clock_pid: self.remap.clock_pid(),
            follows: self.remap.main_told(),
            dts,
            pts,
            pcr: clock,
        };
        outside.pipeline.begin(&first, outside.sink);
        self.give_tables(&[Table::Pat, Table::Pmt], outside);
        self.counts.inserted += 2;
        // The clock stands before what it times, as in any stream that is played from the start.
        if let Some(pcr) = self.seek.clock_at_start()
            && start.is_some_and(|view| view.pcr().is_none())
            && self.remap.clock_pid() != NULL_PID
        {
            self.counts.inserted += 1;
            self.feed(&clock_packet(self.remap.clock_pid(), pcr), outside);
        }
        self.play_kept(&picture, outside);
    }

    /// The wait is over: what there is passes, on times that are still to be found out.
    fn begin_anyhow(&mut self, outside: &mut Outside<'_, impl Sink>) {
        outside.pipeline.begin_anyhow();
        if self.selector.program().is_none() {
            self.state = State::Raw;
            while let Some(packet) = self.seek.next_kept() {
                self.feed(&packet, outside);
            }
            return;
        }
        self.adopt();
        let picture = self.seek.take_picture();
        self.give_tables(&[Table::Pat, Table::Pmt], outside);
        self.counts.inserted += 2;
        self.play_kept(&picture, outside);
    }

    fn play_kept(&mut self, picture: &[Packet], outside: &mut Outside<'_, impl Sink>) {
        self.state = State::Playing;
        for packet in picture {
            self.carry(packet, outside);
        }
        while let Some(packet) = self.seek.next_kept() {
            self.carry(&packet, outside);
        }
    }

    fn play(
        &mut self,
        packet: &Packet,
        seen: Seen,
        is_new: bool,
        outside: &mut Outside<'_, impl Sink>,
    ) {
        if is_new {
            self.adopt();
            return self.give_tables(&[Table::Pat, Table::Pmt], outside);
        }
        match seen.fate {
            Fate::Pass => self.carry(packet, outside),
            Fate::Pat => self.give_tables(&[Table::Pat], outside),
            Fate::Pmt => self.give_tables(&[Table::Pmt], outside),
            Fate::Swallow => {}
            Fate::Drop => self.counts.dropped += 1,
        }
    }

    /// Takes over the map that was read last.
    fn adopt(&mut self) {
        let Some(program) = self.selector.program() else {
            return;
        };
        let clock = self.seek.clock_pid(program);
        let tables = self.selector.tables();
        self.remap.adopt(program, clock, tables.pat(), tables.pmt());
        let clocks = (clock != NULL_PID).then(|| (clock, self.remap.clock_pid()));
        self.routes.set(program, self.remap.pairs(), clocks);
    }

    fn carry(&mut self, packet: &Packet, outside: &mut Outside<'_, impl Sink>) {
        let pipeline = &outside.pipeline;
        let carried = self
            .routes
            .carry(packet, |pid, dts| pipeline.is_given(pid, dts));
        if let Some(clock) = &carried.clock {
            self.counts.inserted += 1;
            self.feed(clock, outside);
        }
        match &carried.packet {
            Some(packet) => self.feed(packet, outside),
            None => self.counts.dropped += 1,
        }
    }

    fn give_tables(&mut self, tables: &[Table], outside: &mut Outside<'_, impl Sink>) {
        let Self { remap, counts, .. } = self;
        for table in tables {
            let (pid, section) = match table {
                Table::Pat => (PAT_PID, remap.pat()),
                Table::Pmt => (remap.pmt_pid(), remap.pmt()),
            };
            packetize(pid, section, |packet| {
                counts.fed += 1;
                outside.pipeline.take(&packet, outside.sink);
            });
        }
    }

    fn feed(&mut self, packet: &Packet, outside: &mut Outside<'_, impl Sink>) {
        self.counts.fed += 1;
        outside.pipeline.take(packet, outside.sink);
    }
}

#[derive(Clone, Copy, Debug)]
enum Table {
    Pat,
    Pmt,
}

/// What stands behind the splicer, borrowed for one packet.
struct Outside<'a, S> {
    pipeline: &'a mut Pipeline,
    sink: &'a mut S,
}
