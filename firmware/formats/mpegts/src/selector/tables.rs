//! PAT and PMT as they are given out, and the versions under which they are.

use crate::packet::{PAT_PID, Packet};
use crate::psi::{Pat, PatEntry, Section, build_pat, packetize, section_view, with_version};

const VERSION_AT: usize = 5;
const CRC_BYTES: usize = 4;

/// The two tables that a receiver of the output holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pat: Section,
    pmt: Section,
    pmt_pid: u16,
}

impl Tables {
    pub(crate) const fn pat(&self) -> &Section {
        &self.pat
    }

    pub(crate) const fn pmt(&self) -> &Section {
        &self.pmt
    }

    /// Takes over a PAT of the source. Returns whether its content is new.
    pub(super) fn set_pat(&mut self, section: &Section) -> bool {
        replace(&mut self.pat, section)
    }

    /// Takes over one program of a PAT that has several.
    pub(super) fn set_pat_alone(&mut self, pat: &Pat, entry: PatEntry) -> bool {
        replace(
            &mut self.pat,
            &build_pat(pat.transport_stream_id, pat.version, entry),
        )
    }

    /// Takes over a PMT of the source. Returns whether its content is new.
    pub(super) fn set_pmt(&mut self, pid: u16, section: &Section) -> bool {
        self.pmt_pid = pid;
        replace(&mut self.pmt, section)
    }

    /// The PAT as packets, one in practice. Counters are zero.
    pub(crate) fn pat_packets(&self, each: impl FnMut(Packet)) {
        if !self.pat.is_empty() {
            packetize(PAT_PID, &self.pat, each);
        }
    }

    /// The PMT as packets, at most six. Counters are zero.
    pub(crate) fn pmt_packets(&self, each: impl FnMut(Packet)) {
        if !self.pmt.is_empty() {
            packetize(self.pmt_pid, &self.pmt, each);
        }
    }
}

/// The same content stays under the version it has; other content never comes under that version.
fn replace(held: &mut Section, new: &Section) -> bool {
    if held == new || same_content(held, new) {
        return false;
    }
    let version = |section: &Section| section_view(section).map(|view| view.version);
    let section = match (version(held), version(new)) {
        (Some(old), Some(version)) if old == version => with_version(new, version + 1),
        _ => Some(new.clone()),
    };
    *held = section.unwrap_or_else(|| new.clone());
    true
}

fn same_content(one: &Section, other: &Section) -> bool {
    let content = |section: &Section| section.len().saturating_sub(CRC_BYTES);
    let end = content(one);
    let differs = |(at, (a, b)): (usize, (&u8, &u8))| at != VERSION_AT && at < end && a != b;
    one.len() == other.len() && !one.iter().zip(other).enumerate().any(differs)
}
