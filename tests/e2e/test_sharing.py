"""Goal: N viewers of a channel are one upstream connection, and nobody disturbs anybody.

Method: the provider counts connections; viewers in one process record or count.
"""

import case
from harness import ts, wait
from harness.daemon import get, tuners_in_use
from harness.viewers import Crowd

CHANNELS = 10
# packet_start_code_prefix and the stream_id of video stream 0 (13818-1, table 2-22).
VIDEO_PES = b"\0\0\1\xe0"
ENTRIES = [(n, f"Shared {n}", f"/ts/shared-{n}") for n in range(1, CHANNELS + 1)]


def streaming(viewers, count):
    """True when every viewer has got that many bytes of a stream."""
    return all(viewer.status == 200 and viewer.received >= count for viewer in viewers)


class Sharing(case.Case):
    CONFIG = "[tuner]\ncount = 10\n\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.running = cls.enterClassContext(cls.channels(ENTRIES, cls.CONFIG))
        cls.running.with_channels(CHANNELS)

    def tearDown(self):
        def idle():
            return not tuners_in_use() and not any(c["open"] for c in self.provider.stats().values())

        wait.until("everything to be closed again", idle, 5)

    def test_ten_clients_of_one_channel_are_one_connection_and_get_the_same_bytes(self):
        before = self.provider.counts("shared-1")["ever"]
        with Crowd() as crowd:
            viewers = [crowd.join("/auto/v1", record=True) for _ in range(10)]
            wait.until("800 kB each", lambda: streaming(viewers, 800_000), 20)
            self.assertEqual(self.provider.counts("shared-1")["ever"], before + 1)
            recordings = [bytes(viewer.body) for viewer in viewers]
        for recording in recordings:
            whole = recording[: len(recording) // ts.PACKET * ts.PACKET]
            self.assertEqual(ts.faults(whole), [])
        self.assertGreater(ts.common_run(recordings), 300_000)

    def test_a_late_joiner_starts_at_once_with_tables_and_a_key_frame(self):
        with Crowd() as crowd:
            first = crowd.join("/auto/v2")
            wait.until("a running channel", lambda: streaming([first], 600_000), 15)
            late = crowd.join("/auto/v2", record=True)
            # From the ring, faster than the stream runs (150,000 bytes a second).
            wait.until("a first burst", lambda: streaming([late], 50_000), 1)
            data = bytes(late.body)
        report = ts.Report(data)
        self.assertEqual(report.first_pids[0], 0)
        self.assertTrue(starts_with_random_access(data), "the first picture is no key frame")

    def test_a_hundred_clients_of_ten_channels_are_ten_connections(self):
        before = sum(counts["ever"] for counts in self.provider.stats().values())
        with Crowd() as crowd:
            viewers = [crowd.join(f"/auto/v{n % CHANNELS + 1}") for n in range(100)]
            wait.until("500 kB each", lambda: streaming(viewers, 500_000), 40)
            after = sum(counts["ever"] for counts in self.provider.stats().values())
            self.assertEqual(after, before + CHANNELS)
            self.assertEqual(len(tuners_in_use()), CHANNELS)

    def test_a_slow_reader_harms_nobody(self):
        with Crowd() as crowd:
            slow = crowd.join("/auto/v3", bytes_per_second=15_000)
            fast = [crowd.join("/auto/v3", record=True) for _ in range(5)]
            wait.until("2 MB each", lambda: streaming(fast, 2_000_000), 40)
            recordings = [bytes(viewer.body) for viewer in fast]
            slow_bytes = slow.received
        self.assertLess(slow_bytes, 1_000_000)
        for recording in recordings:
            whole = recording[: len(recording) // ts.PACKET * ts.PACKET]
            self.assertEqual(ts.faults(whole), [])
        ts.common_run(recordings)

    def test_the_tuner_is_free_within_100_ms_of_a_disconnect(self):
        for _ in range(5):
            with Crowd() as crowd:
                viewer = crowd.join("/auto/v4")
                wait.until("a running channel", lambda v=viewer: streaming([v], 50_000), 10)
                self.assertEqual(len(tuners_in_use()), 1)
                crowd.leave(viewer)
                took = wait.seconds_until("a free tuner", lambda: not tuners_in_use(), 5)
                self.assertLess(took, 0.1)


class SharingByReference(Sharing):
    """The same where sockets get the pages of the ring and not copies."""

    CONFIG = Sharing.CONFIG + "[clients]\nsendfile = true\n\n"


class Limits(case.Case):
    def test_all_tuners_in_use_is_told_as_805_with_an_empty_body(self):
        with self.channels(ENTRIES, "[tuner]\ncount = 2\n\n") as running, Crowd() as crowd:
            running.with_channels(CHANNELS)
            viewers = [crowd.join(f"/auto/v{n}") for n in (1, 2)]
            wait.until("two running channels", lambda: streaming(viewers, 50_000), 10)
            answer = get("/auto/v3", port=5004)
            self.assertEqual((answer.status, answer.body), (503, b""))
            self.assertEqual(answer.headers["X-HDHomeRun-Error"], "805 All Tuners In Use")
            # A channel that runs already takes no tuner.
            shared = crowd.join("/auto/v1")
            wait.until("a third viewer", lambda: streaming([shared], 50_000), 10)

    def test_a_tuner_asked_for_by_number_is_told_as_804_when_taken(self):
        with self.channels(ENTRIES, "[tuner]\ncount = 2\n\n") as running, Crowd() as crowd:
            running.with_channels(CHANNELS)
            viewer = crowd.join("/tuner1/v1")
            wait.until("a running channel", lambda: streaming([viewer], 50_000), 10)
            self.assertEqual(tuners_in_use(), ["tuner1"])
            answer = get("/tuner1/v2", port=5004)
            self.assertEqual((answer.status, answer.body), (503, b""))
            self.assertEqual(answer.headers["X-HDHomeRun-Error"], "804 Tuner In Use")


def starts_with_random_access(data):
    """Whether the first picture that begins carries a random_access_indicator (13818-1, 2.4.3.5)."""
    for offset in range(0, len(data) - ts.PACKET, ts.PACKET):
        packet = data[offset : offset + ts.PACKET]
        has_payload, has_field = packet[3] & 0x10, packet[3] & 0x20 and packet[4]
        payload = packet[4 + (packet[4] + 1 if packet[3] & 0x20 else 0) :]
        if packet[1] & 0x40 and has_payload and payload[:4] == VIDEO_PES:
            return bool(has_field and packet[5] & 0x40)
    return False
