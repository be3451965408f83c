"""Short clips made by ffmpeg, taken apart into pictures and frames of sound.

A clip is 9.6 s: 240 pictures (25 a second) and 450 frames of AAC (1024 samples at 48 kHz), so
picture and sound end together and the clip can follow itself for ever. Groups of pictures are
closed and 24 pictures long (0.96 s, 45 frames of sound): a segment is a whole number of them.
"""

import hashlib
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TICKS_PER_SECOND = 90_000
PICTURES = 240
PICTURE_TICKS = 3600
SOUND_FRAMES = 450
SOUND_TICKS = 1920
GOP = 24
PICTURE_S = PICTURE_TICKS / TICKS_PER_SECOND
GOP_S = GOP * PICTURE_S

PACKET = 188
FFMPEG_SECONDS_MAX = 120
CACHE = Path(__file__).resolve().parents[2] / "target" / "provider"

X264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-sc_threshold", "0",
        "-x264-params", "keyint=24:min-keyint=24:open-gop=0:b-adapt=0:b-pyramid=0:aud=1:threads=1"]
X265 = ["-c:v", "libx265", "-preset", "ultrafast",
        "-x265-params", "keyint=24:min-keyint=24:open-gop=0:bframes=0:aud=1:repeat-headers=1:log-level=error"]
MPEG2 = ["-c:v", "mpeg2video", "-g", "24", "-bf", "0", "-sc_threshold", "1000000000"]

# stream_type of 13818-1, table 2-34.
H264, HEVC, MPEG2_VIDEO, AAC = 0x1B, 0x24, 0x02, 0x0F

# name: (size of the picture, coder, stream_type, video kbit/s)
CLIPS = {
    "main": ("320x180", X264, H264, 200),
    "large": ("640x360", X264, H264, 400),
    "hevc": ("320x180", X265, HEVC, 200),
    "mpeg2": ("320x180", MPEG2, MPEG2_VIDEO, 300),
}


@dataclass(frozen=True)
class Picture:
    """One access unit, in decoding order, and the place where a stamp may be put into it."""

    data: bytes
    stamp_at: int
    is_key: bool
    # Presentation behind decoding, in ticks of 90 kHz.
    reorder_ticks: int


@dataclass(frozen=True)
class Clip:
    """A clip in pieces."""

    name: str
    stream_type: int
    pictures: tuple
    sound: tuple


@lru_cache(maxsize=len(CLIPS))
def clip(name, folder=CACHE):
    """The clip of that name, made on first use and kept in `folder`."""
    size, coder, stream_type, kbit = CLIPS[name]
    command = _command(size, coder, kbit)
    digest = hashlib.sha256(" ".join(command).encode()).hexdigest()[:12]
    path = Path(folder) / f"{name}-{digest}.ts"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        subprocess.run([*command, str(fresh)], check=True, stdin=subprocess.DEVNULL,
                       timeout=FFMPEG_SECONDS_MAX)
        fresh.rename(path)
    return _take_apart(name, stream_type, path.read_bytes())


def sound_of(unit):
    """The frames of sound that go with a picture: from, and up to."""
    return tuple(n * PICTURE_TICKS // SOUND_TICKS for n in (unit, unit + 1))


def _command(size, coder, kbit):
    rate = f"{kbit}k"
    seconds = PICTURES * PICTURE_S
    return [
        "ffmpeg", "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact",
        "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}",
        # Longer than the picture, because an encoder swallows its first frames.
        "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds + 1}",
        *coder, "-pix_fmt", "yuv420p",
        "-b:v", rate, "-maxrate", rate, "-bufsize", rate,
        "-c:a", "aac", "-b:a", "48k", "-ac", "2", "-f", "mpegts",
    ]


def _take_apart(name, stream_type, data):
    video, audio = _elementary(data)
    pictures = [_picture(stream_type, pts, dts, unit) for pts, dts, unit in video]
    sound = _adts(b"".join(unit for _, _, unit in audio))
    if len(pictures) != PICTURES or len(sound) < SOUND_FRAMES:
        raise ValueError(f"clip {name}: {len(pictures)} pictures, {len(sound)} frames of sound")
    wrong = [n for n, picture in enumerate(pictures) if picture.is_key != (n % GOP == 0)]
    if wrong:
        raise ValueError(f"clip {name}: key frames are not every {GOP} pictures: {wrong[:5]}")
    return Clip(name, stream_type, tuple(pictures), tuple(sound[-SOUND_FRAMES:]))


def _elementary(data):
    """(pts, dts, access unit) of the picture and of the sound, out of ffmpeg's own multiplex."""
    open_units = {}
    units = {0x100: [], 0x101: []}
    for at in range(0, len(data), PACKET):
        packet = data[at : at + PACKET]
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid not in units or not packet[3] & 0x10:
            continue
        payload = packet[4 + (packet[4] + 1 if packet[3] & 0x20 else 0) :]
        if packet[1] & 0x40:
            open_units[pid] = bytearray()
            units[pid].append(open_units[pid])
        open_units[pid] += payload
    return [[_pes(bytes(unit)) for unit in units[pid]] for pid in (0x100, 0x101)]


def _pes(unit):
    """13818-1, 2.4.3.6: time stamps and payload of a PES packet."""
    pts = _ticks(unit[9:14])
    dts = _ticks(unit[14:19]) if unit[7] & 0x40 else pts
    length = int.from_bytes(unit[4:6], "big")
    return pts, dts, unit[9 + unit[8] : 6 + length if length else len(unit)]


def _ticks(field):
    return (field[0] >> 1 & 7) << 30 | field[1] << 22 | (field[2] >> 1) << 15 | field[3] << 7 | field[4] >> 1


def _picture(stream_type, pts, dts, unit):
    """Where the first slice begins is where a message may stand before it."""
    is_key = False
    for at, kind in start_codes(unit):
        if stream_type == H264 and kind & 0x1F in (1, 5):
            return Picture(unit, at, kind & 0x1F == 5, pts - dts)
        if stream_type == HEVC and kind >> 1 & 0x3F < 32:
            return Picture(unit, at, 16 <= kind >> 1 & 0x3F <= 21, pts - dts)
        if stream_type == MPEG2_VIDEO:
            is_key = is_key or kind == 0xB3
            if kind == 0x01:
                return Picture(unit, at, is_key, pts - dts)
    raise ValueError("an access unit without a slice")


def start_codes(unit):
    """(place of the start code with its zero byte, the byte behind it) for each in the unit."""
    at = unit.find(b"\0\0\1")
    while at >= 0 and at + 3 < len(unit):
        yield (at - 1 if at and unit[at - 1] == 0 else at), unit[at + 3]
        at = unit.find(b"\0\0\1", at + 3)


def _adts(data):
    """Frames of an ADTS stream (13818-7, 6.2)."""
    frames = []
    at = 0
    while at + 7 <= len(data):
        length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        frames.append(data[at : at + length])
        at += length
    return frames
