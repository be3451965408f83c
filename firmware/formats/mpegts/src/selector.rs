//! Which program is given out, and under which tables.
//!
//! Reads PAT and PMT as they pass and says of each packet what is to be done with it. The tables
//! given out are the source's own as long as nothing forbids it; they are replaced where the source
//! has several programs, or where it shows other content under a version that was given out before
//! (a receiver would then not look at the new one).

mod candidates;
mod tables;

use crate::packet::{PAT_PID, PacketView, STREAM_PIDS};
use crate::psi::{Pat, PatEntry, Program, PsiAssembler, Section, section_view};
use candidates::Candidates;
pub(crate) use tables::Tables;

/// What is to be done with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It belongs to the program, or is a table of a source that has only one.
    Pass,
    /// It belongs to another program, or to none.
    Drop,
    /// It is part of a table that is given out as a whole at another packet.
    Swallow,
    /// The PAT stands here.
    Pat,
    /// The PMT stands here.
    Pmt,
}

/// What a packet told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) fate: Fate,
    /// Whether the packet itself can stand for the table, and need not be replaced.
    pub(crate) as_sent: bool,
    /// Whether a PMT of the chosen program ended here.
    pub(crate) map: bool,
    /// Whether it, or its PAT, differs from what was given out before.
    pub(crate) changed: bool,
}

/// Reads the tables and chooses the program.
#[derive(Clone, Debug)]
pub(crate) struct Selector {
    pat_assembler: PsiAssembler,
    pmt_assembler: PsiAssembler,
    candidates: Box<Candidates>,
    pat: Option<Pat>,
    pat_section: Section,
    chosen: Option<PatEntry>,
    program: Option<Program>,
    tables: Tables,
}

impl Selector {
    pub(crate) fn new() -> Self {
        Self {
            pat_assembler: PsiAssembler::new(),
            pmt_assembler: PsiAssembler::new(),
            candidates: Box::default(),
            pat: None,
            pat_section: Section::new(),
            chosen: None,
            program: None,
            tables: Tables::default(),
        }
    }

    pub(crate) const fn program(&self) -> Option<&Program> {
        self.program.as_ref()
    }

    /// The tables as they are given out.
    pub(crate) const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Whether the source has several programs.
    pub(crate) fn is_multiple(&self) -> bool {
        self.pat.as_ref().is_some_and(|pat| pat.programs.len() > 1)
    }

    /// Whether a PID may carry PES packets: it is a stream of the program, or no program is known.
    pub(crate) fn is_pes(&self, pid: u16) -> bool {
        match &self.program {
            Some(program) => program
                .stream(pid)
                .is_some_and(|stream| stream.codec.is_pes()),
            None => pid != PAT_PID,
        }
    }

    /// What was begun of a section is not continued.
    pub(crate) fn reset_assembly(&mut self) {
        self.pat_assembler.reset();
        self.pmt_assembler.reset();
        self.candidates.reset_assembly();
    }

    /// Reads a packet.
    pub(crate) fn read(&mut self, view: PacketView<'_>) -> Seen {
        let pid = view.pid();
        if pid == PAT_PID {
            return self.read_pat(view);
        }
        if self.chosen.is_some_and(|chosen| chosen.pmt_pid == pid) {
            return self.read_pmt(view);
        }
        if self.chosen.is_none() && self.pat.is_some() {
            return self.read_candidate(view);
        }
        Seen::plain(if self.admits(view) {
            Fate::Pass
        } else {
            Fate::Drop
        })
    }

    /// Whether a PID carries PES packets of the program.
    pub(crate) fn is_stream(&self, pid: u16) -> bool {
        self.program.is_some() && self.is_pes(pid)
    }

    /// Where a program is known a stream that it does not list is nobody's, most likely a packet
    /// whose PID was damaged. Tables of the source pass where it has one program, and so does a
    /// clock that its map forgot.
    fn admits(&self, view: PacketView<'_>) -> bool {
        let pid = view.pid();
        let Some(program) = &self.program else {
            return !self.is_multiple();
        };
        let is_named =
            program.stream(pid).is_some() || pid == program.pcr_pid || pid == program.pmt_pid;
        let is_clock = || view.pcr().is_some() && !view.has_payload();
        // Of a map with more streams than are kept the others are not known.
        let is_other = || !STREAM_PIDS.contains(&pid) || program.streams.is_full() || is_clock();
        is_named || !self.is_multiple() && is_other()
    }

    fn read_pat(&mut self, view: PacketView<'_>) -> Seen {
        let mut found = None;
        self.pat_assembler.push(view, |section| {
            let pat = section_view(section).and_then(|view| Pat::parse(&view));
            found = pat.zip(Section::from_slice(section).ok());
        });
        let right = found.is_some();
        if let Some((pat, section)) = found {
            self.take_pat(pat, section);
        }
        let fate = match (&self.program, view.pusi()) {
            (Some(_), true) => Fate::Pat,
            _ => Fate::Swallow,
        };
        let as_sent = right && self.tables.pat() == &self.pat_section && !self.is_multiple();
        Seen {
            fate,
            as_sent,
            map: false,
            changed: false,
        }
    }

    fn take_pat(&mut self, pat: Pat, section: Section) {
        self.pat_section = section;
        let same = self
            .pat
            .as_ref()
            .is_some_and(|old| old.programs == pat.programs);
        if !same {
            let kept = self.chosen.filter(|chosen| pat.programs.contains(chosen));
            self.chosen = match pat.programs.as_slice() {
                [only] => Some(*only),
                _ => kept,
            };
            self.pmt_assembler.reset();
            self.candidates.restart();
        }
        if same && self.program.is_some() && pat.programs.len() == 1 {
            // Only what stands beside the program changed: the network PID, the stream's number.
            self.tables.set_pat(&self.pat_section);
        }
        self.pat = Some(pat);
    }

    fn read_pmt(&mut self, view: PacketView<'_>) -> Seen {
        let Some(chosen) = self.chosen else {
            return Seen::plain(Fate::Pass);
        };
        let began_before = self.pmt_assembler.in_section();
        let (mut found, mut is_other) = (None, !view.has_payload());
        self.pmt_assembler.push(view, |section| {
            let parsed = section_view(section);
            let program = parsed
                .and_then(|view| Program::parse(&view, chosen.pmt_pid))
                .filter(|program| program.number == chosen.number);
            if let Some(program) = program {
                found = Some(program).zip(Section::from_slice(section).ok());
            } else {
                is_other |= parsed.is_some();
            }
        });
        let Some((program, section)) = found else {
            let in_map = began_before || self.pmt_assembler.in_section();
            return match is_other {
                _ if in_map => Seen::plain(Fate::Swallow),
                true if self.is_multiple() => Seen::plain(Fate::Drop),
                true => Seen::plain(Fate::Pass),
                false => self.broken_map(view),
            };
        };
        let changed = self.adopt(program, &section);
        let whole = view.pusi() && !began_before;
        let as_sent = whole && !self.is_multiple() && self.tables.pmt() == &section;
        Seen {
            fate: Fate::Pmt,
            as_sent,
            map: true,
            changed,
        }
    }

    /// No section with a right CRC stands where the map has to be: the map that is known is put in
    /// its place.
    fn broken_map(&self, view: PacketView<'_>) -> Seen {
        let fate = match (&self.program, view.pusi()) {
            (Some(_), true) => Fate::Pmt,
            _ => Fate::Swallow,
        };
        Seen {
            as_sent: false,
            ..Seen::plain(fate)
        }
    }

    #[cold]
    fn read_candidate(&mut self, view: PacketView<'_>) -> Seen {
        let Some(pat) = &self.pat else {
            return Seen::plain(Fate::Pass);
        };
        let is_map = pat.programs.iter().any(|entry| entry.pmt_pid == view.pid());
        let fate = if is_map {
            Fate::Swallow
        } else if self.admits(view) {
            Fate::Pass
        } else {
            Fate::Drop
        };
        let Some((entry, section)) = self.candidates.read(view, pat) else {
            return Seen::plain(fate);
        };
        self.chosen = Some(entry);
        let program = section_view(&section).and_then(|view| Program::parse(&view, entry.pmt_pid));
        let Some(program) = program else {
            return Seen::plain(fate);
        };
        let changed = self.adopt(program, &section);
        Seen {
            fate: Fate::Pmt,
            as_sent: false,
            map: true,
            changed,
        }
    }

    /// Makes a map, just read, the one that holds. Returns whether other tables are given out.
    fn adopt(&mut self, program: Program, section: &Section) -> bool {
        let entry = PatEntry {
            number: program.number,
            pmt_pid: program.pmt_pid,
        };
        let multiplex = self.pat.as_ref().filter(|pat| pat.programs.len() > 1);
        let changed = match multiplex {
            Some(pat) => self.tables.set_pat_alone(pat, entry),
            None => self.tables.set_pat(&self.pat_section),
        };
        let changed = self.tables.set_pmt(program.pmt_pid, section) || changed;
        if changed || self.program.is_none() {
            self.program = Some(program);
        }
        changed
    }
}

impl Seen {
    const fn plain(fate: Fate) -> Self {
        Self {
            fate,
            as_sent: true,
            map: false,
            changed: false,
        }
    }
}
