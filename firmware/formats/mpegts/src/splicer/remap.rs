//! Under which PIDs, and in which map, the streams of another source are given out.
//!
//! A viewer chose a language or a subtitle by PID, so streams go where one of the same coding was:
//! by language, then in order. A stream of a coding that was never announced gets a PID that
//! nothing else had: few players look at the stream_type of a PID that they know (ffmpeg feeds an
//! H.264 decoder with HEVC), and all of them open a decoder for a new one. What was once decided
//! for a PID of a source holds while that source plays, even if its map drops the stream for a time.

use crate::packet::{NULL_PID, STREAM_PIDS};
use crate::psi::{Program, STREAMS_MAX, Section, Stream, seal, section_view, with_version};

/// PIDs of a source and of the output.
pub(crate) type Pairs = heapless::Vec<(u16, u16), STREAMS_MAX>;

/// Streams remembered: two programs of the largest size.
const TOLD_MAX: usize = 2 * STREAMS_MAX;
const CRC_BYTES: usize = 4;

/// What receivers were told, and where the streams of the source at hand go.
#[derive(Debug, Default)]
pub(crate) struct Remap {
    /// Streams under their PIDs of the output: those of the map that holds, then older ones.
    told: heapless::Vec<Stream, TOLD_MAX>,
    /// All that was decided for this source.
    decided: heapless::Vec<(u16, u16), TOLD_MAX>,
    /// The streams of the source's map.
    pairs: Pairs,
    /// program_number and PID of the map, once announced.
    number: u16,
    pmt_pid: u16,
    /// PID of the clock: announced, and of the map as it is given out.
    clock_told: u16,
    clock_pid: u16,
    is_announced: bool,
    pat: Section,
    pmt: Section,
    /// The stream that decided (picture, else sound) when the source began.
    main_told: Option<u16>,
}

impl Remap {
    pub(crate) const fn pairs(&self) -> &Pairs {
        &self.pairs
    }

    pub(crate) const fn pat(&self) -> &Section {
        &self.pat
    }

    pub(crate) const fn pmt(&self) -> &Section {
        &self.pmt
    }

    pub(crate) const fn pmt_pid(&self) -> u16 {
        self.pmt_pid
    }

    /// The PID of the clock in the output; [`NULL_PID`] without one.
    pub(crate) const fn clock_pid(&self) -> u16 {
        self.clock_pid
    }

    /// The stream of before whose place that of the new source takes in time.
    pub(crate) const fn main_told(&self) -> Option<u16> {
        self.main_told
    }

    /// Another source begins. `announced` is what receivers hold.
    pub(crate) fn restart(&mut self, announced: Option<(&Program, &Section, &Section, u16)>) {
        self.decided.clear();
        self.pairs.clear();
        self.is_announced = announced.is_some();
        self.main_told = announced.and_then(|(program, ..)| Some(program.main()?.pid));
        let Some((program, pat, pmt, clock_pid)) = announced else {
            return;
        };
        let older = std::mem::take(&mut self.told);
        let fresh = |stream: &&Stream| program.stream(stream.pid).is_none();
        let all = program.streams.iter().chain(older.iter().filter(fresh));
        self.told = all.take(TOLD_MAX).copied().collect();
        self.number = program.number;
        self.pmt_pid = program.pmt_pid;
        self.clock_told = clock_pid;
        self.pat = pat.clone();
        self.pmt = pmt.clone();
    }

    /// The source at hand is the one that was announced, every stream under its own PID.
    pub(crate) fn keep_all(&mut self, program: &Program) {
        for stream in &program.streams {
            self.pair(stream, stream.pid);
        }
        self.clock_pid = self.clock_told;
    }

    /// Takes over a map of the source, whose clock is on `clock` ([`NULL_PID`]: it has none).
    /// `section` is the map as it came, `pat` the table to announce where none was yet.
    pub(crate) fn adopt(&mut self, program: &Program, clock: u16, pat: &Section, section: &[u8]) {
        if !self.is_announced {
            self.is_announced = true;
            self.number = program.number;
            self.pmt_pid = program.pmt_pid;
            self.clock_told = clock;
            self.pat = pat.clone();
            self.pmt = Section::new();
            self.told = program.streams.iter().copied().collect();
        }
        self.assign(&program.streams);
        self.clock_pid = self.place_clock(clock);
        if let Some(map) = self.rewrite(section) {
            self.pmt = map;
        }
    }

    fn assign(&mut self, streams: &[Stream]) {
        self.pairs.clear();
        for stream in streams {
            if let Some(pid) = self.decided_for(stream) {
                self.pair(stream, pid);
            }
        }
        let fits: [fn(&Stream, &Stream) -> bool; 2] =
            [|told, new| told.language == new.language, |_, _| true];
        for fits in fits {
            for stream in streams {
                let is_match = |told: &&Stream| is_same_coding(told, stream) && fits(told, stream);
                let free = |told: &&Stream| !self.is_paired(told.pid);
                let told = self.told.iter().filter(free).find(is_match);
                if let Some(pid) = told.map(|told| told.pid) {
                    self.pair(stream, pid);
                }
            }
        }
        for stream in streams {
            if !self.pairs.iter().any(|(source, _)| *source == stream.pid) {
                let pid = self.free_pid(stream.pid);
                self.tell(Stream { pid, ..*stream });
                self.pair(stream, pid);
            }
        }
    }

    fn decided_for(&self, stream: &Stream) -> Option<u16> {
        let (_, pid) = self
            .decided
            .iter()
            .find(|(source, _)| *source == stream.pid)?;
        let told = self.told.iter().find(|told| told.pid == *pid)?;
        is_same_coding(told, stream).then_some(*pid)
    }

    /// A map that lists a PID twice has one stream there.
    fn pair(&mut self, stream: &Stream, pid: u16) {
        let known = self.pairs.iter().any(|(source, _)| *source == stream.pid);
        if known || self.pairs.push((stream.pid, pid)).is_err() {
            return;
        }
        self.decided.retain(|(source, _)| *source != stream.pid);
        if self.decided.is_full() {
            self.decided.remove(0);
        }
        let _full = self.decided.push((stream.pid, pid));
    }

    fn tell(&mut self, stream: Stream) {
        if self.told.is_full() {
            self.told.pop();
        }
        let _full = self.told.push(stream);
    }

    fn is_paired(&self, pid: u16) -> bool {
        self.pairs.iter().any(|(_, output)| *output == pid)
    }

    /// The PID that the source itself uses where that is free, else the lowest free one.
    fn free_pid(&self, wanted: u16) -> u16 {
        let is_free = |pid: &u16| {
            STREAM_PIDS.contains(pid)
                && *pid != self.pmt_pid
                && *pid != self.clock_told
                && !self.is_paired(*pid)
                && !self.told.iter().any(|told| told.pid == *pid)
        };
        let any = || (0x100..=*STREAM_PIDS.end()).find(is_free);
        let own = Some(wanted).filter(is_free);
        own.or_else(any).unwrap_or(wanted)
    }

    /// The clock stays on its PID, even where that is no stream any more (clause 2.4.4.9 asks for
    /// none): some receivers look for it once. Where none was announced it goes with its stream.
    fn place_clock(&self, source: u16) -> u16 {
        if source == NULL_PID {
            return NULL_PID;
        }
        if self.clock_told != NULL_PID {
            return self.clock_told;
        }
        let paired = self.pairs.iter().find(|(of, _)| *of == source);
        paired.map_or_else(|| self.free_pid(source), |(_, output)| *output)
    }

    /// The source's map under the PIDs of the output, streams in the order they were announced in.
    /// The version moves on when anything else does.
    fn rewrite(&self, section: &[u8]) -> Option<Section> {
        let body = section_view(section)?.body;
        let (info, rest) = body
            .get(2..)?
            .split_at_checked(loop_bytes(body.get(2..)?)?)?;
        let [number_high, number_low] = self.number.to_be_bytes();
        let [clock_high, clock_low] = self.clock_pid.to_be_bytes();
        let head = [2, 0, 0, number_high, number_low, 0xC1, 0, 0];
        let mut map: Section = head.into_iter().collect();
        map.extend_from_slice(&[0xE0 | clock_high, clock_low])
            .ok()?;
        map.extend_from_slice(info).ok()?;
        for (_, pid, entry) in &self.ordered(rest) {
            let [stream_type, _, _, info @ ..] = entry else {
                continue;
            };
            let [high, low] = pid.to_be_bytes();
            map.extend_from_slice(&[*stream_type, 0xE0 | high, low])
                .ok()?;
            map.extend_from_slice(info).ok()?;
        }
        let map = seal(map)?;
        let Some(held) = section_view(&self.pmt) else {
            return with_version(&map, section_view(section)?.version);
        };
        let same = with_version(&map, held.version)?;
        if content(&same) == content(&self.pmt) {
            return Some(self.pmt.clone());
        }
        with_version(&map, held.version.wrapping_add(1))
    }

    /// Place among what was told, PID of the output, and bytes of each entry of a map.
    fn ordered<'a>(
        &self,
        mut rest: &'a [u8],
    ) -> heapless::Vec<(usize, u16, &'a [u8]), STREAMS_MAX> {
        let mut entries = heapless::Vec::new();
        while let [_, high, low, behind @ ..] = rest {
            let source = u16::from_be_bytes([high & 0x1F, *low]);
            let Some((entry, next)) =
                loop_bytes(behind).and_then(|bytes| rest.split_at_checked(3 + bytes))
            else {
                break;
            };
            let pair = self.pairs.iter().find(|(of, _)| *of == source);
            if let Some((_, pid)) = pair {
                let place = self.told.iter().position(|told| told.pid == *pid);
                let _full = entries.push((place.unwrap_or(TOLD_MAX), *pid, entry));
            }
            rest = next;
        }
        entries.sort_by_key(|(place, _, _)| *place);
        entries
    }
}

/// Whether a decoder of one stream decodes the other.
fn is_same_coding(one: &Stream, other: &Stream) -> bool {
    one.codec == other.codec && one.stream_type == other.stream_type
}

/// Whether a map gives a stream of another coding the PID of one that `held` has.
pub(super) fn recodes(held: &Program, map: &Program) -> bool {
    map.streams.iter().any(|stream| {
        let before = held.stream(stream.pid);
        before.is_some_and(|before| !is_same_coding(before, stream))
    })
}

/// Length of a descriptor loop, its 2 byte length field included.
fn loop_bytes(bytes: &[u8]) -> Option<usize> {
    let [high, low, ..] = bytes else { return None };
    Some(2 + usize::from(u16::from_be_bytes([high & 0x0F, *low])))
}

fn content(section: &[u8]) -> &[u8] {
    let end = section.len().saturating_sub(CRC_BYTES);
    section.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::psi::{Codec, build_pmt};

    fn stream(pid: u16, codec: Codec, language: &[u8; 3]) -> Stream {
        let stream_type = match codec {
            Codec::H264 => 0x1B,
            Codec::Hevc => 0x24,
            Codec::AacAdts => 0x0F,
            Codec::Ac3 => 0x81,
            _ => 0x06,
        };
        Stream {
            pid,
            stream_type,
            codec,
            language: (language != b"   ").then_some(*language),
        }
    }

    fn program(pmt_pid: u16, streams: &[Stream]) -> Program {
        Program {
            number: pmt_pid,
            pmt_pid,
            pcr_pid: streams[0].pid,
            version: 5,
            streams: streams.iter().copied().collect(),
        }
    }

    fn announced(streams: &[Stream]) -> Remap {
        let program = program(0x1000, streams);
        let mut remap = Remap::default();
        let (pat, pmt) = (Section::new(), build_pmt(&program));
        remap.restart(Some((&program, &pat, &pmt, program.pcr_pid)));
        remap
    }

    fn adopt(remap: &mut Remap, streams: &[Stream]) -> Program {
        let program = program(0x50, streams);
        remap.adopt(
            &program,
            streams[0].pid,
            &Section::new(),
            &build_pmt(&program),
        );
        let view = section_view(remap.pmt()).expect("a right CRC");
        Program::parse(&view, remap.pmt_pid()).expect("a map")
    }

    const V: Codec = Codec::H264;
    const A: Codec = Codec::AacAdts;

    #[test]
    fn streams_go_where_their_like_was() {
        let told = [
            stream(0x100, V, b"   "),
            stream(0x101, A, b"eng"),
            stream(0x102, Codec::Ac3, b"deu"),
            stream(0x103, Codec::Teletext, b"deu"),
        ];
        type Case<'a> = (&'a str, &'a [Stream], &'a [(u16, u16)]);
        let table: &[Case<'_>] = &[
            (
                "languages swapped",
                &[
                    stream(0x44, V, b"   "),
                    stream(0x45, Codec::Ac3, b"deu"),
                    stream(0x46, A, b"eng"),
                ],
                &[(0x44, 0x100), (0x45, 0x102), (0x46, 0x101)],
            ),
            (
                "codecs that were not there",
                &[
                    stream(0x45, Codec::Eac3, b"   "),
                    stream(0x44, Codec::Hevc, b"   "),
                ],
                &[(0x45, 0x45), (0x44, 0x44)],
            ),
            (
                "the PIDs crossed",
                &[stream(0x101, V, b"   "), stream(0x100, A, b"eng")],
                &[(0x101, 0x100), (0x100, 0x101)],
            ),
            (
                "kinds that were not there; one PID is taken, one is not",
                &[
                    stream(0x44, V, b"   "),
                    stream(0x103, Codec::DvbSubtitle, b"deu"),
                    stream(0x555, Codec::Scte35, b"   "),
                ],
                &[(0x44, 0x100), (0x103, 0x104), (0x555, 0x555)],
            ),
            (
                "two pictures",
                &[stream(0x44, V, b"   "), stream(0x1000, V, b"   ")],
                &[(0x44, 0x100), (0x1000, 0x104)],
            ),
        ];
        for (name, streams, wanted) in table {
            let mut remap = announced(&told);
            adopt(&mut remap, streams);
            let mut pairs = remap.pairs().to_vec();
            pairs.sort_unstable();
            let mut wanted = wanted.to_vec();
            wanted.sort_unstable();
            assert_eq!(pairs, wanted, "{name}");
        }
    }

    #[test]
    fn the_version_moves_only_with_the_content() {
        let told = [stream(0x100, V, b"   "), stream(0x101, A, b"   ")];
        let mut remap = announced(&told);
        let same = [stream(0x45, A, b"   "), stream(0x44, V, b"   ")];
        // Built maps carry no descriptors, so order and PIDs are all that could differ.
        assert_eq!(adopt(&mut remap, &same).version, 5);
        assert_eq!(adopt(&mut remap, &same[1..]).version, 6);
        assert_eq!(adopt(&mut remap, &same[1..]).version, 6);
        let back = adopt(&mut remap, &same);
        assert_eq!(
            (back.version, back.number, back.pcr_pid),
            (7, 0x1000, 0x100)
        );
    }

    #[test]
    fn the_clock_stays_where_another_coding_goes() {
        let told = [stream(0x100, V, b"   "), stream(0x101, A, b"   ")];
        let mut remap = announced(&told);
        let hevc = [stream(0x100, Codec::Hevc, b"   "), stream(0x101, A, b"   ")];
        let map = adopt(&mut remap, &hevc);
        let pid = map.video().map(|video| video.pid);
        assert_eq!((map.pcr_pid, map.version, pid), (0x100, 6, Some(0x102)));
        // Its old PID is still told.
        let map = adopt(&mut remap, &told);
        assert_eq!((map.pcr_pid, map.streams[0].pid), (0x100, 0x100));
    }

    #[test]
    fn a_decision_holds_while_the_source_plays() {
        let told = [stream(0x100, V, b"   "), stream(0x101, A, b"eng")];
        let mut remap = announced(&told);
        let (v, one, two) = (
            stream(0x44, V, b"   "),
            stream(0x45, A, b"eng"),
            stream(0x46, A, b"fra"),
        );
        adopt(&mut remap, &[v, one, two]);
        let before: Vec<_> = remap.pairs().to_vec();
        adopt(&mut remap, &[v]);
        adopt(&mut remap, &[v, two]);
        assert_eq!(remap.pairs().to_vec(), [before[0], before[2]]);
        adopt(&mut remap, &[v, two, one]);
        for pair in before {
            assert!(remap.pairs().contains(&pair), "{pair:x?}");
        }
    }

    #[test]
    fn a_full_map_and_one_pid_twice_do_no_harm() {
        let told = [stream(0x100, V, b"   ")];
        let mut remap = announced(&told);
        let mut streams: Vec<Stream> = (0..32).map(|n| stream(0x100 + n, A, b"   ")).collect();
        let out = adopt(&mut remap, &streams);
        let mut pids: Vec<u16> = out.streams.iter().map(|stream| stream.pid).collect();
        pids.sort_unstable();
        pids.dedup();
        assert_eq!(pids.len(), 32);
        streams.truncate(2);
        streams[1].pid = streams[0].pid;
        adopt(&mut remap, &streams);
        assert_eq!(remap.pairs().len(), 1);
    }
}
