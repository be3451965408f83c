"""Our misbehaving provider: playlists, paced streams and HLS, with every habit that hurts.

It runs as a process of its own in its namespace and counts connections per channel. The habits are
asked for in the address, so that a playlist entry says by itself what it will meet:

    /ts/CHANNEL?clip=small     a paced transport stream, one connection counted for CHANNEL
        chunked=1              Transfer-Encoding: chunked
        redirect=N             N redirects first
        cookie=1               the first answer sets a cookie and redirects; without it 403
        agent=NAME             403 for any other User-Agent
        header=Name:Value      403 without that header
        close_after=BYTES      the connection ends there
        stall_after=BYTES      it stays open and sends nothing more
        status=CODE            nothing but that status
        skew=BYTES             begins that many bytes into the clip: not on a packet
        type=MIME              another Content-Type
    /hls/CHANNEL/MODE/CLIP/index.m3u8   a live window that moves; MODE is
        plain, aes (AES-128, IV = sequence number), ranges (one file), jumps (discontinuities)
    /hls/CHANNEL/master.m3u8   two variants
    /movie/CHANNEL/NAME        the file of that name as a film, in whole or in part; connections counted
        whole=1                byte ranges are ignored
        lose=BYTES             each connection is reset after so many
        swap=NAME              every answer after the first is of that other file
        lie=1                  another part than was asked for
    /files/NAME                what was PUT there: playlists; NAME.gz goes out as it came; in part where
                               a part is asked for

    /_stats                    {channel: {"open", "ever", "most", "requests"}}
"""

import http.client
import http.server
import json
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

from . import lan, media, tools, wait

PORT = 8000
TICK_S = 0.02
BURST_S = 0.5
WINDOW_SEGMENTS = 5
AES_KEY = bytes(range(16))


class Counts:
    """Connections per channel, under one lock."""

    def __init__(self):
        self.lock = threading.Lock()
        self.channels = {}

    def _of(self, channel):
        return self.channels.setdefault(channel, {"open": 0, "ever": 0, "most": 0, "requests": 0})

    def request(self, channel):
        with self.lock:
            self._of(channel)["requests"] += 1

    def opened(self, channel):
        with self.lock:
            counts = self._of(channel)
            counts["open"] += 1
            counts["ever"] += 1
            counts["most"] = max(counts["most"], counts["open"])

    def closed(self, channel):
        with self.lock:
            self._of(channel)["open"] -= 1

    def take(self):
        with self.lock:
            return json.dumps(self.channels).encode()


COUNTS = Counts()
FILES = {}
EPOCH = time.monotonic()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_PUT(self):
        FILES[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(204)

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        parts = address.path.strip("/").split("/")
        if refusal := self._refusal(query):
            return self._answer(refusal)
        if parts[0] == "_stats":
            return self._answer(200, COUNTS.take(), "application/json")
        if parts[0] == "files" and address.path in FILES:
            COUNTS.request(address.path)
            if "Range" in self.headers:
                return self._range(FILES[address.path])
            return self._answer(200, FILES[address.path], "audio/x-mpegurl")
        if self._redirected(address, query):
            return None
        if parts[0] == "ts":
            return self._stream(parts[1], query)
        if parts[0] == "hls":
            return self._hls(parts[1:])
        if parts[0] == "movie":
            return self._film(parts[1], parts[2], query)
        return self._answer(404)

    def _refusal(self, query):
        agent, header = query.get("agent"), query.get("header")
        if agent and self.headers.get("User-Agent") != agent:
            return 403
        if header and self.headers.get(header.partition(":")[0]) != header.partition(":")[2]:
            return 403
        return int(query.get("status", 0))

    def _redirected(self, address, query):
        """Sends the client on, once for the cookie and as often as was asked."""
        if query.get("cookie") and "session=e2e" not in self.headers.get("Cookie", ""):
            if query.get("asked"):
                self._answer(403)
                return True
            self._send_on(address.path, {**query, "asked": "1"}, cookie=True)
            return True
        left = int(query.get("redirect", 0))
        if left:
            self._send_on(address.path, {**query, "redirect": left - 1})
        return bool(left)

    def _send_on(self, path, query, cookie=False):
        self.send_response(302)
        # The first hop is relative, as many providers write it.
        self.send_header("Location", f"{path}?{urllib.parse.urlencode(query)}")
        if cookie:
            self.send_header("Set-Cookie", "session=e2e; Path=/; HttpOnly")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, status, body=b"", kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, channel, query):
        COUNTS.opened(channel)
        try:
            self.send_response(200)
            self.send_header("Content-Type", query.get("type", "video/mp2t"))
            chunked = "chunked" in query
            self.send_header("Transfer-Encoding", "chunked") if chunked else None
            self.send_header("Connection", "close")
            self.end_headers()
            self._pace(query, chunked)
        except OSError:
            pass  # The client closed: that is how a stream ends.
        finally:
            COUNTS.closed(channel)
            self.close_connection = True

    def _pace(self, query, chunked):
        data = media.clip(query.get("clip", "small")).read_bytes()
        rate = len(data) / media.SECONDS
        start_at = at = int(query.get("skew", 0))
        close_after = int(query.get("close_after", 0))
        stall_after = int(query.get("stall_after", 0))
        start = time.monotonic()
        while True:
            due = start_at + int((time.monotonic() - start + BURST_S) * rate)
            if stall_after:
                due = min(due, start_at + stall_after)
            if close_after:
                due = min(due, start_at + close_after)
            while at < due:
                offset = at % len(data)
                piece = data[offset : offset + min(due - at, 65_536)]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                at += len(piece)
            if close_after and at >= start_at + close_after or self._is_left():
                return
            time.sleep(TICK_S)

    def _is_left(self):
        """Whether the client has closed: without a write nobody would tell."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False

    def _hls(self, parts):
        channel = parts[0]
        if parts[1] == "master.m3u8":
            COUNTS.request(f"{channel}/master")
            return self._answer(200, master(channel), "application/vnd.apple.mpegurl")
        mode, clip, what = parts[1:4]
        COUNTS.request(f"{channel}/{mode}/{clip}")
        if what == "index.m3u8":
            return self._answer(200, window(mode, clip), "application/vnd.apple.mpegurl")
        if what == "key":
            return self._answer(200, AES_KEY, "application/octet-stream")
        if what == "all.ts":
            return self._range(b"".join(media.segments(clip)))
        sequence = int(what.partition(".")[0])
        body = media.segments(clip)[segment_of(mode, clip, sequence)[0]]
        return self._answer(200, encrypt(body, sequence) if mode == "aes" else body, "video/mp2t")

    def _film(self, channel, name, query):
        COUNTS.request(channel)
        COUNTS.opened(channel)
        try:
            is_first = COUNTS.channels[channel]["requests"] == 1
            data = FILES[f"/files/{name if is_first else query.get('swap', name)}"]
            self._part(data, query)
        except OSError:
            pass  # The client closed.
        finally:
            COUNTS.closed(channel)

    def _part(self, data, query):
        first, last = 0, len(data) - 1
        is_part = "Range" in self.headers and "whole" not in query
        etag = f'"{len(data):x}-{sum(data[:4096]):x}"'
        is_part = is_part and self.headers.get("If-Range", etag) == etag
        if is_part:
            begin, _, end = self.headers["Range"].removeprefix("bytes=").partition("-")
            first = int(begin) + ("lie" in query)
            last = min(int(end or last), last)
            if first > last:
                return self._answer(416)
        self.send_response(206 if is_part else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(last - first + 1))
        if is_part:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.end_headers()
        body = data[first : last + 1]
        lose = int(query.get("lose", 0))
        self.wfile.write(body[:lose] if lose else body)
        if 0 < lose < len(body):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True

    def _range(self, data):
        first, last = (int(n) for n in self.headers["Range"].removeprefix("bytes=").split("-"))
        self.send_response(206)
        self.send_header("Content-Type", "video/mp2t")
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(data[first : last + 1])


def segment_of(mode, clip, sequence):
    """Which segment of the clip a sequence number is, and whether it follows the one before."""
    count = len(media.segments(clip))
    # Three in a row, then a jump.
    place = (lambda n: (n // 3 * 7 + n % 3) % count) if mode == "jumps" else (lambda n: n % count)
    return place(sequence), place(sequence) == place(sequence - 1) + 1


def window(mode, clip):
    """The playlist as it is now: the newest segment ended just before."""
    newest = int((time.monotonic() - EPOCH) / media.SEGMENT_S) + WINDOW_SEGMENTS
    first = newest - WINDOW_SEGMENTS + 1
    breaks = sum(not segment_of(mode, clip, n)[1] for n in range(1, first))
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:4",
        f"#EXT-X-TARGETDURATION:{media.SEGMENT_S + 1}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{breaks}",
    ]
    if mode == "aes":
        lines.append('#EXT-X-KEY:METHOD=AES-128,URI="key"')
    sizes = [len(segment) for segment in media.segments(clip)]
    for sequence in range(first, newest + 1):
        index, follows = segment_of(mode, clip, sequence)
        if not follows and sequence > first:
            lines.append("#EXT-X-DISCONTINUITY")
        lines.append(f"#EXTINF:{media.SEGMENT_S}.000,")
        if mode == "ranges":
            lines += [f"#EXT-X-BYTERANGE:{sizes[index]}@{sum(sizes[:index])}", "all.ts"]
        else:
            lines.append(f"{sequence}.ts")
    return "\n".join([*lines, ""]).encode()


def master(channel):
    base = f"/hls/{channel}/plain"
    lines = [
        "#EXTM3U",
        '#EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=320x180,CODECS="avc1.42c01e,mp4a.40.2"',
        f"{base}/tiny/index.m3u8",
        '#EXT-X-STREAM-INF:BANDWIDTH=1200000,RESOLUTION=640x360,CODECS="avc1.42c01e,mp4a.40.2"',
        f"{base}/small/index.m3u8",
        "",
    ]
    return "\n".join(lines).encode()


def encrypt(body, sequence):
    """AES-128-CBC with PKCS7 padding; no IV is given, so it is the sequence number (RFC 8216 5.2)."""
    command = ["openssl", "enc", "-aes-128-cbc", "-K", AES_KEY.hex(), "-iv", f"{sequence:032x}"]
    return subprocess.run(command, input=body, stdout=subprocess.PIPE, check=True).stdout


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """A client that closes is no event here."""


def main():
    for name in media.CLIPS:
        media.clip(name)
    for name in ["tiny", "small"]:
        media.segments(name)
    with Server(("0.0.0.0", PORT), Handler) as server:
        server.serve_forever()


class Provider:
    """The provider as seen by a test: its addresses and its counts."""

    def __init__(self, network):
        tools.need("ffmpeg", "openssl")
        module = "import sys; sys.path.insert(0, sys.argv[1]); from harness import provider; provider.main()"
        folder = str(media.ROOT / "tests" / "e2e")
        command = [*network.inside("provider"), sys.executable, "-c", module, folder]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        wait.until("the provider", self._answers, 240, every=0.1)

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the provider ended")
        try:
            return self.stats() is not None
        except OSError:
            return False

    @staticmethod
    def url(path):
        return f"http://{lan.PROVIDER}:{PORT}{path}"

    def put(self, name, body):
        """Makes `body` readable at the address that is returned."""
        connection = http.client.HTTPConnection(lan.PROVIDER, PORT, timeout=5)
        connection.request("PUT", f"/files/{name}", body)
        connection.getresponse().read()
        connection.close()
        return self.url(f"/files/{name}")

    def stats(self):
        connection = http.client.HTTPConnection(lan.PROVIDER, PORT, timeout=5)
        connection.request("GET", "/_stats")
        try:
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def counts(self, channel):
        return self.stats().get(channel, {"open": 0, "ever": 0, "most": 0, "requests": 0})

    def close(self):
        tools.stop(self.process)


def playlist(entries):
    """M3U+ text; an entry is (number, name, address)."""
    lines = ["#EXTM3U"]
    for number, name, address in entries:
        lines += [f'#EXTINF:-1 tvg-id="{name}.example" tvg-chno="{number}",{name}', address]
    return "\n".join([*lines, ""])
