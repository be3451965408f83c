"""`scripts/bench failover`: how long the picture stands when the upstream fails and a backup lives.

Each repeat is a channel of its own with five clients, all repeats of a fault at once. The daemon
runs with the defaults of its configuration, and once more where a second stream of each channel
stands by (`standby = "hot"`, and memory for one of each). Gaps are taken at the clients: between two arrivals
of bytes, between two pictures (both by the wall clock), and between two PCRs in the stream.
"""

import json
import statistics
import time

from . import table
from .hurting import BUDGET_MIB, STREAM_PORT, Dipole, channels
from .place import until

CLIENTS = 5
SETTLED_BYTES = 150_000
SETTLE_SECONDS_MAX = 20
WATCHED_SECONDS = 15
# Until all have a stream that stands by, and until it is known what the one that plays is like.
STANDBY_SECONDS_MAX, LEARNT_SECONDS = 30, 10
STANDBY_MIB = 16
# Without a fault first: what the ticks of source, daemon and client come to by themselves.
FAULTS = [("none", None), ("FIN, then 200 and FIN", "0:fin"), ("RST, then RST", "0:rst"), ("FIN once", "0:fin~0"),
          ("RST once", "0:rst~0"), ("stall", "0:stall")]


def run(place, repeats):
    """Measures and prints."""
    from harness.audience import Audience
    from provider.client import Provider, playlist

    print(f"{table.machine()}\n")
    print(f"{repeats} channels for each fault, {CLIENTS} clients a channel; median (largest), seconds.\n")
    print("| upstream | fault | standby | no bytes | no picture | PCR step | on the backup | TS errors | disconnects |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name, script in FAULTS:
        for standby in ("off", "hot"):
            with Provider() as provider:
                url = provider.put("failover.m3u", playlist(channels(2 * repeats, provider)))
                dipole = _dipole(place, url, 2 * repeats, standby)
                try:
                    with Audience("127.0.0.1", STREAM_PORT) as audience:
                        hot = dipole if standby == "hot" else None
                        groups = _measured(audience, provider, 2 * repeats, script, hot)
                        for kind, remainder in (("TS", 1), ("HLS", 0)):
                            mine = [group for n, group in groups.items() if n % 2 == remainder]
                            print(_row(kind, name, standby, mine), flush=True)
                finally:
                    dipole.stop()
    print("\nm3u-proxy is not on the package index, so it was not measured beside this; "
          "what is known of it is not repeated here.")


def _dipole(place, url, count, standby):
    budget = BUDGET_MIB + (STANDBY_MIB * count if standby == "hot" else 0)
    return Dipole(place, url, count, f'\n[failover]\nstandby = "{standby}"\n', budget)


def _measured(audience, provider, count, script, hot):
    groups = {n: audience.join(f"/auto/v{n}", CLIENTS) for n in range(1, count + 1)}
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    while not all(group.is_receiving(SETTLED_BYTES) for group in groups.values()):
        if time.monotonic() > deadline:
            raise SystemExit("error: not every channel plays")
        time.sleep(0.1)
    if hot:
        until("a stream that stands by for each channel", lambda: _standing_by(hot) == count, hot.process,
              STANDBY_SECONDS_MAX)
        time.sleep(LEARNT_SECONDS)
    for number, group in groups.items():
        group.mark()
        if script:
            provider.play(f"primary-{number}", script)
    time.sleep(WATCHED_SECONDS)
    return groups


def _standing_by(dipole):
    tuners = json.loads(dipole.ask("/api/v1/status"))["tuners"]["in_use"]
    return sum(bool(tuner["playing"] and tuner["playing"]["standby"]) for tuner in tuners)


def _row(kind, name, standby, groups):
    now = time.monotonic()

    def figures(values):
        values = list(values)
        return f"{statistics.median(values):.2f} ({max(values):.2f})"

    cells = [
        kind, name, standby, figures(group.gap(now) for group in groups),
        figures(group.check.wait_so_far(now) for group in groups),
        figures(group.check.pcr_gap for group in groups),
        f"{sum((group.check.source or '').startswith('backup') for group in groups)} of {len(groups)}",
        str(sum(len(group.faults()) for group in groups)),
        str(sum(len(group.disconnects()) for group in groups)),
    ]
    return f"| {' | '.join(cells)} |"
