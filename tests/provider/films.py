"""Films: files that are read by range, and all that providers do wrong with it.

    size=BYTES | of=NAME    random bytes of the name, or what was PUT to /files/NAME
    or=NAME                 every second request is for that one instead
    cut=BYTES               every connection is reset behind so many bytes
    short=BYTES             every connection ends politely behind so many bytes
    piece=BYTES             no answer to a range is longer, and says so
    rate=BYTES              a second
    ranges=no|shifted|deaf  200 for a range; 206 of other bytes than asked for; 206 without saying which
    tag=no                  neither ETag nor Last-Modified
    grows=1                 every request finds the film longer by a byte
    html=1                  200 and a web page
"""

import asyncio
import functools
import random
import re

from .refusal import PAGE

CHUNK_BYTES = 32 * 1024
UNSENT_BYTES_MAX = 128 * 1024
SIZE_BYTES = 4_000_000
SIZE_BYTES_MAX = 64_000_000
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
MODIFIED = "Sat, 29 Oct 1994 19:43:31 GMT"


@functools.lru_cache(8)
def noise(name, size):
    """The bytes of a film that nobody PUT here."""
    return random.Random(name).randbytes(min(size, SIZE_BYTES_MAX))


def content(name, query, files, requests):
    """The film as it is now."""
    if "or" in query and requests % 2 == 0:
        return files.get(f"/files/{query['or']}", b"")
    if "of" in query:
        return files.get(f"/files/{query['of']}", b"")
    return noise(name, int(query.get("size", SIZE_BYTES)))


async def serve(stream, exchange, request, files):
    """One request for a film. Whether the connection goes on."""
    query = request.query
    stream.counts.requests += 1
    if request.method != "GET":
        exchange.answer(405)
        return True
    if "html" in query:
        exchange.answer(200, PAGE, "text/html")
        return True
    data = content(stream.name, query, files, stream.counts.requests)
    if "grows" in query:
        data += b"+" * stream.counts.requests
    stream.counts.opened()
    stream.note(f"{request.headers.get('range')} if {request.headers.get('if-range')}")
    try:
        await _send(stream, exchange, request, data)
    finally:
        await exchange.close()
        stream.counts.closed()
    return False


async def _send(stream, exchange, request, data):
    query = request.query
    headers = {"Accept-Ranges": "bytes"}
    if query.get("tag") != "no":
        headers |= {"ETag": f'"{len(data)}"', "Last-Modified": MODIFIED}
    if request.headers.get("if-none-match") == headers.get("ETag", ""):
        return exchange.answer(304, **headers)
    part = _part(request, headers, len(data))
    if part is None:
        exchange.head(200, "video/x-matroska", len(data), **headers)
        part = range(len(data))
    elif not part:
        return exchange.answer(416, Content_Range=f"bytes */{len(data)}", **headers)
    else:
        shift = 1 if query.get("ranges") == "shifted" else 0
        if query.get("ranges") != "deaf":
            headers["Content-Range"] = f"bytes {part.start + shift}-{part.stop - 1 + shift}/{len(data) + shift}"
        exchange.head(206, "video/x-matroska", len(part), **headers)
    await _body(exchange, query, memoryview(data)[part.start:part.stop])
    return None


def _part(request, headers, size):
    """The part that is asked for, empty where there is none; None for all of it."""
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if not asked or request.query.get("ranges") == "no":
        return None
    condition = request.headers.get("if-range")
    if condition and condition not in (headers.get("ETag"), headers.get("Last-Modified")):
        return None
    first, last = asked.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    stop = min(size, int(last) + 1) if last else size
    if "piece" in request.query:
        stop = min(stop, int(first) + int(request.query["piece"]))
    return range(int(first), max(stop, int(first)))


async def _body(exchange, query, data):
    rate = int(query.get("rate", 0))
    cut, short = int(query.get("cut", 0)), int(query.get("short", 0))
    end = min(cut or short or len(data), len(data))
    at = 0
    while at < end and not exchange.is_left:
        step = min(rate // 20 if rate else CHUNK_BYTES, end - at)
        if exchange.unsent_bytes < UNSENT_BYTES_MAX:
            exchange.send(bytes(data[at:at + step]))
            at += step
        await asyncio.sleep(0.05 if rate else 0 if exchange.unsent_bytes < UNSENT_BYTES_MAX else 0.002)
    while exchange.unsent_bytes and not exchange.is_left:
        await asyncio.sleep(0.002)
    if cut and cut < len(data):
        exchange.reset()
