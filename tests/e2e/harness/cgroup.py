"""A memory limit that the kernel enforces, in whichever cgroup version the machine has."""

import os
import unittest
from pathlib import Path

V2 = Path("/sys/fs/cgroup")
V1 = Path("/sys/fs/cgroup/memory")


class MemoryCgroup:
    """A group of our own with a limit in bytes. `join` is called between fork and exec."""

    def __init__(self, limit_bytes):
        name = f"dipole-e2e-{os.getpid()}"
        try:
            if (V1 / "memory.limit_in_bytes").exists():
                self.folder = V1 / name
                self.limit_file, self.peak_file = "memory.limit_in_bytes", "memory.max_usage_in_bytes"
                self.kills_file = "memory.oom_control"
            else:
                (V2 / "cgroup.subtree_control").write_text("+memory")
                self.folder = V2 / name
                self.limit_file, self.peak_file = "memory.max", "memory.peak"
                self.kills_file = "memory.events"
            self.folder.mkdir(exist_ok=True)
            (self.folder / self.limit_file).write_text(str(limit_bytes))
        except OSError as error:
            raise unittest.SkipTest(f"no memory cgroup can be made here: {error}") from error

    def join(self):
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def peak_bytes(self):
        return int((self.folder / self.peak_file).read_text())

    def kills(self):
        """How often the kernel killed somebody to stay below the limit."""
        for line in (self.folder / self.kills_file).read_text().splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
        return 0

    def close(self):
        self.folder.rmdir()
