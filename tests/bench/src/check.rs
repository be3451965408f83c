//! What a sampled client checks: sync, continuity, stamps without gap, repeat or foreign packet,
//! fill that belongs, age.

use serde::Serialize;

use crate::packet::{PACKET_BYTES, Packet, STAMP_PID, SYNC_BYTE, Stamp, VIDEO_PID, fill};

/// PIDs whose counters are followed: more than the stream of the source has.
const PIDS_MAX: usize = 16;
/// Ages kept: 200 s at 8 Mbit/s. Later ones are not sampled.
const AGES_MAX: usize = 1 << 16;

/// What was wrong with a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Faults {
    /// Times a packet did not begin with the sync byte.
    pub(crate) sync: u64,
    /// Counters that did not follow (ISO/IEC 13818-1, 2.4.3.3).
    pub(crate) continuity: u64,
    /// Stamps that skipped numbers.
    pub(crate) gaps: u64,
    /// Stamps whose number had come before.
    pub(crate) repeats: u64,
    /// Stamps of another channel.
    pub(crate) foreign: u64,
    /// Stamps and fill that are not as they were made.
    pub(crate) damaged: u64,
}

impl Faults {
    /// All of them.
    pub(crate) fn total(&self) -> u64 {
        self.sync + self.continuity + self.gaps + self.repeats + self.foreign + self.damaged
    }

    /// Adds those of another client.
    pub(crate) fn add(&mut self, other: &Self) {
        self.sync += other.sync;
        self.continuity += other.continuity;
        self.gaps += other.gaps;
        self.repeats += other.repeats;
        self.foreign += other.foreign;
        self.damaged += other.damaged;
    }
}

/// Follows one client's stream.
#[derive(Debug)]
pub(crate) struct Checker {
    channel: u16,
    /// The beginning of a packet whose rest has not come yet.
    partial: Vec<u8>,
    in_sync: bool,
    counters: Vec<(u16, u8)>,
    last_stamp: Option<u64>,
    faults: Faults,
    ages_us: Vec<u64>,
    key_frames: u64,
}

impl Checker {
    /// Expects the stream of this channel.
    pub(crate) fn new(channel: u16) -> Self {
        Self {
            channel,
            partial: Vec::with_capacity(PACKET_BYTES),
            in_sync: true,
            counters: Vec::with_capacity(PIDS_MAX),
            last_stamp: None,
            faults: Faults::default(),
            ages_us: Vec::new(),
            key_frames: 0,
        }
    }

    /// What was wrong so far.
    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Random access points so far.
    pub(crate) fn key_frames(&self) -> u64 {
        self.key_frames
    }

    /// Ages of stamps in microseconds since the last call.
    pub(crate) fn take_ages(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.ages_us)
    }

    /// Takes what came in at `now_us` (microseconds since the Unix epoch).
    pub(crate) fn push(&mut self, mut bytes: &[u8], now_us: u64) {
        while !bytes.is_empty() {
            if !self.in_sync || self.partial.is_empty() {
                let Some(at) = bytes.iter().position(|byte| *byte == SYNC_BYTE) else {
                    return self.lose_sync();
                };
                if at > 0 {
                    self.lose_sync();
                }
                self.in_sync = true;
                bytes = &bytes[at..];
            }
            let wanted = (PACKET_BYTES - self.partial.len()).min(bytes.len());
            self.partial.extend_from_slice(&bytes[..wanted]);
            bytes = &bytes[wanted..];
            if let Ok(packet) = Packet::try_from(self.partial.as_slice()) {
                self.partial.clear();
                self.packet(&packet, now_us);
            }
        }
    }

    fn lose_sync(&mut self) {
        self.faults.sync += u64::from(self.in_sync);
        self.in_sync = false;
    }

    fn packet(&mut self, packet: &Packet, now_us: u64) {
        let pid = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
        self.counter(pid, packet);
        match pid {
            STAMP_PID => self.stamp(packet, now_us),
            VIDEO_PID => self.video(packet),
            _ => {}
        }
    }

    fn counter(&mut self, pid: u16, packet: &Packet) {
        let (counter, has_payload) = (packet[3] & 0x0f, packet[3] & 0x10 != 0);
        let has_field = packet[3] & 0x20 != 0 && packet[4] > 0;
        let is_announced = has_field && packet[5] & 0x80 != 0;
        let known = self.counters.iter_mut().find(|(known, _)| *known == pid);
        let Some((_, last)) = known else {
            if self.counters.len() < PIDS_MAX {
                self.counters.push((pid, counter));
            }
            return;
        };
        let expected = (*last + u8::from(has_payload)) & 0x0f;
        self.faults.continuity += u64::from(counter != expected && !is_announced);
        *last = counter;
    }

    fn stamp(&mut self, packet: &Packet, now_us: u64) {
        let Some(stamp) = Stamp::read(packet) else {
            self.faults.damaged += 1;
            return;
        };
        if stamp.channel != self.channel {
            self.faults.foreign += 1;
            return;
        }
        if let Some(last) = self.last_stamp {
            self.faults.gaps += u64::from(stamp.number > last + 1);
            self.faults.repeats += u64::from(stamp.number <= last);
        }
        self.last_stamp = Some(stamp.number);
        if self.ages_us.len() < AGES_MAX {
            self.ages_us.push(now_us.saturating_sub(stamp.due_us));
        }
    }

    fn video(&mut self, packet: &Packet) {
        let has_field = packet[3] & 0x20 != 0;
        if has_field && packet[4] > 0 && packet[5] & 0x40 != 0 {
            self.key_frames += 1;
        }
        // The fill changes with every stamp that was made, so it counts from the next one on.
        let expected = self.last_stamp.map(|last| fill(self.channel, last + 1));
        let (first, last) = (packet[if has_field { 187 } else { 100 }], packet[187]);
        let is_foreign = expected.is_some_and(|fill| first != fill || last != fill);
        self.faults.damaged += u64::from(is_foreign && packet[3] & 0x10 != 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Stream;

    fn faults_of(edit: impl Fn(&mut Vec<u8>)) -> Faults {
        let mut stream = Stream::new(1, 2_000_000, 0);
        let mut bytes = Vec::new();
        for _ in 0..2000 {
            stream.append(&mut bytes);
        }
        edit(&mut bytes);
        let mut checker = Checker::new(1);
        for part in bytes.chunks(1001) {
            checker.push(part, 0);
        }
        *checker.faults()
    }

    #[test]
    fn each_fault_is_seen_as_what_it_is() {
        assert_eq!(faults_of(|_| {}), Faults::default());
        let lost = faults_of(|bytes| drop(bytes.drain(188 * 500..188 * 540)));
        assert!(
            lost.continuity > 0 && lost.gaps > 0 && lost.sync == 0,
            "{lost:?}"
        );
        let cut = faults_of(|bytes| drop(bytes.drain(188 * 500..188 * 500 + 50)));
        assert!(cut.sync > 0, "{cut:?}");
        let overwritten = faults_of(|bytes| bytes.copy_within(188 * 1000..188 * 1040, 188 * 500));
        assert!(overwritten.damaged > 0 && overwritten.repeats + overwritten.gaps > 0);
        let mut other = Stream::new(2, 2_000_000, 0);
        let mut foreign = Vec::new();
        (0..2000).for_each(|_| other.append(&mut foreign));
        let at = 188 * 500..188 * 540;
        let swapped = faults_of(|bytes| bytes[at.clone()].copy_from_slice(&foreign[at.clone()]));
        assert!(swapped.foreign > 0 && swapped.damaged > 0, "{swapped:?}");
    }
}
