"""One server under one load: `dipole-bench load`, and what is looked at beside it."""

import json
import re
import shutil
import subprocess

# System calls by which one of these servers sends.
SENDS = ["sendto", "sendmsg", "sendfile64", "write", "writev"]
COUNT_SECONDS = 2
LOAD_SECONDS_MAX = 300


def measure(place, server, clients, warmup, window, *, stalled=0):
    """The report of `load`, with `upstreams` (most at once) and, where perf can tell, `sends` per client-second."""
    options = ["--pid", server.process.pid, "--clients", clients, "--stalled", stalled,
               "--warmup", warmup, "--window", window, "--after", COUNT_SECONDS + 1]
    if server.again:
        options.append("--again")
    command = place.tool("load", *options, *server.urls())
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as load:
        first = load.stdout.readline()
        if first.strip() != "window over":
            load.wait()
            raise SystemExit(f"error: {server.name}: no report (see above)\n{server.process.said()}")
        sends = count_sends(server.process.pid)
        output, _ = load.communicate(timeout=LOAD_SECONDS_MAX)
    report = json.loads(output)
    report["source"] = server.origin.stats()
    report["upstreams"] = report["source"]["open_max"]
    report["sends"] = sends and sends / clients
    return report


def count_sends(pid):
    """Sends per second of a server and its children, by the kernel's tracepoints."""
    if not shutil.which("perf"):
        return None
    events = ",".join(f"syscalls:sys_enter_{name}" for name in SENDS)
    pids = ",".join(map(str, [pid, *children(pid)]))
    perf = subprocess.run(
        ["perf", "stat", "-x", ";", "-e", events, "-p", pids, "--", "sleep", str(COUNT_SECONDS)],
        capture_output=True, text=True, check=False,
    )
    counts = re.findall(r"^(\d+);", perf.stderr, re.M)
    return sum(map(int, counts)) / COUNT_SECONDS if counts else None


def children(pid):
    """Processes whose parent this is."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]
