"""Goal: clients get one guide whose channels are those of the lineup, and keep it through restarts
and half files.

Method: the provider has XMLTV guides; Dipole's is read by expat and held against lineup.m3u.
"""

import gzip
import re
import tempfile

import case
from harness import wait
from harness.cgroup import MemoryCgroup
from harness.daemon import get
from harness.guides import HOURS, Read, guide, guide_source

MIB = 1 << 20
MARGIN = 16 * MIB
NAMES = ["Guide one", "Guide two", "Guide three"]
ENTRIES = [(n, name, f"/ts/guide-{n}") for n, name in enumerate(NAMES, 1)]
BIG_MIB = 200
BIG_CHANNELS = 400


def ids():
    """tvg-id of each channel of lineup.m3u, by its name."""
    text = get("/lineup.m3u").body.decode()
    return {name: of for of, name in re.findall(r'tvg-id="([^"]+)".*,(.*)', text)}


class Guides(case.Case):
    def until_titles(self, expected, seconds=30):
        """Waits until a title is in the guide; gives the guide."""
        def told():
            read = Read(get("/xmltv.xml").body)
            return any(expected in titles for titles in read.programmes.values()) and read

        return wait.until(f"{expected!r} in the guide", told, seconds, every=0.2)

    def test_a_guide_out_of_two(self):
        first = self.provider.put("first.xml.gz", gzip.compress(guide(NAMES[:2]).encode()))
        other = guide(NAMES[1:]).replace("Hour", "Other hour")
        second = self.provider.put("second.xml", other)
        config = guide_source("second", second) + guide_source("first", first, priority=1)
        with self.channels(ENTRIES, config) as running:
            running.with_channels(3)
            self.until_titles("Other hour 0 of Guide three")
            read = self.until_titles("Hour 0 of Guide one")
            known = ids()
            self.assertEqual(set(read.names), set(known.values()))
            for number, name, _ in ENTRIES:
                self.assertEqual(read.names[known[name]], [name, str(number)])
                titles = read.programmes[known[name]]
                self.assertEqual(len(titles), HOURS)
                of = "Other hour" if name == NAMES[2] else "Hour"
                self.assertEqual(titles, [f"{of} {hour} of {name}" for hour in range(HOURS)])
            head = get("/lineup.m3u").body.decode().partition("\n")[0]
            self.assertRegex(head, r'^#EXTM3U x-tvg-url="http://[^"/]+/xmltv.xml"$')
            self.forms()
            told = {g["name"]: g for g in get("/api/v1/status").json()["guides"]}
            self.assertEqual(told["first"]["state"], "ready")
            self.assertEqual((told["first"]["matched"], told["first"]["programmes"]), (2, 2 * HOURS))

    def forms(self):
        plain = get("/xmltv.xml")
        packed = get("/xmltv.xml", headers={"Accept-Encoding": "gzip"})
        file = get("/xmltv.xml.gz")
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertIsNone(file.headers["Content-Encoding"])
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertEqual(gzip.decompress(file.body), plain.body)
        known = {"If-None-Match": plain.headers["ETag"]}
        again = get("/xmltv.xml", headers=known)
        self.assertEqual((again.status, again.body), (304, b""))
        self.assertEqual(get("/xmltv.xml.gz", headers=known).status, 200)
        self.assertEqual(get("/xmltv.xml", method="HEAD").headers["ETag"], plain.headers["ETag"])

    def test_what_is_fresh_is_not_fetched_again(self):
        url = self.provider.put("fresh.xml", guide(NAMES))
        with tempfile.TemporaryDirectory() as data:
            for run in range(2):
                with self.channels(ENTRIES, guide_source("fresh", url), data=data) as running:
                    running.with_channels(3)
                    self.until_titles("Hour 1 of Guide two")
                    etag = get("/xmltv.xml").headers["ETag"]
                    if run == 1:
                        self.assertEqual(etag, before)
                    before = etag
            self.assertEqual(self.provider.counts("/files/fresh.xml")["requests"], 1)

    def test_half_a_guide_keeps_the_one_before(self):
        half = guide(NAMES, tail="<programme").replace("Hour", "Half")
        with tempfile.TemporaryDirectory() as data:
            for name, body in [("whole.xml", guide(NAMES)), ("half.xml", half)]:
                url = self.provider.put(name, body)
                with self.channels(ENTRIES, guide_source("g", url), data=data) as running:
                    running.with_channels(3)
                    read = self.until_titles("Hour 1 of Guide two")
                    failed = lambda: get("/api/v1/status").json()["guides"][0]["state"] == "failed"
                    if name == "half.xml":
                        wait.until("the failure to be told", failed, 30)
                        read = self.until_titles("Hour 1 of Guide two")
                    titles = [title for of in read.programmes.values() for title in of]
                    self.assertFalse([title for title in titles if "Half" in title])

    def test_what_is_no_guide_says_what_it_is(self):
        bodies = {
            "page": (b"<html><body>502</body></html>", "web page"),
            "xz": (b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46", "xz"),
            "list": (b"#EXTM3U\n#EXTINF:-1,x\n", "playlist"),
        }
        tables = [guide_source(name, self.provider.put(name, body)) for name, (body, _) in bodies.items()]
        with self.channels(ENTRIES, "".join(tables)) as running:
            running.with_channels(3)

            def told():
                guides = get("/api/v1/status").json()["guides"]
                return all(g["state"] == "failed" for g in guides) and guides

            for of in wait.until("the refusals", told, 30):
                self.assertIn(bodies[of["name"]][1], of["error"])

    def test_two_hundred_mib_within_the_budget(self):
        names = [f"Big {n}" for n in range(BIG_CHANNELS)]
        entries = [(n, name, f"/ts/big-{n}") for n, name in enumerate(names[: BIG_CHANNELS // 2], 1)]
        group = MemoryCgroup(96 * MIB + MARGIN)
        self.addCleanup(group.close)
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            size, words = 0, " ".join(str(n * 7919) for n in range(300))
            text = guide(names, hours=7 * 24, text=" " + words)
            file.write(text)
            size = len(text)
            # Other channels, which are read and not kept.
            while size < BIG_MIB * MIB:
                other = guide([f"Not {n}" for n in range(50)], hours=100, text=" " + words, tail="")
                size += file.write(other.partition("<tv>")[2])
            file.flush()
            with self.channels(entries, guide_source("big", file.name), cgroup=group) as running:
                running.with_channels(len(entries))
                ready = lambda: get("/api/v1/status").json()["guides"][0]["state"] == "ready"
                wait.until("the big guide", ready, 240, every=0.5)
                print(
                    f"  {size / MIB:.0f} MiB: peak {running.rss_peak_bytes() / MIB:.1f} MiB resident, "
                    f"{running.cpu_seconds():.1f} s CPU; the group {group.peak_bytes() / MIB:.1f} MiB"
                )
                self.assertLess(running.rss_peak_bytes(), 64 * MIB)
                self.assertEqual(group.kills(), 0)
                told = get("/api/v1/status").json()["guides"][0]
                self.assertEqual(told["programmes"], len(entries) * 7 * 24)
