//! A source for tests of switching: any PIDs and codecs, a GOP, reordering, its own decoder delay.

use super::*;

/// What a source is like.
#[derive(Clone, Debug)]
pub struct Plan {
    pub video: Option<(u16, Codec)>,
    pub sounds: Vec<(u16, Codec)>,
    /// Where PMT and clock are; a clock on no stream comes in packets of its own.
    pub pmt: u16,
    pub clock: Option<u16>,
    pub number: u16,
    /// First DTS, 90 kHz; not wrapped.
    pub start: u64,
    /// Pictures from one key picture to the next.
    pub gop: u64,
    /// Picture at which the source is joined.
    pub joined: u64,
    /// From PCR to DTS and from the picture's DTS to that of the sound sent with it, 90 kHz.
    pub delay: u64,
    pub sound_ahead: i64,
    /// Pictures from DTS to PTS of those that others refer to.
    pub reorder: u64,
    pub pictures: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            video: Some((VIDEO, Codec::H264)),
            sounds: vec![(AUDIO, Codec::AacAdts)],
            pmt: PMT,
            clock: Some(VIDEO),
            number: 1,
            start: 90_000 * 3600,
            gop: 10,
            joined: 0,
            delay: 5 * FRAME,
            sound_ahead: 0,
            reorder: 0,
            pictures: 25,
        }
    }
}

impl Plan {
    /// Other PIDs, another time, joined in the middle of a GOP.
    pub fn other() -> Self {
        Self {
            video: Some((0x44, Codec::H264)),
            sounds: vec![(0x45, Codec::AacAdts)],
            pmt: 0x20,
            clock: Some(0x44),
            number: 77,
            start: 7,
            joined: 3,
            ..Self::default()
        }
    }

    pub fn program(&self) -> Program {
        let streams = self.video.iter().chain(&self.sounds);
        let streams: Vec<Stream> = streams
            .map(|(pid, codec)| stream(*pid, stream_type(*codec), *codec))
            .collect();
        Program {
            pcr_pid: self.clock.unwrap_or(0x1FFF),
            ..program(self.number, self.pmt, &streams)
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut mux = Mux::new(0);
        mux.program = self.program();
        for number in self.joined..self.joined + self.pictures {
            if number.is_multiple_of(self.gop) {
                mux.tables();
            }
            self.picture(&mut mux, number);
            self.sound(&mut mux, number);
        }
        mux.bytes
    }

    fn picture(&self, mux: &mut Mux, number: u64) {
        let dts = self.start + self.delay + number * FRAME;
        let clock = (self.start + number * FRAME) * 300;
        let own = self.video.map(|(pid, _)| pid) == self.clock;
        if let Some(pid) = self.clock.filter(|_| !own) {
            let packet = mpegts::packet::clock_packet(pid, clock % PCR_WRAP);
            mux.raw(packet);
        }
        let Some((pid, codec)) = self.video else {
            return;
        };
        let key = number.is_multiple_of(self.gop);
        // Every other picture behind the key picture is shown at once, between its neighbours.
        let ahead = if key || number.is_multiple_of(2) {
            self.reorder
        } else {
            0
        };
        let times = Times {
            pts: dts + ahead * FRAME,
            dts,
            pcr: own.then_some(clock),
        };
        mux.pes_at(pid, 0xE0, times, &unit(codec, key));
        mux.fill(pid, 0xAA).fill(pid, 0xAB);
    }

    fn sound(&self, mux: &mut Mux, number: u64) {
        let dts =
            (self.start + self.delay + number * FRAME).saturating_add_signed(self.sound_ahead);
        for (pid, _) in &self.sounds {
            let times = Times {
                pts: dts,
                dts,
                pcr: None,
            };
            mux.pes_at(*pid, 0xC0, times, &[0xFF, 0xF1]);
        }
    }
}

fn stream_type(codec: Codec) -> u8 {
    match codec {
        Codec::H264 => 0x1B,
        Codec::Hevc => 0x24,
        Codec::Mpeg2Video => 0x02,
        Codec::AacAdts => 0x0F,
        Codec::Ac3 => 0x81,
        Codec::MpegAudio => 0x03,
        // Private data, which the conditioner passes as it is.
        _ => 0x06,
    }
}

fn unit(codec: Codec, key: bool) -> Vec<u8> {
    let kind = match (codec, key) {
        (Codec::H264, true) => 0x67,
        (Codec::H264, false) => 0x41,
        (Codec::Hevc, true) => 0x40,
        (Codec::Hevc, false) => 0x02,
        (_, true) => 0xB3,
        (_, false) => 0x00,
    };
    vec![0, 0, 1, kind, 1]
}

/// All sources one after the other, `seam` between them.
pub fn switched(sources: &[Vec<u8>]) -> (Recorder, Conditioner) {
    let sources: Vec<&[u8]> = sources.iter().map(Vec::as_slice).collect();
    condition(&sources, Seam::Switch, 1316)
}

/// Holds the output to what a switch promises; `why` is told when it fails.
pub fn assert_seamless(out: &Recorder, why: &str) {
    let report = out.check().report();
    assert!(report.is_clean(), "{why}: {report:?}");
    let widest = out.clocks().windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(
        widest.unwrap_or(0) <= 2_700_000,
        "{why}: {widest:?} ticks between two PCRs"
    );
    let mut last = std::collections::HashMap::new();
    let mut clock = None;
    for packet in out.packets() {
        let view = PacketView::new(&packet);
        clock = view.pcr().or(clock);
        let dts = Some(view)
            .filter(|view| view.pusi())
            .and_then(|view| mpegts::pes::PesView::parse(view.payload())?.dts());
        let Some(dts) = dts else { continue };
        if let Some(before) = last.insert(view.pid(), dts) {
            let step = mpegts::ticks::pts_difference(dts, before);
            assert!(
                step > 0,
                "{why}: DTS of {:#x} {before} -> {dts}",
                view.pid()
            );
        }
        if let Some(clock) = clock {
            let ahead = mpegts::ticks::pts_difference(dts, clock / 300);
            assert!(ahead >= 0, "{why}: PCR {clock} behind DTS {dts}");
        }
    }
}
