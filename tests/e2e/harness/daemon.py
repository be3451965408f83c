"""The daemon under test: started in the tuner's namespace, watched from /proc, ended by pid."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from . import lan, media, tools, wait

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
START_S = 15
# Stands in the lineup until the first import.
TEST_CHANNEL = "Dipole Test"


def binary():
    """The program to test: DIPOLE_BIN, else the build of the workspace."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", media.ROOT / "target"))
    return Path(os.environ.get("DIPOLE_BIN", target / "debug" / "dipole")).resolve()


def source(name, url, **keys):
    """A `[[source]]` table as text."""
    lines = ["[[source]]", f"name = {json.dumps(name)}", f"url = {json.dumps(str(url))}"]
    for key, value in keys.items():
        if isinstance(value, dict):
            pairs = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items())
            value = "{ " + pairs + " }"
        else:
            value = json.dumps(value)
        lines.append(f"{key} = {value}")
    return "\n".join(lines) + "\n"


class Daemon:
    """One run of dipole. Use as a context manager: it is ended with SIGTERM."""

    def __init__(self, network, config="", data=None, arguments=(), cgroup=None, prefix=()):
        self.folder = tempfile.TemporaryDirectory(prefix="dipole-e2e-")
        self.data = Path(data or Path(self.folder.name) / "data")
        self.log_path = Path(self.folder.name) / "log"
        command = [*network.inside("tuner"), *prefix, str(binary()), "run", "--data", str(self.data)]
        if config:
            path = Path(self.folder.name) / "dipole.toml"
            path.write_text(config)
            command += ["--config", str(path)]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder.name,
                preexec_fn=cgroup.join if cgroup else None,
            )

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        status = tools.stop(self.process, seconds=15)
        if kind is not None:
            print(f"--- the daemon's last words (exit status {status}):\n{self.log()[-4000:]}")
        self.folder.cleanup()

    def ready(self, port=80):
        """Waits until the documents are served; gives self."""
        def answers():
            if self.process.poll() is not None:
                raise AssertionError(f"dipole ended with {self.process.returncode}:\n{self.log()[-4000:]}")
            try:
                return get("/discover.json", port=port).status == 200
            except OSError:
                return False

        wait.until("the daemon to answer", answers, START_S)
        return self

    def with_channels(self, count):
        """Waits until the lineup has that many imported channels; gives the lineup."""
        self.ready()

        def imported():
            channels = lineup()
            is_whole = len(channels) == count and TEST_CHANNEL not in [c["GuideName"] for c in channels]
            return is_whole and channels

        return wait.until(f"{count} channels", imported, 30)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def file_descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def thread_states(self):
        """What each thread does, for a message when all has fallen silent: kernel's view and gdb's."""
        told = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            told.append(f"{(task / 'comm').read_text().strip()}: {fields[0]}, {fields[11]} + {fields[12]} ticks, "
                        f"in {(task / 'wchan').read_text()}")
        if any(": T, " in line for line in told):
            told.append("a thread in T was stopped by a signal from outside: not the daemon's doing")
        elif shutil.which("gdb"):
            words = ["gdb", "-p", self.process.pid, "-batch", "-ex", "thread apply all bt 30"]
            told.append(tools.run(*words, seconds=60).stdout[-8000:])
        return "\n".join(told)

    def rss_bytes(self):
        return self._status_kib("VmRSS") * 1024

    def rss_peak_bytes(self):
        return self._status_kib("VmHWM") * 1024

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def _status_kib(self, key):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key + ":"):
                return int(line.split()[1])
        raise AssertionError(f"no {key} in /proc")


class Answer:
    """An HTTP answer, read to its end."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


def get(path, method="GET", host=lan.TUNER, port=80, headers=None):
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request(method, path, headers=headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def change(path, value=None, method="POST", body=None, headers=None, port=80):
    """Asks the API for a change, as our own page does: with `value` as JSON, or with these bytes."""
    if body is None and value is not None:
        body = json.dumps(value).encode()
    connection = http.client.HTTPConnection(lan.TUNER, port, timeout=30)
    try:
        connection.request(method, path, body, {"X-Dipole": "1", **(headers or {})})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def sources(**where):
    """What is known of each source, by its name."""
    return {one["name"]: one for one in get("/api/v1/status", **where).json()["sources"]}


def lineup(**where):
    return get("/lineup.json", **where).json()


def tuners_in_use():
    """Names of the tuners that status.json calls busy."""
    return [t["Resource"] for t in get("/status.json").json() if "VctNumber" in t]


def dipole(*arguments, seconds=60, **options):
    """Runs one of the commands that end by themselves: check, plan, import."""
    return tools.run(binary(), *arguments, seconds=seconds, **options)
