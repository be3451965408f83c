"""One live transport stream to one client, paced by the timeline of its stream."""

import asyncio

from . import clips
from .refusal import CUTS

# What a client that does not read may leave lying here, and how far it may fall behind.
UNSENT_BYTES_MAX = 128 * 1024
BEHIND_UNITS_MAX = 250
BURST_SECONDS = 1.0
# `length_long` and `length_short` need a length; a live stream has none.
LENGTH_BYTES = 120_000


class Session:
    """A live stream on its way to one client."""

    def __init__(self, stream, exchange):
        self.stream = stream
        self.exchange = exchange
        self.opened_at = stream.clock()
        self.unit = self._first_unit()
        self.multiplex = stream.new_mux(self.unit)
        self.pending = b""
        self.allowance = 0.0
        self.is_silent = False
        # Why it is ended from outside: "rst", or in words.
        self.ended_by = None
        self.sent = 0
        self.ends_after = None

    def _first_unit(self):
        """Where a new client begins: so far back as the burst says, on a key frame or anywhere."""
        burst = float(self.stream.options.get("burst", BURST_SECONDS))
        unit = max(0, self.stream.unit_now() - int(burst / clips.PICTURE_S))
        return unit if self.stream.options.get("join") == "any" else unit - unit % clips.GOP

    async def run(self):
        """Sends until somebody ends it."""
        self._send_head()
        while True:
            if cut := self._cut():
                self.stream.note(f"{cut} after {self.sent} bytes")
                return self.exchange.reset() if cut == "rst" else None
            if self.exchange.is_left:
                return self.stream.note(f"the client left after {self.sent} bytes")
            self._send_what_is_due()
            await asyncio.sleep(clips.PICTURE_S)

    def _send_head(self):
        stream = self.stream
        kind = stream.holding("type")
        length = None
        if stream.holding("length_long"):
            length = LENGTH_BYTES
            self.ends_after = LENGTH_BYTES - int(stream.holding("length_long").number)
        elif short := stream.holding("length_short"):
            length = int(short.number)
        elif stream.holding("fin"):
            self.ends_after = 0
        self.exchange.head(200, kind.value if kind else stream.options.get("type", "video/mp2t"), length)

    def _cut(self):
        """Why the connection ends now, or None."""
        if self.ended_by:
            return self.ended_by
        if self.ends_after is not None and self.sent >= self.ends_after:
            return "the end that was planned"
        event = self.stream.has_begun(CUTS, self.opened_at)
        return event.name if event else None

    def _send_what_is_due(self):
        stream = self.stream
        if stream.holding("stall"):
            self.is_silent = True
            return
        now = stream.unit_now()
        if self.is_silent or now - self.unit > BEHIND_UNITS_MAX:
            # What was not sent is gone: live goes on.
            self.is_silent, self.unit, self.pending = False, now, b""
        rate = self._rate()
        self.allowance = min(self.allowance + (rate or 0) * clips.PICTURE_S, rate or 0)
        while self.exchange.unsent_bytes < UNSENT_BYTES_MAX and (self.pending or self.unit <= now):
            if not self.pending:
                self.pending = self._bytes_of(self.unit)
                self.unit += 1
            count = len(self.pending) if rate is None else min(int(self.allowance), len(self.pending))
            if self.ends_after is not None:
                count = min(count, self.ends_after - self.sent)
            if count <= 0:
                return
            self.exchange.send(self.pending[:count])
            self.pending = self.pending[count:]
            self.sent += count
            self.allowance -= count

    def _bytes_of(self, unit):
        return self.stream.offline(unit) or self.stream.hurt(self.stream.render(self.multiplex, unit), unit)

    def _rate(self):
        """Bytes a second, or None where nothing holds it back."""
        return rate_of(self.stream)


# What a stream of the clip `main` has, multiplex and all.
STREAM_BYTES_PER_SECOND = 40_000


def rate_of(stream):
    """Bytes a second that the script lets through, or None."""
    if trickle := stream.holding("trickle"):
        return trickle.number
    if cap := stream.holding("cap"):
        return cap.number * STREAM_BYTES_PER_SECOND
    return None
