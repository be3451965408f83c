//! Finding packets in bytes that were cut anywhere.
//!
//! Three strides exist: 188 bytes; 192 with a 4 byte time before each packet (M2TS); 204 with
//! 16 bytes of Reed-Solomon parity behind it. Only the 188 bytes are given out.
//!
//! The result does not depend on how the bytes were cut: a decision is made when all the bytes that
//! it rests on are there, so the newest packet waits for the first byte behind it. What packets
//! mean is not looked at.

use crate::packet::{PACKET_BYTES, Packet, SYNC_BYTE};

/// Bytes kept between two calls: more than any decision has to look ahead.
pub const CARRY_BYTES_MAX: usize = 2048;

const STRIDES: [usize; 3] = [PACKET_BYTES, 192, 204];
/// Sync bytes in a row that make a stride believed. Two by chance are common, three are not.
const CHAIN: usize = 3;
/// The farthest look: a chain that begins just before the end of a doubtful packet.
const LOOK_AHEAD_BYTES: usize = 2 * PACKET_BYTES + CHAIN * 204;
const _: () = assert!(LOOK_AHEAD_BYTES < CARRY_BYTES_MAX);

/// Cuts bytes into packets.
#[derive(Debug)]
pub struct PacketSync {
    carry: Vec<u8>,
    stride: Option<usize>,
    counts: SyncCounts,
}

/// What was lost on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncCounts {
    /// Bytes that were in no packet.
    pub bytes_dropped: u64,
    /// Times that the next packet was not where it had to be.
    pub sync_losses: u64,
}

/// What can be said about the bytes at hand.
enum Step {
    /// Nothing, before more bytes come.
    Wait,
    /// So many bytes are no packet.
    Drop(usize),
    /// A packet begins here and the next thing after so many bytes.
    Packet(usize),
}

impl Default for PacketSync {
    fn default() -> Self {
        Self::new()
    }
}

impl PacketSync {
    /// Out of sync, nothing kept.
    #[must_use]
    pub fn new() -> Self {
        Self {
            carry: Vec::with_capacity(CARRY_BYTES_MAX),
            stride: None,
            counts: SyncCounts::default(),
        }
    }

    /// What was lost up to now.
    #[must_use]
    pub const fn counts(&self) -> SyncCounts {
        self.counts
    }

    /// Takes the next bytes; `each` sees the packets that became certain.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&Packet)) {
        while !self.carry.is_empty() && !bytes.is_empty() {
            let kept = self.carry.len();
            let room = CARRY_BYTES_MAX - kept;
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.carry.extend_from_slice(now);
            let mut carry = std::mem::take(&mut self.carry);
            let used = self.consume(&carry, false, &mut each);
            if used >= kept {
                // The rest of the carry is in `bytes` too: go on there, without a copy.
                bytes = bytes.get(used - kept..).unwrap_or_default();
                carry.clear();
            } else {
                carry.drain(..used);
                bytes = later;
            }
            self.carry = carry;
        }
        let used = self.consume(bytes, false, &mut each);
        self.carry
            .extend_from_slice(bytes.get(used..).unwrap_or_default());
    }

    /// No more bytes follow: decides on what was kept, and forgets the stride.
    pub fn finish(&mut self, mut each: impl FnMut(&Packet)) {
        let mut carry = std::mem::take(&mut self.carry);
        let used = self.consume(&carry, true, &mut each);
        self.counts.bytes_dropped += (carry.len() - used.min(carry.len())) as u64;
        carry.clear();
        self.carry = carry;
        self.stride = None;
    }

    /// Works through the front of `bytes` and returns how many are done with.
    fn consume(&mut self, bytes: &[u8], end: bool, each: &mut impl FnMut(&Packet)) -> usize {
        let mut used = 0;
        while let Some(rest) = bytes.get(used..).filter(|rest| !rest.is_empty()) {
            match self.step(rest, end) {
                Step::Wait => break,
                Step::Drop(count) => {
                    self.counts.bytes_dropped += count as u64;
                    used += count;
                }
                Step::Packet(stride) => {
                    if let Some(packet) = rest.first_chunk() {
                        each(packet);
                    }
                    used += stride.min(rest.len());
                }
            }
        }
        used
    }

    fn step(&mut self, rest: &[u8], end: bool) -> Step {
        let Some(stride) = self.stride else {
            return self.search(rest, end);
        };
        match (rest.first(), rest.get(stride)) {
            (Some(&SYNC_BYTE), Some(&SYNC_BYTE)) => Step::Packet(stride),
            (Some(&SYNC_BYTE), None) if !end => Step::Wait,
            (Some(&SYNC_BYTE), None) if rest.len() >= PACKET_BYTES => Step::Packet(stride),
            (Some(&SYNC_BYTE), Some(_)) => self.doubt(rest, end),
            (Some(_), _) => self.lose(),
            _ => Step::Drop(rest.len()),
        }
    }

    /// The next packet is missing. Either this one was cut short, and the next begins inside it, or
    /// this one is whole and something else follows.
    fn doubt(&mut self, rest: &[u8], end: bool) -> Step {
        for at in 1..PACKET_BYTES {
            match chain(rest, at, end) {
                None => return Step::Wait,
                Some(Some(stride)) => {
                    self.counts.sync_losses += 1;
                    self.stride = Some(stride);
                    return Step::Drop(at);
                }
                Some(None) => {}
            }
        }
        self.lose();
        Step::Packet(PACKET_BYTES)
    }

    fn lose(&mut self) -> Step {
        self.counts.sync_losses += 1;
        self.stride = None;
        Step::Drop(0)
    }

    fn search(&mut self, rest: &[u8], end: bool) -> Step {
        for at in 0..rest.len() {
            match chain(rest, at, end) {
                None if at == 0 => return Step::Wait,
                None => return Step::Drop(at),
                Some(Some(stride)) => {
                    self.stride = Some(stride);
                    return Step::Drop(at);
                }
                Some(None) => {}
            }
        }
        Step::Drop(rest.len())
    }
}

/// Whether packets stand in a row from `at` on, and with which stride; `None` before enough bytes
/// are there to tell.
#[expect(
    clippy::option_option,
    reason = "undecided and decided-against are different answers"
)]
fn chain(bytes: &[u8], at: usize, end: bool) -> Option<Option<usize>> {
    if bytes.get(at) != Some(&SYNC_BYTE) {
        return Some(None);
    }
    for stride in STRIDES {
        if chain_of(bytes.get(at..).unwrap_or_default(), stride, end)? {
            return Some(Some(stride));
        }
    }
    Some(None)
}

/// `rest` begins with a sync byte.
fn chain_of(rest: &[u8], stride: usize, end: bool) -> Option<bool> {
    for link in 1..CHAIN {
        match rest.get(link * stride) {
            Some(&SYNC_BYTE) => {}
            Some(_) => return Some(false),
            None if !end => return None,
            // At the end a short chain is believed when it ends with the bytes or had two links.
            None => {
                return Some(link > 1 && rest.len() >= PACKET_BYTES || rest.len() == PACKET_BYTES);
            }
        }
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(count: u8) -> Vec<Packet> {
        (0..count)
            .map(|number| {
                let mut packet = [number; PACKET_BYTES];
                packet[0] = SYNC_BYTE;
                packet
            })
            .collect()
    }

    fn run(bytes: &[u8], cut: usize) -> (Vec<Packet>, SyncCounts) {
        let mut sync = PacketSync::new();
        let mut found = Vec::new();
        for part in bytes.chunks(cut) {
            sync.push(part, |packet| found.push(*packet));
        }
        sync.finish(|packet| found.push(*packet));
        (found, sync.counts())
    }

    #[test]
    fn all_strides_and_cuts() {
        let packets = packets(20);
        for (before, behind) in [(0, 0), (4, 0), (0, 16)] {
            let bytes: Vec<u8> = packets
                .iter()
                .flat_map(|packet| [vec![1; before], packet.to_vec(), vec![2; behind]].concat())
                .collect();
            for cut in [1, 7, 187, 188, 189, 1316, 100_000] {
                let (found, counts) = run(&bytes, cut);
                assert_eq!(found, packets, "{before} {behind} cut {cut}");
                assert_eq!(counts.bytes_dropped, before as u64);
            }
        }
    }

    #[test]
    fn garbage_between_packets_costs_only_itself() {
        let packets = packets(12);
        let mut bytes = packets[..6].concat();
        bytes.extend([0x55; 77]);
        bytes.extend(packets[6..].concat());
        let (found, counts) = run(&bytes, 50);
        assert_eq!(found, packets);
        assert_eq!(
            counts,
            SyncCounts {
                bytes_dropped: 77,
                sync_losses: 1
            }
        );
    }

    #[test]
    fn a_packet_cut_short_is_dropped_whole() {
        let packets = packets(12);
        let mut bytes = packets[..6].concat();
        bytes.truncate(6 * PACKET_BYTES - 30);
        bytes.extend(packets[6..].concat());
        let (found, counts) = run(&bytes, 50);
        assert_eq!(found, [&packets[..5], &packets[6..]].concat());
        assert_eq!(
            counts,
            SyncCounts {
                bytes_dropped: 158,
                sync_losses: 1
            }
        );
    }

    #[test]
    fn text_is_no_packet() {
        let page = b"<html>Gone. Go away. GET lost. </html>".repeat(30);
        let (found, counts) = run(&page, 100);
        assert!(found.is_empty());
        assert_eq!(counts.bytes_dropped, page.len() as u64);
    }
}
