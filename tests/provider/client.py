"""The provider as a test or a bench sees it: started, asked, told, ended by its id."""

import http.client
import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1]
START_SECONDS_MAX = 240
STOP_SECONDS_MAX = 5
PORT = 8100
# What listens at which port, counted from the first.
HABITS = {"http": 0, "https": 1, "expired": 2, "slow_tls": 3, "deaf": 4, "closed": 5}


class Provider:
    """A running provider. A context manager."""

    def __init__(self, host="127.0.0.1", port=PORT, prefix=(), v6=None):
        self.host, self.port, self.v6 = host, port, v6
        self.folder = tempfile.TemporaryDirectory(prefix="provider-")
        command = [*prefix, sys.executable, "-B", "-m", "provider", "--bind", host, "--port", str(port),
                   "--tls", self.folder.name, "--with-parent", *(["--v6", v6] if v6 else [])]
        self.log_path = Path(self.folder.name) / "log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait_until_it_answers()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                return self.stats()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the provider does not answer:\n{self.log_path.read_text()}") from None
                time.sleep(0.05)

    @property
    def authority(self):
        """The certificate authority of the https ports, as a PEM file."""
        return Path(self.folder.name) / "ca.pem"

    def url(self, path, habit="http"):
        """The address of a path at the port with that habit."""
        host = f"[{self.v6}]" if habit == "v6" else self.host
        scheme = "https" if habit in ("https", "expired", "slow_tls") else "http"
        return f"{scheme}://{host}:{self.port + HABITS.get(habit, 0)}{path}"

    def ask(self, path, method="GET", body=None):
        """(status, body) of a request to the provider itself."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def put(self, name, text):
        """Makes a text, or bytes, readable at the address that is returned."""
        self.ask(f"/files/{name}", "PUT", text if isinstance(text, bytes) else text.encode())
        return self.url(f"/files/{name}")

    def play(self, stream, script):
        """From now on that script. The stream must have been asked for once."""
        query = urllib.parse.urlencode({"script": script})
        status, body = self.ask(f"/_/script/{stream}?{query}")
        if status != 204:
            raise AssertionError(f"script {script!r} of {stream}: {status} {body.decode()}")

    def panel(self, name, **options):
        """From now on the Xtream panel of that name is so; what it was asked for so far. See `panel`."""
        query = urllib.parse.urlencode(options)
        return json.loads(self.ask(f"/_/panel/{name}{'?' + query if query else ''}")[1])

    def cut(self, stream):
        """Resets the oldest live connection of a stream and leaves the others alone."""
        status, _ = self.ask(f"/_/cut/{stream}")
        if status != 204:
            raise AssertionError(f"nobody is connected to {stream}: {status}")

    def stats(self):
        """Counts of every stream."""
        return json.loads(self.ask("/_/streams")[1])

    def counts(self, stream):
        """Counts of one stream."""
        return self.stats().get(stream, {"open": 0, "ever": 0, "most": 0, "requests": 0})

    def log(self, stream):
        """What happened to a stream, for a message."""
        return self.ask(f"/_/log/{stream}")[1].decode()

    def close(self):
        """Ends it."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()


def playlist(channels):
    """M3U+ text. A channel is (number, name, [address, ...]): the first address, then its backups."""
    lines = ["#EXTM3U"]
    for number, name, addresses in channels:
        for address in addresses:
            lines += [f'#EXTINF:-1 tvg-id="{name}.example" tvg-chno="{number}",{name}', address]
    return "\n".join([*lines, ""])
