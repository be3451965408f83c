//! A source that puts another coding on one of its PIDs while it plays.
//!
//! Few players look at the stream_type of a PID that they know. So from here on the source is
//! treated like one that was switched to: its map is given out anew, with a new PID for the stream
//! whose coding changed, and all others go on where they are.

use super::remap::recodes;
use super::{Splicer, State};
use crate::packet::PacketView;
use crate::pipeline::Pipeline;
use crate::psi::{Program, section_view};

impl Splicer {
    /// Whether a map ends in this packet, and gives a PID another coding than it was announced
    /// with.
    #[cold]
    pub(super) fn recodes(&mut self, view: PacketView<'_>, pipeline: &Pipeline) -> bool {
        let Some((held, ..)) = pipeline.announced() else {
            return false;
        };
        let mut found = false;
        self.map.push(view, |section| {
            let map = section_view(section).and_then(|view| Program::parse(&view, held.pmt_pid));
            found |= map.is_some_and(|map| map.number == held.number && recodes(held, &map));
        });
        found
    }

    /// From here on packets go the way that the map of before gave them, until the next is read.
    pub(super) fn take_over(&mut self, pipeline: &Pipeline) {
        let Some((program, tables, clock_pid)) = pipeline.announced() else {
            return;
        };
        self.state = State::Playing;
        self.selector = pipeline.selector().clone();
        self.remap
            .restart(Some((program, tables.pat(), tables.pmt(), clock_pid)));
        self.remap.keep_all(program);
        self.routes.restart();
        self.routes
            .set(program, self.remap.pairs(), Some((clock_pid, clock_pid)));
        self.routes.open_all();
    }
}
