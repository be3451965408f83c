//! The program association table (clause 2.4.4.3): which programs there are and where their maps are.

use super::section::{Section, Sections, seal};

/// Programs kept of one PAT. A DVB multiplex carries about 20.
pub const PROGRAMS_MAX: usize = 64;

const TABLE_ID: u8 = 0x00;

/// One program of a PAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatEntry {
    /// program_number, never zero (zero names the network PID and is left out).
    pub number: u16,
    /// Where its PMT is.
    pub pmt_pid: u16,
}

/// A program association table, of which the first [`PROGRAMS_MAX`] programs are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pat {
    /// transport_stream_id.
    pub transport_stream_id: u16,
    /// 5 bit version.
    pub version: u8,
    /// Programs in the order of the table.
    pub programs: heapless::Vec<PatEntry, PROGRAMS_MAX>,
}

impl Pat {
    /// `None` where it is another table, not yet in force, or not the first section.
    #[must_use]
    pub fn parse(section: &Sections<'_>) -> Option<Self> {
        if section.table_id != TABLE_ID || !section.current || section.number != 0 {
            return None;
        }
        let programs = section
            .body
            .as_chunks::<4>()
            .0
            .iter()
            .filter_map(|[a, b, c, d]| {
                let number = u16::from_be_bytes([*a, *b]);
                let pmt_pid = u16::from_be_bytes([c & 0x1F, *d]);
                (number != 0).then_some(PatEntry { number, pmt_pid })
            });
        Some(Self {
            transport_stream_id: section.id,
            version: section.version,
            programs: programs.take(PROGRAMS_MAX).collect(),
        })
    }
}

/// A PAT section that lists one program.
#[must_use]
pub fn build_pat(transport_stream_id: u16, version: u8, program: PatEntry) -> Section {
    let [id_high, id_low] = transport_stream_id.to_be_bytes();
    let [number_high, number_low] = program.number.to_be_bytes();
    let [pid_high, pid_low] = program.pmt_pid.to_be_bytes();
    let version = 0xC1 | (version & 0x1F) << 1;
    let bytes = [TABLE_ID, 0, 0, id_high, id_low, version, 0, 0];
    let entry = [number_high, number_low, 0xE0 | pid_high, pid_low];
    let section = bytes.into_iter().chain(entry).collect();
    seal(section).unwrap_or_default()
}
