"""The provider of a run: `dipole-bench source`."""

import json

from .place import SOURCE_PORT, Process, fetch, until


class Origin:
    """Live channels with counted connections."""

    def __init__(self, place, channels, bits):
        self.channels = channels
        self.bits = bits
        command = place.tool("source", "--port", SOURCE_PORT, "--channels", channels, "--bits", bits)
        self.process = Process(command, place.folder / "source.log")
        until("the source", lambda: self.stats() is not None, self.process)

    def url(self, channel):
        """Where a channel is."""
        return f"http://127.0.0.1:{SOURCE_PORT}/ch/{channel}.ts"

    @property
    def list_url(self):
        """Where the channel list is."""
        return f"http://127.0.0.1:{SOURCE_PORT}/list.m3u"

    def stats(self):
        """Connections now, at most, and in all. Waits long: a thousand may be served before."""
        return json.loads(fetch(f"http://127.0.0.1:{SOURCE_PORT}/stats", seconds=30))

    def stop(self):
        """Ends it."""
        self.process.stop()
