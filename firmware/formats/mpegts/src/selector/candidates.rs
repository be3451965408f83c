//! The choice among several programs: the first with video, else the first.

use crate::packet::PacketView;
use crate::psi::{PROGRAMS_MAX, Pat, PatEntry, Program, PsiAssembler, Section, section_view};

/// PMTs put together at the same time. Most fit into one packet and need no place for long.
const ASSEMBLERS_MAX: usize = 4;
/// Packets after which programs whose PMT did not come are passed over: 0.6 s at 10 Mbit/s.
const PATIENCE_PACKETS: u32 = 4096;

/// What is known of the programs before one is chosen.
#[derive(Clone, Debug)]
pub(super) struct Candidates {
    assemblers: heapless::Vec<(u16, PsiAssembler), ASSEMBLERS_MAX>,
    /// By place in the PAT: whether the program has video, once its PMT was read.
    has_video: [Option<bool>; PROGRAMS_MAX],
    best: Option<Best>,
    packets: u32,
}

/// The program that would be chosen now, with its PMT.
#[derive(Clone, Debug)]
struct Best {
    place: usize,
    has_video: bool,
    entry: PatEntry,
    section: Section,
}

impl Default for Candidates {
    fn default() -> Self {
        Self {
            assemblers: heapless::Vec::new(),
            has_video: [None; PROGRAMS_MAX],
            best: None,
            packets: 0,
        }
    }
}

impl Candidates {
    /// Another PAT: nothing is known any more.
    pub(super) fn restart(&mut self) {
        self.assemblers.clear();
        self.has_video = [None; PROGRAMS_MAX];
        self.best = None;
        self.packets = 0;
    }

    pub(super) fn reset_assembly(&mut self) {
        self.assemblers.clear();
    }

    /// Reads a packet of any PID; answers with the program and its PMT once the choice is made.
    pub(super) fn read(&mut self, view: PacketView<'_>, pat: &Pat) -> Option<(PatEntry, Section)> {
        self.packets = self.packets.saturating_add(1);
        if pat.programs.iter().any(|entry| entry.pmt_pid == view.pid()) {
            self.read_map(view, pat);
        }
        let all_read = self
            .has_video
            .iter()
            .take(pat.programs.len())
            .all(Option::is_some);
        let best = self.best.as_ref()?;
        let before_read = self.has_video.iter().take(best.place).all(Option::is_some);
        let certain = best.has_video && before_read || all_read;
        if !certain && self.packets < PATIENCE_PACKETS {
            return None;
        }
        let best = self.best.take()?;
        self.restart();
        Some((best.entry, best.section))
    }

    fn read_map(&mut self, view: PacketView<'_>, pat: &Pat) {
        let pid = view.pid();
        let at = match self.assemblers.iter().position(|(of, _)| *of == pid) {
            Some(at) => at,
            None if self.assemblers.push((pid, PsiAssembler::new())).is_ok() => {
                self.assemblers.len() - 1
            }
            None => return,
        };
        let Some((_, mut assembler)) = self.assemblers.get(at).cloned() else {
            return;
        };
        assembler.push(view, |section| self.take_map(section, pid, pat));
        if assembler.in_section() {
            if let Some(place) = self.assemblers.get_mut(at) {
                place.1 = assembler;
            }
        } else {
            self.assemblers.swap_remove(at);
        }
    }

    fn take_map(&mut self, section: &[u8], pid: u16, pat: &Pat) {
        let program = section_view(section).and_then(|view| Program::parse(&view, pid));
        let Some(program) = program else { return };
        let entry = PatEntry {
            number: program.number,
            pmt_pid: pid,
        };
        let Some(place) = pat.programs.iter().position(|listed| *listed == entry) else {
            return;
        };
        let has_video = program.video().is_some();
        if let Some(known) = self.has_video.get_mut(place) {
            *known = Some(has_video);
        }
        let better = self
            .best
            .as_ref()
            .is_none_or(|best| (has_video, best.place) > (best.has_video, place));
        if better && let Ok(section) = Section::from_slice(section) {
            self.best = Some(Best {
                place,
                has_video,
                entry,
                section,
            });
        }
    }
}
