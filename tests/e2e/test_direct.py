"""Goal: in direct mode each client has an upstream of its own, and what happens to it is its own affair.

Method: the misbehaving provider counts connections and resets one of them; every client's stream is
checked packet by packet. hdhomerun_config is a client like any other.
"""

import signal
import subprocess
import tempfile
from pathlib import Path

import case
from harness import lan, tools, wait
from harness.audience import Audience
from harness.daemon import get, source, tuners_in_use
from provider import client

CLIENTS = 5
CHANNELS = 4
CONFIG = """\
test_channel = "never"

[tuner]
count = 5
linger_ms = 5000

[failover]
applies_to = "off"

"""
# Enough to say that a client plays, or plays on: about two seconds.
PLAYING_BYTES = 80_000
# Between two arrivals at a client whom nothing has happened to.
GAP_S_MAX = 1.0
SWITCH = {"method": "POST", "headers": {"X-Dipole": "1"}}


def playing():
    """What each tuner in use plays, by tuner."""
    in_use = get("/api/v1/status").json()["tuners"]["in_use"]
    return {tuner["index"]: tuner["playing"] for tuner in in_use if tuner["playing"]}


def failovers():
    """By tuner in use: how often another stream took over."""
    return [told["failovers"] for told in playing().values()]


class Direct(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "openssl")
        cls.hurting = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))
        # A channel for each test: what failed in one comes last for a while.
        cls.numbers = iter(range(1, CHANNELS + 1))
        entries = [(n, f"Direct {n}", [cls.hurting.url(f"/ts/primary-{n}"), cls.hurting.url(f"/ts/backup-{n}")])
                   for n in range(1, CHANNELS + 1)]
        url = cls.hurting.put("direct.m3u", client.playlist(entries))
        cls.running = cls.enterClassContext(cls.daemon(CONFIG + source("direct", url, sharing="direct")))
        cls.running.with_channels(CHANNELS)

    def setUp(self):
        number = next(self.numbers)
        self.path, self.primary, self.backup = f"/auto/v{number}", f"primary-{number}", f"backup-{number}"
        self.audience = self.enterContext(Audience())
        self.group = self.audience.join(self.path, CLIENTS, shares=False)
        wait.until("all to play", lambda: self.group.is_receiving(PLAYING_BYTES), 20)

    def tearDown(self):
        self.audience.leave(self.group)
        wait.until("everything to be closed again",
                   lambda: not tuners_in_use() and not any(self.connections()), 5)

    def connections(self):
        """Open connections at the provider: (to the primary, to the backup)."""
        return tuple(self.hurting.counts(name)["open"] for name in (self.primary, self.backup))

    def all_play_on(self):
        before = [client.received for client in self.group.clients]
        wait.until("everybody to play on", lambda: all(
            client.received > count + PLAYING_BYTES for client, count in zip(self.group.clients, before)), 20)
        self.assertEqual(self.group.disconnects(), [])
        self.assertEqual(self.group.faults(), [])

    def check_that_one_changed(self):
        """One client plays the backup, and the others did not notice anything."""
        self.assertEqual(sorted(failovers()), [0] * (CLIENTS - 1) + [1])
        streams = sorted(check.sources for check in self.group.checks)
        self.assertEqual(streams, [[self.primary]] * (CLIENTS - 1) + [[self.primary, self.backup]])
        gaps = [client.gap for client in self.group.clients]
        self.assertLess(max(gaps), GAP_S_MAX)
        self.assertEqual(self.connections(), (CLIENTS - 1, 1))

    def test_a_stream_that_is_killed_is_changed_for_its_client_alone(self):
        self.assertEqual(self.connections(), (CLIENTS, 0))
        self.assertTrue(all(told["direct"] for told in playing().values()))
        self.group.mark()
        self.hurting.cut(self.primary)
        wait.until("a stream to be changed", lambda: any(failovers()), 10)
        self.all_play_on()
        self.check_that_one_changed()
        self.assertEqual(self.hurting.counts(self.primary)["most"], CLIENTS)

    def test_the_next_stream_is_asked_for_one_tuner(self):
        self.group.mark()
        self.assertEqual(get("/api/v1/tuners/3/failover", **SWITCH).status, 202)
        wait.until("a stream to be changed", lambda: any(failovers()), 10)
        self.all_play_on()
        self.assertEqual(playing()[3]["stream"], 2)
        self.check_that_one_changed()
        self.assertEqual(get("/api/v1/tuners/5/failover", **SWITCH).status, 404)

    def test_a_client_without_a_free_tuner_is_refused(self):
        for path, refusal in ((self.path, "805 All Tuners In Use"), (self.path.replace("auto", "tuner2"), "804 Tuner In Use")):
            answer = get(path, port=5004)
            self.assertEqual((answer.status, answer.body), (503, b""))
            self.assertEqual(answer.headers["X-HDHomeRun-Error"], refusal)
        self.all_play_on()

    def test_a_connection_is_closed_at_once_behind_its_client(self):
        self.audience.leave(self.group)
        took = wait.seconds_until("closed connections", lambda: not any(self.connections()), 5)
        # It would linger for five seconds if it were shared.
        self.assertLess(took, 1)
        self.group = self.audience.join(self.path)
        wait.until("one more to play", lambda: self.group.is_receiving(PLAYING_BYTES), 20)


class ByControl(case.Case):
    """The same for streams that a control client has pushed to itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("hdhomerun_config")
        entries = [(n, f"Pushed {n}", f"/ts/pushed-{n}") for n in (1, 2)]
        cls.running = cls.enterClassContext(cls.channels(entries, "[tuner]\ncount = 3\n\n", {"sharing": "direct"}))
        cls.running.with_channels(2)
        cls.device_id = get("/discover.json").json()["DeviceID"]

    def setUp(self):
        # The last thing, when the recordings have ended.
        self.addCleanup(
            wait.until, "everything to be closed again", lambda: not any(self.connections()), 10)

    def connections(self):
        """Open connections at the provider, by channel."""
        return [self.provider.counts(f"pushed-{n}")["open"] for n in (1, 2)]

    def tune(self, tuner, number):
        said = tools.run("hdhomerun_config", self.device_id, "set", f"/tuner{tuner}/vchannel", str(number))
        self.assertEqual(said.stdout + said.stderr, "")

    def saving(self, tuner, path):
        """A recording of that tuner, until the test ends."""
        words = ["hdhomerun_config", self.device_id, "save", f"/tuner{tuner}", str(path)]
        saving = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(tools.stop, saving, signal.SIGINT)

    def test_each_push_has_its_own_and_a_change_of_channel_is_that_tuners_alone(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        paths = [folder / f"{tuner}.ts" for tuner in (0, 1)]
        for tuner, path in enumerate(paths):
            self.tune(tuner, 1)
            self.saving(tuner, path)
        more = lambda path, count: path.exists() and path.stat().st_size > count
        wait.until("both to be pushed", lambda: all(more(path, 200_000) for path in paths), 20)
        self.assertEqual(self.connections(), [2, 0])
        # To the channel that it has already, and to another one.
        for number, expected in ((1, [2, 0]), (2, [1, 1])):
            self.tune(0, number)
            wait.until("another connection", lambda want=expected: self.connections() == want, 10)
            before = [path.stat().st_size for path in paths]
            wait.until("both to go on", lambda sizes=before: all(
                more(path, size + 200_000) for path, size in zip(paths, sizes)), 20)
