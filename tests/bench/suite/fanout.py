"""`scripts/bench fanout`: Dipole beside its peers, 10 channels of 8 Mbit/s."""

import sys
from dataclasses import dataclass

from . import table
from .load import measure
from .origin import Origin
from .servers import ALL, CLOSE, FAR, NginxPaced

CHANNELS = 10
BITS = 8_000_000
WARMUP_SECONDS = 3


@dataclass
class Plan:
    """How one size is measured: the close race long and often, the far ones as their CPU needs."""

    clients_per_channel: int
    close: tuple  # rounds, seconds
    far: tuple


PLANS = {
    "quick": [Plan(10, (1, 8), (1, 8))],
    "default": [Plan(10, (5, 30), (3, 12)), Plan(50, (1, 12), (1, 12))],
    "full": [Plan(size, (5, 30), (5, 30)) for size in (10, 50, 100)],
}


def run(place, mode, only, sizes):
    """Measures and prints."""
    plans = chosen(mode, sizes)
    print(f"{table.machine()}\n", flush=True)
    smaller = {}
    for plan in plans:
        runs = measure_all(place, plan, only)
        clients = plan.clients_per_channel
        print(f"\n### {CHANNELS} × {clients} clients, {BITS // 1_000_000} Mbit/s\n")
        paced = runs.get(NginxPaced.key, [])
        rows = [table.row(ALL[key], done, paced, BITS) for key, done in runs.items() if done]
        print(table.markdown(rows), flush=True)
        for key in smaller.keys() & runs.keys():
            kib = table.per_client(smaller[key], runs[key])
            print(f"\n{ALL[key].name}: {kib:.1f} KiB of RSS for each client more", flush=True)
        smaller = runs


def chosen(mode, sizes):
    """The plans of a mode; a size that it lacks is measured as `--quick` measures."""
    plans = {plan.clients_per_channel: plan for plan in PLANS[mode]}
    wanted = sizes or plans
    return [plans.get(size, Plan(size, (1, 8), (1, 8))) for size in wanted]


def measure_all(place, plan, only):
    """Interleaved: round by round, every server once. {key: [report]}"""
    runs = {}
    for turn in range(max(plan.close[0], plan.far[0])):
        for server in CLOSE + FAR:
            rounds, window = plan.close if server in CLOSE else plan.far
            if turn < rounds and (not only or server.key in only):
                report = measure_one(place, server, plan.clients_per_channel, window)
                report["round"] = turn
                runs.setdefault(server.key, []).append(report)
    return runs


def measure_one(place, server, clients_per_channel, window):
    """A server of its own and a source of its own."""
    origin = Origin(place, CHANNELS, BITS)
    try:
        up = server(place, origin)
        try:
            report = measure(place, up, CHANNELS * clients_per_channel, WARMUP_SECONDS, window)
        finally:
            up.stop()
    finally:
        origin.stop()
    tell(server, report)
    return report


def tell(server, report):
    """A line for who waits."""
    print(
        f"{server.name}: {report['cpu_s_per_gib']:.3f} CPU s/GiB, "
        f"{report['rate_median']:.2f} Mbit/s a client (least {report['rate_min']:.2f}), "
        f"{report['errors']} errors, {report['upstreams']} upstreams, "
        f"{report['sweeps_late']} late sweeps, source late by at most "
        f"{report['source']['late_max_ms']} ms",
        file=sys.stderr, flush=True,
    )
    if report["errors"]:
        print(f"    ends {report['ends']}, faults {report['faults']}", file=sys.stderr, flush=True)
