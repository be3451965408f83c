"""Many checked clients in one process, on one thread.

The first client of a channel is checked packet by packet. The others must get the same bytes, and
are compared with it, which costs next to nothing; one that gets others is checked by itself from
there on, and told. Where each client has an upstream of its own, each is checked packet by packet.
"""

import selectors
import socket
import threading
import time

from . import lan
from .checker import PACKET, StreamCheck

SWEEP_S = 0.01
CONNECT_S = 10
READ_BYTES = 256 * 1024
HEAD_BYTES_MAX = 16 * 1024
# What is kept of a channel for those who lag, and held of one who is ahead of it.
KEPT_BYTES = 1 << 20
# Long enough to be found only where it is.
NEEDLE_PACKETS = 24
# A joiner's first packets are its own: tables, and a discontinuity announced.
OWN_PACKETS = 16
# Who has got so much has had something in common with the first client.
UNCOMPARED_BYTES_MAX = 200_000


class Leader:
    """The bytes of a channel as its first client got them."""

    def __init__(self):
        self.check = StreamCheck()
        self.kept = bytearray()
        self.begin = 0

    def feed(self, data, now):
        """More of them."""
        self.check.feed(data, now)
        self.kept += data
        if len(self.kept) > 2 * KEPT_BYTES:
            del self.kept[:KEPT_BYTES]
            self.begin += KEPT_BYTES


class Alone:
    """A client whose bytes are nobody else's."""

    def __init__(self):
        self.check = StreamCheck()

    def feed(self, data, now):
        """More of them."""
        self.check.feed(data, now)


class Twin:
    """A client that must get the bytes of a leader."""

    def __init__(self, leader):
        self.leader = leader
        self.held = bytearray()
        self.at = None
        self.compared = 0
        # Its own check, once its bytes are others.
        self.check = None

    def feed(self, data, now):
        """What came."""
        if self.check:
            return self.check.feed(data, now)
        self.held += data
        if self.at is None and not self._found():
            return self._give_up(now) if len(self.held) > KEPT_BYTES else None
        count = min(len(self.held), self.leader.begin + len(self.leader.kept) - self.at)
        if self.at < self.leader.begin:
            return self._give_up(now)
        begin = self.at - self.leader.begin
        if count > 0 and self.held[:count] != self.leader.kept[begin : begin + count]:
            return self._give_up(now)
        if count > 0:
            del self.held[:count]
            self.at += count
            self.compared += count
        if len(self.held) > KEPT_BYTES:
            self._give_up(now)
        return None

    def _found(self):
        first, last = OWN_PACKETS * PACKET, (OWN_PACKETS + NEEDLE_PACKETS) * PACKET
        if len(self.held) < last:
            return False
        place = self.leader.kept.find(self.held[first:last])
        if place < 0:
            return False
        self.at = self.leader.begin + place
        del self.held[:first]
        return True

    def _give_up(self, now):
        # Compared bytes are whole packets or a part of one: go on at the next edge.
        self.check = StreamCheck()
        edge = -self.compared % PACKET if self.compared else 0
        held, self.held = bytes(self.held[edge:]), bytearray()
        self.check.feed(held, now)


class Client:
    """One GET of a stream and what came of it."""

    def __init__(self, path, judge, host, port):
        self.path = path
        self.judge = judge
        self.head = b""
        self.received = 0
        self.ended = None
        self.started = time.monotonic()
        self.first_byte = None
        self.arrived = None
        self.gap = 0.0
        self.socket = socket.create_connection((host, port), timeout=CONNECT_S)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: checker\r\n\r\n".encode())
        self.socket.setblocking(False)

    @property
    def status(self):
        """The status code, or 0 while the head is not whole."""
        return int(self.head.split(b" ", 2)[1]) if b"\r\n\r\n" in self.head else 0

    @property
    def refusal(self):
        """What X-HDHomeRun-Error says."""
        for line in self.head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "x-hdhomerun-error":
                return value.strip()
        return None

    def read(self, now):
        """Takes what has come; False when the connection has ended."""
        try:
            data = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return True
        except OSError as error:
            self.ended = str(error)
            return False
        if not data:
            self.ended = "closed"
            return False
        if not self.status:
            data = self._head(data)
        if data and self.status == 200:
            if self.first_byte is None:
                self.first_byte = now - self.started
            if self.arrived is not None:
                self.gap = max(self.gap, now - self.arrived)
            self.arrived = now
            self.received += len(data)
            self.judge.feed(data, now)
        return True

    def _head(self, data):
        head, edge, body = (self.head + data).partition(b"\r\n\r\n")
        self.head = (head + edge)[:HEAD_BYTES_MAX]
        return body if edge else b""


class Group:
    """The clients of one channel."""

    def __init__(self, path, shares=True):
        self.path = path
        self.shares = shares
        self.clients = []

    def judge(self):
        """Who judges what the next client gets."""
        if not self.clients:
            return Leader()
        return Twin(self.clients[0].judge) if self.shares else Alone()

    @property
    def check(self):
        """The check of the first client."""
        return self.clients[0].judge.check

    @property
    def checks(self):
        """What is checked packet by packet: the first client, or each where nothing is shared."""
        return [self.check] if self.shares else [client.judge.check for client in self.clients]

    def mark(self):
        """Gaps are measured from here on."""
        for check in self.checks:
            check.reset_gaps()
        for client in self.clients:
            client.gap, client.arrived = 0.0, None

    def is_receiving(self, count):
        """Whether everybody has got that many bytes."""
        return bool(self.clients) and all(client.received >= count for client in self.clients)

    def disconnects(self):
        """Clients whose connection ended though they did not close it."""
        return [client for client in self.clients if client.ended]

    def faults(self):
        """Sentences about what is wrong with what anybody of them got."""
        found = self.check.faults()
        if not self.shares:
            return found + [f"client {number}: {text}" for number, check in enumerate(self.checks[1:], 2)
                            for text in check.faults()]
        for number, client in enumerate(self.clients[1:], 2):
            if client.received > UNCOMPARED_BYTES_MAX and not client.judge.compared and not client.judge.check:
                found.append(f"client {number} got nothing that client 1 got, too")
            if client.judge.check:
                found += [f"client {number} got other bytes than client 1 from byte {client.judge.compared} on"]
                found += [f"client {number}: {text}" for text in client.judge.check.faults()]
        return found

    def gap(self, now):
        """The largest gap between two arrivals at any of them, the one still open included."""
        return max((max(client.gap, now - (client.arrived or now)) for client in self.clients), default=0.0)


class Audience:
    """All groups. A context manager: everybody leaves at its end."""

    def __init__(self, host=lan.TUNER, port=5004):
        self.host, self.port = host, port
        self.selector = selectors.DefaultSelector()
        self.lock = threading.Lock()
        self.is_leaving = False
        self.groups = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_leaving = True
        self.thread.join()
        for group in self.groups:
            for client in group.clients:
                client.socket.close()
        self.selector.close()

    def join(self, path, count=1, shares=True):
        """A group of that many clients of a channel, who share its upstream or not."""
        group = Group(path, shares)
        with self.lock:
            self.groups.append(group)
            for _ in range(count):
                self._add(group)
        return group

    def _add(self, group):
        client = Client(group.path, group.judge(), self.host, self.port)
        group.clients.append(client)
        self.selector.register(client.socket, selectors.EVENT_READ, client)
        return client

    def leave(self, group):
        """Everybody of that group closes now."""
        with self.lock:
            for client in group.clients:
                self._forget(client)
                client.socket.close()
            self.groups.remove(group)

    def _forget(self, client):
        try:
            self.selector.unregister(client.socket)
        except (KeyError, ValueError):
            pass  # Its connection had ended already.

    def _read(self):
        while not self.is_leaving:
            with self.lock:
                self._sweep()
            time.sleep(SWEEP_S)

    def _sweep(self):
        now = time.monotonic()
        for key, _ in self.selector.select(0):
            if not key.data.read(now):
                self._forget(key.data)
