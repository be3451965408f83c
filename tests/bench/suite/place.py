"""Where a run happens: its folder, its processes, its ports."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

# Servers run as this user and group: icecast refuses root, and nobody should need it.
UNPRIVILEGED = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
STOP_SECONDS_MAX = 5
# The network is our own, so ports are free.
SOURCE_PORT = 8400
SERVER_PORT = 8480


class Place:
    """A folder that is gone afterwards, with the programs under test in it."""

    def __init__(self, programs, names):
        self.folder = Path(tempfile.mkdtemp(prefix="dipole-bench-"))
        os.chmod(self.folder, 0o755)
        # Copies, because the unprivileged user may not be able to reach the originals.
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        for program in names:
            shutil.copy2(Path(programs) / program, self.programs / Path(program).name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def own(self, name):
        """A folder that the unprivileged user may write."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.chown(folder, "nobody", "nogroup")
        return folder

    def tool(self, *arguments):
        """dipole-bench with these arguments."""
        return [str(self.programs / "dipole-bench"), *map(str, arguments)]


class Process:
    """A started program; ended by its id, never by its name."""

    def __init__(self, command, log, *, unprivileged=True, before=None, cwd=None):
        command = [*(UNPRIVILEGED if unprivileged else []), *map(str, command)]
        self.log = log
        with open(log, "wb") as output:
            self.child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=before, cwd=cwd,
            )
        self.pid = self.child.pid

    def stop(self):
        """Asks it to end, then makes it."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()

    def said(self):
        """The end of its log, for a message."""
        return Path(self.log).read_text(errors="replace")[-2000:]


def until(what, ready, process, seconds=20):
    """Waits until `ready()` is true; says what it waited for if it does not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.child.poll() is not None:
            raise SystemExit(f"error: {what}: the program ended:\n{process.said()}")
        try:
            if ready():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit(f"error: {what}: not within {seconds} s:\n{process.said()}")


def fetch(url, bytes_max=64 << 20, seconds=5):
    """A document, or the first bytes of a stream."""
    with urllib.request.urlopen(url, timeout=seconds) as answer:
        return answer.read(bytes_max)
