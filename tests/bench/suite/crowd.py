"""`scripts/bench crowd`: a thousand clients on ten channels inside the memory plan, and clients
that do not read at all."""

from . import table
from .cgroup import MemoryCgroup
from .load import measure
from .origin import Origin
from .servers import Dipole

MIB = 1 << 20
BUDGET_MIB = 96
# What the cgroup allows beyond the budget.
MARGIN_MIB = 16
CHANNELS = 10
CLIENTS_BITS = 2_000_000
STALLED = 40
STALLED_BITS = 8_000_000


def run(place, clients, window):
    """Both, one after the other."""
    print(table.machine(), flush=True)
    many = measure_one(place, CLIENTS_BITS, clients, 0, window)
    print(f"\n{clients} clients on {CHANNELS} channels of 2 Mbit/s, budget {BUDGET_MIB} MiB, "
          f"cgroup {BUDGET_MIB + MARGIN_MIB} MiB:\n")
    show(many)
    few = measure_one(place, STALLED_BITS, CHANNELS, STALLED, window)
    print(f"\n{CHANNELS} clients that read and {STALLED} that do not, 8 Mbit/s:\n")
    show(few)
    tcp = few["server"]["tcp_grown_bytes"]
    print(f"| TCP memory per client that does not read | {tcp / STALLED / 1000:.0f} kB, both ends |")


def measure_one(place, bits, clients, stalled, window):
    """Dipole within its cgroup under this load."""
    cgroup = MemoryCgroup("dipole-bench-crowd", (BUDGET_MIB + MARGIN_MIB) * MIB)
    origin = Origin(place, CHANNELS, bits)
    places = clients + stalled + 8

    class Bounded(Dipole):
        budget, before = f"{BUDGET_MIB}MiB", staticmethod(cgroup.enter)

    Bounded.clients = places
    try:
        server = Bounded(place, origin)
        try:
            report = measure(place, server, clients, 4, window, stalled=stalled)
            report["peak"], report["failures"] = cgroup.peak_bytes(), cgroup.failures()
            report["bits"] = bits
        finally:
            server.stop()
    finally:
        origin.stop()
        cgroup.remove()
    return report


def show(report):
    """A table of one run."""
    pages, tcp = report["peak"]
    server, joins = report["server"], report["joins"]
    rows = [
        ("rate of the slowest client, of the median", f"{report['rate_min']:.2f}, "
         f"{report['rate_median']:.2f} of {report['bits'] / 1e6:.2f} Mbit/s"),
        ("errors", f"{report['errors']} ({report['ends']}, {report['faults']})"),
        ("upstream connections", report["upstreams"]),
        ("CPU", f"{report['cpu_s_per_gib']:.3f} s/GiB, "
         f"{server['cpu_s'] / report['window_s'] * 100:.0f} % of a core"),
        ("sends per client-second", table.number(report["sends"])),
        ("age", f"median {report['age_ms']['median']:.0f} ms, p99 {report['age_ms']['p99']:.0f} ms"),
        ("RSS, of it anonymous", f"{server['rss_bytes'] / MIB:.1f} MiB, "
         f"{server['anonymous_bytes'] / MIB:.1f} MiB"),
        ("RSS before the first client", f"{server['rss_idle_bytes'] / MIB:.1f} MiB"),
        ("peak in the cgroup: pages and kernel, TCP", f"{pages / MIB:.1f} MiB, {tcp / MIB:.1f} MiB"),
        ("times the cgroup's limit was reached", report["failures"]),
        ("first byte, key frame", f"{joins['first_byte_ms_median']:.2f} ms, "
         f"{joins['key_frame_ms_median']:.2f} ms; {joins['failed']} of "
         f"{joins['joins'] + joins['failed']} joins failed"),
        ("sweeps of the load that were late", report["sweeps_late"]),
    ]
    print("| figure | measured |\n| --- | --- |")
    print("\n".join(f"| {name} | {value} |" for name, value in rows), flush=True)
