"""`scripts/bench failover`: how long the picture stands when the upstream fails and a backup lives.

Each repeat is a channel of its own with five clients, all repeats of a fault at once. The daemon
runs with the defaults of its configuration. Gaps are taken at the clients: between two arrivals
of bytes, between two pictures (both by the wall clock), and between two PCRs in the stream.
"""

import statistics
import time

from . import table
from .hurting import STREAM_PORT, Dipole, channels

CLIENTS = 5
SETTLED_BYTES = 150_000
SETTLE_SECONDS_MAX = 20
WATCHED_SECONDS = 15
# Without a fault first: what the ticks of source, daemon and client come to by themselves.
FAULTS = [("none", None), ("FIN, then 200 and FIN", "0:fin"), ("RST, then RST", "0:rst"), ("FIN once", "0:fin~0"),
          ("RST once", "0:rst~0"), ("stall", "0:stall")]


def run(place, repeats):
    """Measures and prints."""
    from harness.audience import Audience
    from provider.client import Provider, playlist

    print(f"{table.machine()}\n")
    print(f"{repeats} channels for each fault, {CLIENTS} clients a channel; median (largest), seconds.\n")
    print("| upstream | fault | no bytes | no picture | PCR step | on the backup | TS errors | disconnects |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for name, script in FAULTS:
        with Provider() as provider:
            url = provider.put("failover.m3u", playlist(channels(2 * repeats, provider)))
            dipole = Dipole(place, url, 2 * repeats)
            try:
                with Audience("127.0.0.1", STREAM_PORT) as audience:
                    groups = _measured(audience, provider, 2 * repeats, script)
                    for kind, remainder in (("TS", 1), ("HLS", 0)):
                        mine = [group for n, group in groups.items() if n % 2 == remainder]
                        print(_row(kind, name, mine), flush=True)
            finally:
                dipole.stop()
    print("\nm3u-proxy is not on the package index, so it was not measured beside this; "
          "what is known of it is not repeated here.")


def _measured(audience, provider, count, script):
    groups = {n: audience.join(f"/auto/v{n}", CLIENTS) for n in range(1, count + 1)}
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    while not all(group.is_receiving(SETTLED_BYTES) for group in groups.values()):
        if time.monotonic() > deadline:
            raise SystemExit("error: not every channel plays")
        time.sleep(0.1)
    for number, group in groups.items():
        group.mark()
        if script:
            provider.play(f"primary-{number}", script)
    time.sleep(WATCHED_SECONDS)
    return groups


def _row(kind, name, groups):
    now = time.monotonic()

    def figures(values):
        values = list(values)
        return f"{statistics.median(values):.2f} ({max(values):.2f})"

    cells = [
        kind, name, figures(group.gap(now) for group in groups),
        figures(group.check.wait_so_far(now) for group in groups),
        figures(group.check.pcr_gap for group in groups),
        f"{sum((group.check.source or '').startswith('backup') for group in groups)} of {len(groups)}",
        str(sum(len(group.faults()) for group in groups)),
        str(sum(len(group.disconnects()) for group in groups)),
    ]
    return f"| {' | '.join(cells)} |"
