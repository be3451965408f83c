"""A memory cgroup of either version that bounds a server: pages, kernel objects, TCP buffers."""

import os
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")


class MemoryCgroup:
    """Made for one run, removed behind it."""

    def __init__(self, name, limit_bytes):
        self.is_v2 = (ROOT / "cgroup.controllers").exists()
        self.folder = (ROOT if self.is_v2 else ROOT / "memory") / name
        self.folder.mkdir(exist_ok=True)
        if self.is_v2:
            self.write("memory.max", limit_bytes)
            self.write("memory.swap.max", 0)
        else:
            # Version 1 counts TCP buffers apart, and only once they have a limit.
            self.write("memory.limit_in_bytes", limit_bytes)
            self.write("memory.kmem.tcp.limit_in_bytes", limit_bytes)

    def write(self, name, value):
        (self.folder / name).write_text(str(value))

    def read(self, name):
        return int((self.folder / name).read_text())

    def enter(self):
        """Puts the calling process into it: for a child between fork and exec."""
        self.write("cgroup.procs", os.getpid())

    def peak_bytes(self):
        """(pages and kernel objects, TCP buffers) at most; version 2 counts them together."""
        if self.is_v2:
            return self.read("memory.peak"), 0
        return (self.read("memory.max_usage_in_bytes"),
                self.read("memory.kmem.tcp.max_usage_in_bytes"))

    def failures(self):
        """Times the limit was reached."""
        if self.is_v2:
            events = (self.folder / "memory.events").read_text().split()
            return int(events[events.index("max") + 1])
        return self.read("memory.failcnt") + self.read("memory.kmem.tcp.failcnt")

    def remove(self):
        """Its processes are gone by now."""
        self.folder.rmdir()
