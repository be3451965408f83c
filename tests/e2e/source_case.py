"""The base of tests about sources: a provider whose lists have habits, and the API that changes sources."""

import contextlib
import socket

import case
from harness import lan, tools, wait
from harness.daemon import change, get, sources
from provider import client

CONFIG = """\
test_channel = "never"

[discovery]
hdhomerun = false
ssdp = false
"""
PLAYS_BYTES = 80_000
PROBLEM = "application/problem+json"


def settled(name):
    """What is known of a source that has been read, or could not be."""
    def known():
        found = sources().get(name)
        return found and found["state"] in ("ready", "failed") and found
    return wait.until(f"{name} to be read", known, 30)


def plays(group, count=PLAYS_BYTES):
    """Waits until everybody of a group gets a picture."""
    wait.until(f"{group.path} to play", lambda: group.is_receiving(count), 15)


def refused(audience, path):
    """Status and reason that a new viewer is given."""
    group = audience.join(path)
    wait.until("an answer", lambda: group.clients[0].status, 15)
    return group.clients[0].status, group.clients[0].refusal


def raw(method, path, body, length=None):
    """The head of the answer to a body that may not be wanted to its end."""
    head = f"{method} {path} HTTP/1.1\r\nHost: {lan.TUNER}\r\nX-Dipole: 1\r\nContent-Length: {length or len(body)}\r\n\r\n"
    with socket.create_connection((lan.TUNER, 80), timeout=10) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(head.encode() + body)
        return connection.recv(4096)


class SourceCase(case.Case):
    """A provider of its own, and sources that are added and changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("openssl")
        cls.lists = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))

    def put(self, name, count, habit="http", word="Channel"):
        """A list of that many channels that play, for `address`."""
        entries = [(n, f"{word} {n}", [self.lists.url(f"/ts/{name}-{n}?clip=main", habit)]) for n in range(1, count + 1)]
        text = client.playlist(entries)
        self.lists.put(f"{name}.m3u", text)
        return text

    def address(self, name, habit="http", **habits):
        """Where that list is read, by a provider with these habits (`films` names them)."""
        query = "".join(f"&{key}={value}" for key, value in habits.items())
        return self.lists.url(f"/movie/{name}/{name}.m3u?of={name}.m3u{query}", habit)

    def added(self, name, url, **keys):
        """The path of a source that is added now."""
        answer = change("/api/v1/sources", {"name": name, "url": url, **keys})
        self.assertEqual(answer.status, 201, answer.body)
        return f"/api/v1/sources/{answer.json()['id']}"

    def changed(self, path, **keys):
        """Sets these keys of a source, and the others as they are shown."""
        settings = get(path).json()["settings"]
        answer = change(path, {**settings, **keys}, "PUT")
        self.assertEqual(answer.status, 204, answer.body)
