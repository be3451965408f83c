"""The provider's server: one thread, one loop, everything counted.

    /ts/NAME?...                    a live transport stream
    /hls/NAME/index.m3u8?...        a live playlist; segments and key beside it
    /movie/NAME/FILE?...            a film, read by range (`films` names its habits)
    /xtream/NAME/...                an Xtream panel (`panel` names its habits)
    /files/NAME                     what was PUT there
    /_/streams                      counts of every stream
    /_/log/NAME                     what happened to a stream
    /_/script/NAME?script=...       GET: from now on that script (or seed=N)
    /_/cut/NAME                     GET: the oldest live connection of a stream is reset, that one alone
    /_/panel/NAME?...               GET: from now on that panel is so
    /_/connections                  open connections of any kind

What a stream is like stands in the address that is asked first (`faults` names what a script may
hold):

    script=...  seed=N              what goes wrong, from the first request on
    clip=main|large|hevc|mpeg2      the picture
    burst=SECONDS  join=key|any     how far back a new client begins, and on what
    wrap=SECONDS                    the clocks wrap so much after the first request
    account=A max=N over=kick|fin|status|CODE   connections at once of an account, and what happens
                                    beyond: the oldest is closed, 200 and the end, a status
    redirect=N                      redirects first
    type=MIME                       Content-Type
    aes=1  window=N                 HLS: AES-128, segments in the playlist
    parts=N  no_block=1  parts_404=1   HLS: low latency with N parts a segment; no reload that waits; parts
                                    that are announced and not there
"""

import asyncio
import json
import time
import urllib.parse

from . import faults, films, panel, playlists
from .exchange import HEAD_BYTES_MAX, Exchange, Gone
from .refusal import PAGE, hold_silent, refuse
from .session import Session, rate_of
from .stream import Stream

RUN_BEFORE_SECONDS = 120
CONNECTIONS_MAX = 1000
STREAMS_MAX = 4000
FILES_MAX = 256
# What providers of the Xtream kind say at the limit of an account.
OVER_LIMIT = 456
CHUNK_SECONDS = 0.05
BLOCKED_LOOK_SECONDS = 0.01


class Provider:
    """All streams, files and connections."""

    def __init__(self):
        # As if it had run for a while: windows are full from the first request on.
        self.began = time.monotonic() - RUN_BEFORE_SECONDS
        self.streams = {}
        self.files = {}
        self.panels = {}
        self.segments = playlists.Segments()
        self.connections = 0

    def clock(self):
        """Seconds since the provider began."""
        return time.monotonic() - self.began

    def stream(self, name, serves, options):
        """The stream of that name, made as the first address says."""
        if name not in self.streams:
            if len(self.streams) >= STREAMS_MAX:
                raise Gone(f"{STREAMS_MAX} streams are all there can be")
            self.streams[name] = Stream(name, serves, options, self.clock)
        return self.streams[name]

    async def serve(self, reader, writer):
        """One connection, whatever it asks for. Meant for asyncio.start_server."""
        exchange = Exchange(reader, writer)
        self.connections += 1
        try:
            if self.connections <= CONNECTIONS_MAX:
                await Connection(self, exchange).run()
        except (Gone, OSError, asyncio.IncompleteReadError):
            pass  # The client closed: that is how a stream ends.
        finally:
            self.connections -= 1
            await exchange.close()


class Connection:
    """What one connection asks for, one request after the other."""

    def __init__(self, provider, exchange):
        self.provider = provider
        self.exchange = exchange
        self.opened_at = provider.clock()
        # The HLS stream that this connection is counted for.
        self.counted = None

    async def run(self):
        """Answers until somebody ends it."""
        try:
            while True:
                request = await self.exchange.request(self._is_cut)
                if not await self._answer(request):
                    return
        finally:
            if self.counted:
                self.counted.counts.closed()

    def _is_cut(self):
        """Whether an idle connection of a playlist is hit by the script."""
        event = self.counted and self.counted.has_begun(("rst", "fin", "refuse"), self.opened_at)
        if event and event.name == "rst":
            self.exchange.reset()
        return bool(event)

    async def _answer(self, request):
        """Whether the connection goes on."""
        parts = request.parts
        if parts[0] == "_":
            return self._control(parts[1:], request)
        if parts[0] == "files":
            return await self._file(request)
        if parts[0] == "ts" and len(parts) == 2:
            return await self._live(parts[1], request)
        if parts[0] == "movie" and len(parts) == 3:
            stream = self.provider.stream(parts[1], faults.TS, {})
            return await films.serve(stream, self.exchange, request, self.provider.files)
        if parts[0] == "xtream" and len(parts) > 2:
            return await panel.answer(self, parts[1:], request)
        if parts[0] == "hls" and len(parts) == 3:
            return await self._hls(parts[1], parts[2], request)
        self.exchange.answer(404)
        return True

    def _control(self, parts, request):
        provider = self.provider
        stream = provider.streams.get(parts[1]) if len(parts) > 1 else None
        if parts[0] == "streams":
            told = {name: {"open": s.counts.open, "ever": s.counts.ever, "most": s.counts.most,
                           "requests": s.counts.requests} for name, s in provider.streams.items()}
            self.exchange.answer(200, json.dumps(told).encode(), "application/json")
        elif parts[0] == "panel" and len(parts) == 2:
            panel.control(provider, parts[1], request, self.exchange)
        elif parts[0] == "connections":
            self.exchange.answer(200, str(provider.connections).encode())
        elif parts[0] == "log" and stream:
            self.exchange.answer(200, "\n".join(stream.log).encode())
        elif parts[0] == "script" and stream:
            self._script(stream, request)
        elif parts[0] == "cut" and stream and stream.sessions:
            min(stream.sessions, key=lambda session: session.opened_at).ended_by = "rst"
            self.exchange.answer(204)
        else:
            self.exchange.answer(404)
        return True

    def _script(self, stream, request):
        try:
            seed = request.query.get("seed")
            stream.play(faults.from_seed(seed, stream.serves) if seed
                        else faults.parse(request.query.get("script", "")))
            self.exchange.answer(204)
        except faults.ScriptError as error:
            self.exchange.answer(400, str(error).encode())

    async def _file(self, request):
        files = self.provider.files
        if request.method == "PUT":
            files[request.path] = await self.exchange.body(request)
            while len(files) > FILES_MAX:
                del files[next(iter(files))]
            self.exchange.answer(204)
        elif request.path in files:
            self.exchange.answer(200, files[request.path], "audio/x-mpegurl")
        else:
            self.exchange.answer(404)
        return True

    async def _refused(self, stream, request):
        """What comes before a stream: None to go on, else whether the connection goes on."""
        stream.counts.requests += 1
        done = await refuse(stream, self.exchange, request)
        if done:
            stream.note(f"request {stream.counts.requests} was met by the script")
            return done != "end"
        if left := int(request.query.get("redirect", 0)):
            query = urllib.parse.urlencode({**request.query, "redirect": left - 1})
            self.exchange.answer(302, Location=f"{request.path}?{query}")
            return True
        return None

    async def _live(self, name, request):
        return await self.play_live(self.provider.stream(name, faults.TS, request.query), request)

    async def play_live(self, stream, request):
        """One request for a live stream. Whether the connection goes on."""
        if (goes_on := await self._refused(stream, request)) is not None:
            return goes_on
        if not self._has_room(stream):
            return False
        session = Session(stream, self.exchange)
        stream.counts.opened()
        stream.sessions.add(session)
        stream.note(f"connection {stream.counts.ever} is open, {stream.counts.open} now")
        try:
            await session.run()
        finally:
            await self.exchange.close()
            stream.sessions.discard(session)
            stream.counts.closed()
        return False

    def _has_room(self, stream):
        """Whether the account allows a connection more; makes room where it is done so."""
        limit = int(stream.options.get("max", 0))
        account = stream.options.get("account", stream.name)
        open_now = sorted(
            (session for other in self.provider.streams.values()
             if other.options.get("account", other.name) == account for session in other.sessions),
            key=lambda session: session.opened_at)
        if not limit or len(open_now) < limit:
            return True
        over = stream.options.get("over", "kick")
        stream.note(f"{len(open_now)} connections of {limit}: {over}")
        if over == "kick":
            open_now[0].ended_by = "kicked by a newer connection"
            return True
        if over == "fin":
            self.exchange.head(200, "video/mp2t")
        else:
            self.exchange.answer(int(over) if over.isdigit() else OVER_LIMIT)
        return False

    async def _hls(self, name, what, request):
        stream = self.provider.stream(name, faults.HLS, request.query)
        if self.counted is None:
            self.counted = stream
            stream.counts.opened()
        if (goes_on := await self._refused(stream, request)) is not None:
            return goes_on
        if stream.holding("stall"):
            await hold_silent(stream, self.exchange)
            return False
        if stream.holding("fin"):
            self.exchange.head(200, playlists.KIND)
            return False
        if not await self._has_come(stream, request):
            self.exchange.answer(503)
            return True
        body, kind = await self._hls_body(stream, what)
        if body is None:
            stream.note(f"404 for {what}")
            self.exchange.answer(404)
            return True
        return await self._send_body(stream, body, kind)

    async def _has_come(self, stream, request):
        """Waits for what a reload asks for (RFC 8216bis, 6.2.5.2), three target durations at most."""
        sequence = request.query.get("_HLS_msn", "")
        if not sequence.isdigit() or "no_block" in stream.options or not playlists.parts_in(stream):
            return True
        part = int(request.query.get("_HLS_part", 0))
        until = self.provider.clock() + 3 * playlists.TARGET_SECONDS
        while not playlists.has_come(stream, int(sequence), part):
            if self.provider.clock() > until or self.exchange.is_left:
                return False
            await asyncio.sleep(BLOCKED_LOOK_SECONDS)
        return True

    async def _hls_body(self, stream, what):
        if what == "index.m3u8":
            return playlists.media(stream), playlists.KIND
        if what == "key":
            return (None if stream.holding("key_404") else playlists.key(stream)), "application/octet-stream"
        sequence, _, part = what.removesuffix(".ts").partition(".")
        if part and (not part.isdigit() or "parts_404" in stream.options):
            return None, ""
        if not sequence.removeprefix("-").isdigit():
            return None, ""
        missing = stream.holding("segment_404")
        if missing and int(sequence) % max(1, int(missing.number)) == 0:
            return None, ""
        if stream.holding("segment_html"):
            return PAGE, "text/html"
        body = await self.provider.segments.segment(stream, int(sequence), int(part) if part else None)
        if body and stream.holding("segment_short"):
            body = body[: len(body) // 2]
        return body, "video/mp2t"

    async def _send_body(self, stream, body, kind):
        """A document, at the rate and with the length that the script says."""
        kind = stream.holding("type").value if stream.holding("type") else kind
        length, goes_on = len(body), True
        if long := stream.holding("length_long"):
            length, goes_on = length + int(long.number), False
        elif stream.holding("length_short"):
            length, goes_on = length // 2, False
        self.exchange.head(200, kind, length)
        while body:
            rate = rate_of(stream)
            count = len(body) if rate is None else max(1, int(rate * CHUNK_SECONDS))
            self.exchange.send(body[:count])
            body = body[count:]
            if body:
                await asyncio.sleep(CHUNK_SECONDS)
            if self._is_cut() or self.exchange.is_left:
                return False
            if stream.holding("stall"):
                await hold_silent(stream, self.exchange)
                return False
        return goes_on


def listener(serve, **where):
    """A listening socket that hands its connections to `serve`."""
    return asyncio.start_server(serve, limit=HEAD_BYTES_MAX, backlog=512, **where)
