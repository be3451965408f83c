"""Goal: the checking client sees every damage, and nothing in a stream that is whole.

Method: streams of the test provider, rendered on a clock of our own; each fault of the catalogue
that hurts the transport stream must be told in the words that name it.
"""

import unittest

from harness import audience, checker
from provider import clips, playlists, stream

SECONDS = 12
# fault: what the checker must say of it. No clean-up stands between the two here.
SEEN = {
    "1:truncated": "sync byte",
    "1:flip=2000": "counter|sync byte|CRC|DTS|scrambled|error_indicator",
    "1:garbage": "sync byte",
    "1:loss": "counter",
    "1:scrambled": "is scrambled",
    "2:pcr_forward=30": "PCR jumps forward by 30",
    "2:pcr_back=30": "PCR runs back by 29",
    "3:clock_stands": "PCR runs back",
    "3:offline=2": "counter",
}


def rendered(options, serves="ts", seconds=SECONDS, name="self"):
    """The bytes of that many seconds of a stream."""
    clips.clip("main")
    # The provider has run for a while when somebody comes.
    now = [0.96 * 10]
    live = stream.Stream(name, serves, options, lambda: now[0])
    first = live.unit_now()
    if serves == "hls":
        segments = range(first // clips.GOP, (first + int(seconds / clips.PICTURE_S)) // clips.GOP)
        return b"".join(playlists.segment_bytes(live, number) for number in segments)
    multiplex = live.new_mux(first)
    units = range(first, first + int(seconds / clips.PICTURE_S))
    return b"".join(live.offline(unit) or live.hurt(live.render(multiplex, unit), unit) for unit in units)


def judged(data, step=7001):
    """A check that was fed `data` in odd pieces, each a tenth of a second after the other."""
    check = checker.StreamCheck()
    for at in range(0, len(data), step):
        check.feed(data[at : at + step], at / step / 10)
    return check


class Whole(unittest.TestCase):
    def test_a_stream_that_is_whole_has_no_fault(self):
        for options in ({}, {"wrap": "4"}, {"clip": "hevc"}, {"clip": "mpeg2"}, {"script": "3:pmt~4"},
                        {"script": "3:resolution~4"}, {"script": "3:no_audio~4"}):
            # A segment's counters are those of a stream that was always like it: no change in HLS.
            for serves in ("ts",) if "script" in options else ("ts", "hls"):
                with self.subTest(str(options), serves=serves):
                    check = judged(rendered(options, serves))
                    self.assertEqual(check.faults(), [])
                    self.assertEqual(check.sources, ["self"])
                    self.assertEqual((check.missing, check.repeated), (0, 0))
                    self.assertGreater(check.runs[0].pictures, 250)
                    self.assertLess(check.pcr_gap, 0.041)

    def test_an_announced_discontinuity_is_no_fault(self):
        data = bytearray(rendered({"script": "2:pcr_forward=30"}))
        before = None
        for at in range(0, len(data), checker.PACKET):
            packet = data[at : at + checker.PACKET]
            if not packet[3] & 0x20 or not packet[5] & 0x10:
                continue
            base = int.from_bytes(packet[6:12], "big") >> 15
            if before is not None and base - before > 90_000:
                data[at + 5] |= 0x80
            before = base
        check = judged(bytes(data))
        self.assertEqual(check.discontinuities, 1)
        self.assertEqual(check.faults(), [])


class Damage(unittest.TestCase):
    def test_each_damage_is_seen(self):
        for script, words in SEEN.items():
            for serves in ("ts", "hls"):
                with self.subTest(script, serves=serves):
                    found = judged(rendered({"script": script}, serves)).faults()
                    self.assertRegex("\n".join(found), words)

    def test_what_is_missing_and_repeated_is_counted(self):
        data = rendered({"script": "3:no_video~2"})
        self.assertEqual(judged(data).missing, 50)
        self.assertGreater(judged(rendered({"script": "3:clock_stands~2"})).repeated, 0)

    def test_a_damaged_section_is_seen(self):
        data = bytearray(rendered({}))
        second = data.find(data[:4][:3], 5 * checker.PACKET)
        data[second + 20] ^= 1
        self.assertRegex("\n".join(judged(bytes(data)).faults()), "CRC")

    def test_a_join_within_a_group_is_seen(self):
        data = rendered({})
        tables, middle = data[: 3 * checker.PACKET], len(data) // checker.PACKET // 2 * checker.PACKET
        found = judged(tables + data[middle:]).faults()
        self.assertRegex("\n".join(found), "no key frame")

    def test_gaps_are_measured(self):
        data, check = rendered({}), checker.StreamCheck()
        half = len(data) // 2
        for at, piece in ((0.0, data[:half]), (2.5, data[half : half + 9400]), (2.6, data[half + 9400 :])):
            check.feed(piece, at)
        self.assertEqual(check.arrival_gap, 2.5)
        self.assertEqual(check.picture_gap, 2.5)
        self.assertEqual(check.wait_so_far(7.6), 5.0)

    def test_two_streams_are_told_apart(self):
        check = judged(rendered({}, name="one") + rendered({}, name="two"))
        self.assertEqual(check.sources, ["one", "two"])


class Seeds(unittest.TestCase):
    def test_whatever_a_seed_asks_for_can_be_rendered(self):
        for seed in range(4):
            for serves in ("ts", "hls"):
                with self.subTest(seed=seed, serves=serves):
                    check = judged(rendered({"seed": str(seed)}, serves, seconds=60), step=50_003)
                    self.assertGreater(check.packets, 1000)


class Twins(unittest.TestCase):
    def test_equal_bytes_are_equal_and_others_are_told(self):
        data = rendered({})
        for hurt in (False, True):
            leader = audience.Leader()
            twin = audience.Twin(leader)
            # It joins later, and its first packets are its own.
            own = data[: 4 * checker.PACKET]
            theirs = own + data[50 * checker.PACKET :]
            if hurt:
                theirs = theirs[:200_000] + b"\0" + theirs[200_001:]
            for at in range(0, len(data), 9001):
                leader.feed(data[at : at + 9001], at / 90_000)
                twin.feed(theirs[at : at + 9001], at / 90_000)
            self.assertEqual(twin.check is not None, hurt)
            self.assertGreater(twin.compared, 100_000)
