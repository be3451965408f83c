"""Goal: what an IP camera or a SAT>IP server sends over RTSP reaches the viewer as a clean transport
stream, whatever the codec and the transport, and costs the server one session.

Method: GStreamer's RTSP server plays clips; viewers record, and ffmpeg and our own checker judge. The
server tells of its connections and of each PLAY and TEARDOWN.
"""

import case
from harness import media, rtsp, tools, ts, wait
from harness.daemon import source, tuners_in_use
from harness.provider import playlist
from harness.viewers import Crowd
from test_hls_fmp4 import times

ACCOUNT = ("camera", "s3cret@/pass")
IN_ADDRESS = "camera:s3cret%40%2Fpass@"
# name: (kind, protocols of the server, scheme, account, codecs that come out)
STREAMS = {
    "ts": ("ts", "both", "rtsp", None, "h264 mp2"),
    "ts-udp": ("ts", "both", "rtspu", None, "h264 mp2"),
    "8-mbit": ("big", "both", "rtsp", None, "mpeg2video mp2"),
    "h264": ("h264", "both", "rtsp", None, "h264 aac"),
    "h264-udp": ("h264", "both", "rtspu", None, "h264 aac"),
    "udp-only": ("h264", "udp", "rtsp", None, "h264 aac"),
    "guarded": ("h264", "tcp", "rtspt", ACCOUNT, "h264 aac"),
    "guarded-udp": ("ts", "both", "rtspu", ACCOUNT, "h264 mp2"),
    "hevc": ("hevc", "both", "rtsp", None, "hevc aac"),
    "g711": ("plain", "both", "rtsp", None, "h264"),
}
# Eight seconds of the poorest of them, and all are recorded for as long. The first five are judged: the
# end of a recording is cut where it is cut.
RECORDED_BYTES = 500_000
JUDGED_S = 5
# The server rounds times to milliseconds, and tells of picture and sound apart.
STEADY_S_MAX = 0.005
SYNC_S_MAX = 0.03


def codecs_of(path):
    done = tools.run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", path,
                     seconds=30, check=True)
    return " ".join(dict.fromkeys(name.strip(",") for name in done.stdout.split() if name.strip(",")))


def errors_in(path):
    """What ffmpeg has to say of the part that is judged."""
    # Not to be wound, or it looks at the end as well.
    done = tools.run("ffmpeg", "-nostdin", "-v", "warning", "-seekable", "0", "-t", JUDGED_S, "-i", f"file:{path}",
                     "-map", "0", "-f", "null", "-", seconds=60, check=True)
    return [line for line in done.stderr.splitlines() if "Estimating duration" not in line]


def write(name, data):
    path = media.FOLDER / f"rtsp-{name}-recorded.ts"
    path.write_bytes(data[: len(data) // ts.PACKET * ts.PACKET])
    return path


class Streams(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rtsp.need()
        cls.servers = {
            account: cls.enterClassContext(rtsp.Server(cls.network, cls.served(account), port))
            for account, port in [(None, rtsp.PORT), (ACCOUNT, rtsp.PORT + 1)]
        }
        entries = [(number, name, cls.servers[account].url(f"/{name}", IN_ADDRESS if account else "", scheme))
                   for number, (name, (_, _, scheme, account, _)) in enumerate(STREAMS.items(), 1)]
        url = cls.provider.put("rtsp.m3u", playlist(entries))
        extra = '[memory]\nbudget = "256MiB"\n\n[tuner]\ncount = 12\n\n'
        cls.running = cls.enterClassContext(cls.daemon(extra + source("cameras", url)))
        cls.running.with_channels(len(STREAMS))
        with Crowd() as crowd:
            viewers = {name: crowd.join(f"/auto/v{n}", record=True) for n, name in enumerate(STREAMS, 1)}
            for name, viewer in viewers.items():
                wait.until(f"bytes of {name}", lambda v=viewer: v.ended or v.received > RECORDED_BYTES, 40)
            cls.recordings = {name: (viewer.status, bytes(viewer.body)) for name, viewer in viewers.items()}
        wait.until("the tuners to be free", lambda: not tuners_in_use(), 10)

    @staticmethod
    def served(account):
        return [rtsp.medium(f"/{name}", kind, protocols, account)
                for name, (kind, protocols, _, own, _) in STREAMS.items() if own == account]

    def test_every_kind_is_a_clean_stream_of_its_codecs(self):
        for name, (status, data) in self.recordings.items():
            with self.subTest(name):
                self.assertEqual(status, 200)
                path = write(name, data)
                self.assertEqual(ts.faults(path.read_bytes()), [])
                self.assertEqual(codecs_of(path), STREAMS[name][4])
                self.assertEqual(errors_in(path), [])

    def test_a_high_rate_comes_whole(self):
        sizes = {name: len(data) for name, (_, data) in self.recordings.items()}
        # 8 against 1.2 Mbit/s, for the same time.
        self.assertGreater(sizes["8-mbit"], 5 * sizes["ts"])

    def test_picture_and_sound_stay_together(self):
        """Each picture and each frame of sound is found again, as far from the others as in the clip."""
        for name in ["h264", "h264-udp", "guarded", "hevc"]:
            with self.subTest(name):
                source, path = rtsp.clip(STREAMS[name][0]), write(name, self.recordings[name][1])
                middles = []
                for stream in ["picture", "sound"]:
                    before, after = times(source, stream), times(path, stream)
                    shifts = sorted(after[key] - before[key] for key in after if key in before)
                    self.assertGreater(len(shifts), 4 * 25, stream)
                    middles.append(shifts[len(shifts) // 2])
                    self.assertLess(shifts[-1] - shifts[0], STEADY_S_MAX, stream)
                self.assertLess(abs(middles[0] - middles[1]), SYNC_S_MAX)

    def test_the_server_is_told_when_nobody_watches_any_more(self):
        for name, (_, _, _, account, _) in STREAMS.items():
            server = self.servers[account]
            with self.subTest(name):
                wait.until("TEARDOWN", lambda s=server, n=name: s.count(f"TEARDOWN /{n}") == 1, 5)
        for server in self.servers.values():
            wait.until("closed connections", lambda s=server: s.count("closed") == s.count("connected"), 5)

    def test_the_log_has_no_account_and_names_the_sound_that_is_left_out(self):
        log = self.running.log()
        for secret in ["s3cret", IN_ADDRESS]:
            self.assertNotIn(secret, log)
        self.assertIn("audio/pcma", log)


class Sharing(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rtsp.need()

    def test_ten_viewers_are_one_session(self):
        with rtsp.Server(self.network, [rtsp.medium("/shared", "h264")]) as server:
            url = self.provider.put("rtsp-shared.m3u", playlist([(1, "Shared", server.url("/shared"))]))
            with self.daemon(source("cameras", url, connections=1)) as running, Crowd() as crowd:
                running.with_channels(1)
                viewers = [crowd.join("/auto/v1") for _ in range(10)]
                for viewer in viewers:
                    wait.until("bytes", lambda v=viewer: v.received > 100_000, 20)
                self.assertEqual(server.count("connected"), 1)
                self.assertEqual(server.count("PLAY /shared"), 1)

    def test_a_server_that_dies_is_followed_by_the_backup(self):
        with rtsp.Server(self.network, [rtsp.medium("/camera", "ts")]) as server:
            entries = [(1, "Camera", server.url("/camera")), (1, "Camera", self.provider.url("/ts/rtsp-backup"))]
            url = self.provider.put("rtsp-backup.m3u", playlist(entries))
            with self.daemon(source("cameras", url)) as running, Crowd() as crowd:
                running.with_channels(1)
                viewer = crowd.join("/auto/v1", record=True)
                wait.until("bytes", lambda: viewer.received > 300_000, 20)
                before = self.provider.counts("rtsp-backup")["ever"]
                server.kill()
                enough = viewer.received + 500_000
                wait.until("the backup", lambda: viewer.ended or viewer.received > enough, 20)
                self.assertIsNone(viewer.ended)
                self.assertEqual(self.provider.counts("rtsp-backup")["ever"], before + 1)
                # Not for ffmpeg: the server is killed in the middle of a picture.
                data = bytes(viewer.body)
                self.assertEqual(ts.faults(data[: len(data) // ts.PACKET * ts.PACKET]), [])

    def test_the_slot_of_a_session_is_free_at_once(self):
        """A provider with one connection: zapping opens the next session only when the last one is gone."""
        served = [rtsp.medium(f"/{kind}", kind) for kind in ["h264", "ts"]]
        with rtsp.Server(self.network, served) as server:
            entries = [(1, "One", server.url("/h264")), (2, "Two", server.url("/ts", scheme="rtspu"))]
            url = self.provider.put("rtsp-zap.m3u", playlist(entries))
            with self.daemon(source("cameras", url, connections=1)) as running:
                running.with_channels(2)
                for turn in range(4):
                    with Crowd() as crowd:
                        viewer = crowd.join(f"/auto/v{1 + turn % 2}")
                        wait.until("bytes", lambda v=viewer: v.ended or v.received > 50_000, 20)
                        self.assertIsNone(viewer.ended)
                        told = server.told()
                        self.assertEqual(told.count("connected") - told.count("closed"), 1, told)
                    wait.until("a free tuner", lambda: not tuners_in_use(), 5)


class Refusals(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rtsp.need()
        open_to_all = [rtsp.medium("/jpeg", "jpeg"), rtsp.medium("/udp", "ts", "udp")]
        cls.server = cls.enterClassContext(rtsp.Server(cls.network, open_to_all))
        guarded = [rtsp.medium("/guarded", "ts", "both", ACCOUNT)]
        cls.guarded = cls.enterClassContext(rtsp.Server(cls.network, guarded, rtsp.PORT + 1))
        entries = [
            (1, "No account", cls.guarded.url("/guarded")),
            (2, "Wrong account", cls.guarded.url("/guarded", "camera:wr0ng@")),
            (3, "Nothing there", cls.server.url("/missing")),
            (4, "Motion JPEG", cls.server.url("/jpeg")),
            (5, "Forced", cls.server.url("/udp", scheme="rtspt")),
            (6, "Secure", cls.server.url("/guarded", scheme="rtsps")),
            (7, "No server", f"rtsp://{rtsp.lan.PROVIDER}:9/x"),
            (8, "A web server", f"rtsp://{rtsp.lan.PROVIDER}:8000/x"),
        ]
        url = cls.provider.put("rtsp-refusals.m3u", playlist(entries))
        extra = '[failover]\nattempts = 1\npause = "100ms"\n\n'
        cls.running = cls.enterClassContext(cls.daemon(extra + source("cameras", url)))
        cls.running.with_channels(len(entries))

    def test_each_says_why(self):
        reasons = ["401", "401", "404", "video/jpeg", "neither over TCP nor over UDP", "rtsps://", "refused",
                   "does not speak RTSP"]
        for number, reason in enumerate(reasons, 1):
            with self.subTest(reason=reason, number=number), Crowd() as crowd:
                viewer = crowd.join(f"/auto/v{number}")
                wait.until("an end", lambda v=viewer: v.ended, 30)
                self.assertGreaterEqual(viewer.status, 500, viewer.head)
                wait.until(f"the log to say {reason}", lambda r=reason: r in self.running.log(), 5)
        self.assertNotIn("wr0ng", self.running.log())
