"""The catalogue of faults, the language of scripts, and scripts from a seed.

A script is a list of `AT:NAME[=VALUE][~SECONDS]`, separated by commas: at AT seconds of the
stream's script, NAME begins and holds for SECONDS (for ever without). `~0` is a moment: it hits
the connections that are open then, and nobody who comes later.

    4:stall~8,20:status=503~5     silent from 4 s to 12 s; from 20 s to 25 s nobody gets in
"""

import random
import re
from dataclasses import dataclass

EVENTS_MAX = 1000
STEP = re.compile(r"(?P<at>\d+(\.\d+)?):(?P<name>[a-z_0-9]+)(=(?P<value>[^,~]+))?(~(?P<seconds>\d+(\.\d+)?))?")

TS, HLS = "ts", "hls"


@dataclass(frozen=True)
class Kind:
    """An entry of the catalogue."""

    name: str
    # Which streams have it.
    serves: tuple
    # What it does, in a sentence for --faults.
    does: str
    # The value when the script gives none.
    value: str = ""
    # Whether a stream from a seed may have it: not what never ends by itself.
    random: bool = True


def _kinds(serves, *rows):
    return {row[0]: Kind(row[0], serves, *row[1:]) for row in rows}


KINDS = {
    # How a connection ends, or does not begin.
    **_kinds(
        (TS, HLS),
        ("rst", "connections are reset, new ones too"),
        ("fin", "connections end politely; a new one gets its head and ends"),
        ("refuse", "connections end, and new ones are closed without an answer"),
        ("stall", "connections stay open and are silent"),
        ("slow_head", "VALUE seconds pass before the head of an answer", "4"),
        ("status", "every request gets status VALUE", "503"),
        ("status_nth", "one request of VALUE gets status 503", "3"),
        ("redirect_loop", "every request is redirected to itself"),
        ("redirect_away", "every request is redirected to a name that does not resolve"),
        ("html", "200 and a web page"),
        ("json", "200 and an error in JSON"),
        ("empty", "200 and an empty body"),
        ("type", "the right bytes as Content-Type VALUE", "text/html"),
        ("trickle", "VALUE bytes a second", "500"),
        ("cap", "VALUE times the rate of the stream", "0.5"),
        ("length_long", "the body ends VALUE bytes before its Content-Length", "20000"),
        ("length_short", "Content-Length is VALUE bytes, more are sent", "60000"),
    ),
    # What is done to the transport stream.
    **_kinds(
        (TS, HLS),
        ("truncated", "VALUE packets a second lose their end", "2"),
        ("flip", "VALUE bits a second are wrong", "4"),
        ("garbage", "VALUE times a second some hundred bytes stand between packets", "2"),
        ("loss", "one packet of VALUE is missing", "60"),
        ("nulls", "nothing but null packets"),
        ("scrambled", "pictures and sound are scrambled"),
        ("pcr_forward", "all clocks jump VALUE seconds forward, and back at the end", "30"),
        ("pcr_back", "all clocks jump VALUE seconds back, and forward at the end", "30"),
        ("clock_stands", "the same pictures with the same clocks, again and again"),
        ("no_video", "sound without picture; PMT and PCR as before"),
        ("no_audio", "picture without sound; PMT as before"),
        ("pmt", "other PIDs and a new version of the PMT"),
        ("resolution", "a picture of another size"),
        ("codec", "the picture is of coder VALUE (mpeg2, hevc)", "mpeg2"),
        ("offline", "a `channel offline` clip of VALUE seconds over and over", "2.88"),
    ),
    # What only a playlist can do.
    **_kinds(
        (HLS,),
        ("frozen", "the playlist does not change any more"),
        ("skip", "the media sequence jumps VALUE forward", "50"),
        ("back", "the media sequence jumps VALUE back", "20"),
        ("no_segments", "a playlist without a segment"),
        ("endlist", "the playlist says that it has ended"),
        ("segment_404", "one segment of VALUE is not there", "1"),
        ("segment_short", "segments end in their middle"),
        ("segment_html", "a web page in place of segments"),
        ("wrong_key", "another key than that of the segments"),
        ("key_404", "the key is not there"),
    ),
}

# From a seed: how long it is quiet between two faults and how long one holds, in seconds.
QUIET_S = (4.0, 20.0)
HOLDS_S = (0.0, 8.0)


class ScriptError(ValueError):
    """A script that cannot be read; the text says where."""


@dataclass(frozen=True)
class Event:
    """A fault at its place in a script."""

    name: str
    at: float
    # None: for ever. 0: a moment.
    seconds: float | None
    value: str

    def holds(self, now):
        """Whether it is on at that second of the script."""
        return self.at <= now and (self.seconds is None or now < self.at + self.seconds)

    def begins_within(self, before, now):
        """Whether somebody who has been here since `before` was hit."""
        return before < self.at <= now

    @property
    def number(self):
        """Its value as a number."""
        return float(self.value)

    def __str__(self):
        value = f"={self.value}" if self.value else ""
        return f"{self.at:g}:{self.name}{value}" + (f"~{self.seconds:g}" if self.seconds is not None else "")


def parse(text):
    """The events of a script, in their order."""
    events = []
    for step in filter(None, (part.strip() for part in text.split(","))):
        match = STEP.fullmatch(step)
        if match is None:
            raise ScriptError(f"`{step}` is not AT:NAME[=VALUE][~SECONDS]")
        kind = KINDS.get(match["name"])
        if kind is None:
            raise ScriptError(f"no fault is called `{match['name']}`; --faults lists them")
        seconds = match["seconds"]
        value = match["value"] or kind.value
        if re.fullmatch(r"[\d.]+", kind.value) and not re.fullmatch(r"\d+(\.\d+)?", value):
            raise ScriptError(f"`{step}`: {kind.name} wants a number")
        events.append(Event(kind.name, float(match["at"]), float(seconds) if seconds else None, value))
    if len(events) > EVENTS_MAX:
        raise ScriptError(f"{len(events)} events, {EVENTS_MAX} at most")
    return sorted(events, key=lambda event: event.at)


def from_seed(seed, serves, minutes=60):
    """The script of a seed: one fault at a time, quiet between them, the same for ever."""
    chance = random.Random(f"{seed}/{serves}")
    names = [name for name, kind in KINDS.items() if serves in kind.serves and kind.random]
    events, at = [], chance.uniform(*QUIET_S)
    while at < minutes * 60 and len(events) < EVENTS_MAX:
        name = chance.choice(names)
        seconds = chance.uniform(*HOLDS_S)
        events.append(Event(name, round(at, 2), round(seconds, 2), KINDS[name].value))
        at += seconds + chance.uniform(*QUIET_S)
    return events


def catalogue():
    """The catalogue as text."""
    rows = [f"  {kind.name:15}{kind.value or '-':>10}  {'+'.join(kind.serves):7} {kind.does}"
            for kind in KINDS.values()]
    return "\n".join(["  name           VALUE  streams", *rows])
