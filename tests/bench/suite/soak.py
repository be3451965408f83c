"""`scripts/bench soak`: a hundred clients coming and going over twenty channels, random faults.

Both streams of each channel misbehave by the scripts of a seed, which is printed; the same seed
makes the same faults again. What must be flat is flat, or it fails: RSS, descriptors, threads. At the
end nobody watches and nothing is open; then every channel plays again on streams that are whole,
which takes every slot that the provider has: a slot that leaked would be missing.
"""

import os
import random
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from . import table
from .hurting import BUDGET_MIB, STREAM_PORT, Dipole, channels

CHANNELS = 20
CLIENTS = 100
# Slots of the provider: each channel may hold its old and its new stream while it changes over.
SLOTS = 2 * CHANNELS
SAMPLE_SECONDS = 5
ROWS = 12
COME_AND_GO_SECONDS = 0.5
QUIET_SECONDS_MAX = 30
# Flat: the last third may be above the second one by this.
# Rings fill with use: until then RSS rises within the plan.
WARM_SECONDS = 180
RSS_GROWTH_MAX = 1.05
RSS_MARGIN_BYTES = 2 << 20
COUNT_MARGIN = 3
MIB = 1 << 20


@dataclass
class Sample:
    """The daemon at one moment."""

    at: float
    rss_bytes: int
    descriptors: int
    threads: int
    upstreams: int
    clients: int


class Counting:
    """Takes bytes and forgets them: the soak is about the daemon's memory, not about the stream."""

    check = None

    def feed(self, data, now):
        """Nothing is kept."""


def run(place, minutes, seed):
    """Soaks, prints, and fails when something grew or leaked."""
    from harness.audience import Audience
    from provider.client import Provider, playlist

    print(f"{table.machine()}\n\nseed {seed}, {minutes:g} minutes, {CLIENTS} clients, {CHANNELS} channels\n")
    with Provider() as provider:
        lineup = channels(CHANNELS, provider, lambda channel, which: f"seed={seed}-{channel}-{which}")
        url = provider.put("soak.m3u", playlist(lineup))
        dipole = Dipole(place, url, CHANNELS, f"connections = {SLOTS}\n")
        try:
            with Audience("127.0.0.1", STREAM_PORT) as audience:
                idle = sample(dipole, provider, 0, 0)
                samples = _soak(audience, dipole, provider, minutes * 60, random.Random(seed))
                problems = flatness(samples)
                problems += _is_quiet(dipole, provider, idle)
                problems += _plays_again(audience, provider)
        finally:
            dipole.stop()
    _print(samples)
    for problem in problems:
        print(f"FAILED: {problem}")
    if problems:
        raise SystemExit(1)
    if minutes * 60 < 3 * WARM_SECONDS:
        print(f"\nRSS was held to the plan only: whether it is flat is judged behind {WARM_SECONDS / 60:g} minutes")
    print("\nflat: descriptors, threads, RSS; nothing was left open; every channel played again")


def sample(dipole, provider, at, clients):
    """What /proc and the provider say now."""
    folder = Path(f"/proc/{dipole.process.pid}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    return Sample(
        at, int(status["VmRSS"].split()[0]) * 1024, len(os.listdir(folder / "fd")), int(status["Threads"]),
        sum(counts["open"] for counts in provider.stats().values()), clients)


def _soak(audience, dipole, provider, seconds, chance):
    began = time.monotonic()
    samples, groups, next_sample = [], [], 0.0
    while (at := time.monotonic() - began) < seconds:
        groups = _come_and_go(audience, groups, chance)
        if at >= next_sample:
            samples.append(sample(dipole, provider, at, len(groups)))
            next_sample += SAMPLE_SECONDS
        time.sleep(COME_AND_GO_SECONDS)
    for group in groups:
        audience.leave(group)
    return samples


def _come_and_go(audience, groups, chance):
    """Some leave, those whose connection ended too, and others come."""
    staying = []
    for group in groups:
        if group.disconnects() or chance.random() < 0.03:
            audience.leave(group)
        else:
            staying.append(group)
    # Not all at once at the beginning.
    for _ in range(min(10, CLIENTS - len(staying))):
        group = audience.join(f"/auto/v{chance.randrange(CHANNELS) + 1}")
        group.clients[0].judge = Counting()
        staying.append(group)
    return staying


def flatness(samples):
    """Sentences about what grew from the second third of the samples to the last."""
    most = max(one.rss_bytes for one in samples) / MIB
    if most > BUDGET_MIB:
        return [f"RSS was {most:.1f} MiB, the plan is {BUDGET_MIB} MiB"]
    third = len(samples) // 3
    if third == 0:
        return ["too few samples"]
    middle, last = samples[third : 2 * third], samples[2 * third :]

    def medians(name):
        return [statistics.median(getattr(one, name) for one in part) for part in (middle, last)]

    problems = []
    before, after = medians("rss_bytes")
    if samples[third].at >= WARM_SECONDS and after > before * RSS_GROWTH_MAX + RSS_MARGIN_BYTES:
        problems.append(f"RSS grew from {before / MIB:.1f} to {after / MIB:.1f} MiB")
    before, after = medians("threads")
    if after > before + COUNT_MARGIN:
        problems.append(f"threads grew from {before} to {after}")
    # Descriptors follow clients and upstreams, which come and go.
    own = [[one.descriptors - one.clients - one.upstreams for one in part] for part in (middle, last)]
    before, after = map(statistics.median, own)
    if after > before + 5 * COUNT_MARGIN:
        problems.append(f"descriptors beyond clients and upstreams grew from {before} to {after}")
    return problems


def _is_quiet(dipole, provider, idle):
    """Whether nothing is open when nobody watches."""
    deadline = time.monotonic() + QUIET_SECONDS_MAX
    while True:
        now = sample(dipole, provider, 0, 0)
        busy = dipole.ask("/status.json").count(b"VctNumber")
        if not now.upstreams and not busy and now.descriptors <= idle.descriptors + COUNT_MARGIN:
            return []
        if time.monotonic() > deadline:
            return [f"nobody watches, but {now.upstreams} upstreams and {busy} tuners are in use, and "
                    f"{now.descriptors} descriptors are open ({idle.descriptors} before)"]
        time.sleep(0.2)


def _plays_again(audience, provider):
    """Whether every channel plays once the streams are whole."""
    for stream in provider.stats():
        provider.play(stream, "")
    groups = [audience.join(f"/auto/v{channel}") for channel in range(1, CHANNELS + 1)]
    deadline = time.monotonic() + QUIET_SECONDS_MAX
    while not all(group.is_receiving(100_000) for group in groups):
        if time.monotonic() > deadline:
            silent = [f"{group.path}: {group.clients[0].status} {group.clients[0].refusal or ''}"
                      for group in groups if not group.is_receiving(100_000)]
            return [f"{len(silent)} channels do not play afterwards: {silent[:5]}"]
        time.sleep(0.1)
    return [f"afterwards, {text}" for group in groups for text in group.faults()]


def _print(samples):
    print("| minute | RSS MiB | descriptors | threads | upstreams | clients |\n| --- | --- | --- | --- | --- | --- |")
    for at in range(0, len(samples), max(1, len(samples) // ROWS)):
        one = samples[at]
        print(f"| {one.at / 60:.1f} | {one.rss_bytes / MIB:.1f} | {one.descriptors} | {one.threads} "
              f"| {one.upstreams} | {one.clients} |")
