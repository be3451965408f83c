"""One stream of the provider: its timeline, its script, what it counted and what it did.

A stream runs whether anybody watches or not: picture N is due PICTURE_S * N after the provider
began, and what happens to it is decided by the script at that second. So everybody who comes gets
the same pictures, and a segment is the same whenever it is asked for.
"""

import collections
import random
import zlib

from . import clips, damage, faults, mux

LOG_LINES_MAX = 200
# Clocks begin anywhere; this many seconds before the wrap where `wrap` does not say.
CLOCK_SECONDS_MAX = 80_000


class Counts:
    """Connections and requests of a stream."""

    def __init__(self):
        self.open = self.ever = self.most = self.requests = 0

    def opened(self):
        """A live connection more."""
        self.open += 1
        self.ever += 1
        self.most = max(self.most, self.open)

    def closed(self):
        """One less."""
        self.open -= 1


class Stream:
    """A stream and its habits."""

    def __init__(self, name, serves, options, clock):
        self.name = name
        self.serves = serves
        self.options = options
        self.clock = clock
        self.counts = Counts()
        self.requests_hit = 0
        self.sessions = set()
        self.offline_pieces = None
        self.log = collections.deque(maxlen=LOG_LINES_MAX)
        self.number = zlib.crc32(name.encode())
        self.chance = random.Random(options.get("seed", self.number))
        self.begins_at = clock()
        self.play(self._script())
        wrap_in = options.get("wrap")
        seconds = float(wrap_in) if wrap_in else self.number % CLOCK_SECONDS_MAX + 3600
        self.first_dts = mux.WRAP - int((clock() + seconds) * clips.TICKS_PER_SECOND)

    def _script(self):
        if "seed" in self.options:
            return faults.from_seed(self.options["seed"], self.serves)
        return faults.parse(self.options.get("script", ""))

    def play(self, events):
        """A script that begins now."""
        self.begins_at = self.clock()
        self.events = events
        self.note("script: " + (", ".join(map(str, events[:20])) or "nothing happens"))

    def note(self, text):
        """A line for whoever asks afterwards what happened."""
        self.log.append(f"{self.clock():8.2f} {text}")

    @property
    def now(self):
        """The second of the script."""
        return self.clock() - self.begins_at

    def holding(self, *names, now=None):
        """The first event of those names that is on, or None."""
        now = self.now if now is None else now
        return next((event for event in self.events if event.name in names and event.holds(now)), None)

    def has_begun(self, names, since):
        """The event of those names that hits whoever has been here since that clock, or None."""
        since -= self.begins_at
        return next((event for event in self.events
                     if event.name in names and event.begins_within(since, self.now)), None)

    # The timeline.

    def unit_now(self):
        """The number of the picture that is due now."""
        return int(self.clock() / clips.PICTURE_S)

    def at_unit(self, name, unit):
        """The event of that name which is on when picture `unit` is due, or None."""
        if not self.events:
            return None
        return self.holding(name, now=unit * clips.PICTURE_S - self.begins_at)

    def dts(self, unit):
        """The decoding time of a picture, jumps included."""
        dts = self.first_dts + unit * clips.PICTURE_TICKS
        if jump := self.at_unit("pcr_forward", unit):
            dts += int(jump.number * clips.TICKS_PER_SECOND)
        if jump := self.at_unit("pcr_back", unit):
            dts -= int(jump.number * clips.TICKS_PER_SECOND)
        return dts

    def form(self, unit):
        """(clip, PIDs, version of the tables) in the group of pictures that `unit` is in."""
        first = unit - unit % clips.GOP
        pids, version = mux.pids_of(self.number), 0
        name = self.options.get("clip", "main")
        if self.at_unit("pmt", first):
            pids, version = mux.pids_of(self.number + 7), 1
        if self.at_unit("resolution", first):
            name = "large"
        if codec := self.at_unit("codec", first):
            name, version = codec.value, version + 2
        return name, pids, version

    # The bytes.

    def new_mux(self, unit):
        """A multiplex for one connection or one segment."""
        name, pids, version = self.form(unit)
        return mux.Mux(pids, self.name, clips.clip(name).stream_type, version)

    def render(self, multiplex, unit):
        """The packets of one picture and the sound that goes with it, whole and as they should be."""
        name, pids, version = self.form(unit)
        clip = clips.clip(name)
        if self.at_unit("nulls", unit):
            return mux.nulls(8)
        if stands := self.at_unit("clock_stands", unit):
            begin = int((stands.at + self.begins_at) / clips.PICTURE_S)
            unit = begin - begin % clips.GOP - clips.GOP + unit % clips.GOP
        dts = self.dts(unit)
        out = b""
        if unit % clips.GOP == 0:
            multiplex.change(pids, clip.stream_type, version)
            out += multiplex.tables()
        if self.at_unit("no_video", unit):
            out += multiplex.clock(dts)
        else:
            out += multiplex.picture(clip.pictures[unit % clips.PICTURES], unit, dts)
        if not self.at_unit("no_audio", unit):
            out += self._sound(multiplex, clip, unit, dts)
        return out

    def _sound(self, multiplex, clip, unit, dts):
        first, last = clips.sound_of(unit)
        frames = [clip.sound[n % clips.SOUND_FRAMES] for n in range(first, last)]
        late = first * clips.SOUND_TICKS - unit * clips.PICTURE_TICKS
        return multiplex.sound(frames, dts + late) if frames else b""

    def hurt(self, data, unit, seconds=clips.PICTURE_S, chance=None):
        """What the script does to packets that are due at that picture."""
        if not self.events:
            return data
        for name, function in damage.ALL.items():
            if event := self.at_unit(name, unit):
                data = function(data, chance or self.chance, event.number if event.value else 0, seconds)
        return data

    def offline(self, unit):
        """The bytes of the `channel offline` clip where it stands in for picture `unit`, or None.

        The same bytes each time, clocks and counters included, as a file sent again and again. It
        comes and goes between two groups of pictures.
        """
        group = unit // clips.GOP
        event = self.at_unit("offline", group * clips.GOP)
        if event is None:
            return None
        if self.offline_pieces is None:
            self.offline_pieces = offline_clip(f"{self.name}/offline", event.number)
        first = -(-int((event.at + self.begins_at) / clips.PICTURE_S) // clips.GOP) * clips.GOP
        return self.offline_pieces[(unit - first) % len(self.offline_pieces)]


def offline_clip(name, seconds):
    """The clip that says the channel is off, a piece for each picture."""
    clip = clips.clip("large")
    multiplex = mux.Mux(mux.pids_of(1), name, clip.stream_type)
    return [offline_picture(multiplex, clip, n) for n in range(round(seconds / clips.PICTURE_S))]


def offline_picture(multiplex, clip, unit):
    """Picture and sound of the clip that says the channel is off."""
    dts = 90_000 + unit * clips.PICTURE_TICKS
    out = multiplex.tables() if unit % clips.GOP == 0 else b""
    first, last = clips.sound_of(unit)
    out += multiplex.picture(clip.pictures[unit % clips.PICTURES], unit, dts)
    return out + multiplex.sound(clip.sound[first:last], 90_000 + first * clips.SOUND_TICKS)
