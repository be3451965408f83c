"""Goal: what providers do to a client does not reach the viewer.

Method: one channel for each habit of our provider; a viewer records some seconds of each, and the
recording must be a clean single-program stream.
"""

import case
from harness import ts, wait
from harness.daemon import get, source, tuners_in_use
from harness.provider import playlist
from harness.viewers import Crowd

HABITS = {
    "chunked": "/ts/chunked?chunked=1",
    "three redirects": "/ts/redirect?redirect=3",
    "a cookie": "/ts/cookie?cookie=1",
    "not on a packet": "/ts/skew?skew=1000",
    "a wrong content type": "/ts/type?type=text/html",
    "HLS": "/hls/hls/plain/small/index.m3u8",
    "HLS with AES-128": "/hls/hls/aes/small/index.m3u8",
    "HLS in byte ranges": "/hls/hls/ranges/small/index.m3u8",
    "HLS with discontinuities": "/hls/hls/jumps/small/index.m3u8",
    "HLS with variants": "/hls/variants/master.m3u8",
    "8 Mbit/s": "/ts/eight?clip=big",
}
ENOUGH_BYTES = 400_000


class Habits(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        entries = [(n, name, path) for n, (name, path) in enumerate(HABITS.items(), 1)]
        cls.running = cls.enterClassContext(cls.channels(entries, "[tuner]\ncount = 16\n\n"))
        cls.running.with_channels(len(entries))

    def test_every_habit_gives_a_clean_stream(self):
        with Crowd() as crowd:
            viewers = {
                name: crowd.join(f"/auto/v{n}", record=True) for n, name in enumerate(HABITS, 1)
            }
            for name, viewer in viewers.items():
                with self.subTest(name):
                    wait.until("enough bytes", lambda v=viewer: v.ended or v.received > ENOUGH_BYTES, 25)
                    self.assertEqual(viewer.status, 200, viewer.head)
                    data = bytes(viewer.body)
                    self.assertEqual(ts.faults(data[: len(data) // ts.PACKET * ts.PACKET]), [])

    def test_the_best_variant_is_played(self):
        before = self.provider.counts("variants/plain/tiny")["requests"]
        with Crowd() as crowd:
            number = list(HABITS).index("HLS with variants") + 1
            viewer = crowd.join(f"/auto/v{number}")
            wait.until("bytes", lambda: viewer.received > 100_000, 15)
        self.assertGreater(self.provider.counts("variants/plain/small")["requests"], 1)
        self.assertEqual(self.provider.counts("variants/plain/tiny")["requests"], before)


class Identity(case.Case):
    def test_user_agent_and_headers_of_a_source_are_sent(self):
        path = "/ts/agent?agent=Dipole-Test/1&header=X-Token:s3cret"
        entries = [(1, "Guarded", self.provider.url(path))]
        url = self.provider.put("guarded.m3u", playlist(entries))
        keys = {"user_agent": "Dipole-Test/1", "headers": {"X-Token": "s3cret"}}
        with self.daemon(source("guarded", url, **keys)) as running, Crowd() as crowd:
            running.with_channels(1)
            viewer = crowd.join("/auto/v1")
            wait.until("bytes", lambda: viewer.received > 100_000, 10)


class Failures(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider.put("page.html", "<html><body>Your account has expired</body></html>" * 100)
        entries = [
            (1, "Refused", "/ts/refused?status=403"),
            (2, "Silent", "/ts/silent?stall_after=1"),
            (3, "No stream", "/files/page.html"),
            (4, "Cut", "/ts/cut?close_after=600000"),
        ]
        cls.running = cls.enterClassContext(cls.channels(entries))
        cls.running.with_channels(4)

    def test_a_source_that_refuses_is_told_as_806(self):
        answer = get("/auto/v1", port=5004)
        self.assertEqual((answer.status, answer.body), (503, b""))
        self.assertRegex(answer.headers["X-HDHomeRun-Error"], "^806 ")
        wait.until("the tuner to be free", lambda: not tuners_in_use(), 2)

    def test_a_source_that_sends_nothing_is_told_as_807(self):
        with Crowd() as crowd:
            viewer = crowd.join("/auto/v2")
            wait.until("an answer", lambda: viewer.status, 9)
            self.assertEqual(viewer.status, 503)
            self.assertRegex(viewer.header("X-HDHomeRun-Error"), "^807 ")
        wait.until("the upstream to close", lambda: self.provider.counts("silent")["open"] == 0, 5)

    def test_a_page_instead_of_a_stream_is_told(self):
        answer = get("/auto/v3", port=5004)
        self.assertEqual((answer.status, answer.body), (503, b""))
        self.assertRegex(answer.headers["X-HDHomeRun-Error"], "^80[67] ")

    def test_a_source_that_cuts_the_connection_is_opened_again(self):
        with Crowd() as crowd:
            viewer = crowd.join("/auto/v4", record=True)
            # 600,000 bytes are 4 s; twice that needs a second connection.
            wait.until("bytes of a second connection", lambda: viewer.received > 900_000, 25)
            self.assertGreaterEqual(self.provider.counts("cut")["ever"], 2)
            self.assertEqual(self.provider.counts("cut")["most"], 1)
            data = bytes(viewer.body)
        self.assertEqual(ts.faults(data[: len(data) // ts.PACKET * ts.PACKET]), [])
