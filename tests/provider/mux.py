"""A small MPEG-TS multiplexer (13818-1) whose pictures say where they come from.

Each picture carries the name of its stream and its running number as a user-data message, which a
checking client reads out of the picture itself: PIDs, services and clocks may all be rewritten on
the way, pictures are not.
"""

from dataclasses import dataclass

from . import clips

WRAP = 1 << 33
# Data arrives this long before it is decoded.
DELAY_TICKS = 36_000
# user_data_unregistered wants a UUID (14496-10, D.2.7). No zero bytes: nothing needs escaping.
STAMP_UUID = bytes.fromhex("d1901e7a5b8c4f2e9a61c3754d2f8be6")
STAMP_BYTES_MAX = 64
PROVIDER_NAME = b"Test provider"
SDT_PID = 0x11


@dataclass(frozen=True)
class Pids:
    """Where a program lies."""

    program: int = 1
    pmt: int = 0x1000
    video: int = 0x100
    audio: int = 0x101


def pids_of(number):
    """PIDs that differ from stream to stream, and from version to version."""
    base = 0x100 + number % 180 * 0x20
    return Pids(1 + number % 60_000, base, base + 1, base + 2)


def _crc_table():
    for value in range(256):
        value <<= 24
        for _ in range(8):
            value = (value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1
        yield value & 0xFFFFFFFF


_CRC = tuple(_crc_table())


def crc32(data):
    """CRC of a section (13818-1, annex A); 0 over a section with its CRC."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _CRC[crc >> 24 ^ byte]
    return crc


def stamp(name, number, stream_type):
    """The message, as a NAL unit or as user data."""
    text = STAMP_UUID + f"{name}|{number:08x};".encode()
    if stream_type == clips.MPEG2_VIDEO:
        return b"\0\0\1\xb2" + text
    head = b"\0\0\1\x06" if stream_type == clips.H264 else b"\0\0\1\x4e\x01"
    return head + bytes([5, len(text)]) + text + b"\x80"


class Mux:
    """One multiplex: continuity counters that run on, tables that can change."""

    def __init__(self, pids, name, stream_type, version=0, with_sound=True):
        self.pids = pids
        self.name = name
        self.counters = {}
        self.change(pids, stream_type, version, with_sound)

    def change(self, pids, stream_type, version, with_sound=True):
        """New tables from now on."""
        self.pids, self.stream_type = pids, stream_type
        self.tables_now = [
            (0, _section(0x00, 1, version, _pair(pids.program, pids.pmt))),
            (pids.pmt, _pmt(pids, stream_type, version, with_sound)),
            (SDT_PID, _sdt(pids.program, self.name, version)),
        ]

    def tables(self):
        """PAT, PMT and SDT."""
        return b"".join(self._packets(pid, b"\0" + section, b"", pad=True) for pid, section in self.tables_now)

    def picture(self, picture, number, dts):
        """The packets of a picture, its PCR in the first one."""
        unit = picture.data
        if number is not None:
            message = stamp(self.name, number, self.stream_type)
            unit = unit[: picture.stamp_at] + message + unit[picture.stamp_at :]
        head = _pes_head(0xE0, 0, dts + picture.reorder_ticks, dts)
        flags = 0x50 if picture.is_key else 0x10
        return self._packets(self.pids.video, head + unit, bytes([flags]) + _pcr(dts - DELAY_TICKS))

    def clock(self, dts):
        """A packet with a PCR and no payload: the counter stands (2.4.3.3)."""
        field = b"\x10" + _pcr(dts - DELAY_TICKS)
        counter = self.counters.get(self.pids.video, -1) & 0x0F
        head = bytes([0x47, self.pids.video >> 8, self.pids.video & 0xFF, 0x20 | counter, 183])
        return head + field + b"\xff" * (183 - len(field))

    def sound(self, frames, pts):
        """The packets of some frames of sound."""
        payload = b"".join(frames)
        head = _pes_head(0xC0, len(payload) + 8, pts, None)
        return self._packets(self.pids.audio, head + payload, b"")

    def _packets(self, pid, payload, field, pad=False):
        """Cuts a PES packet or section; `field` is the first packet's adaptation field."""
        out = bytearray()
        at, start = 0, 0x40
        counter = self.counters.get(pid, -1)
        while at < len(payload):
            room = 184 - (1 + len(field) if field else 0)
            piece = payload[at : at + room]
            at += len(piece)
            lack = room - len(piece)
            if lack and pad:
                piece += b"\xff" * lack
                lack = 0
            counter = counter + 1 & 0x0F
            out += bytes([0x47, start | pid >> 8, pid & 0xFF, (0x30 if field or lack else 0x10) | counter])
            out += _adaptation(field, lack)
            out += piece
            field, start = b"", 0
        self.counters[pid] = counter
        return bytes(out)


def nulls(count):
    """Null packets (2.4.3.3)."""
    return (b"\x47\x1f\xff\x10" + b"\xff" * 184) * count


def _adaptation(field, lack):
    if field:
        return bytes([len(field) + lack]) + field + b"\xff" * lack
    if lack == 1:
        return b"\0"
    return bytes([lack - 1, 0]) + b"\xff" * (lack - 2) if lack else b""


def _pcr(ticks):
    """program_clock_reference with an extension of 0 (2.4.3.5)."""
    base = ticks % WRAP
    return (base << 15 | 0x3F << 9).to_bytes(6, "big")


def _pes_head(stream_id, length, pts, dts):
    stamps = _time_stamp(2 if dts is None else 3, pts)
    if dts is not None:
        stamps += _time_stamp(1, dts)
    flags = 0x80 if dts is None else 0xC0
    head = b"\0\0\1" + bytes([stream_id]) + length.to_bytes(2, "big")
    return head + bytes([0x80, flags, len(stamps)]) + stamps


def _time_stamp(mark, ticks):
    ticks %= WRAP
    return bytes([
        mark << 4 | ticks >> 29 & 0x0E | 1, ticks >> 22 & 0xFF, ticks >> 14 & 0xFE | 1,
        ticks >> 7 & 0xFF, ticks << 1 & 0xFE | 1,
    ])


def _pair(number, pid):
    return number.to_bytes(2, "big") + (0xE000 | pid).to_bytes(2, "big")


def _section(table, extension, version, body, private=0):
    """A section with its CRC (2.4.4)."""
    length = len(body) + 9
    head = bytes([table]) + ((0xF000 if private else 0xB000) | length).to_bytes(2, "big")
    section = head + extension.to_bytes(2, "big") + bytes([0xC1 | (version & 31) << 1, 0, 0]) + body
    return section + crc32(section).to_bytes(4, "big")


def _pmt(pids, stream_type, version, with_sound):
    streams = bytes([stream_type]) + _es(pids.video)
    if with_sound:
        streams += bytes([clips.AAC]) + _es(pids.audio)
    body = (0xE000 | pids.video).to_bytes(2, "big") + b"\xf0\0" + streams
    return _section(0x02, pids.program, version, body)


def _es(pid):
    return (0xE000 | pid).to_bytes(2, "big") + b"\xf0\0"


def _sdt(program, name, version):
    """Service description (EN 300 468, 5.2.3), so that a stream can be told in any player."""
    service = bytes([1, len(PROVIDER_NAME)]) + PROVIDER_NAME + bytes([len(name)]) + name.encode()
    descriptor = bytes([0x48, len(service)]) + service
    entry = program.to_bytes(2, "big") + b"\xfc" + (0x8000 | len(descriptor)).to_bytes(2, "big") + descriptor
    return _section(0x42, 1, version, b"\xff\x01\xff" + entry, private=1)
