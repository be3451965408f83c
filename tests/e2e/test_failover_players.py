"""Goal: what a client receives across a failover is decoded without an error line.

Method: a recording that spans the end of the primary and the beginning of the backup, given to
ffmpeg. The same pictures on both sides, another size, another coder; a backup that is HLS.
"""

import case
from harness import lan, matrix, standby, tools, wait
from harness.checker import StreamCheck
from harness.daemon import get, source
from harness.viewers import Crowd
from provider import client

# name: (how the primary ends, the backup's path)
PAIRS = {
    "same-fin": ("0:fin", "/ts/{name}"),
    "same-stall": ("0:stall", "/ts/{name}"),
    "hls-rst": ("0:rst", "/hls/{name}/index.m3u8?x=1"),
    "large-fin": ("0:fin", "/ts/{name}?clip=large"),
    "hevc-fin": ("0:fin", "/ts/{name}?clip=hevc"),
    "mpeg2-fin": ("0:fin", "/ts/{name}?clip=mpeg2"),
    "wrap-fin": ("0:fin", "/ts/{name}?wrap=8"),
}
# A decoder was chosen when the stream began: another one must not be given its data.
OTHER_CODER = ["hevc-fin", "mpeg2-fin"]
BEFORE_BYTES = 150_000
AFTER_BYTES = 300_000


class Decoded(case.Case):
    CONFIG = matrix.CONFIG + matrix.FAILOVER + "\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "openssl")
        cls.hurting = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))
        entries = [(number, name, [cls.hurting.url(f"/ts/{name}-primary"),
                                   cls.hurting.url(path.format(name=f"{name}-backup"))])
                   for number, (name, (_, path)) in enumerate(PAIRS.items(), 1)]
        url = cls.hurting.put("players.m3u", client.playlist(entries))
        cls.running = cls.enterClassContext(cls.daemon(cls.CONFIG + source("players", url)))
        cls.running.with_channels(len(PAIRS))
        cls.recordings = cls.recorded()

    @classmethod
    def recorded(cls):
        """What a client of each channel got, all at once."""
        with Crowd() as crowd:
            viewers = {name: crowd.join(f"/auto/v{n}", record=True) for n, name in enumerate(PAIRS, 1)}
            wait.until("all to play", lambda: all(v.received > BEFORE_BYTES for v in viewers.values()), 15)
            cls.settle()
            before = {name: viewer.received for name, viewer in viewers.items()}
            goes_on = lambda name: viewers[name].received > before[name] + AFTER_BYTES
            for name, (script, _) in PAIRS.items():
                cls.hurting.play(f"{name}-primary", script)
            wait.until("all to play on", lambda: all(goes_on(name) for name in PAIRS), 30)
            return {name: bytes(viewer.body) for name, viewer in viewers.items()}

    @classmethod
    def settle(cls):
        """All play, and nothing has failed yet."""

    def test_the_backup_follows_the_primary(self):
        for name, data in self.recordings.items():
            with self.subTest(name):
                check = StreamCheck()
                check.feed(data, 0.0)
                self.assertEqual(check.faults(), [])
                self.assertEqual(check.sources, [f"{name}-primary", f"{name}-backup"])

    def test_what_failed_is_told_of_the_primary(self):
        for one in get("/api/v1/channels").json()["channels"]:
            with self.subTest(one["name"]):
                streams = get(f"/api/v1/channels/{one['id']}").json()["stream_list"]
                primary, backup = [stream["ailing"] for stream in streams]
                self.assertGreaterEqual(primary["failures_in_a_row"], 1)
                self.assertIsNone(backup)

    def test_ffmpeg_has_nothing_to_complain_of(self):
        self.judged([name for name in PAIRS if name not in OTHER_CODER])

    def test_ffmpeg_has_nothing_to_complain_of_when_the_coder_changes(self):
        self.judged(OTHER_CODER)

    def judged(self, names):
        """Has ffmpeg decode the recordings of those channels: no line of it may be there."""
        for name in names:
            data = self.recordings[name]
            with self.subTest(name):
                path = self.running.data / f"{name}.ts"
                # A recording ends anywhere; its last packets are no fault of the stream.
                path.write_bytes(data[: len(data) // 188 * 188])
                # Not to be wound: of a file ffmpeg wants to know how long each of its streams is, and
                # says so of one that ended in the middle.
                done = tools.run("ffmpeg", "-nostdin", "-v", "warning", "-seekable", "0", "-i", f"file:{path}",
                                 "-map", "0", "-f", "null", "-", seconds=60)
                self.assertEqual(done.stderr[:1000], "")


class DecodedFromStandby(Decoded):
    """The same where the backup stands by: it goes on from the beginning of a group of pictures."""

    CONFIG = standby.CONFIG

    @classmethod
    def settle(cls):
        numbers = range(1, len(PAIRS) + 1)
        wait.until("all to have a stream that stands by", lambda: all(map(standby.stands_by, numbers)), 30)
