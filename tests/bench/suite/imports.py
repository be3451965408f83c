"""`scripts/bench import`: a list of 30,000 entries, dry and in the daemon."""

import json
import os
import subprocess
import time
from pathlib import Path

from . import table
from .place import SERVER_PORT, fetch
from .servers import Dipole

ENTRIES = 30_000
# As what a channel stands in the list; they become its streams.
QUALITIES = ("SD", "HD", "FHD", "UHD")
MIB = 1 << 20
CLOCK = os.sysconf("SC_CLK_TCK")


class ListOnly:
    """A source that is a file, and no streams."""

    def __init__(self, path, entries):
        self.list_url = str(path)
        self.lineup = -(-entries // len(QUALITIES))
        # Tuners that the plan is made for.
        self.channels = 4


class Importer(Dipole):
    """The daemon with default memory and a list."""

    budget, clients = "96MiB", 16

    def is_ready(self):
        return len(self.lineup()) == self.origin.lineup


def run(place):
    """Dry run and daemon, each beside one with a single entry."""
    print(table.machine(), flush=True)
    small, big = (write_list(place.folder / f"{n}.m3u", n) for n in (1, ENTRIES))
    floor, dry = dry_run(place, small), dry_run(place, big)
    peak, above = (bytes / MIB for bytes in (
        dry["peak_rss_bytes"], dry["peak_rss_bytes"] - floor["peak_rss_bytes"]))
    idle = daemon(place, small, 1)
    full = daemon(place, big, ENTRIES)
    print(f"\n{ENTRIES} entries, {big.stat().st_size / MIB:.1f} MiB:\n")
    print("| figure | measured |\n| --- | --- |")
    rows = [
        ("`import --dry-run`: wall, CPU", f"{dry['wall_s']:.2f} s, {dry['cpu_s']:.2f} s"),
        ("`import --dry-run`: peak RSS, above that of one entry",
         f"{peak:.1f} MiB, {above:.1f} MiB"),
        ("daemon: from start to lineup, CPU", f"{full['ready']:.2f} s, {full['cpu']:.2f} s"),
        ("daemon: idle RSS with one entry", f"{idle['rss'] / MIB:.1f} MiB"),
        ("daemon: peak RSS, above idle",
         f"{full['peak'] / MIB:.1f} MiB, {(full['peak'] - idle['rss']) / MIB:.1f} MiB"),
        ("daemon: RSS after the import", f"{full['rss'] / MIB:.1f} MiB"),
        ("lineup.json: first byte, all", f"{full['first'] * 1e3:.1f} ms, {full['all'] * 1e3:.0f} ms"),
    ]
    print("\n".join(f"| {name} | {value} |" for name, value in rows))


def write_list(path, entries):
    """A list as providers write them: every attribute, groups, twins in several qualities."""
    with open(path, "w", encoding="utf-8") as out:
        out.write('#EXTM3U url-tvg="http://provider.example/guide.xml.gz"\n')
        for n in range(entries):
            quality = QUALITIES[n % len(QUALITIES)]
            out.write(
                f'#EXTINF:-1 tvg-id="channel{n // 4}.example" tvg-name="Channel {n // 4} {quality}" '
                f'tvg-logo="http://provider.example/logos/{n // 4}.png" '
                f'group-title="Group {n % 97}",Channel {n // 4} {quality}\n'
                f"http://provider.example:8080/live/user/password/{100_000 + n}.ts\n"
            )
    os.chmod(path, 0o644)
    return path


def dry_run(place, path):
    """What `dipole-bench cost` says of it."""
    command = place.tool("cost", place.programs / "dipole", "import", "--dry-run", path)
    cost = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    if not cost["is_success"]:
        raise SystemExit("error: dipole import --dry-run failed (see above)")
    return cost


def daemon(place, path, entries):
    """The daemon's start with this list."""
    began = time.monotonic()
    server = Importer(place, ListOnly(path, entries))
    try:
        ready = time.monotonic() - began
        pid = server.process.pid
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        cpu = (int(fields[11]) + int(fields[12])) / CLOCK
        url = f"http://127.0.0.1:{SERVER_PORT}/lineup.json"
        asked = time.monotonic()
        fetch(url, 1)
        first = time.monotonic() - asked
        asked = time.monotonic()
        fetch(url)
        status = Path(f"/proc/{pid}/status").read_text()
        return {
            "ready": ready, "cpu": cpu, "first": first, "all": time.monotonic() - asked,
            "rss": kilobytes(status, "VmRSS:"), "peak": kilobytes(status, "VmHWM:"),
        }
    finally:
        server.stop()


def kilobytes(text, name):
    """A figure of /proc/PID/status, in bytes."""
    line = next(line for line in text.splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024
