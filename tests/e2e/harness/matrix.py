"""Runs cells of the fault matrix, many at once, and says what became of each."""

import re
import time
from dataclasses import dataclass, field

from provider.client import playlist

from . import cells as grid
from . import wait
from .daemon import source

TUNERS = 256
SETTLED_BYTES = 60_000
SETTLE_S = 12
# What runs at once: upstreams, which provider and checker must bear, and clients.
UPSTREAMS_AT_ONCE = 128
CLIENTS_AT_ONCE = 800
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
    # For each client that is checked packet by packet: the streams that it got, in order.
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
        """Which stream plays at the end: "primary", "backup", "both" at several clients, or none."""
        last = {sources[-1].partition("-")[0] for sources in self.sources if sources}
        if not self.is_alive or not last:
            return None
        return last.pop() if len(last) == 1 else "both"

    def playing(self):
        """The same as words."""
        return "both play" if self.plays == "both" else f"{self.plays or 'nothing'} plays"

    def told(self):
        """It in a few words."""
        if self.status != 200:
            return f"{self.status} ({self.refusal})" if self.status else f"no answer ({self.ended or 'still waiting'})"
        told = f"{self.playing()}, {self.picture_gap_s:.1f} s without a picture"
        if self.cell.at_start and self.first_byte_s is not None:
            told = f"{self.playing()}, first byte after {self.first_byte_s:.1f} s"
        return told


def batches(cells):
    """Groups of cells that run at once: not those who are there before and those who come later."""
    for at_start in (False, True):
        batch = []
        for cell in (cell for cell in cells if cell.at_start == at_start):
            if batch and _is_too_much([*batch, cell]):
                yield batch
                batch = []
            batch.append(cell)
        if batch:
            yield batch


def _is_too_much(cells):
    return (sum(cell.upstreams for cell in cells) > UPSTREAMS_AT_ONCE
            or sum(cell.clients for cell in cells) > CLIENTS_AT_ONCE)


def sources(cells, provider):
    """The `[[source]]` tables of all cells: one for each way in which channels are played."""
    tables = []
    for way in grid.WAYS:
        if mine := [cell for cell in cells if cell.way == way]:
            url = provider.put(f"matrix-{way}.m3u", channels(mine, provider))
            tables.append(source(f"matrix-{way}", url, sharing=way))
    return "\n".join(tables)


def channels(cells, provider):
    """The playlist of these cells, a channel for each."""
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
    """Outcomes of a batch. The daemon plays the playlists of `sources` already.

    `on_silence` is called once if everybody at once stops receiving: that is no fault of a stream.
    """
    groups = {cell: audience.join(cell.path, cell.clients, cell.way == "shared") for cell in cells}
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
    """The worst of what its clients got."""
    now, checks = time.monotonic(), group.checks
    client = next((client for client in group.clients if client.status != 200), group.clients[0])
    return Outcome(
        cell, client.status, client.refusal, [check.sources for check in checks], len(group.disconnects()),
        group.faults() if client.status == 200 else [],
        max(check.wait_so_far(now) for check in checks), max(check.pcr_gap for check in checks),
        group.gap(now), client.first_byte, client.ended,
        all(check.pictured is not None and now - check.pictured < ALIVE_S for check in checks),
    )


# What a client may be told of packets that the provider lost, where nothing replaces them.
LOST = re.compile(r"counter \d+ then|is scrambled|and \d+ more$")
# What a client is told of a time that is wrong: one bit of a DTS.
BENT = re.compile(r"DTS (?:runs back by|is) (-?[\d.]+) s")


def _is_excused(cell, error):
    if cell.fault.bends_times and BENT.search(error):
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
