"""Goal: of low-latency HLS a viewer has what it is for, less delay, and nothing that is worse.

Method: the same pictures as MPEG-TS, as whole segments and in parts, from a provider that stamps its
pictures: at one moment, the newest picture of each channel tells its delay. A recording of each is
given to the checker and to ffmpeg.
"""

import time

import case
from harness import lan, matrix, tools, wait
from harness.checker import StreamCheck
from harness.daemon import source
from harness.viewers import Crowd
from provider import client, clips

PATHS = {
    "live": "/ts/{name}",
    "whole": "/hls/{name}/index.m3u8",
    "parts": "/hls/{name}/index.m3u8?parts=4",
    "unblocked": "/hls/{name}/index.m3u8?parts=4&no_block=1",
    "absent": "/hls/{name}/index.m3u8?parts=4&parts_404=1",
}
LOW = ["parts", "unblocked"]
WATCHED_S = 10
# Three parts and a segment, read-ahead of the pacer, beats.
LOW_DELAY_S_MAX = 2.6
GAIN_S_MIN = 1.0


def last_tables(data):
    """Where the last PAT begins: a recording ends anywhere, and in front of it units are whole."""
    places = range(0, len(data) - clips.PACKET, clips.PACKET)
    return max(at for at in places if data[at + 1] & 0x5F == 0x40 and data[at + 2] == 0)


class Parts(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "openssl")
        cls.low = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))
        entries = [(number, name, [cls.low.url(path.format(name=name))])
                   for number, (name, path) in enumerate(PATHS.items(), 1)]
        url = cls.low.put("parts.m3u", client.playlist(entries))
        cls.running = cls.enterClassContext(cls.daemon(matrix.CONFIG + "\n" + source("parts", url)))
        cls.running.with_channels(len(PATHS))
        cls.checks, cls.recordings = cls.watched()

    @classmethod
    def watched(cls):
        """What all channels have brought by one moment."""
        with Crowd() as crowd:
            viewers = {name: crowd.join(f"/auto/v{n}", record=True) for n, name in enumerate(PATHS, 1)}
            begun = time.monotonic()
            wait.until("some seconds", lambda: time.monotonic() - begun > WATCHED_S, WATCHED_S + 5)
            recordings = {name: bytes(viewer.body) for name, viewer in viewers.items()}
        checks = {}
        for name, data in recordings.items():
            checks[name] = StreamCheck()
            checks[name].feed(data, 0.0)
        return checks, recordings

    def delay(self, name):
        """Seconds behind the same stream without any playlist."""
        return (self.checks["live"].runs[-1].last - self.checks[name].runs[-1].last) * clips.PICTURE_S

    def test_every_picture_comes_once_and_in_order(self):
        for name, check in self.checks.items():
            with self.subTest(name):
                self.assertEqual(check.faults(), [])
                self.assertEqual((check.missing, check.repeated), (0, 0))
                self.assertGreater(check.runs[-1].pictures * clips.PICTURE_S, WATCHED_S / 2)

    def test_parts_are_nearer_to_live(self):
        delays = {name: round(self.delay(name), 2) for name in PATHS}
        for name in LOW:
            with self.subTest(name):
                self.assertLess(delays[name], LOW_DELAY_S_MAX, delays)
                self.assertGreater(delays["whole"] - delays[name], GAIN_S_MIN, delays)

    def test_reloads_wait_at_the_server(self):
        counts = self.low.stats()
        # A playlist and a part, four times a segment; without waiting some playlists more.
        per_segment = counts["parts"]["requests"] / (WATCHED_S / clips.GOP_S)
        self.assertLess(per_segment, 2 * 4 + 3, counts)

    def test_nobody_has_a_word_to_say(self):
        for name, data in self.recordings.items():
            with self.subTest(name):
                path = self.running.data / f"{name}.ts"
                path.write_bytes(data[: last_tables(data)])
                said = tools.run("ffmpeg", "-nostdin", "-v", "error", "-seekable", "0", "-i", f"file:{path}",
                                 "-map", "0", "-f", "null", "-", seconds=60)
                self.assertEqual((said.returncode, said.stderr[:1000]), (0, ""))


class Failing(case.Case):
    """Requests that wait hide no failure: a backup takes over as it does from whole segments."""

    SCRIPTS = {"rst": "0:rst", "stall": "0:stall", "frozen": "0:frozen", "gone": "0:segment_404"}
    # A playlist that stands brings its last second again with each new try: three times the silence that
    # counts as a stall, and what lies between.
    NOTICED_S_MAX = 15

    def test_a_backup_takes_over(self):
        low = self.enterContext(client.Provider(lan.PROVIDER, prefix=self.network.inside("provider")))
        entries = [(number, name, [low.url(f"/hls/{name}-low/index.m3u8?parts=4"), low.url(f"/ts/{name}-backup")])
                   for number, name in enumerate(self.SCRIPTS, 1)]
        url = low.put("failing.m3u", client.playlist(entries))
        running = self.enterContext(self.daemon(matrix.CONFIG + matrix.FAILOVER + "\n" + source("failing", url)))
        running.with_channels(len(entries))
        with Crowd() as crowd:
            viewers = {name: crowd.join(f"/auto/v{n}", record=True) for n, name in enumerate(self.SCRIPTS, 1)}
            wait.until("all to play", lambda: all(v.received > 100_000 for v in viewers.values()), 15)
            for name, script in self.SCRIPTS.items():
                low.play(f"{name}-low", script)
            backed = lambda name: low.counts(f"{name}-backup")["ever"] > 0
            wait.until("the backups to be asked", lambda: all(map(backed, self.SCRIPTS)), self.NOTICED_S_MAX)
            received = {name: viewer.received for name, viewer in viewers.items()}
            wait.until("all to play on", lambda: all(v.received > received[n] + 200_000 for n, v in viewers.items()), 15)
            for name, viewer in viewers.items():
                with self.subTest(name):
                    self.assertIsNone(viewer.ended)
                    check = StreamCheck()
                    check.feed(bytes(viewer.body), 0.0)
                    self.assertEqual(check.faults(), [])
                    self.assertEqual(check.sources, [f"{name}-low", f"{name}-backup"])
