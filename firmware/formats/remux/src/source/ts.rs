//! One elementary stream of a transport stream, PES packet by PES packet.
//!
//! For streams whose picture and sound are in different transport streams: each has its own packet
//! numbers and tables, so that both are taken apart and put together anew.

use std::collections::VecDeque;

use mpegts::pes::PesView;
use mpegts::psi::{PSI_SECTION_BYTES_MAX, Pat, Program, SectionAssembler, Stream, section_view};
use mpegts::random_access::{AccessUnitScan, Verdict};
use mpegts::{PACKET_BYTES, PAT_PID, PacketView, SYNC_BYTE};

use super::{Piece, Wanted};
use crate::stream::{DESCRIPTORS_BYTES_MAX, StreamInfo, UnitHead};

/// Reads the first stream of the kind that is wanted: PES packets become units.
#[derive(Debug)]
pub struct TsSource {
    wants_video: bool,
    packet: Vec<u8>,
    pat: SectionAssembler<PSI_SECTION_BYTES_MAX>,
    pmt: SectionAssembler<PSI_SECTION_BYTES_MAX>,
    pmt_pid: Option<u16>,
    stream: Option<Stream>,
    infos: Vec<StreamInfo>,
    unit: Unit,
    /// At most five: what one packet brings.
    steps: VecDeque<Step>,
    /// The payload that the step `Data` speaks of.
    data: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    None,
    /// Bytes that are still to come, where that is known.
    Open {
        left: Option<usize>,
    },
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Streams,
    Begin(UnitHead),
    Data,
    End,
}

impl TsSource {
    /// Before the first packet. Of [`Wanted::All`] the picture is read.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wants_video: wanted != Wanted::Audio,
            packet: Vec::with_capacity(PACKET_BYTES),
            pat: SectionAssembler::new(),
            pmt: SectionAssembler::new(),
            pmt_pid: None,
            stream: None,
            infos: Vec::new(),
            unit: Unit::None,
            steps: VecDeque::new(),
            data: Vec::with_capacity(PACKET_BYTES),
        }
    }

    /// The stream, once its PMT has come.
    #[must_use]
    pub fn streams(&self) -> &[StreamInfo] {
        &self.infos
    }

    /// See [`super::Source::begin`].
    pub fn begin(&mut self) {
        self.packet.clear();
        self.pat.reset();
        self.pmt.reset();
        self.unit = Unit::None;
        self.steps.clear();
    }

    /// See [`super::Source::next`].
    pub fn next(&mut self, input: &mut &[u8]) -> Option<Piece<'_>> {
        while self.steps.is_empty() {
            let room = PACKET_BYTES - self.packet.len();
            let (now, rest) = input.split_at(room.min(input.len()));
            self.packet.extend_from_slice(now);
            *input = rest;
            let packet = self.packet.as_slice().try_into().ok()?;
            self.packet.clear();
            if PacketView::new(&packet).has_sync() {
                self.read(PacketView::new(&packet));
            } else if let Some(at) = packet.iter().position(|byte| *byte == SYNC_BYTE) {
                // Not on a packet: the search goes on from the next byte that could begin one.
                self.packet
                    .extend_from_slice(packet.get(at..).unwrap_or_default());
            }
        }
        self.step()
    }

    /// See [`super::Source::finish`].
    pub fn finish(&mut self) -> Option<Piece<'_>> {
        self.packet.clear();
        if self.steps.is_empty() {
            self.close();
        }
        self.step()
    }

    fn step(&mut self) -> Option<Piece<'_>> {
        Some(match self.steps.pop_front()? {
            Step::Streams => Piece::Streams,
            Step::Begin(head) => Piece::Begin(head),
            Step::Data => Piece::Data(&self.data),
            Step::End => Piece::End,
        })
    }

    fn close(&mut self) {
        if self.unit != Unit::None {
            self.unit = Unit::None;
            self.steps.push_back(Step::End);
        }
    }

    fn read(&mut self, view: PacketView<'_>) {
        if view.transport_error() {
            return;
        }
        let pid = view.pid();
        if pid == PAT_PID {
            self.read_pat(view);
        } else if self.pmt_pid == Some(pid) {
            self.read_pmt(view);
        } else if self.stream.is_some_and(|stream| stream.pid == pid) && !view.scrambled() {
            self.read_payload(view);
        }
    }

    fn read_pat(&mut self, view: PacketView<'_>) {
        let pmt_pid = &mut self.pmt_pid;
        self.pat.push(view, |section| {
            let pat = section_view(section).as_ref().and_then(Pat::parse);
            if let Some(entry) = pat.as_ref().and_then(|pat| pat.programs.first()) {
                *pmt_pid = Some(entry.pmt_pid);
            }
        });
    }

    fn read_pmt(&mut self, view: PacketView<'_>) {
        let mut found = None;
        let (pid, wants_video) = (view.pid(), self.wants_video);
        self.pmt.push(view, |section| {
            let Some(view) = section_view(section) else {
                return;
            };
            let Some(program) = Program::parse(&view, pid) else {
                return;
            };
            let is_wanted = |stream: &&Stream| match wants_video {
                true => stream.codec.is_video(),
                false => stream.codec.is_audio(),
            };
            let stream = program.streams.iter().find(is_wanted).copied();
            found = stream.map(|stream| (stream, info(&stream, view.body)));
        });
        let Some((stream, info)) = found else { return };
        if self.stream != Some(stream) || self.infos.first() != Some(&info) {
            self.close();
            self.stream = Some(stream);
            self.infos = vec![info];
            self.steps.push_back(Step::Streams);
        }
    }

    fn read_payload(&mut self, view: PacketView<'_>) {
        let payload = view.payload();
        let pes = if view.pusi() {
            PesView::parse(payload)
        } else {
            None
        };
        // A PES packet without times goes on with the unit before it.
        let data = match pes {
            Some(pes) => {
                if let Some(head) = self.head(view, pes, payload) {
                    self.close();
                    self.unit = Unit::Open { left: head.bytes };
                    self.steps.push_back(Step::Begin(head));
                }
                pes.data()
            }
            None => payload,
        };
        let Unit::Open { left } = self.unit else {
            return;
        };
        let count = left.unwrap_or(usize::MAX).min(data.len());
        if count > 0 {
            self.data.clear();
            self.data
                .extend_from_slice(data.get(..count).unwrap_or_default());
            self.steps.push_back(Step::Data);
        }
        let left = left.map(|left| left - count);
        self.unit = Unit::Open { left };
        if left == Some(0) {
            self.close();
        }
    }

    fn head(&self, view: PacketView<'_>, pes: PesView<'_>, payload: &[u8]) -> Option<UnitHead> {
        let stream = self.stream?;
        let header_bytes = payload.len() - pes.data().len();
        let announced = payload.get(4..6).and_then(|field| field.try_into().ok());
        let announced = usize::from(u16::from_be_bytes(announced.unwrap_or_default()));
        let bytes = (announced + 6)
            .checked_sub(header_bytes)
            .filter(|_| announced > 0);
        let scan = || AccessUnitScan::new(stream.codec).feed(pes.data());
        Some(UnitHead {
            stream: 0,
            pts: pes.pts()?,
            dts: pes.dts()?,
            is_key: view.random_access() || (self.wants_video && scan() == Verdict::Yes),
            bytes,
        })
    }
}

/// A stream with the descriptors that the PMT has of it.
fn info(stream: &Stream, body: &[u8]) -> StreamInfo {
    let mut descriptors = descriptors_of(stream.pid, body).unwrap_or_default();
    if descriptors.len() > DESCRIPTORS_BYTES_MAX {
        descriptors = &[];
    }
    StreamInfo {
        stream_type: stream.stream_type,
        stream_id: match (stream.codec.is_video(), stream.stream_type) {
            (true, _) => 0xE0,
            (false, 0x03 | 0x04 | 0x0F | 0x11) => 0xC0,
            (false, _) => 0xBD,
        },
        is_video: stream.codec.is_video(),
        descriptors: descriptors.to_vec(),
    }
}

fn descriptors_of(wanted: u16, body: &[u8]) -> Option<&[u8]> {
    let length_12 = |high: u8, low: u8| usize::from(u16::from_be_bytes([high & 0x0F, low]));
    let [_, _, high, low, rest @ ..] = body else {
        return None;
    };
    let mut rest = rest.get(length_12(*high, *low)..)?;
    while let [_, pid_high, pid_low, high, low, behind @ ..] = rest {
        let (own, next) = behind.split_at_checked(length_12(*high, *low))?;
        if u16::from_be_bytes([pid_high & 0x1F, *pid_low]) == wanted {
            return Some(own);
        }
        rest = next;
    }
    None
}
