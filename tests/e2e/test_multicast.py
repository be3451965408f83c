"""Goal: udp:// and rtp:// streams of a real network play like any other, from the right interface, and
leave nothing behind in it.

Method: ffmpeg and our own sender send to groups on the bridges of the LAN. The tuner stands on two of
them, and each carries a group that the other does not. The kernel tells who has joined what. All
groups are of MCAST-TEST-NET (RFC 6676) but the one that is joined by its sender.
"""

import re

import case
from harness import groups, lan, tools, ts, wait
from harness.daemon import source, tuners_in_use
from harness.provider import playlist
from harness.viewers import Crowd

ENOUGH_BYTES = 700_000
GUEST = "198.51.100.20"
# name: address. All of them carry the small clip, 150,000 bytes a second.
STREAMS = {
    "ffmpeg udp": "udp://@233.252.0.1:5000",
    "ffmpeg rtp": "rtp://@233.252.0.2:5004",
    "ffmpeg rtp named udp": "udp://233.252.0.2:5004?pkt_size=1316&fifo_size=1000000",
    "detours": "rtp://@233.252.0.3:5004",
    "by sender": f"udp://{lan.PROVIDER}@232.1.2.3:5000",
    "IPv6": "udp://@[ff15::4]:5000?interface=lan0",
    "to the tuner": "udp://@:5500",
    "guest by address": f"udp://@233.252.0.6:5000?localaddr={lan.TUNER_ON_GUEST_LAN}",
}
GROUP_OF_GUEST = "233.252.0.6"
CONFIG = """\
[tuner]
count = 16

[failover]
connect = "2s"

"""


def whole(data):
    """Whole pictures: a recording ends anywhere, and that is no fault of the stream."""
    data = data[: len(data) // ts.PACKET * ts.PACKET]
    pids = ts.Report(data).pids
    video = max((pid for pid in pids if pid != ts.NULL_PID), key=pids.get)
    for at in range(len(data) - ts.PACKET, 0, -ts.PACKET):
        if data[at + 1] & 0x40 and (data[at + 1] & 0x1F) << 8 | data[at + 2] == video:
            return data[:at]
    return data


class Multicast(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg")
        cls.senders = cls.enterClassContext(groups.Senders(cls.network))
        cls.senders.ffmpeg("udp", "udp://233.252.0.1:5000", "mpegts")
        cls.senders.ffmpeg("rtp", "rtp://233.252.0.2:5004", "rtp_mpegts")
        cls.senders.ours("detours", "233.252.0.3", 5004, "--rtp", "--detour", "0.1", "--repeat", "0.05")
        cls.senders.ours("lossy", "233.252.0.5", 5004, "--rtp", "--detour", "0.05", "--lose", "0.01")
        cls.senders.ours("by sender", "232.1.2.3", 5000)
        cls.senders.ours("IPv6", "ff15::4", 5000, own="lan0")
        cls.senders.ours("to the tuner", lan.TUNER, 5500)
        cls.senders.ours("guest", GROUP_OF_GUEST, 5000, own=GUEST, space="guest")

        backup = cls.provider.url("/ts/multicast-backup?clip=other")
        absent = [(20, "Absent", "udp://@233.252.0.99:5000"), (20, "Absent", backup)]
        elsewhere = [(21, "Elsewhere", f"udp://@{GROUP_OF_GUEST}:5000"), (21, "Elsewhere", backup)]
        stopping = [(22, "Stopping", "udp://@233.252.0.7:5000"), (22, "Stopping", backup)]
        streams = [(n, name, url) for n, (name, url) in enumerate(STREAMS.items(), 1)]
        lossy = [(23, "Lossy", "rtp://@233.252.0.5:5004")]
        big = [(24, "Bursts", "udp://@233.252.0.8:5000"), (25, "Even", "rtp://@233.252.0.9:5004")]
        entries = [*streams, *absent, *elsewhere, *stopping, *lossy, *big]
        home = cls.provider.put("groups.m3u", playlist(entries))
        guest = cls.provider.put("guest.m3u", playlist([(30, "Guest", f"udp://@{GROUP_OF_GUEST}:5000")]))
        config = CONFIG + source("home", home) + source("guest", guest, interface="lan1")
        cls.running = cls.enterClassContext(cls.daemon(config))
        cls.running.with_channels(len(STREAMS) + 7)

    def tearDown(self):
        wait.until("all tuners to be free", lambda: not tuners_in_use(), 5)
        left = [key for key in groups.joined(self.network) if key[1].startswith(("233.252.", "232."))]
        self.assertEqual(left, [], "groups that nobody watches")

    def test_every_form_plays_without_a_fault(self):
        with Crowd() as crowd:
            viewers = {name: crowd.join(f"/auto/v{n}", record=True) for n, name in enumerate(STREAMS, 1)}
            for name, viewer in viewers.items():
                with self.subTest(name):
                    wait.until("enough bytes", lambda v=viewer: v.ended or v.received > ENOUGH_BYTES, 20)
                    self.assertEqual(viewer.status, 200, viewer.head)
            recordings = {name: whole(bytes(viewer.body)) for name, viewer in viewers.items()}
            joined = groups.joined(self.network)
            filtered = groups.filters(self.network)
            joined_v6 = groups.joined_v6(self.network)
        self.assertIn(("lan0", "232.1.2.3", lan.PROVIDER), filtered)
        self.assertIn(("lan1", GROUP_OF_GUEST), joined)
        self.assertNotIn(("lan0", GROUP_OF_GUEST), joined)
        self.assertIn(("lan0", "ff150000000000000000000000000004"), joined_v6)
        for name, data in recordings.items():
            with self.subTest(name):
                self.assertEqual(ts.faults(data), [])
                self.decoded(name, data)
        self.nothing_lost("233.252.0.1:5000", "233.252.0.2:5004", "233.252.0.3:5004", "232.1.2.3:5000", "[ff15::4]:5000")

    def nothing_lost(self, *addresses):
        """A gap is announced in the stream, so that a player is not put out; the daemon tells what is missing."""
        wait.until("all tuners to be free", lambda: not tuners_in_use(), 5)
        lost = [line for line in self.running.log().splitlines()
                if "datagrams" in line and any(address in line for address in addresses)]
        self.assertEqual(lost, [])

    def decoded(self, name, data):
        """ffmpeg decodes it without a word, and ffprobe finds picture and sound."""
        path = self.running.data / f"{name}.ts"
        path.write_bytes(data)
        done = tools.run("ffmpeg", "-nostdin", "-v", "error", "-seekable", "0", "-i", f"file:{path}",
                         "-map", "0", "-f", "null", "-", seconds=60)
        self.assertEqual(done.stderr[:1000], "")
        probed = tools.run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0",
                           f"file:{path}", seconds=30)
        self.assertEqual(set(probed.stdout.split()), {"h264", "mp2"})

    def test_eight_megabits_even_and_in_bursts(self):
        """ffmpeg puts a whole picture on the wire at once, and half a second when it starts: that goes by first. Both
        last beyond the time after which an even one is read on a beat."""
        self.senders.ffmpeg("bursts", "udp://233.252.0.8:5000", "mpegts", clip="big")
        self.senders.ours("even", "233.252.0.9", 5004, "--rtp", clip="big")
        with Crowd() as crowd:
            viewers = [crowd.join("/auto/v25", record=True)]
            wait.until("a second", lambda: viewers[0].received > 1_000_000, 10)
            viewers.append(crowd.join("/auto/v24", record=True))
            wait.until("14 s", lambda: all(v.ended or v.received > 14_000_000 for v in viewers), 30)
            recordings = [whole(bytes(viewer.body)) for viewer in viewers]
        for data in recordings:
            self.assertEqual(ts.faults(data), [])
        self.nothing_lost("233.252.0.8:5000", "233.252.0.9:5004")

    def test_ten_viewers_are_one_join_and_the_last_one_takes_it_along(self):
        key = ("lan0", "233.252.0.1")
        with Crowd() as crowd:
            viewers = [crowd.join("/auto/v1", record=True) for _ in range(10)]
            wait.until("bytes for all", lambda: all(v.received > 300_000 for v in viewers), 20)
            self.assertEqual(groups.joined(self.network).get(key), 1)
            for viewer in viewers[:9]:
                crowd.leave(viewer)
            before = viewers[9].received
            wait.until("it to go on", lambda: viewers[9].received > before + 150_000, 5)
            self.assertEqual(groups.joined(self.network).get(key), 1)
            crowd.leave(viewers[9])
            wait.until("the group to be left", lambda: key not in groups.joined(self.network), 2)
        self.assertGreater(ts.common_run([bytes(viewer.body) for viewer in viewers]), 100_000)

    def test_the_interface_of_the_source_is_joined(self):
        with Crowd() as crowd:
            viewer = crowd.join("/auto/v30")
            wait.until("bytes", lambda: viewer.received > 300_000, 10)
            joined = groups.joined(self.network)
        self.assertEqual(joined.get(("lan1", GROUP_OF_GUEST)), 1)
        self.assertNotIn(("lan0", GROUP_OF_GUEST), joined)

    def test_a_group_that_is_not_there_fails_over_and_says_why(self):
        for number in (20, 21):
            with self.subTest(number), Crowd() as crowd:
                viewer = crowd.join(f"/auto/v{number}", record=True)
                wait.until("the backup", lambda v=viewer: v.ended or v.received > 300_000, 15)
                self.assertEqual(ts.faults(whole(bytes(viewer.body))), [])
        self.assertIn("nothing arrives from 233.252.0.99:5000", self.running.log())
        self.assertIn("querier", self.running.log())

    def test_a_sender_that_falls_silent_fails_over_under_the_viewer(self):
        self.senders.ours("stopping", "233.252.0.7", 5000)
        with Crowd() as crowd:
            viewer = crowd.join("/auto/v22", record=True)
            wait.until("the group", lambda: viewer.received > 300_000, 10)
            self.assertIn(("lan0", "233.252.0.7"), groups.joined(self.network))
            self.senders.stop("stopping")
            wait.until("the backup", lambda: self.provider.counts("multicast-backup")["open"] == 1, 15)
            before = viewer.received
            wait.until("it to play on", lambda: viewer.ended or viewer.received > before + 500_000, 15)
            self.assertIsNone(viewer.ended)
            self.assertNotIn(("lan0", "233.252.0.7"), groups.joined(self.network))
            self.assertEqual(ts.faults(whole(bytes(viewer.body))), [])

    def test_one_per_cent_of_loss_is_told_and_played_over(self):
        with Crowd() as crowd:
            viewer = crowd.join("/auto/v23", record=True)
            wait.until("two megabytes", lambda: viewer.ended or viewer.received > 2_000_000, 25)
            self.assertIsNone(viewer.ended)
            report = ts.Report(whole(bytes(viewer.body)))
        # Gaps are announced, so that no player takes them for damage.
        self.assertEqual((report.continuity_errors, report.lost_sync), (0, 0))
        told = re.compile(r'were lost on the way.*233\.252\.0\.5:5004.*\blost=(\d+).*\bdropped=0\b')
        line = wait.until("the loss to be told", lambda: told.search(self.running.log()), 3)
        # About 1,550 datagrams have come.
        self.assertIn(int(line[1]), range(3, 50))
