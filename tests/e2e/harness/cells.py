"""The cells of the fault matrix: which fault, met how, and what must come of it.

Data and arithmetic only; `matrix` runs them. A cell is a channel of its own, so that many run at
once in one daemon.
"""

import itertools
import os
from dataclasses import dataclass

from provider import faults

# The configuration that the matrix runs with, in seconds: short, so that it ends soon.
GRACE_S, RETRY_S, STALL_S, VIDEO_MISSING_S, CONNECT_S = 0.3, 1.0, 2.0, 2.0, 2.0
# Over what the configuration allows: a group of pictures (0.96 s) until the backup's next key
# frame, and the ticks of provider, daemon and checker.
BOUND_S = 1.3
# How long a fault holds where there is no backup, and how long all is watched.
HOLDS_S, WATCHED_S = 4, 15
# How a channel is played (`sharing` of its source), and how many clients it has then. Twenty of
# one shared upstream cost the machine little more than one. Clients who share nothing cost an
# upstream and a check of each packet each, so five must do where a test is not to take half an hour.
DIRECT_CLIENTS = int(os.environ.get("DIPOLE_DIRECT_CLIENTS", "5"))
WAYS = {"shared": (1, 20), "direct": (1, DIRECT_CLIENTS)}

# What a backup does for a channel.
SWITCH, EITHER = "switch", "either"
# How a fault is noticed, and how long that may take.
TOLD_S, SILENT_S, PICTURE_S = 0.0, STALL_S, VIDEO_MISSING_S


@dataclass(frozen=True)
class Fault:
    """A fault of the catalogue as the matrix uses it."""

    name: str
    value: str = ""
    # SWITCH: the backup must play at the end. EITHER: mending the primary is as good.
    backup: str = EITHER
    noticed_s: float = TOLD_S
    # What the streams' addresses say besides.
    query: str = ""
    serves: tuple = (faults.TS, faults.HLS)
    # Whether a client that comes while it holds is refused, where there is no backup. None: it is
    # not met by a first request, or both are right.
    refused_at_start: bool | None = None
    # Whether packets are lost before they reach Dipole. Without a backup the client's counters may
    # then say so: a decoder wants to know. With one there is no such excuse.
    loses_packets: bool = False
    # Whether a time in the stream may be made wrong: near the right one, or behind damaged tables, where
    # nothing is known yet of the stream, nobody can tell.
    bends_times: bool = False
    # Whether it is over at once: who comes back is served. So do kicks at an account's limit look.
    is_moment: bool = False

    def __str__(self):
        return self.name + (f"={self.value}" if self.value else "") + (", once" if self.is_moment else "")


HLS = (faults.HLS,)
TS = (faults.TS,)

FAULTS = [
    Fault("rst", backup=SWITCH, refused_at_start=True),
    Fault("fin", backup=SWITCH, refused_at_start=True),
    Fault("rst", is_moment=True),
    Fault("fin", is_moment=True),
    Fault("refuse", backup=SWITCH, refused_at_start=True),
    Fault("stall", backup=SWITCH, noticed_s=SILENT_S, refused_at_start=True),
    Fault("trickle", "100", backup=SWITCH, noticed_s=SILENT_S, refused_at_start=True),
    Fault("cap", noticed_s=SILENT_S),
    Fault("slow_head", backup=SWITCH, noticed_s=SILENT_S, serves=TS),
    Fault("slow_head", noticed_s=SILENT_S, serves=HLS),
    Fault("status", "404", backup=SWITCH, refused_at_start=True),
    Fault("status", "503", backup=SWITCH, refused_at_start=True),
    Fault("status_nth"),
    Fault("redirect_loop", backup=SWITCH, refused_at_start=True),
    Fault("redirect_away", backup=SWITCH, refused_at_start=True),
    Fault("html", backup=SWITCH, refused_at_start=True),
    Fault("json", backup=SWITCH, refused_at_start=True),
    Fault("empty", backup=SWITCH, refused_at_start=True),
    Fault("type", refused_at_start=False),
    Fault("length_long"),
    Fault("length_short", serves=TS),
    # What is behind the lie of a segment is never read: up to a segment is missing, and then it is noticed.
    Fault("length_short", noticed_s=SILENT_S, serves=HLS),
    Fault("truncated", loses_packets=True),
    Fault("flip", loses_packets=True, bends_times=True),
    Fault("garbage", loses_packets=True),
    Fault("loss", loses_packets=True),
    Fault("nulls", backup=SWITCH, noticed_s=SILENT_S),
    Fault("scrambled", backup=SWITCH, noticed_s=PICTURE_S, loses_packets=True),
    Fault("pcr_forward"),
    Fault("pcr_back"),
    Fault("clock_stands", backup=SWITCH, noticed_s=SILENT_S),
    Fault("no_video", backup=SWITCH, noticed_s=PICTURE_S),
    Fault("no_audio"),
    Fault("pmt"),
    Fault("resolution"),
    Fault("codec", "mpeg2"),
    Fault("offline", backup=SWITCH, noticed_s=4 * SILENT_S),
    Fault("frozen", backup=SWITCH, noticed_s=SILENT_S, serves=HLS),
    Fault("skip", serves=HLS),
    Fault("back", noticed_s=SILENT_S, serves=HLS),
    Fault("no_segments", backup=SWITCH, noticed_s=SILENT_S, serves=HLS, refused_at_start=True),
    Fault("endlist", serves=HLS),
    Fault("segment_404", backup=SWITCH, noticed_s=SILENT_S, serves=HLS, refused_at_start=True),
    Fault("segment_short", noticed_s=SILENT_S, serves=HLS),
    Fault("segment_html", backup=SWITCH, noticed_s=SILENT_S, serves=HLS, refused_at_start=True),
    Fault("wrong_key", query="aes=1", serves=HLS),
    Fault("key_404", query="aes=1", serves=HLS),
]

# A key that is kept is not asked for again: only who comes later meets these.
MET_AT_START = [
    *(fault for fault in FAULTS if fault.refused_at_start is not None),
    Fault("wrong_key", query="aes=1", serves=HLS, backup=SWITCH, refused_at_start=True),
    Fault("key_404", query="aes=1", serves=HLS, backup=SWITCH, refused_at_start=True),
]

# Addresses that are the fault themselves: habit of the provider's port, and whether it plays.
ADDRESSES = {"expired": False, "deaf": False, "closed": False, "nowhere": False, "unreachable": False,
             "slow_tls": None, "https": True, "v6": True}
HOSTS = {"nowhere": "http://nowhere.invalid:8100", "unreachable": "http://192.0.2.99:8100"}
# Only the way to an address differs, so one kind of stream shows it.
ADDRESS_FAULTS = {name: Fault(name, backup=EITHER if plays or plays is None else SWITCH, serves=TS,
                              refused_at_start=None if plays is None else not plays)
                  for name, plays in ADDRESSES.items()}


@dataclass(frozen=True)
class Cell:
    """One experiment."""

    number: int
    fault: Fault
    serves: str
    clients: int
    has_backup: bool
    # Whether the fault is there when the client comes, or begins while it watches.
    at_start: bool = False
    way: str = "shared"
    # A port of the provider, where that is the fault.
    habit: str = "http"

    def __str__(self):
        where = "at the start" if self.at_start else "while playing"
        backup = "a backup" if self.has_backup else "no backup"
        return f"{self.fault} {where}, {self.serves}, {self.clients} clients, {backup}, {self.way}"

    @property
    def script(self):
        """What the first stream does, from the moment on when it begins."""
        value = f"={self.fault.value}" if self.fault.value else ""
        if self.fault.is_moment:
            return f"0:{self.fault.name}{value}~0"
        ends = "" if self.has_backup or self.at_start else f"~{HOLDS_S}"
        return f"0:{self.fault.name}{value}{ends}"

    @property
    def path(self):
        """Where a client asks for its channel."""
        return f"/auto/v{self.number}"

    @property
    def upstreams(self):
        """Connections that it costs the provider."""
        return 1 if self.way == "shared" else self.clients

    @property
    def primary(self):
        """Name of the first stream."""
        return f"primary-{self.number}"

    @property
    def backup(self):
        """Name of the second stream."""
        return f"backup-{self.number}"

    @property
    def backup_serves(self):
        """One client: a backup of the same kind. More: of the other one."""
        other = faults.HLS if self.serves == faults.TS else faults.TS
        return self.serves if self.clients == 1 else other

    @property
    def gap_s_max(self):
        """The longest time without a picture, with a backup."""
        return self.fault.noticed_s + GRACE_S + RETRY_S + BOUND_S


def cells():
    """All of them, those that begin while playing first."""
    numbers = itertools.count(1)
    found = [
        Cell(next(numbers), fault, serves, clients, has_backup, way=way)
        for fault in FAULTS for serves in fault.serves for has_backup in (True, False)
        for way, counts in WAYS.items() for clients in counts
    ]
    found += [
        Cell(next(numbers), fault, serves, 1, has_backup, at_start=True, way=way)
        for fault in MET_AT_START for serves in fault.serves for has_backup in (True, False) for way in WAYS
    ]
    found += [
        Cell(next(numbers), fault, faults.TS, 1, has_backup, at_start=True, way=way, habit=name)
        for name, fault in ADDRESS_FAULTS.items() for has_backup in (True, False) for way in WAYS
    ]
    return found


def path_of(name, serves, query=""):
    """The path of a stream at the provider."""
    path = f"/ts/{name}" if serves == faults.TS else f"/hls/{name}/index.m3u8"
    return f"{path}?{query}" if query else path
