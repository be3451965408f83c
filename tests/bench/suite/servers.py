"""The servers that are compared. Each is told its channels' addresses and says its own."""

import json
import sys
from pathlib import Path

from . import nginx
from .place import SERVER_PORT, SOURCE_PORT, Process, fetch, until

PEERS = Path(__file__).resolve().parent.parent / "peers"


class Server:
    """A server that is up."""

    # Whether its streams end, so that they are asked for again.
    again = False
    # Whether the age of what it sends means anything: files carry no due times.
    live = True

    def __init__(self, place, origin):
        self.place = place
        self.origin = origin
        self.folder = place.own(self.key)
        self.process = self.start()
        until(self.name, self.is_ready, self.process)

    def urls(self):
        """Where its channels are."""
        return [f"http://127.0.0.1:{SERVER_PORT}/ch/{n}.ts" for n in range(self.origin.channels)]

    def is_ready(self):
        """Whether every channel plays. Asks them one by one, as a viewer would."""
        return all(fetch(url, 188) for url in self.urls())

    def run(self, *command, **options):
        """Starts the program."""
        return Process(command, self.folder / "log", cwd=self.folder, **options)

    def write(self, name, text):
        """A file for the program."""
        path = self.folder / name
        path.write_text(text)
        return path

    def stop(self):
        """Ends it."""
        self.process.stop()


DIPOLE = """\
data = "{folder}/data"
http = ["127.0.0.1:{port}"]
stream = ["127.0.0.1:{stream_port}"]
test_channel = "never"

[memory]
budget = "{budget}"

[tuner]
count = {tuners}

[clients]
max = {clients}

[discovery]
hdhomerun = false
ssdp = false

[[source]]
name = "bench"
url = "{source}"
"""


class Dipole(Server):
    """The release build, with a plan for a thousand clients."""

    key, name = "dipole", "dipole"
    budget, clients, before = "512MiB", 1100, None

    def start(self):
        config = self.write("dipole.toml", DIPOLE.format(
            folder=self.folder, port=SERVER_PORT, stream_port=SERVER_PORT + 1, budget=self.budget,
            clients=self.clients, tuners=self.origin.channels, source=self.origin.list_url,
        ))
        program = self.place.programs / "dipole"
        return self.run(program, "run", "--config", config, before=self.before)

    def lineup(self):
        """The channels it has."""
        return json.loads(fetch(f"http://127.0.0.1:{SERVER_PORT}/lineup.json"))

    def urls(self):
        def number(channel):
            return int(channel["GuideNumber"])

        return [channel["URL"] for channel in sorted(self.lineup(), key=number)]

    def is_ready(self):
        return len(self.lineup()) == self.origin.channels


class NginxPaced(nginx.Files, Server):
    """nginx, a file for each channel, `limit_rate`, in steps of 50 ms at 8 Mbit/s as a live server
    that wants our delay must send: the paced limit."""

    key, name, paced = "nginx-paced", "nginx file, limit_rate, 50 kB steps", True
    step_bytes = 50_000


class NginxSeconds(nginx.Files, Server):
    """The same as nginx does it by itself: a second's bytes at once, which no live stream has. What
    does not fit the window is sent by the kernel while the client reads, on the client's account."""

    key, name, paced = "nginx-seconds", "nginx file, limit_rate, 1 MB steps", True


class NginxUnpaced(nginx.Files, Server):
    """nginx, a file for each channel, as fast as it goes: the limit."""

    key, name, paced = "nginx-unpaced", "nginx file, unpaced", False


class NginxProxy(nginx.Proxy, Server):
    """nginx, `proxy_pass`: a connection to the provider for each client."""

    key, name = "nginx-proxy", "nginx proxy_pass"


ICECAST = """\
<icecast>
  <limits>
    <clients>2000</clients><sources>64</sources>
    <queue-size>2097152</queue-size><burst-size>65536</burst-size>
    <header-timeout>15</header-timeout><source-timeout>10</source-timeout>
  </limits>
  <authentication>
    <source-password>bench</source-password>
    <relay-password>bench</relay-password>
    <admin-user>admin</admin-user><admin-password>bench</admin-password>
  </authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  {relays}
  <paths>
    <basedir>/usr/share/icecast2</basedir><logdir>{folder}</logdir>
    <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>2</loglevel></logging>
  <security><chroot>0</chroot></security>
</icecast>
"""
RELAY = (
    "<relay><server>127.0.0.1</server><port>{source}</port><mount>/ch/{n}.ts</mount>"
    "<local-mount>/ch/{n}.ts</local-mount><on-demand>0</on-demand></relay>"
)


class Icecast(Server):
    """icecast 2, a relay for each channel."""

    key, name = "icecast", "icecast2 relay"

    def start(self):
        relays = "".join(RELAY.format(n=n, source=SOURCE_PORT) for n in range(self.origin.channels))
        text = ICECAST.format(port=SERVER_PORT, relays=relays, folder=self.folder)
        return self.run("icecast2", "-c", self.write("icecast.xml", text))


class Asyncio(Server):
    """A proxy as one writes it in an afternoon: asyncio, a queue for each client."""

    key, name = "asyncio", "asyncio, queue per client"

    def start(self):
        proxy = self.write("proxy.py", (PEERS / "asyncio_proxy.py").read_text())
        return self.run(sys.executable, proxy, SERVER_PORT, f"http://127.0.0.1:{SOURCE_PORT}")


# In the order in which a round goes through them.
CLOSE = [Dipole, NginxPaced]
FAR = [NginxSeconds, NginxUnpaced, NginxProxy, Icecast, Asyncio]
ALL = {server.key: server for server in CLOSE + FAR}
