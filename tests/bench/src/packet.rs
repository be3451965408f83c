//! What source and load agree on: PIDs, the stamp packet, the fill of video packets.
//!
//! Nothing of `mpegts` is used: a bench that read the stream with the code it measures would share
//! its mistakes.

/// Bytes of a transport packet (ISO/IEC 13818-1, 2.4.3.2).
pub(crate) const PACKET_BYTES: usize = 188;
/// First byte of each.
pub(crate) const SYNC_BYTE: u8 = 0x47;
pub(crate) const PMT_PID: u16 = 0x1000;
pub(crate) const VIDEO_PID: u16 = 0x100;
/// The private PID of stamps.
pub(crate) const STAMP_PID: u16 = 0x1f0;

/// A transport packet.
pub(crate) type Packet = [u8; PACKET_BYTES];

const MAGIC: [u8; 4] = *b"DSTM";
const STAMP_AT: usize = 4;

/// What a stamp packet says: it stands where a multiplexer would put a null packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The channel it was made for.
    pub(crate) channel: u16,
    /// Running number within the channel, without gaps.
    pub(crate) number: u64,
    /// When the packet is due at the source, in microseconds since the Unix epoch.
    pub(crate) due_us: u64,
}

impl Stamp {
    /// The stamp as a packet with this continuity counter.
    pub(crate) fn packet(self, counter: u8) -> Packet {
        let mut packet = [0xff; PACKET_BYTES];
        packet[..4].copy_from_slice(&header(STAMP_PID, counter));
        packet[4..8].copy_from_slice(&MAGIC);
        packet[8..10].copy_from_slice(&self.channel.to_be_bytes());
        packet[10..18].copy_from_slice(&self.number.to_be_bytes());
        packet[18..26].copy_from_slice(&self.due_us.to_be_bytes());
        packet
    }

    /// Reads a packet of [`STAMP_PID`]; `None` where it is damaged.
    pub(crate) fn read(packet: &Packet) -> Option<Self> {
        let (magic, rest) = packet[STAMP_AT..].split_first_chunk()?;
        let (channel, rest) = rest.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (due_us, rest) = rest.split_first_chunk()?;
        let intact = *magic == MAGIC && rest.iter().all(|byte| *byte == 0xff);
        intact.then_some(Self {
            channel: u16::from_be_bytes(*channel),
            number: u64::from_be_bytes(*number),
            due_us: u64::from_be_bytes(*due_us),
        })
    }
}

/// What video packets between stamp `number` and the next are filled with: a packet of another
/// channel or of a reused buffer is seen by it. Never below 0x80, so that it forms no start code.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the low seven bits are what is wanted"
)]
pub(crate) fn fill(channel: u16, number: u64) -> u8 {
    0x80 | (number.wrapping_mul(31).wrapping_add(u64::from(channel) * 7) as u8 & 0x7f)
}

/// The four bytes of a packet with payload and without adaptation field.
pub(crate) fn header(pid: u16, counter: u8) -> [u8; 4] {
    let [high, low] = pid.to_be_bytes();
    [SYNC_BYTE, high, low, 0x10 | counter & 0x0f]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_as_it_was_written_and_damage_is_seen() {
        let stamp = Stamp {
            channel: 9,
            number: 1 << 40,
            due_us: 1 << 50,
        };
        let mut packet = stamp.packet(3);
        assert_eq!(packet[3], 0x13);
        assert_eq!(Stamp::read(&packet), Some(stamp));
        packet[187] = 0;
        assert_eq!(Stamp::read(&packet), None);
    }
}
