"""Goal: with `failover.standby = "hot"` a stream that fails is no gap at all, and costs nobody a connection.

Method: channels of two streams at the misbehaving provider, TS and HLS; clients whose bytes are
checked packet by packet; the provider counts connections.
"""

import time

import case
from harness import lan, standby, tools, wait
from harness.audience import Audience
from harness.daemon import source
from provider import client

# What the provider does to the stream that plays: by its script, and how long bytes may then be
# missing. A failure that is told: not longer than between two ticks of a healthy stream. A silence: until
# it is longer than that stream's ways explain (`failover/health.rs`).
FAULTS = {"fin": ("0:fin", 0.35), "rst": ("0:rst", 0.35), "html": ("0:html", 0.35), "stall": ("0:stall", 1.4)}
PCR_GAP_S_MAX = 0.101
KINDS = {"ts": "/ts/{}", "hls": "/hls/{}/index.m3u8"}
CELLS = [(number, kind, fault) for number, (kind, fault) in enumerate(
    ((kind, fault) for kind in KINDS for fault in FAULTS), 1)]
WATCHED_S = 12


class NoGap(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "openssl")
        cls.hurting = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))
        entries = [
            (number, f"{kind} {fault}",
             [cls.hurting.url(KINDS[kind].format(f"{who}-{number}")) for who in ("primary", "backup")])
            for number, kind, fault in CELLS
        ]
        url = cls.hurting.put("standby.m3u", client.playlist(entries))
        cls.running = cls.enterClassContext(cls.daemon(standby.CONFIG + source("standby", url)))
        cls.running.with_channels(len(entries))

    def test_what_stands_by_takes_over(self):
        with Audience() as audience:
            groups = {cell: audience.join(f"/auto/v{cell[0]}", 3) for cell in CELLS}
            wait.until("all to have a stream that stands by",
                       lambda: all(standby.stands_by(number) == 2 for number, *_ in CELLS), 30)
            # What a stream is like is known after ten seconds.
            time.sleep(10)
            for (number, _, fault), group in groups.items():
                group.mark()
                self.hurting.play(f"primary-{number}", FAULTS[fault][0])
            time.sleep(WATCHED_S)
            now = time.monotonic()
            for (number, kind, fault), group in groups.items():
                with self.subTest(f"{kind} {fault}"):
                    told = (f"{kind} {fault}: {group.gap(now):.3f} s without bytes, PCR step "
                            f"{group.check.pcr_gap:.3f} s, {group.check.wait_so_far(now):.3f} s without a picture")
                    print(told, flush=True)
                    log = f"{told}\n{self.hurting.log(f'primary-{number}')}"
                    self.assertEqual((group.faults(), group.disconnects()), ([], []), log)
                    self.assertEqual(group.check.source, f"backup-{number}", log)
                    self.assertLessEqual(group.check.pcr_gap, PCR_GAP_S_MAX, log)
                    if kind == "ts":
                        self.assertLess(group.gap(now), FAULTS[fault][1], log)
        wait.until("the provider to be left alone",
                   lambda: not any(counts["open"] for counts in self.hurting.stats().values()), 10)


class Slots(case.Case):
    """Two sources of one connection each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "openssl")
        cls.hurting = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))
        lists = {
            "one": [(1, "Both", ["both-1"]), (3, "Twice", ["twice-1", "twice-2"])],
            "two": [(1, "Both", ["both-2"]), (2, "Other", ["other"])],
        }
        config = standby.CONFIG
        for name, channels in lists.items():
            entries = [(number, title, [cls.hurting.url(f"/ts/{stream}") for stream in streams])
                       for number, title, streams in channels]
            url = cls.hurting.put(f"{name}.m3u", client.playlist(entries))
            config += source(name, url, connections=1)
        cls.running = cls.enterClassContext(cls.daemon(config))
        cls.running.with_channels(3)

    def opened(self, stream):
        return self.hurting.counts(stream)["open"]

    def tearDown(self):
        wait.until("the provider to be left alone",
                   lambda: not any(counts["open"] for counts in self.hurting.stats().values()), 10)

    def test_a_viewer_of_another_channel_takes_its_connection(self):
        with Audience() as audience:
            group = audience.join("/auto/v1")
            wait.until("a stream that stands by", lambda: standby.stands_by(1) == 2, 20)
            other = audience.join("/auto/v2")
            wait.until("the other to play", lambda: other.is_receiving(60_000), 5)
            self.assertLess(other.clients[0].first_byte, 2)
            self.assertEqual(self.opened("both-2"), 0)
            self.assertIsNone(standby.stands_by(1))
            audience.leave(other)
            wait.until("it to stand by again", lambda: standby.stands_by(1) == 2, 20)
            self.assertEqual((group.faults(), group.disconnects()), ([], []))

    def test_a_source_of_one_connection_has_none_to_spare(self):
        with Audience() as audience:
            group = audience.join("/auto/v3")
            wait.until("it to play", lambda: group.is_receiving(60_000), 10)
            time.sleep(8)
            self.assertEqual(self.hurting.counts("twice-2")["ever"], 0)
            self.assertIsNone(standby.stands_by(3))

    def test_it_is_closed_behind_the_last_viewer(self):
        with Audience() as audience:
            group = audience.join("/auto/v1")
            wait.until("a stream that stands by", lambda: standby.stands_by(1) == 2, 20)
            self.assertEqual((self.opened("both-1"), self.opened("both-2")), (1, 1))
            audience.leave(group)
            wait.until("both to be closed", lambda: not self.opened("both-1") + self.opened("both-2"), 3)
