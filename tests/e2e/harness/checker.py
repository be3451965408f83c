"""Judges a transport stream while it arrives: what a decoder and a disc recorder would stumble on.

Independent of the daemon's own reader. What it looks at, with clauses of ISO 13818-1:

- sync bytes, transport errors, scrambling, continuity per PID (2.4.3)
- CRC of PAT and PMT, pictures only on PIDs that the PMT names (2.4.4)
- PCR: never backwards, no unannounced jump; the largest step (2.7.2)
- DTS: rising on each PID, and not behind the PCR when it arrives (2.4.3.7, 2.7.4)
- the first picture is a key frame
- stamps of the test provider: whose pictures these are, which are missing, repeated or run back
- the largest gap between two arrivals, and between two pictures (wall clock)
"""

from dataclasses import dataclass

from provider import mux

PACKET = 188
NULL_PID = 0x1FFF
PCR_HZ = 27_000_000
TICKS_HZ = 90_000
# Beyond this a step of the PCR is a jump; 2.7.2 allows 0.1 s between two.
PCR_STEP_SECONDS_MAX = 5.0
# A decoding time may lie so far behind the PCR of its arrival: that of a packet or two.
LATE_SECONDS_MAX = 0.05
EARLY_SECONDS_MAX = 10.0
ERRORS_KEPT = 12
VIDEO_TYPES = (0x01, 0x02, 0x1B, 0x24)
STAMP_TAIL = mux.STAMP_BYTES_MAX + len(mux.STAMP_UUID)
RUNS_MAX = 1000


@dataclass
class Run:
    """Pictures of one stream in a row."""

    source: str
    first: int
    last: int
    began: float
    pictures: int = 1


@dataclass
class Program:
    """What the tables say now."""

    pmt_pid: int | None = None
    pcr_pid: int | None = None
    streams: dict = None


class Sections:
    """Puts the sections of one PID together (2.4.4)."""

    BYTES_MAX = 1024 + 3

    def __init__(self):
        self.held = None

    def feed(self, payload, starts):
        """Whole sections that end in this payload."""
        whole = []
        if starts:
            pointer, payload = payload[0], payload[1:]
            if self.held is not None:
                self.held += payload[:pointer]
                self._take(whole)
            self.held = bytearray(payload[pointer:])
        elif self.held is None:
            return whole
        else:
            self.held += payload
        self._take(whole)
        return whole

    def _take(self, whole):
        while self.held is not None and len(self.held) >= 3 and self.held[0] != 0xFF:
            length = 3 + ((self.held[1] & 0x0F) << 8 | self.held[2])
            if len(self.held) < length:
                return
            whole.append(bytes(self.held[:length]))
            del self.held[:length]
        self.held = None


class StreamCheck:
    """Feed it what a client received, in pieces of any size."""

    def __init__(self):
        self.rest = b""
        self.packets = 0
        self.errors = []
        self.error_count = 0
        self.program = Program(streams={})
        self.sections = {}
        self.counters = {}
        self.repeats = {}
        self.pcr = None
        self.dts = {}
        self.tail = b""
        self.has_picture = False
        self.discontinuities = 0
        self.stream_types = set()
        self.runs = []
        self.missing = self.repeated = 0
        self.now = 0.0
        self.reset_gaps()

    def reset_gaps(self):
        """Gaps are measured from here on."""
        self.arrival_gap = self.picture_gap = self.pcr_gap = 0.0
        self.arrived = self.pictured = None

    # What was found.

    def error(self, text):
        """One thing more that is wrong."""
        self.error_count += 1
        if len(self.errors) < ERRORS_KEPT:
            self.errors.append(f"packet {self.packets}: {text}")

    def faults(self):
        """Sentences about what is wrong; none if there is nothing."""
        found = list(self.errors)
        if self.error_count > len(found):
            found.append(f"and {self.error_count - len(found)} more")
        if not self.packets:
            found.append("no packet at all")
        return found

    @property
    def sources(self):
        """Names of the streams whose pictures were seen, in their order."""
        return [run.source for run in self.runs]

    @property
    def source(self):
        """Whose pictures come now."""
        return self.runs[-1].source if self.runs else None

    def wait_so_far(self, now):
        """Seconds without a new picture, the gap that is still open included."""
        open_gap = now - self.pictured if self.pictured is not None else 0.0
        return max(self.picture_gap, open_gap)

    # What came.

    def feed(self, data, now):
        """Bytes that arrived at `now` (seconds of any monotonic clock)."""
        if not data:
            return
        self.now = now
        if self.arrived is not None:
            self.arrival_gap = max(self.arrival_gap, now - self.arrived)
        self.arrived = now
        data = self.rest + data
        whole = len(data) // PACKET * PACKET
        for at in range(0, whole, PACKET):
            self._packet(data[at : at + PACKET])
        self.rest = data[whole:]

    def _packet(self, packet):
        self.packets += 1
        if packet[0] != 0x47:
            return self.error(f"sync byte is {packet[0]:#04x}")
        if packet[1] & 0x80:
            self.error("transport_error_indicator is set")
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid == NULL_PID:
            return None
        start, field = 4, b""
        if packet[3] & 0x20:
            start = 5 + packet[4]
            field = packet[5:start]
            if start > PACKET:
                return self.error(f"PID {pid:#x}: adaptation field of {packet[4]} bytes")
        announced = bool(field and field[0] & 0x80)
        self._continuity(pid, packet, announced)
        if field and field[0] & 0x10:
            self._pcr(pid, field, announced)
        if packet[3] & 0x10:
            if packet[3] & 0xC0:
                self.error(f"PID {pid:#x} is scrambled")
            self._payload(pid, packet[start:], bool(packet[1] & 0x40), field)
        return None

    def _continuity(self, pid, packet, announced):
        counter, has_payload = packet[3] & 0x0F, packet[3] & 0x10
        before = self.counters.get(pid)
        self.counters[pid] = counter
        if before is None or announced:
            return
        if not has_payload:
            if counter != before:
                self.error(f"PID {pid:#x}: counter {before} then {counter} without payload")
        elif counter == before:
            # One repeat of a packet is allowed (2.4.3.3).
            if self.repeats.get(pid) == self.packets or self.repeats.get(pid, -9) + 1 == self.packets:
                self.error(f"PID {pid:#x}: counter {counter} three times")
            self.repeats[pid] = self.packets
        elif counter != before + 1 & 0x0F:
            self.error(f"PID {pid:#x}: counter {before} then {counter}")

    def _pcr(self, pid, field, announced):
        if pid != self.program.pcr_pid:
            return
        base = int.from_bytes(field[1:7], "big")
        pcr = (base >> 15) * 300 + (base & 0x1FF)
        before, self.pcr = self.pcr, pcr
        if announced:
            self.discontinuities += 1
            self.dts.clear()
        elif before is not None:
            step = signed(pcr - before, mux.WRAP * 300) / PCR_HZ
            if step < 0:
                self.error(f"PCR runs back by {-step:.3f} s")
            elif step > PCR_STEP_SECONDS_MAX:
                self.error(f"PCR jumps forward by {step:.3f} s")
            else:
                self.pcr_gap = max(self.pcr_gap, step)

    def _payload(self, pid, payload, starts, field):
        if pid == 0 or pid == self.program.pmt_pid:
            for section in self.sections.setdefault(pid, Sections()).feed(payload, starts):
                self._section(pid, section)
        elif starts and payload[:3] == b"\0\0\1":
            self._pes(pid, payload, field)
        if self.program.streams.get(pid) in VIDEO_TYPES:
            self._stamps(payload)

    def _section(self, pid, section):
        if mux.crc32(section):
            return self.error(f"PID {pid:#x}: the CRC of a section is wrong")
        if not section[5] & 1:
            return None  # Not yet valid (current_next_indicator).
        if pid == 0 and section[0] == 0x00:
            return self._pat(section)
        if section[0] == 0x02:
            return self._pmt(section)
        return None

    def _pat(self, section):
        programs = {}
        for at in range(8, len(section) - 4, 4):
            number = section[at] << 8 | section[at + 1]
            if number:
                programs[number] = (section[at + 2] & 0x1F) << 8 | section[at + 3]
        if len(programs) != 1:
            self.error(f"{len(programs)} programs in the PAT")
        self.program.pmt_pid = next(iter(programs.values()), None)

    def _pmt(self, section):
        self.program.pcr_pid = (section[8] & 0x1F) << 8 | section[9]
        streams, at = {}, 12 + ((section[10] & 0x0F) << 8 | section[11])
        while at + 5 <= len(section) - 4:
            streams[(section[at + 1] & 0x1F) << 8 | section[at + 2]] = section[at]
            at += 5 + ((section[at + 3] & 0x0F) << 8 | section[at + 4])
        self.program.streams = streams
        self.stream_types |= set(streams.values())

    def _pes(self, pid, payload, field):
        if pid not in self.program.streams:
            return self.error(f"PES on PID {pid:#x}, which the PMT does not name")
        if self.program.streams[pid] in VIDEO_TYPES and not self.has_picture:
            self.has_picture = True
            if not (field and field[0] & 0x40):
                self.error("the first picture is no key frame")
        if len(payload) < 19 or not payload[7] & 0x80:
            return None
        at = 14 if payload[7] & 0x40 else 9
        self._dts(pid, ticks(payload[at : at + 5]))
        return None

    def _dts(self, pid, dts):
        before = self.dts.get(pid)
        self.dts[pid] = dts
        if before is not None and signed(dts - before, mux.WRAP) <= 0:
            self.error(f"PID {pid:#x}: DTS runs back by {signed(before - dts, mux.WRAP) / TICKS_HZ:.3f} s")
        if self.pcr is None:
            return
        ahead = signed(dts - self.pcr // 300, mux.WRAP) / TICKS_HZ
        if not -LATE_SECONDS_MAX <= ahead <= EARLY_SECONDS_MAX:
            self.error(f"PID {pid:#x}: DTS is {ahead:.3f} s ahead of the PCR")

    def _stamps(self, payload):
        data = self.tail + payload
        at = data.find(mux.STAMP_UUID)
        consumed = 0
        while at >= 0:
            begin = at + len(mux.STAMP_UUID)
            end = data.find(b";", begin, begin + mux.STAMP_BYTES_MAX)
            if end < 0:
                break
            self._stamp(data[begin:end])
            consumed = end
            at = data.find(mux.STAMP_UUID, end)
        self.tail = data[max(consumed, len(data) - STAMP_TAIL) :]

    def _stamp(self, text):
        source, _, number = text.decode("latin-1").rpartition("|")
        try:
            number = int(number, 16)
        except ValueError:
            return
        if self.pictured is not None:
            self.picture_gap = max(self.picture_gap, self.now - self.pictured)
        self.pictured = self.now
        run = self.runs[-1] if self.runs else None
        if run is None or run.source != source:
            if len(self.runs) < RUNS_MAX:
                self.runs.append(Run(source, number, number, self.now))
            return
        if number <= run.last:
            self.repeated += 1
        else:
            self.missing += number - run.last - 1
        run.last = number
        run.pictures += 1


def signed(difference, modulus):
    """The difference of two clocks that wrap, as the nearer of both ways round."""
    difference %= modulus
    return difference - modulus if difference >= modulus // 2 else difference


def ticks(field):
    """A time stamp of a PES head (2.4.3.7)."""
    return (field[0] >> 1 & 7) << 30 | field[1] << 22 | (field[2] >> 1) << 15 | field[3] << 7 | field[4] >> 1
