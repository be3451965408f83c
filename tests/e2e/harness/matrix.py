"""Runs cells of the fault matrix, many at once, and says what became of each."""

import re
import time
from dataclasses import dataclass, field

from provider.client import playlist

from . import cells as grid
from . import wait

TUNERS = 256
SETTLED_BYTES = 60_000
SETTLE_S = 12
CELLS_AT_ONCE = 64
# At the end pictures must come: the newest is not older than this.
ALIVE_S = 1.5
SILENCE_S = 3

CONFIG = f"""\
test_channel = "never"

[memory]
budget = "768MiB"

[tuner]
count = {TUNERS}

[clients]
max = 1024

[discovery]
hdhomerun = false
ssdp = false
"""

FAILOVER = f"""
[failover]
grace = "{grid.GRACE_S * 1000:.0f}ms"
retry = "{grid.RETRY_S * 1000:.0f}ms"
stall = "{grid.STALL_S * 1000:.0f}ms"
video_missing = "{grid.VIDEO_MISSING_S * 1000:.0f}ms"
connect = "{grid.CONNECT_S * 1000:.0f}ms"
"""


@dataclass
class Outcome:
    """What became of a cell."""

    cell: grid.Cell
    status: int
    refusal: str | None
    sources: list
    disconnects: int
    errors: list
    picture_gap_s: float
    pcr_gap_s: float
    arrival_gap_s: float
    first_byte_s: float | None
    ended: str | None
    is_alive: bool
    problems: list = field(default_factory=list)

    @property
    def plays(self):
        """Which stream plays at the end: "primary", "backup" or none."""
        return self.sources[-1].partition("-")[0] if self.sources and self.is_alive else None

    def told(self):
        """It in a few words."""
        if self.status != 200:
            return f"{self.status} ({self.refusal})" if self.status else f"no answer ({self.ended or 'still waiting'})"
        told = f"{self.plays or 'nothing'} plays, {self.picture_gap_s:.1f} s without a picture"
        if self.cell.at_start and self.first_byte_s is not None:
            told = f"{self.plays or 'nothing'} plays, first byte after {self.first_byte_s:.1f} s"
        return told


def batches(cells):
    """Groups of cells that run at once: not those who are there before and those who come later."""
    for at_start in (False, True):
        some = [cell for cell in cells if cell.at_start == at_start]
        for at in range(0, len(some), CELLS_AT_ONCE):
            yield some[at : at + CELLS_AT_ONCE]


def channels(cells, provider):
    """The playlist of all cells, a channel for each."""
    entries = []
    for cell in cells:
        query = cell.fault.query
        if cell.at_start and cell.habit == "http":
            query = "&".join(filter(None, [query, f"script={cell.script}"]))
        path = grid.path_of(cell.primary, cell.serves, query)
        host = grid.HOSTS.get(cell.habit)
        addresses = [host + path if host else provider.url(path, cell.habit)]
        if cell.has_backup:
            addresses.append(provider.url(grid.path_of(cell.backup, cell.backup_serves)))
        entries.append((cell.number, f"Cell {cell.number}", addresses))
    return playlist(entries)


def run(cells, provider, audience, on_silence=lambda: None):
    """Outcomes of a batch. The daemon plays the playlist of `channels` already.

    `on_silence` is called once if everybody at once stops receiving: that is no fault of a stream.
    """
    groups = {cell: audience.join(cell.path, cell.clients) for cell in cells}
    try:
        if cells[0].at_start:
            _watch(groups.values(), grid.WATCHED_S, lambda: None)
        else:
            _settle(groups)
            for cell, group in groups.items():
                group.mark()
                if group.is_receiving(1):
                    provider.play(cell.primary, cell.script)
            _watch(groups.values(), grid.WATCHED_S, on_silence)
        return [_judged(_outcome(cell, group)) for cell, group in groups.items()]
    finally:
        for group in groups.values():
            audience.leave(group)


def _settle(groups):
    """Waits until all play; who does not is told by its outcome."""
    try:
        wait.until("all cells to play", lambda: all(g.is_receiving(SETTLED_BYTES) for g in groups.values()), SETTLE_S)
    except AssertionError:
        pass


def _watch(groups, seconds, on_silence):
    """Lets it happen. Ends early when there is nobody left to watch."""
    end, told = time.monotonic() + seconds, []

    def over():
        now = time.monotonic()
        if not told and all(now - max(c.arrived or now for c in g.clients) > SILENCE_S for g in groups):
            told.append(on_silence())
        return now > end or all(len(g.disconnects()) == len(g.clients) for g in groups)

    wait.until("the cells to be over", over, seconds + 90, every=0.1)


def _outcome(cell, group):
    now, first, check = time.monotonic(), group.clients[0], group.check
    return Outcome(
        cell, first.status, first.refusal, check.sources, len(group.disconnects()),
        group.faults() if first.status == 200 else [],
        check.wait_so_far(now), check.pcr_gap, group.gap(now), first.first_byte, first.ended,
        check.pictured is not None and now - check.pictured < ALIVE_S,
    )


# What a client may be told of packets that the provider lost, where nothing replaces them.
LOST = re.compile(r"counter \d+ then|is scrambled|and \d+ more$")
# What a client is told of a time that is wrong, and by how much it may be: one bit of a DTS, below
# the distance from which Dipole sees a jump.
BENT = re.compile(r"DTS (?:runs back by|is) (-?[\d.]+) s")
BENT_S_MAX = 10


def _is_excused(cell, error):
    bent = cell.fault.bends_times and BENT.search(error)
    if bent and abs(float(bent[1])) < BENT_S_MAX:
        return True
    return cell.fault.loses_packets and not cell.has_backup and LOST.search(error)


def _judged(outcome):
    """Adds what is not as it must be."""
    cell, problems = outcome.cell, outcome.problems
    if not cell.has_backup and cell.at_start and cell.fault.refused_at_start:
        if outcome.status != 503 or not (outcome.refusal or "").startswith(("805", "806", "807")):
            problems.append(f"a client must be refused with 805, 806 or 807, got {outcome.told()}")
        return outcome
    if outcome.status != 200:
        problems.append(f"no stream: {outcome.told()}")
        return outcome
    if outcome.disconnects:
        problems.append(f"{outcome.disconnects} of {cell.clients} clients were disconnected")
    if errors := [text for text in outcome.errors if not _is_excused(cell, text)]:
        problems.append("; ".join(errors[:4]))
    if not outcome.is_alive:
        problems.append(f"no picture at the end, for {outcome.picture_gap_s:.1f} s")
    elif cell.has_backup and cell.fault.backup == grid.SWITCH and outcome.plays != "backup":
        problems.append(f"the backup must play, but it is the {outcome.plays}")
    if cell.has_backup and not cell.at_start and outcome.picture_gap_s > cell.gap_s_max:
        problems.append(f"{outcome.picture_gap_s:.2f} s without a picture, {cell.gap_s_max:.2f} s allowed")
    return outcome
