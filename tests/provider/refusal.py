"""What a request meets before there is a stream: refusals, detours, and other documents."""

import asyncio
import json

PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body>Your account has expired.</body></html>\n" * 20
ERROR = json.dumps({"status": "error", "code": 1042, "message": "max connections reached"}).encode()
NOWHERE = "http://nowhere.invalid/stream.ts"

# Faults that are met when asking. They end what is open, or nobody would ask.
MET_WHEN_ASKING = (
    "refuse", "slow_head", "status", "status_nth", "redirect_loop", "redirect_away", "html", "json",
    "empty", "type", "length_long", "length_short",
)
# Faults that end an open connection when they begin.
CUTS = ("rst", "fin", *MET_WHEN_ASKING)
# Longest that a silent answer is held open.
SILENT_SECONDS_MAX = 3600


async def refuse(stream, exchange, request):
    """Answers in place of the stream. True when that was all, "end" when the connection ends too."""
    if stream.holding("rst"):
        exchange.reset()
        return "end"
    if stream.holding("refuse"):
        return "end"
    if slow := stream.holding("slow_head"):
        await asyncio.sleep(slow.number)
    if status := _status(stream):
        exchange.answer(status, b"")
    elif stream.holding("redirect_loop"):
        exchange.answer(302, Location=request.target)
    elif stream.holding("redirect_away"):
        exchange.answer(302, Location=NOWHERE)
    elif stream.holding("html"):
        exchange.answer(200, PAGE, "text/html; charset=utf-8")
    elif stream.holding("json"):
        exchange.answer(200, ERROR, "application/json")
    elif stream.holding("empty"):
        exchange.answer(200, b"", "video/mp2t")
    else:
        return False
    return True


def _status(stream):
    if status := stream.holding("status"):
        return int(status.number)
    if nth := stream.holding("status_nth"):
        stream.requests_hit += 1
        return 503 if stream.requests_hit % max(1, int(nth.number)) == 0 else 0
    return 0


async def hold_silent(stream, exchange):
    """Keeps the connection open without a word while the stream stalls."""
    for _ in range(SILENT_SECONDS_MAX * 20):
        if not stream.holding("stall") or exchange.is_left:
            return
        await asyncio.sleep(0.05)
