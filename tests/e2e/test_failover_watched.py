"""Goal: who watches while a stream fails goes on watching: mpv, VLC and Kodi play over the switch.

Method: each of them plays a channel live and is asked for its clock from outside; the primary ends,
stalls or is refused; the clock must go on for longer than a player buffers, on the first connection,
and the player's own log must hold no error.
"""

import contextlib
import itertools
import json
import os
import re
import socket
import subprocess
import tempfile
from pathlib import Path

import case
from harness import lan, matrix, tools, wait
from harness.daemon import get, source
from harness.kodi import Kodi
from provider import client

# How the primary ends, and what the backup is.
ENDS = {"fin": "/ts/{name}", "stall": "/ts/{name}?clip=large", "rst": "/hls/{name}/index.m3u8?x=1"}
PLAYERS = ("mpv", "vlc", "kodi")
# Clock time behind the switch that proves it: more than these players read ahead.
PLAYED_ON_S = 8
# What Kodi writes when it begins to draw pictures of a size.
RENDERER = "Using GL_TEXTURE_2D"
VLC_CONTROL = ("127.0.0.1", 4212)


class Watched(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("openssl")
        cls.hurting = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))
        cls.numbers = {pair: number for number, pair in enumerate(itertools.product(PLAYERS, ENDS), 1)}
        entries = [(number, f"{player}-{end}", [cls.hurting.url(f"/ts/{player}-{end}-primary"),
                                               cls.hurting.url(ENDS[end].format(name=f"{player}-{end}-backup"))])
                   for (player, end), number in cls.numbers.items()]
        url = cls.hurting.put("watched.m3u", client.playlist(entries))
        cls.running = cls.enterClassContext(cls.daemon(matrix.CONFIG + matrix.FAILOVER + "\n" + source("watched", url)))
        cls.running.with_channels(len(entries))

    def address(self, player, end):
        return f"http://{lan.TUNER}:5004/auto/v{self.numbers[player, end]}"

    def watched_over_the_switch(self, player, end, clock):
        """`clock` is the player's own time in seconds, or None before it plays."""
        wait.until(f"{player} to play", lambda: (clock() or 0) > 2, 40, every=0.2)
        served = status()["clients"]["served"]
        self.hurting.play(f"{player}-{end}-primary", f"0:{end}")
        wait.until("the backup", lambda: failovers(f"{player}-{end}") > 0, 15, every=0.1)
        switched = clock()
        wait.until(f"{player} to play on", lambda: (clock() or 0) > switched + PLAYED_ON_S, 40, every=0.2)
        self.assertEqual(status()["clients"]["served"], served, "it must be on its first connection")

    def test_mpv(self):
        tools.need("mpv")
        for end in ENDS:
            with self.subTest(end), tempfile.TemporaryDirectory() as folder:
                control, log = Path(folder) / "control", Path(folder) / "log"
                words = ["--no-config", "--vo=null", "--ao=null", f"--input-ipc-server={control}", f"--log-file={log}"]
                with playing(["mpv", *words, self.address("mpv", end)]):
                    self.watched_over_the_switch("mpv", end, lambda: mpv_clock(control))
                loud = [line for line in log.read_text().splitlines() if re.match(r"\[ *[\d.]+\]\[[ef]\]", line)]
                self.assertEqual(loud, [])

    def test_vlc(self):
        tools.need("cvlc", "setpriv")
        for end in ENDS:
            with self.subTest(end), tempfile.TemporaryDirectory() as folder:
                os.chmod(folder, 0o777)
                log = Path(folder) / "log"
                nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
                words = ["cvlc", "-I", "oldrc", "--rc-fake-tty", f"--rc-host={':'.join(map(str, VLC_CONTROL))}",
                         "--vout=vdummy", "--aout=adummy", "--no-color", "--file-logging", f"--logfile={log}", "--log-verbose=0"]
                environment = {**os.environ, "HOME": folder}
                with playing([*nobody, *words, self.address("vlc", end)], env=environment):
                    wait.until("vlc to play", vlc_clock, 40, every=0.2)
                    said_before = len(log.read_text())
                    self.watched_over_the_switch("vlc", end, vlc_clock)
                    loud = log.read_text()[said_before:].splitlines()
                # Nothing came for longer than VLC reads ahead; it says so and plays on.
                late = end == "stall"
                self.assertEqual([line for line in loud if not (late and "is called too late" in line)], [])

    def test_kodi(self):
        # Of a live channel Kodi tells no time, and of its streams what they were at first. But for the
        # backup's picture, which has another size, it must set up its renderer anew.
        end = "stall"
        settings = {"m3uPathType": 1, "m3uUrl": f"http://{lan.TUNER}/lineup.m3u", "m3uCache": "false"}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            with Kodi(folder, "pvr.iptvsimple", settings) as kodi:
                kodi.call("Addons.SetAddonEnabled", addonid="pvr.iptvsimple", enabled=True)
                wait.until("channels", lambda: len(kodi.channels()) == len(self.numbers), 60, every=0.5)
                kodi.call("Player.Open", item={"channelid": kodi.channels()[f"kodi-{end}"]})
                log = Path(folder) / ".kodi/temp/kodi.log"
                said = lambda: log.read_text(errors="replace")
                wait.until("a picture", lambda: RENDERER in said(), 40, every=0.2)
                served, said_before = status()["clients"]["served"], len(said())
                self.hurting.play(f"kodi-{end}-primary", f"0:{end}")
                wait.until("the other picture", lambda: RENDERER in said()[said_before:], 40, every=0.2)
                self.assertEqual(failovers(f"kodi-{end}"), 1)
                self.assertEqual(status()["clients"]["served"], served, "it must be on its first connection")
                self.assertEqual(re.findall(r"^.* error <.*$", said()[said_before:], re.M), [])


@contextlib.contextmanager
def playing(command, **options):
    """A player in the background; ended by its pid."""
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options,
    )
    try:
        yield process
    finally:
        tools.stop(process)


def status():
    return get("/api/v1/status").json()


def failovers(name):
    """How often another stream took over on the channel of this name."""
    playing = [tuner["playing"] for tuner in status()["tuners"]["in_use"]]
    return next((channel["failovers"] for channel in playing if channel and channel["name"] == name), 0)


def mpv_clock(control):
    """mpv's position in seconds (JSON IPC, `time-pos`)."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(control))
            connection.sendall(b'{"command": ["get_property", "time-pos"]}\n')
            answers = connection.makefile().readline()
    except OSError:
        return None
    return json.loads(answers).get("data")


def vlc_clock():
    """VLC's time in seconds (its remote control's `get_time`)."""
    try:
        with socket.create_connection(VLC_CONTROL, 2) as connection:
            connection.sendall(b"get_time\n")
            said = connection.makefile().readline()
    except OSError:
        return None
    found = re.search(r"(\d+)\s*$", said)
    return int(found[1]) if found else None
