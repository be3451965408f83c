"""Reports as a Markdown table."""

import statistics
import subprocess
from datetime import date
from pathlib import Path

MIB = 1 << 20
HEADER = [
    "server", "CPU s/GiB: median (min–max)", "runs", "to paced nginx", "reached", "RSS MiB",
    "sends per client-s", "age ms: median, p99", "first byte ms",
    "key frame ms", "upstreams", "errors",
]


def middle(runs, *path):
    """The median of a figure over runs."""
    values = []
    for run in runs:
        for name in path:
            run = run[name]
        if run is not None:
            values.append(run)
    return statistics.median(values) if values else None


def number(value, digits=1):
    return "–" if value is None else f"{value:.{digits}f}"


def ratio(runs, paced):
    """Median over rounds of this server's cost to that of paced nginx in the same round."""
    by_round = {run["round"]: run["cpu_s_per_gib"] for run in paced}
    ratios = [run["cpu_s_per_gib"] / by_round[run["round"]] for run in runs
              if by_round.get(run["round"])]
    return statistics.median(ratios) if ratios else None


def row(server, runs, paced, bits):
    costs = [run["cpu_s_per_gib"] for run in runs]
    wanted = runs[0]["clients"] * bits / 8
    reached = middle([{"x": run["bytes"] / run["window_s"] / wanted} for run in runs], "x")
    age = [middle(runs, "age_ms", name) if server.live else None for name in ("median", "p99")]
    return [
        server.name,
        f"{statistics.median(costs):.3f} ({min(costs):.3f}–{max(costs):.3f})",
        f"{len(runs)} × {runs[0]['window_s']:.0f} s",
        number(ratio(runs, paced), 2),
        f"{reached * 100:.0f} %",
        number(middle(runs, "server", "rss_bytes") / MIB),
        number(middle(runs, "sends")),
        ", ".join(map(number, age)) if server.live else "–",
        number(middle(runs, "joins", "first_byte_ms_median"), 2),
        number(middle(runs, "joins", "key_frame_ms_median"), 2),
        number(middle(runs, "upstreams"), 0) if server.live else "–",
        str(sum(run["errors"] + run["joins"]["failed"] for run in runs)),
    ]


def per_client(few, many):
    """KiB of RSS for each client more: between two sizes, so that buffers per channel cancel."""
    grown = middle(many, "server", "rss_bytes") - middle(few, "server", "rss_bytes")
    return grown / (many[0]["clients"] - few[0]["clients"]) / 1024


def markdown(rows):
    """Rows under the header."""
    lines = [HEADER, ["---"] * len(HEADER), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine():
    """Where and with what the figures were taken."""
    def say(*command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).strip().splitlines()[0:1]

    cpus = [line for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith(("model name", "Model"))]
    model = cpus[0].split(":")[1].strip() if cpus else "unknown processor"
    load = Path("/proc/loadavg").read_text().split()[0]
    control = Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()
    facts = [f"{date.today()}", f"{max(len(cpus), 1)} × {model}", *say("uname", "-srm"),
             *say("nginx", "-v"), *say("icecast2", "-v"), *say("python3", "--version"), f"TCP {control}"]
    return "; ".join(facts) + f"; load before the run {load}"
