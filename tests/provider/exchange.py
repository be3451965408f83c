"""One connection: requests in, heads and bodies out, ended politely or not."""

import asyncio
import socket
import struct
import urllib.parse
from dataclasses import dataclass

HEAD_BYTES_MAX = 16 * 1024
BODY_BYTES_MAX = 4 << 20
IDLE_SECONDS_MAX = 60
POLL_SECONDS = 0.25
REASONS = {200: "OK", 204: "No Content", 206: "Partial Content", 304: "Not Modified", 302: "Found", 403: "Forbidden", 404: "Not Found"}


class Gone(Exception):
    """The client has closed, or said something that is no request."""


@dataclass(frozen=True)
class Request:
    """A request, with its address taken apart."""

    method: str
    path: str
    query: dict
    headers: dict
    target: str

    @property
    def parts(self):
        """The path's parts."""
        return self.path.strip("/").split("/")


class Exchange:
    """A connection from its acceptance to its end."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.requests = 0

    async def request(self, is_over=lambda: False):
        """The next request. `is_over` is asked now and then while nothing comes."""
        for _ in range(int(IDLE_SECONDS_MAX / POLL_SECONDS)):
            try:
                head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), POLL_SECONDS)
                return self._parse(head)
            except TimeoutError:
                if is_over():
                    break
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
                raise Gone(str(error)) from error
        raise Gone("no request")

    def _parse(self, head):
        self.requests += 1
        try:
            first, *lines = head.decode("latin-1").split("\r\n")
            method, target, _ = first.split(" ")
            address = urllib.parse.urlsplit(target)
        except ValueError as error:
            raise Gone(f"no request: {error}") from error
        headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
        query = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        return Request(method, urllib.parse.unquote(address.path), query, headers, target)

    async def body(self, request):
        """What came with a request."""
        length = int(request.headers.get("content-length", 0))
        if length > BODY_BYTES_MAX:
            raise Gone("too much")
        return await self.reader.readexactly(length)

    def head(self, status, kind=None, length=None, **headers):
        """Sends a head; without a length the body ends with the connection."""
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Trouble')}"]
        if kind:
            lines.append(f"Content-Type: {kind}")
        lines.append("Connection: close" if length is None else f"Content-Length: {length}")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())

    def answer(self, status, body=b"", kind="text/plain", **headers):
        """A whole answer."""
        self.head(status, kind, len(body), **headers)
        self.writer.write(body)

    def send(self, data):
        """Bytes of a body."""
        self.writer.write(data)

    @property
    def unsent_bytes(self):
        """What the client has not taken yet."""
        return self.writer.transport.get_write_buffer_size()

    @property
    def is_left(self):
        """Whether the client has closed."""
        return self.reader.at_eof() or self.reader.exception() is not None or self.writer.is_closing()

    def reset(self):
        """Ends it with RST."""
        sock = self.writer.get_extra_info("socket")
        if sock is not None and sock.fileno() >= 0:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def close(self):
        """Ends it with FIN, what was written before it."""
        try:
            self.writer.close()
            await asyncio.wait_for(self.writer.wait_closed(), 2)
        except (OSError, TimeoutError):
            self.writer.transport.abort()
