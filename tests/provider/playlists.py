"""Live HLS (RFC 8216) of a stream: a window of segments, one group of pictures each.

Segment K holds the pictures K * GOP to (K + 1) * GOP. Its number in the playlist is K, unless the
script makes the sequence jump.

With `parts=N` each segment is there in N parts as well, as they are made (low-latency HLS, RFC 8216bis),
and a reload may wait for one of them.
"""

import asyncio
import collections
import random
from functools import lru_cache

from . import clips, mux

WINDOW_SEGMENTS = 6
TARGET_SECONDS = 1
SEGMENTS_KEPT = 64
KEY = bytes.fromhex("3c6ef372fe94f82ba54ff53a5f1d36f1")
WRONG_KEY = bytes(16)
# Of the newest segments, the parts are named.
SEGMENTS_WITH_PARTS = 3
HOLD_BACK_PARTS = 3
KIND = "application/vnd.apple.mpegurl"


def newest(stream, now=None):
    """The number of the last segment that is whole."""
    unit = stream.unit_now() if now is None else int(now / clips.PICTURE_S)
    return unit // clips.GOP - 1


def parts_in(stream):
    """Parts of a segment; 0 without low latency."""
    return int(stream.options.get("parts", 0))


def parts_made(stream, now=None):
    """Parts of the segment that is still made."""
    unit = stream.unit_now() if now is None else int(now / clips.PICTURE_S)
    return unit % clips.GOP * parts_in(stream) // clips.GOP


def has_come(stream, sequence, part):
    """Whether that part of that segment is in the playlist, or something behind it."""
    last = newest(stream)
    number = sequence - shift(stream, last)
    return number <= last or (number == last + 1 and part < parts_made(stream))


def part_lines(stream, segment, name, count):
    """The first `count` parts of a segment."""
    seconds = clips.GOP_S / parts_in(stream)
    return [f'#EXT-X-PART:DURATION={seconds:.5f},URI="{name}.{part}.ts"' + (",INDEPENDENT=YES" if part == 0 else "")
            for part in range(count)]


def low_latency(stream):
    """What the head of a playlist says about parts."""
    seconds = clips.GOP_S / parts_in(stream)
    blocks = "NO" if "no_block" in stream.options else "YES"
    hold_back = f"PART-HOLD-BACK={seconds * HOLD_BACK_PARTS:.5f}"
    return [f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD={blocks},{hold_back}", f"#EXT-X-PART-INF:PART-TARGET={seconds:.5f}"]


def shift(stream, segment):
    """How far the media sequence is from the number of the segment."""
    for name, sign in (("skip", 1), ("back", -1)):
        event = stream.at_unit(name, (segment + 1) * clips.GOP)
        if event:
            return sign * int(event.number)
    return 0


def media(stream):
    """The media playlist as it is now."""
    frozen = stream.holding("frozen")
    last = newest(stream, frozen.at + stream.begins_at if frozen else None)
    window = int(stream.options.get("window", WINDOW_SEGMENTS))
    first = max(0, last - window + 1)
    moved = shift(stream, last)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{TARGET_SECONDS}",
             f"#EXT-X-MEDIA-SEQUENCE:{first + moved}"]
    count = parts_in(stream)
    if count:
        lines += low_latency(stream)
    if stream.holding("no_segments"):
        return "\n".join([*lines, ""]).encode()
    if "aes" in stream.options:
        lines.append('#EXT-X-KEY:METHOD=AES-128,URI="key"')
    before = stream.form(first * clips.GOP)[0]
    for segment in range(first, last + 1):
        coder = stream.form(segment * clips.GOP)[0]
        if coder != before:
            lines.append("#EXT-X-DISCONTINUITY")
        before = coder
        if count and segment > last - SEGMENTS_WITH_PARTS:
            lines += part_lines(stream, segment, segment + moved, count)
        lines += [f"#EXTINF:{clips.GOP_S:.3f},", f"{segment + moved}.ts"]
    if count:
        made = parts_made(stream, frozen.at + stream.begins_at if frozen else None)
        name = last + 1 + moved
        lines += [*part_lines(stream, last + 1, name, made), f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{name}.{made}.ts"']
    if stream.holding("endlist"):
        lines.append("#EXT-X-ENDLIST")
    return "\n".join([*lines, ""]).encode()


class Segments:
    """Segments are made when they are asked for, and a few are kept."""

    def __init__(self):
        self.kept = collections.OrderedDict()

    async def segment(self, stream, sequence, part=None):
        """The bytes of the segment that the playlist calls `sequence`, or of a part of it; None outside the
        window and ahead of time."""
        last = newest(stream)
        number = sequence - shift(stream, last)
        window = int(stream.options.get("window", WINDOW_SEGMENTS))
        if number < last - window - 3 or not has_come(stream, sequence, -1 if part is None else part):
            return None
        if part is None and number > last:
            return None
        key = (stream.name, number, sequence, part, stream.begins_at)
        if key not in self.kept:
            data = segment_bytes(stream, number, part)
            if "aes" in stream.options:
                data = await encrypt(data, sequence)
            self.kept[key] = data
            while len(self.kept) > SEGMENTS_KEPT:
                self.kept.popitem(last=False)
        return self.kept[key]


def segment_bytes(stream, number, part=None):
    """A segment by itself: tables first, counters as if all before it had been sent, too. Or a part of it:
    all parts together are the segment."""
    first = number * clips.GOP
    begin, end = 0, clips.GOP
    if part is not None:
        begin, end = (place * clips.GOP // parts_in(stream) for place in (part, part + 1))
    multiplex = stream.new_mux(first)
    multiplex.counters = counters_at(stream, multiplex, number)
    chance = random.Random(f"{stream.name}/{number}")
    pieces = [
        stream.offline(unit) or stream.hurt(stream.render(multiplex, unit), unit, chance=chance)
        for unit in range(first, first + end)
    ]
    return b"".join(pieces[begin:])


def counters_at(stream, multiplex, number):
    """The continuity counters at the beginning of a segment.

    A clip's packets can be counted, so nobody has to remember what was sent before.
    """
    name = stream.form(number * clips.GOP)[0]
    groups = group_packets(name, len(stream.name))
    rounds, rest = divmod(number, len(groups))
    pids = multiplex.pids
    counters = {0: number, pids.pmt: number, mux.SDT_PID: number}
    for place, pid in enumerate((pids.video, pids.audio)):
        counts = [group[place] for group in groups]
        counters[pid] = rounds * sum(counts) + sum(counts[:rest])
    return {pid: (count - 1) % 16 for pid, count in counters.items()}


@lru_cache(maxsize=64)
def group_packets(clip_name, name_length):
    """(packets of picture, packets of sound) for each group of pictures of a clip."""
    clip = clips.clip(clip_name)
    multiplex = mux.Mux(mux.Pids(), "n" * name_length, clip.stream_type)
    counts = []
    for unit in range(clips.PICTURES):
        if unit % clips.GOP == 0:
            counts.append([0, 0])
        counts[-1][0] += len(multiplex.picture(clip.pictures[unit], unit, 0)) // clips.PACKET
        first, last = clips.sound_of(unit)
        counts[-1][1] += len(multiplex.sound(clip.sound[first:last], 0)) // clips.PACKET
    return counts


def key(stream):
    """The key of the segments, as the script lets it be seen."""
    return WRONG_KEY if stream.holding("wrong_key") else KEY


async def encrypt(data, sequence):
    """AES-128-CBC with PKCS7 padding; the IV is the sequence number (RFC 8216, 5.2)."""
    command = ["openssl", "enc", "-aes-128-cbc", "-K", KEY.hex(), "-iv", f"{sequence:032x}"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    out, _ = await process.communicate(data)
    if process.returncode != 0:
        raise RuntimeError(f"openssl enc ended with {process.returncode}")
    return out
