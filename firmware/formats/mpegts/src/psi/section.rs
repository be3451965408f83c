//! Sections: put together from packets, checked, given a version, cut into packets.

use crate::packet::{PACKET_BYTES, Packet, PacketView, SYNC_BYTE};
use crc::{CRC_32_MPEG_2, Crc};

/// PAT and PMT sections end here (section_length ≤ 1021).
pub const PSI_SECTION_BYTES_MAX: usize = 1024;
/// Private sections (SCTE 35, DSM-CC) end here (section_length ≤ 4093).
pub const PRIVATE_SECTION_BYTES_MAX: usize = 4096;

const CRC_BYTES: usize = 4;
const VERSION_AT: usize = 5;
const PAYLOAD_BYTES: usize = PACKET_BYTES - 4;
const MPEG_2: Crc<u32> = Crc::<u32>::new(&CRC_32_MPEG_2);

/// A PAT or PMT section, CRC included.
pub type Section = heapless::Vec<u8, PSI_SECTION_BYTES_MAX>;

/// Puts a PAT or PMT together.
pub(crate) type PsiAssembler = SectionAssembler<PSI_SECTION_BYTES_MAX>;

/// Puts sections together from the packets of one PID, up to `BYTES_MAX` each.
///
/// Losses need no counter here: what they leave behind does not pass the CRC.
#[derive(Clone, Debug, Default)]
pub struct SectionAssembler<const BYTES_MAX: usize> {
    buffer: heapless::Vec<u8, BYTES_MAX>,
    in_section: bool,
}

impl<const BYTES_MAX: usize> SectionAssembler<BYTES_MAX> {
    /// Nothing begun.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            buffer: heapless::Vec::new(),
            in_section: false,
        }
    }

    /// Forgets a section that was begun.
    pub fn reset(&mut self) {
        self.buffer.clear();
        self.in_section = false;
    }

    /// Whether a section has begun and not ended.
    #[must_use]
    pub const fn in_section(&self) -> bool {
        self.in_section
    }

    /// Takes a packet of the PID; `found` sees each section that it completes, CRC unchecked.
    pub fn push(&mut self, packet: PacketView<'_>, mut found: impl FnMut(&[u8])) {
        let payload = packet.payload();
        if !packet.pusi() {
            self.append(payload, &mut found);
            return;
        }
        let Some((&pointer, rest)) = payload.split_first() else {
            return self.reset();
        };
        let Some((tail, mut rest)) = rest.split_at_checked(usize::from(pointer)) else {
            return self.reset();
        };
        self.append(tail, &mut found);
        // Sections follow each other without gap; 0xFF in place of a table id is stuffing.
        while rest.first().is_some_and(|table_id| *table_id != 0xFF) {
            self.reset();
            self.in_section = true;
            rest = self.append(rest, &mut found);
        }
    }

    /// Adds bytes to the section that was begun and gives back those behind its end.
    fn append<'a>(&mut self, bytes: &'a [u8], found: &mut impl FnMut(&[u8])) -> &'a [u8] {
        if !self.in_section {
            return &[];
        }
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            if self.buffer.push(*byte).is_err() {
                self.reset();
                return &[];
            }
            rest = behind;
            if section_bytes(&self.buffer) == Some(self.buffer.len()) {
                found(&self.buffer);
                self.reset();
                break;
            }
        }
        rest
    }
}

/// Whole length of the section that begins here, once its length field is there.
fn section_bytes(section: &[u8]) -> Option<usize> {
    match section {
        [_, high, low, ..] => Some(3 + usize::from(u16::from_be_bytes([high & 0x0F, *low]))),
        _ => None,
    }
}

/// The fields that PAT and PMT sections share, after their CRC was found right.
#[derive(Clone, Copy, Debug)]
pub struct Sections<'a> {
    /// Which table.
    pub table_id: u8,
    /// transport_stream_id of a PAT, program_number of a PMT.
    pub id: u16,
    /// 5 bit version.
    pub version: u8,
    /// Whether the table holds now, and not from its next version on.
    pub current: bool,
    /// Which section of the table.
    pub number: u8,
    /// What stands between the header and the CRC.
    pub body: &'a [u8],
}

/// Reads the header of a long-form section and checks its CRC.
#[must_use]
pub fn section_view(section: &[u8]) -> Option<Sections<'_>> {
    let (checked, _) = section.split_last_chunk::<CRC_BYTES>()?;
    let whole = section_bytes(section)? == section.len();
    // The CRC over a section with its CRC is zero: this register has no final inversion.
    let [
        table_id,
        flags,
        _,
        id_high,
        id_low,
        version,
        number,
        _,
        body @ ..,
    ] = checked
    else {
        return None;
    };
    if !whole || flags & 0x80 == 0 || crc32(section) != 0 {
        return None;
    }
    Some(Sections {
        table_id: *table_id,
        id: u16::from_be_bytes([*id_high, *id_low]),
        version: version >> 1 & 0x1F,
        current: version & 1 == 1,
        number: *number,
        body,
    })
}

/// CRC-32/MPEG-2, annex A.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    MPEG_2.checksum(bytes)
}

/// Gives a section its length and its CRC; `None` where it would be too long.
#[must_use]
pub fn seal(mut section: Section) -> Option<Section> {
    let length = u16::try_from(section.len() + CRC_BYTES - 3).ok()?;
    let [high, low] = length.to_be_bytes();
    *section.get_mut(1)? = 0xB0 | high & 0x0F;
    *section.get_mut(2)? = low;
    let crc = crc32(&section);
    section.extend_from_slice(&crc.to_be_bytes()).ok()?;
    Some(section)
}

/// The same section under another version.
#[must_use]
pub fn with_version(section: &[u8], version: u8) -> Option<Section> {
    let (bytes, _) = section.split_last_chunk::<CRC_BYTES>()?;
    let mut section = Section::from_slice(bytes).ok()?;
    let field = section.get_mut(VERSION_AT)?;
    *field = *field & 0xC1 | (version & 0x1F) << 1;
    seal(section)
}

/// Cuts a section into packets on `pid`, counters zero; `each` sees them in order.
pub fn packetize(pid: u16, section: &[u8], mut each: impl FnMut(Packet)) {
    let [pid_high, pid_low] = (pid & 0x1FFF).to_be_bytes();
    let mut rest = section;
    let mut first = true;
    while first || !rest.is_empty() {
        let mut packet = [0xFF; PACKET_BYTES];
        let room = PAYLOAD_BYTES - usize::from(first);
        let (now, later) = rest.split_at(rest.len().min(room));
        let start = if first { 0x40 } else { 0 };
        // A section that begins has its pointer_field (zero: at once) before it.
        let header = [SYNC_BYTE, start | pid_high, pid_low, 0x10, 0];
        let header = header.get(..4 + usize::from(first)).unwrap_or_default();
        for (to, from) in packet.iter_mut().zip(header.iter().chain(now)) {
            *to = *from;
        }
        each(packet);
        rest = later;
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(length: usize) -> Section {
        let head = [2, 0, 0, 0, 1, 0xC1, 0, 0];
        let body = (0..length).map(|at| u8::try_from(at % 251).unwrap_or(0));
        seal(head.into_iter().chain(body).collect()).expect("it fits a section")
    }

    fn assemble(packets: &[Packet]) -> Vec<Vec<u8>> {
        let mut assembler = SectionAssembler::<PSI_SECTION_BYTES_MAX>::new();
        let mut found = Vec::new();
        for packet in packets {
            assembler.push(PacketView::new(packet), |section| {
                found.push(section.to_vec())
            });
        }
        found
    }

    #[test]
    fn sections_of_all_lengths_survive_packets() {
        for length in [0, 1, 170, 171, 172, 355, 356, 1012] {
            let section = section(length);
            let mut packets = Vec::new();
            packetize(0x1000, &section, |packet| packets.push(packet));
            let found = assemble(&packets);
            assert_eq!(found, [section.to_vec()], "{length}");
            assert!(section_view(&found[0]).is_some());
        }
    }

    #[test]
    fn two_sections_in_one_packet_are_both_found() {
        let both = [section(20), section(30)].concat();
        let mut packets = Vec::new();
        packetize(0x1000, &both, |packet| packets.push(packet));
        assert_eq!(
            assemble(&packets),
            [section(20).to_vec(), section(30).to_vec()]
        );
    }

    #[test]
    fn a_lost_or_changed_byte_fails_the_crc() {
        let mut packets = Vec::new();
        packetize(0x1000, &section(500), |packet| packets.push(packet));
        packets.remove(1);
        let found = assemble(&packets);
        assert!(found.iter().all(|section| section_view(section).is_none()));
        let mut changed = section(20).to_vec();
        changed[12] ^= 1;
        assert!(section_view(&changed).is_none());
    }

    #[test]
    fn another_version_is_sealed_anew() {
        let other = with_version(&section(20), 31).expect("a section");
        assert_eq!(section_view(&other).map(|view| view.version), Some(31));
    }
}
