//! PAT and PMT of the program.

use mpegts::psi::{PatEntry, Section, build_pat, packetize, seal};
use mpegts::{PAT_PID, Packet};

use super::packetizer::numbered;
use crate::stream::{DESCRIPTORS_BYTES_MAX, StreamInfo};

const PROGRAM_NUMBER: u16 = 1;
const TRANSPORT_STREAM_ID: u16 = 1;
const PMT_TABLE_ID: u8 = 0x02;

/// The tables as they are given out, with their counters.
#[derive(Debug)]
pub(super) struct Tables {
    pmt_pid: u16,
    pat: Section,
    /// What the PMT says, without header and CRC.
    body: Vec<u8>,
    pmt: Section,
    version: u8,
    pat_counter: u8,
    pmt_counter: u8,
}

impl Tables {
    pub(super) fn new(pmt_pid: u16) -> Self {
        let number = PROGRAM_NUMBER;
        Self {
            pmt_pid,
            pat: build_pat(TRANSPORT_STREAM_ID, 0, PatEntry { number, pmt_pid }),
            body: Vec::new(),
            pmt: Section::new(),
            // The first description counts on to 0.
            version: 31,
            pat_counter: 0x0F,
            pmt_counter: 0x0F,
        }
    }

    /// What the PMT says from now on; whether that is something else than before.
    pub(super) fn describe<'a>(
        &mut self,
        clock_pid: u16,
        streams: impl Iterator<Item = (&'a StreamInfo, u16)>,
    ) -> bool {
        let [high, low] = clock_pid.to_be_bytes();
        let mut body = vec![0xE0 | high, low, 0xF0, 0];
        for (info, pid) in streams {
            let [high, low] = pid.to_be_bytes();
            let kept = info.descriptors.len() <= DESCRIPTORS_BYTES_MAX;
            let descriptors = if kept {
                info.descriptors.as_slice()
            } else {
                &[]
            };
            let length = u8::try_from(descriptors.len()).unwrap_or(0);
            body.extend([info.stream_type, 0xE0 | high, low, 0xF0, length]);
            body.extend_from_slice(descriptors);
        }
        if body == self.body {
            return false;
        }
        self.version = (self.version + 1) & 0x1F;
        let [high, low] = PROGRAM_NUMBER.to_be_bytes();
        let header = [
            PMT_TABLE_ID,
            0,
            0,
            high,
            low,
            0xC1 | self.version << 1,
            0,
            0,
        ];
        let whole = [&header[..], &body].concat();
        // 12 bytes and 16 streams of at most 101 may be too long: then nothing is announced. That
        // takes ten streams with the longest descriptors, of which this crate makes none.
        self.pmt = Section::from_slice(&whole)
            .ok()
            .and_then(seal)
            .unwrap_or_default();
        self.body = body;
        true
    }

    pub(super) fn give(&mut self, out: &mut Vec<u8>) {
        if self.pmt.is_empty() {
            return;
        }
        let count = |counter: &mut u8, packet: Packet, out: &mut Vec<u8>| {
            numbered(packet, counter, out);
        };
        packetize(PAT_PID, &self.pat, |packet| {
            count(&mut self.pat_counter, packet, out)
        });
        packetize(self.pmt_pid, &self.pmt, |packet| {
            count(&mut self.pmt_counter, packet, out)
        });
    }
}
