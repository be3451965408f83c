"""Many viewers in one process: sockets in one selector, on one thread.

A viewer counts what it gets and throws it away in the kernel (`MSG_TRUNC`), or keeps it when it is
asked to record. It reads as fast as it can, or at `bytes_per_second`.
"""

import selectors
import socket
import threading
import time

from . import lan

READ_BYTES = 256 * 1024
HEAD_BYTES_MAX = 16 * 1024
# With MSG_TRUNC the kernel throws the bytes away and this stays as it is.
DISCARDED = bytearray(READ_BYTES)


class Viewer:
    """One GET of a stream."""

    def __init__(self, path, host, port, record, bytes_per_second):
        self.path = path
        self.record = record
        self.bytes_per_second = bytes_per_second
        self.head = b""
        self.body = bytearray()
        self.received = 0
        self.ended = None
        self.started = time.monotonic()
        self.socket = socket.socket()
        if bytes_per_second:
            # Before connect, so that the window is small from the first packet on.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        self.socket.settimeout(10)
        self.socket.connect((host, port))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: e2e\r\n\r\n".encode())
        self.socket.setblocking(False)

    @property
    def status(self):
        """The status code, or 0 while the head is not complete."""
        return int(self.head.split(b" ", 2)[1]) if self.head.endswith(b"\r\n\r\n") else 0

    def header(self, name):
        for line in self.head.decode().splitlines()[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    def read(self):
        """Takes what has come; False when the connection has ended."""
        try:
            if not self.status:
                return self._read_head()
            if self.record:
                piece = self.socket.recv(READ_BYTES)
                self.body += piece
                count = len(piece)
            elif self.bytes_per_second:
                allowed = self.bytes_per_second * (time.monotonic() - self.started) - self.received
                if allowed < 1:
                    return True
                count = len(self.socket.recv(int(min(allowed, READ_BYTES))))
            else:
                count = self.socket.recv_into(DISCARDED, READ_BYTES, socket.MSG_TRUNC)
        except BlockingIOError:
            return True
        except OSError as error:
            self.ended = error
            return False
        self.received += count
        if count == 0:
            self.ended = "closed"
        return count > 0

    def _read_head(self):
        while not self.status and len(self.head) < HEAD_BYTES_MAX:
            byte = self.socket.recv(1)
            if not byte:
                self.ended = "closed"
                return False
            self.head += byte
        return True


class Crowd:
    """All viewers of a test. A context manager: everybody leaves at its end."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.viewers = []
        self.lock = threading.Lock()
        self.leaving = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leaving = True
        self.thread.join()
        for viewer in self.viewers:
            viewer.socket.close()
        self.selector.close()

    def join(self, path, record=False, bytes_per_second=0, host=lan.TUNER, port=5004):
        """A new viewer."""
        viewer = Viewer(path, host, port, record, bytes_per_second)
        with self.lock:
            self.viewers.append(viewer)
            self.selector.register(viewer.socket, selectors.EVENT_READ, viewer)
        return viewer

    def leave(self, viewer):
        """That viewer closes its connection now."""
        with self.lock:
            self._forget(viewer)
            viewer.socket.close()

    def _forget(self, viewer):
        try:
            self.selector.unregister(viewer.socket)
        except (KeyError, ValueError):
            pass  # Its connection had ended already.

    def _read(self):
        while not self.leaving:
            with self.lock:
                for key, _ in self.selector.select(0):
                    if not key.data.read():
                        self._forget(key.data)
            # Sweeps, not wake-ups: a client that wakes for each packet would take the CPU we test.
            time.sleep(0.01)
