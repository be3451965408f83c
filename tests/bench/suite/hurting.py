"""What `failover` and `soak` share: the provider that misbehaves, and a Dipole beside it."""

import sys
from pathlib import Path

from .place import SERVER_PORT, Process, fetch, until

TESTS = Path(__file__).resolve().parents[2]
sys.path += [str(TESTS), str(TESTS / "e2e")]

STREAM_PORT = SERVER_PORT + 1
BUDGET_MIB = 256
CONFIG = """\
data = "{folder}/data"
http = ["127.0.0.1:{port}"]
stream = ["127.0.0.1:{stream_port}"]
test_channel = "never"

[memory]
budget = "{budget_mib}MiB"

[tuner]
count = {tuners}

[discovery]
hdhomerun = false
ssdp = false

[[source]]
name = "hurting"
url = "{source}"
{further}
"""


class Dipole:
    """A daemon that plays a list of the provider's."""

    def __init__(self, place, list_url, channels, further="", budget_mib=BUDGET_MIB):
        folder = place.own("dipole-hurting")
        config = folder / "dipole.toml"
        config.write_text(CONFIG.format(folder=folder, port=SERVER_PORT, stream_port=STREAM_PORT,
                                        tuners=channels, budget_mib=budget_mib, source=list_url, further=further))
        self.process = Process([place.programs / "dipole", "run", "--config", config], folder / "log")
        try:
            until("the lineup", lambda: self.lineup().count(b"GuideNumber") == channels, self.process)
        except SystemExit:
            self.stop()
            raise

    def lineup(self):
        """The lineup as it is served."""
        return self.ask("/lineup.json")

    def ask(self, path):
        """A document."""
        return fetch(f"http://127.0.0.1:{SERVER_PORT}{path}")

    def stop(self):
        """Ends it."""
        self.process.stop()


def channels(count, provider, options=lambda channel, place: ""):
    """`count` channels with a primary and a backup each; every second one is HLS."""
    def address(channel, name, place):
        stream = f"{name}-{channel}"
        path = f"/hls/{stream}/index.m3u8" if channel % 2 == 0 else f"/ts/{stream}"
        return provider.url(f"{path}?{options(channel, place)}")

    return [(channel, f"Channel {channel}",
             [address(channel, "primary", 0), address(channel, "backup", 1)])
            for channel in range(1, count + 1)]
