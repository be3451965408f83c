//! The way of each packet of a new stream: under which PID and counter it goes on, and from where.
//!
//! A stream begins with the start of a PES packet or section. One that begins before the key
//! picture is shown, or whose time was given out already, is left out; so are the pictures that are
//! shown before the key picture and coded behind it, because they refer to pictures that never
//! came (open GOP; RASL pictures of ISO/IEC 23008-2).

use crate::packet::{NULL_PID, Packet, PacketView, clear_pcr, clock_packet, set_cc, set_pid};
use crate::pes::PesView;
use crate::psi::{Program, STREAMS_MAX};
use crate::splicer::remap::Pairs;
use crate::ticks::{PTS_PER_SECOND, pts_difference};

/// Time and date of DVB: the one table beside PAT and PMT that speaks of no program.
const TIME_PID: u16 = 0x14;
/// A PTS farther than this from the key picture means nothing.
const DISTANCE_MAX: i64 = 10 * PTS_PER_SECOND.cast_signed();
/// Last counters kept of PIDs whose stream is not in the map at the moment.
const LEFT_MAX: usize = 2 * STREAMS_MAX;

/// Where the packets of a source go.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    routes: heapless::Vec<Route, STREAMS_MAX>,
    /// Last counters of PIDs of the output that have no route.
    left: heapless::Vec<(u16, u8), LEFT_MAX>,
    /// PID of the clock, of the source and of the output.
    clock: Option<(u16, u16)>,
    /// PTS of the key picture, in the time of the source.
    key: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Route {
    source: u16,
    output: u16,
    is_pes: bool,
    is_main: bool,
    door: Door,
    /// Last counter given out, and how far it is from the source's; unknown where the route was
    /// not in use just before.
    given: Option<u8>,
    shift: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// What comes is left out.
    Shut,
    /// The key picture passes; what is behind it is to be looked at.
    Key,
    Open,
}

/// What a packet of the source becomes: itself, under another PID, and the clock apart from it.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    pub(crate) clock: Option<Packet>,
    pub(crate) packet: Option<Packet>,
}

impl Routes {
    /// Another source begins; its packets pass once [`Self::open`] was called.
    pub(crate) fn restart(&mut self) {
        self.routes.clear();
        self.left.clear();
        self.clock = None;
        self.key = None;
    }

    /// Takes over a map. Streams that stay go on as they are.
    pub(crate) fn set(&mut self, program: &Program, pairs: &Pairs, clock: Option<(u16, u16)>) {
        self.clock = clock;
        let before = std::mem::take(&mut self.routes);
        for route in &before {
            self.leave(route);
        }
        let main = program.main().map(|stream| stream.pid);
        for (source, output) in pairs {
            let same = |route: &&Route| route.source == *source && route.output == *output;
            let new = Route {
                source: *source,
                output: *output,
                is_pes: program
                    .stream(*source)
                    .is_some_and(|stream| stream.codec.is_pes()),
                is_main: main == Some(*source),
                door: Door::Shut,
                given: self
                    .left
                    .iter()
                    .find(|(pid, _)| pid == output)
                    .map(|(_, cc)| *cc),
                shift: None,
            };
            let _full = self
                .routes
                .push(before.iter().find(same).copied().unwrap_or(new));
        }
    }

    /// From here on packets pass: from the key picture with this PTS on, or, where none is known,
    /// from the next start in each stream.
    pub(crate) const fn open(&mut self, key: Option<u64>) {
        self.key = key;
    }

    /// All streams have begun long ago: what is in the middle of a picture goes on too.
    pub(crate) fn open_all(&mut self) {
        self.key = None;
        for route in &mut self.routes {
            route.door = Door::Open;
        }
    }

    /// Where a PID of the source goes.
    pub(crate) fn output(&self, source: u16) -> Option<u16> {
        let route = self.routes.iter().find(|route| route.source == source);
        route.map(|route| route.output)
    }

    /// Takes the next packet. `is_given` tells for a PID of the output whether a DTS of the source
    /// lies before the end of what was given out there.
    pub(crate) fn carry(
        &mut self,
        packet: &Packet,
        is_given: impl Fn(u16, u64) -> bool,
    ) -> Carried {
        let view = PacketView::new(packet);
        let pid = view.pid();
        if matches!(pid, NULL_PID | TIME_PID) {
            return Carried {
                clock: None,
                packet: Some(*packet),
            };
        }
        let key = self.key;
        let route = self.routes.iter_mut().find(|route| route.source == pid);
        let mut carried = route.and_then(|route| route.carry(packet, key, is_given));
        let clock = self.clock_apart(view, carried.as_ref());
        if clock.is_some()
            && let Some(packet) = &mut carried
        {
            clear_pcr(packet);
        }
        Carried {
            clock,
            packet: carried,
        }
    }

    /// The clock of the source, where its packet does not itself go on under the clock's PID.
    fn clock_apart(&self, view: PacketView<'_>, carried: Option<&Packet>) -> Option<Packet> {
        let (_, to) = self.clock.filter(|(from, _)| *from == view.pid())?;
        let is_there = carried.is_some_and(|packet| PacketView::new(packet).pid() == to);
        let pcr = view.pcr().filter(|_| !is_there)?;
        Some(clock_packet(to, pcr))
    }

    fn leave(&mut self, route: &Route) {
        let Some(cc) = route.given else { return };
        self.left.retain(|(pid, _)| *pid != route.output);
        if self.left.is_full() {
            self.left.remove(0);
        }
        let _full = self.left.push((route.output, cc));
    }
}

impl Route {
    fn carry(
        &mut self,
        packet: &Packet,
        key: Option<u64>,
        is_given: impl Fn(u16, u64) -> bool,
    ) -> Option<Packet> {
        let view = PacketView::new(packet);
        if self.door != Door::Open && view.pusi() && view.has_payload() {
            self.door = self.door_at(view, key, is_given);
        }
        if self.door == Door::Shut {
            // Counters go on where the last packet that passed stood.
            self.shift = None;
            return None;
        }
        let mut packet = *packet;
        set_pid(&mut packet, self.output);
        self.number(&mut packet);
        Some(packet)
    }

    /// What the start of a PES packet or section does to the door.
    fn door_at(
        &self,
        view: PacketView<'_>,
        key: Option<u64>,
        is_given: impl Fn(u16, u64) -> bool,
    ) -> Door {
        if !self.is_pes {
            return Door::Open;
        }
        if view.scrambled() {
            return Door::Shut;
        }
        let Some(pes) = PesView::parse(view.payload()) else {
            return Door::Shut;
        };
        let (Some(key), Some((pts, dts))) = (key, pes.pts().zip(pes.dts())) else {
            return Door::Open;
        };
        match pts_difference(pts, key) {
            far if far.abs() > DISTANCE_MAX => Door::Open,
            0 if self.is_main => Door::Key,
            before if before < 0 => Door::Shut,
            _ if !self.is_main && is_given(self.output, dts) => Door::Shut,
            _ => Door::Open,
        }
    }

    /// Losses of the source stay visible to what is behind; what was left out here is none.
    fn number(&mut self, packet: &mut Packet) {
        let view = PacketView::new(packet);
        let cc = view.cc();
        if view.discontinuity() {
            self.shift = None;
        }
        if !view.has_payload() {
            set_cc(packet, self.given.unwrap_or(cc));
            return;
        }
        let follow = |given: u8| given.wrapping_add(1).wrapping_sub(cc);
        let shift = *self
            .shift
            .get_or_insert(self.given.map_or(0, follow) & 0x0F);
        let number = cc.wrapping_add(shift) & 0x0F;
        self.given = Some(number);
        set_cc(packet, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pes::encode_stamp;
    use crate::psi::{Codec, Stream};

    const SOURCE: u16 = 0x44;
    const OUTPUT: u16 = 0x100;

    fn packet(pid: u16, cc: u8, pts: Option<u64>) -> Packet {
        let mut packet = [0xFF; 188];
        packet[..4].copy_from_slice(&[0x47, 0, 0, 0x10 | cc & 15]);
        set_pid(&mut packet, pid);
        if let Some(pts) = pts {
            packet[1] |= 0x40;
            packet[4..13].copy_from_slice(&[0, 0, 1, 0xE0, 0, 0, 0x80, 0x80, 5]);
            packet[13..18].copy_from_slice(&encode_stamp(0x20, pts));
        }
        packet
    }

    fn routes(codec: Codec, pairs: &[(u16, u16)]) -> Routes {
        let stream = |pid| Stream {
            pid,
            stream_type: 0,
            codec,
            language: None,
        };
        let program = Program {
            number: 1,
            pmt_pid: 0x50,
            pcr_pid: SOURCE,
            version: 0,
            streams: pairs.iter().map(|(source, _)| stream(*source)).collect(),
        };
        let mut routes = Routes::default();
        routes.set(
            &program,
            &pairs.iter().copied().collect(),
            Some((SOURCE, OUTPUT)),
        );
        routes
    }

    /// Counters of what passes, in order.
    fn feed(routes: &mut Routes, packets: &[(u16, u8, Option<u64>)]) -> Vec<u8> {
        let carried = packets.iter().filter_map(|(pid, cc, pts)| {
            let packet = packet(*pid, *cc, *pts);
            routes.carry(&packet, |_, dts| dts < 1000).packet
        });
        carried
            .map(|packet| PacketView::new(&packet).cc())
            .collect()
    }

    #[test]
    fn leading_pictures_are_left_out_and_counters_close_up() {
        let mut routes = routes(Codec::H264, &[(SOURCE, OUTPUT)]);
        routes.open(Some(5000));
        let pictures = [
            (SOURCE, 3, None),
            (SOURCE, 4, Some(5000)),
            (SOURCE, 5, None),
            (SOURCE, 6, Some(4000)),
            (SOURCE, 7, None),
            (SOURCE, 8, Some(9000)),
            (SOURCE, 9, None),
            // Later pictures may be shown before the key picture: the source's own matter.
            (SOURCE, 10, Some(4500)),
            (SOURCE, 12, None),
        ];
        assert_eq!(feed(&mut routes, &pictures), [4, 5, 6, 7, 8, 10]);
    }

    #[test]
    fn sound_before_the_picture_or_already_given_is_left_out() {
        let pairs = [(SOURCE, OUTPUT), (0x45, 0x101)];
        for (key, passing) in [(500, 3), (1200, 2), (1400, 1), (3000, 0), (4_000_000, 4)] {
            let mut routes = routes(Codec::AacAdts, &pairs);
            routes.open(Some(key));
            let sound = [900, 1100, 1300, 1500].map(|pts| (0x45, 0, Some(pts)));
            assert_eq!(feed(&mut routes, &sound).len(), passing, "{key}");
        }
    }

    #[test]
    fn the_clock_goes_on_without_its_stream() {
        let mut routes = routes(Codec::H264, &[(SOURCE, 0x200)]);
        let clock = clock_packet(SOURCE, 777);
        let carried = routes.carry(&clock, |_, _| false);
        let packet = carried.clock.expect("the clock on its own PID");
        let view = PacketView::new(&packet);
        assert_eq!((view.pid(), view.pcr()), (OUTPUT, Some(777)));
        assert!(carried.packet.is_none(), "the stream has not begun");
    }

    #[test]
    fn what_no_map_lists_is_left_out() {
        let mut routes = routes(Codec::H264, &[(SOURCE, OUTPUT)]);
        routes.open(None);
        let packets = [(0x11, 1, None), (0x14, 2, None), (NULL_PID, 3, None)];
        assert_eq!(feed(&mut routes, &packets), [2, 3]);
    }

    #[test]
    fn a_stream_on_another_pid_of_the_source_counts_on() {
        let mut routes = routes(Codec::H264, &[(SOURCE, OUTPUT)]);
        routes.open(None);
        assert_eq!(feed(&mut routes, &[(SOURCE, 7, Some(1))]), [7]);
        let other = self::routes(Codec::H264, &[(0x99, OUTPUT)]);
        let program = Program {
            number: 1,
            pmt_pid: 0x50,
            pcr_pid: 0x99,
            version: 0,
            streams: other
                .routes
                .iter()
                .map(|route| Stream {
                    pid: route.source,
                    stream_type: 0,
                    codec: Codec::H264,
                    language: None,
                })
                .collect(),
        };
        routes.set(&program, &[(0x99, OUTPUT)].into_iter().collect(), None);
        assert_eq!(feed(&mut routes, &[(0x99, 1, Some(9))]), [8]);
    }
}
