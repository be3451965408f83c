"""Xtream panels: accounts, lists in JSON, and all that real ones do with them.

    /xtream/NAME/player_api.php     and the streams beside it: /xtream/NAME/live/USER/PASS/ID.ts,
                                    /xtream/NAME/movie/USER/PASS/ID.mp4 and so on
    /_/panel/NAME?...               from now on that panel is so:

    user=U password=P               who is accepted (me, secret)
    streams=N movies=N series=N     how long its lists are (3, 0, 0)
    status=S exp=SECONDS            of the account (Active, never); auth=0 with either
    max=N over=403|456|fin|kick     connections at once, and what happens beyond
    active=N                        connections that it says are open, besides ours
    habit=strings|numbers           every value a text; every number a number, and 1.0 for 1
    habit=keyed|nested|warned|bom   lists as objects by number, as lists of lists, behind a warning of PHP,
                                    behind a byte order mark
    groups=none|404|cut             no categories; an error; half an answer
    page=1 | answer=CODE | words=W  a web page with 200; a status; some words
    redirect=1                      everything is redirected once
    cut=BYTES rate=BYTES            lists end there; lists come so fast
    refuse=empty                    what is not accepted gets an empty list, and not auth 0
    shelf=502|page|cut|empty        its films and series are an error, a web page, half a list, nothing
    episodes=lists                  a series comes as a list of lists, with [] for its info, and not by season
    epg=plain|none|slow             titles of the short guide as they are, and not as Base64; no short guide;
                                    an answer that takes seconds
    size=BYTES                      of films and episodes
    guide=N                         so many of its channels have a programme in its XMLTV, which is on
"""

import asyncio
import base64
import json
import time
import urllib.parse

from . import faults, films
from .refusal import PAGE

CHUNK_SECONDS = 0.05
CHUNK_BYTES = 64 * 1024
STREAMS_MAX = 100_000
GROUPS = 3
SLOW_SECONDS = 3
PROGRAMME_SECONDS = 1800
PANELS_MAX = 256
WARNING = b'<br />\n<b>Warning</b>:  Undefined array key "x" in <b>/home/xtreamcodes/a.php</b> on line <b>7</b><br />\n'
DEFAULTS = {"user": "me", "password": "secret", "streams": "3", "movies": "0", "series": "0", "status": "Active"}


class Panel:
    """One panel, as it was told to be."""

    def __init__(self, name):
        self.name = name
        self.options = dict(DEFAULTS)
        # How often each action was asked for, and by which user agent last.
        self.asked = {}
        self.agent = ""

    def number(self, name):
        """An option that is a number; 0 where it is not given."""
        return int(self.options.get(name, 0))


def of(provider, name):
    """The panel of that name."""
    if name not in provider.panels and len(provider.panels) < PANELS_MAX:
        provider.panels[name] = Panel(name)
    return provider.panels[name]


def control(provider, name, request, exchange):
    """Changes a panel; answers how often it was asked for what."""
    panel = of(provider, name)
    if request.query:
        panel.options = {**DEFAULTS, **request.query}
    told = {"asked": panel.asked, "agent": panel.agent, "open": open_now(provider, name)}
    exchange.answer(200, json.dumps(told).encode(), "application/json")


def open_now(provider, name):
    """Connections that the account of a panel has open."""
    return sum(len(stream.sessions) for stream in provider.streams.values() if stream.options.get("account") == name)


async def answer(connection, parts, request):
    """One request to a panel. Whether the connection goes on."""
    panel = of(connection.provider, parts[0])
    exchange = connection.exchange
    panel.agent = request.headers.get("user-agent", "")
    if code := panel.number("answer"):
        exchange.answer(code)
        return True
    if panel.options.get("redirect") and "again" not in request.query:
        query = urllib.parse.urlencode({**request.query, "again": 1})
        exchange.answer(302, Location=f"{urllib.parse.quote(request.path)}?{query}")
        return True
    if parts[1:] == ["player_api.php"]:
        return await _api(connection, panel, request)
    if parts[1:] == ["xmltv.php"]:
        panel.asked["xmltv"] = panel.asked.get("xmltv", 0) + 1
        exchange.answer(200, _guide(panel.number("guide")), "application/xml")
        return True
    if len(parts) == 5 and parts[1] in ("live", "movie", "series"):
        return await _play(connection, panel, parts, request)
    exchange.answer(404)
    return True


def _is_accepted(panel, user, password):
    return (user, password) == (panel.options["user"], panel.options["password"])


async def _play(connection, panel, parts, request):
    _, kind, user, password, file = parts
    exchange = connection.exchange
    name = file.rpartition(".")[0]
    is_active = panel.options["status"] == "Active" and not panel.options.get("auth") == "0"
    if not _is_accepted(panel, user, password) or not is_active:
        exchange.answer(403, PAGE, "text/html")
        return True
    if kind == "live":
        stream = connection.provider.stream(f"{panel.name}-{name}", faults.TS, {})
        stream.options = {**stream.options, "account": panel.name, "max": panel.options.get("max", "0"),
                          "over": panel.options.get("over", "403")}
        return await connection.play_live(stream, request)
    ours = open_now(connection.provider, panel.name)
    if (most := panel.number("max")) and ours >= most:
        exchange.answer(int(panel.options.get("over", 403)), PAGE, "text/html")
        return True
    stream = connection.provider.stream(f"{panel.name}-{kind}-{name}", faults.TS, {})
    stream.options = {**stream.options, "account": panel.name}
    request.query.update({"size": panel.options["size"]} if "size" in panel.options else {})
    return await films.serve(stream, exchange, request, connection.provider.files)


async def _api(connection, panel, request):
    exchange, query = connection.exchange, request.query
    action = query.get("action", "account")
    panel.asked[action] = panel.asked.get(action, 0) + 1
    if panel.options.get("page"):
        exchange.answer(200, PAGE, "text/html")
        return True
    if words := panel.options.get("words"):
        exchange.answer(200, words.encode())
        return True
    is_accepted = _is_accepted(panel, query.get("username"), query.get("password"))
    if not is_accepted or panel.options.get("auth") == "0":
        refused = [] if panel.options.get("refuse") == "empty" else {"user_info": {"auth": 0}}
        exchange.answer(200, json.dumps(refused).encode(), "application/json")
        return True
    if action.endswith("_categories") and panel.options.get("groups") == "404":
        exchange.answer(404)
        return True
    shelf = panel.options.get("shelf") if action in ("get_vod_streams", "get_series") else None
    if shelf == "502":
        exchange.answer(502)
        return True
    if shelf == "page":
        exchange.answer(200, PAGE, "text/html")
        return True
    if action == "get_short_epg" and panel.options.get("epg") == "slow":
        await asyncio.sleep(SLOW_SECONDS)
    body = b"" if shelf == "empty" else _shaped(panel, action, query, connection.provider)
    cut = panel.number("cut") if action == "get_live_streams" else 0
    if action.endswith("_categories") and panel.options.get("groups") == "cut":
        cut = len(body) // 2
    if shelf == "cut":
        cut = len(body) // 2
    return await _send(exchange, body[:cut] if cut else body, panel.number("rate"))


async def _send(exchange, body, rate):
    """Without a length: so PHP does, and so nobody notices by the length that half of it is missing."""
    exchange.head(200, "text/html; charset=UTF-8")
    while body and not exchange.is_left:
        count = max(1, int(rate * CHUNK_SECONDS)) if rate else CHUNK_BYTES
        exchange.send(body[:count])
        body = body[count:]
        await asyncio.sleep(CHUNK_SECONDS if rate else 0)
    return False


def _shaped(panel, action, query, provider):
    """The answer to an action, as this panel writes it down."""
    value = _value(panel, action, query, provider)
    habits = panel.options.get("habit", "").split(",")
    if "strings" in habits:
        value = _each(value, lambda it: str(it) if isinstance(it, (int, float)) else it)
    if "numbers" in habits:
        value = _each(value, lambda it: float(it) if isinstance(it, str) and it.isdigit() else it)
    if isinstance(value, list):
        if "keyed" in habits:
            value = {str(place + 1): item for place, item in enumerate(value)}
        elif "nested" in habits:
            value = [value[: len(value) // 2], value[len(value) // 2:]]
    body = json.dumps(value, separators=(",", ":")).encode()
    return (b"\xef\xbb\xbf" if "bom" in habits else b"") + (WARNING if "warned" in habits else b"") + body


def _each(value, change):
    """A value with every number and text in it changed."""
    if isinstance(value, dict):
        return {key: _each(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    return change(value)


def _value(panel, action, query, provider):
    count = lambda name: range(1, min(panel.number(name), STREAMS_MAX) + 1)
    if action == "account":
        return _account(panel, provider)
    if action.endswith("_categories"):
        if panel.options.get("groups") == "none":
            return []
        return [{"category_id": str(n), "category_name": f"Group {n}", "parent_id": 0} for n in range(1, GROUPS + 1)]
    if action == "get_live_streams":
        return [_live(n) for n in count("streams")]
    if action == "get_vod_streams":
        return [{"num": n, "name": f"Film {n}", "stream_id": n, "stream_icon": f"http://logo.example/{n}.jpg",
                 "rating": "7.5", "added": "", "category_id": str(n % GROUPS + 1), "container_extension": "mkv",
                 "year": str(1950 + n % 70)} for n in count("movies")]
    if action == "get_series":
        return [{"num": n, "name": f"Series {n}", "series_id": n, "cover": "", "category_id": str(n % GROUPS + 1),
                 "releaseDate": "2001-02-03"} for n in count("series")]
    if action == "get_series_info":
        return _series_info(panel, query.get("series_id", ""))
    if action == "get_short_epg":
        return _short_epg(panel, int(query.get("limit", 4)))
    return []


def _series_info(panel, series):
    """Two seasons of two episodes; nothing at all of what is not on the shelf."""
    if not (series.isdigit() and 1 <= int(series) <= panel.number("series")):
        return {"seasons": [], "info": [], "episodes": []}
    seasons = {str(season): [
        {"id": f"{series}{season}{n}", "episode_num": n, "title": f"Episode {n}", "season": season,
         "container_extension": "mkv", "info": []} for n in (1, 2)] for season in (1, 2)}
    if panel.options.get("episodes") == "lists":
        return {"seasons": [], "info": [], "episodes": list(seasons.values())}
    return {"seasons": [], "info": {"name": f"Series {series}", "plot": "What it is about", "cover": ""},
            "episodes": seasons}


def _short_epg(panel, limit):
    """What is on, what comes, and what is over, with the timestamps of a server in Britain."""
    if panel.options.get("epg") == "none":
        return {"epg_listings": []}
    code = (lambda text: text) if panel.options.get("epg") == "plain" else (
        lambda text: base64.b64encode(text.encode()).decode())
    first = int(time.time()) // PROGRAMME_SECONDS * PROGRAMME_SECONDS
    listings = []
    for n in range(-1, limit - 1):
        start = first + n * PROGRAMME_SECONDS
        listings.append({
            "id": str(n), "epg_id": "7", "title": code(f"Programme {n} – é"), "lang": "", "channel_id": "x",
            "description": code("About it " * 200), "start": time.strftime("%F %T", time.localtime(start)), "end": "",
            "start_timestamp": str(start), "stop_timestamp": str(start + PROGRAMME_SECONDS)})
    return {"epg_listings": listings}


def _guide(channels):
    first = int(time.time()) // PROGRAMME_SECONDS * PROGRAMME_SECONDS
    start, stop = (time.strftime("%Y%m%d%H%M%S +0000", time.gmtime(at)) for at in (first, first + 4 * PROGRAMME_SECONDS))
    ids = [f"channel{n}.example" for n in range(1, channels + 1)]
    text = "".join(f'<channel id="{one}"><display-name>{one}</display-name></channel>' for one in ids)
    text += "".join(f'<programme start="{start}" stop="{stop}" channel="{one}"><title>Of the guide</title></programme>'
                    for one in ids)
    return f"<tv>{text}</tv>".encode()


def _live(n):
    """Every third lacks what it can lack."""
    stream = {"num": n, "name": f"Channel {n}", "stream_type": "live", "stream_id": n,
              "stream_icon": f"http://logo.example/{n}.png", "epg_channel_id": f"channel{n}.example", "added": "1600000000",
              "is_adult": "0", "category_id": str(n % GROUPS + 1), "category_ids": [n % GROUPS + 1], "custom_sid": None,
              "tv_archive": 0, "direct_source": "", "tv_archive_duration": 0}
    if n % 3 == 0:
        stream |= {"epg_channel_id": None, "stream_icon": None, "added": ""}
        del stream["category_ids"], stream["tv_archive_duration"]
    return stream


def _account(panel, provider):
    ours = open_now(provider, panel.name)
    return {
        "user_info": {
            "username": panel.options["user"], "password": panel.options["password"], "message": "Welcome", "auth": 1,
            "status": panel.options["status"], "exp_date": panel.options.get("exp"), "is_trial": "0",
            "active_cons": str(ours + panel.number("active")), "created_at": "1500000000",
            "max_connections": panel.options.get("max", "0"), "allowed_output_formats": ["m3u8", "ts", "rtmp"]},
        "server_info": {
            "url": "panel.invalid", "port": "80", "https_port": "443", "server_protocol": "http", "rtmp_port": "8880",
            "timezone": "Europe/London", "timestamp_now": int(time.time()), "time_now": time.strftime("%F %T")}}
