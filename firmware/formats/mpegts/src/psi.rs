//! Program specific information (ISO/IEC 13818-1 clause 2.4.4): sections, PAT, PMT.
//!
//! Tables are read from sections whose CRC is right, and written back as packets. Service
//! information (SDT, EIT, TDT of DVB; PSIP of ATSC) is not read here: nothing downstream asks for it.

mod pat;
mod pmt;
mod section;

pub use pat::{PROGRAMS_MAX, Pat, PatEntry, build_pat};
pub use pmt::{Codec, Program, STREAMS_MAX, Stream, build_pmt};
pub(crate) use section::PsiAssembler;
pub use section::{
    PRIVATE_SECTION_BYTES_MAX, PSI_SECTION_BYTES_MAX, Section, SectionAssembler, Sections, crc32,
    packetize, seal, section_view, with_version,
};
