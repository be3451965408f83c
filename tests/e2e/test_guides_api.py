"""Goal: guides come, change and go while Dipole runs, sources bring theirs, and a person can choose among
what they have.

Method: guides are added, uploaded, changed and removed through the API of the real daemon; the provider
counts what it is asked for, and the guide that comes of it is read by expat.
"""

import gzip
import tempfile

import case
from harness import wait
from harness.daemon import change, get
from harness.guides import HOURS, Read, guide, guide_source
from source_case import PROBLEM, raw

NAMES = ["Harbour One", "Harbour Two", "Harbour Film +1"]
ENTRIES = [(n, name, f"/ts/guides-api-{n}") for n, name in enumerate(NAMES, 1)]
GUIDES = "/api/v1/guides"
MIB = 1 << 20


def guides():
    """Every guide by its name."""
    return {of["name"]: of for of in get(GUIDES).json()["guides"]}


def titles():
    """Titles of each channel by its first name, in their order."""
    read = Read(get("/xmltv.xml").body)
    return {names[0]: read.programmes.get(of, []) for of, names in read.names.items()}


class GuidesApi(case.Case):
    def until(self, what, ready, seconds=30):
        return wait.until(what, ready, seconds, every=0.2)

    def until_title(self, title, name=NAMES[0]):
        self.until(f"{title!r}", lambda: title in titles().get(name, []))

    def added(self, **settings):
        answer = change(GUIDES, settings)
        self.assertEqual(answer.status, 201, answer.body)
        return f"{GUIDES}/{answer.json()['id']}"

    def test_a_guide_is_added_changed_and_removed(self):
        ours = self.provider.put("api-ours.xml", guide(NAMES[:2]))
        other = self.provider.put("api-other.xml", guide(NAMES[:2]).replace("Hour", "Other"))
        with tempfile.TemporaryDirectory() as data:
            with self.channels(ENTRIES, guide_source("ours", ours), data=data) as running:
                running.with_channels(len(ENTRIES))
                self.until_title("Hour 0 of Harbour One")
                path = self.added(name="other", url=other, priority=1, user_agent="guide-reader/1")
                self.until_title("Other 0 of Harbour One")
                told = self.until("its state", lambda: (of := guides()["other"])["state"] == "ready" and of)
                self.assertEqual((told["set_in"], told["matched"], told["programmes"]), ("api", 2, 2 * HOURS))
                self.assertEqual(get(path).json()["settings"]["user_agent"], "guide-reader/1")
                self.assertEqual(change(path, {"priority": -1}, method="PATCH").status, 204)
                self.until_title("Hour 0 of Harbour One")
                self.refusals(path)
            # All of it is there after a restart, and nothing fresh is fetched again.
            with self.channels(ENTRIES, guide_source("ours", ours), data=data) as running:
                running.with_channels(len(ENTRIES))
                self.until_title("Hour 0 of Harbour One")
                self.assertEqual(get(path).json()["settings"]["priority"], -1)
                self.assertEqual(self.provider.counts("/files/api-other.xml")["requests"], 1)
                self.assertEqual(change(f"{path}/refresh").status, 202)
                self.until("it to be read", lambda: self.provider.counts("/files/api-other.xml")["requests"] == 2)
                self.assertEqual(change(path, method="DELETE").status, 204)
                self.assertEqual(get(path).status, 404)
                self.assertEqual(list(guides()), ["ours"])

    def refusals(self, path):
        of_file = f"{GUIDES}/{guides()['ours']['id']}"
        self.assertEqual(guides()["ours"]["set_in"], "config file")
        for method, where, settings, status, words in [
            ("DELETE", of_file, None, 409, "configuration file"),
            ("PATCH", of_file, {"priority": 3}, 409, "configuration file"),
            ("POST", GUIDES, {"name": "ours", "url": "http://x.example/"}, 409, "named"),
            ("POST", GUIDES, {"name": "x", "url": "/etc/passwd"}, 400, "upload"),
            ("POST", GUIDES, {"name": "x", "url": "http://x.example/", "nothing": 1}, 400, "nothing"),
            ("POST", f"{path}/cancel", None, 409, "not being read"),
            ("POST", f"{GUIDES}/999/refresh", None, 404, "999"),
        ]:
            answer = change(where, settings, method=method)
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (status, PROBLEM), answer.body)
            self.assertIn(words, answer.json()["detail"])

    def test_an_uploaded_guide_survives(self):
        with tempfile.TemporaryDirectory() as data:
            with self.channels(ENTRIES, data=data) as running:
                running.with_channels(len(ENTRIES))
                path = self.added(name="mine")
                self.assertEqual(change(f"{path}/refresh").status, 409)
                body = gzip.compress(guide(NAMES[:1]).encode())
                self.assertIn(b" 204 ", raw("POST", f"{path}/file", body))
                self.until_title("Hour 0 of Harbour One")
                self.assertIn(b" 400 ", raw("POST", f"{path}/file", b"<html></html>"))
                self.assertIn(b" 413 ", raw("POST", f"{path}/file", b"<tv>", 300 * MIB))
                self.assertEqual(guides()["mine"]["state"], "failed")
            with self.channels(ENTRIES, data=data) as running:
                running.with_channels(len(ENTRIES))
                self.until_title("Hour 0 of Harbour One")

    def test_a_list_brings_its_guides_and_takes_them_away(self):
        first = self.provider.put("brought-1.xml", guide(NAMES[:1]))
        second = self.provider.put("brought-2.xml.gz", gzip.compress(guide(NAMES[1:2]).encode()))
        streams = "".join(
            f"#EXTINF:-1,{name}\n{self.provider.url(path)}\n" for _, name, path in ENTRIES
        )
        head = f'#EXTM3U x-tvg-url="{first}, {second}"\n'
        url = self.provider.put("bringing.m3u", head + streams)
        source = f'[[source]]\nname = "list"\nurl = "{url}"\nuser_agent = "tv/1"\n'
        with self.daemon('test_channel = "never"\n' + source) as running:
            running.with_channels(len(ENTRIES))
            self.until_title("Hour 0 of Harbour One", NAMES[0])
            self.until_title("Hour 0 of Harbour Two", NAMES[1])
            told = guides()
            self.assertEqual({of["set_in"] for of in told.values()}, {"source"})
            self.assertEqual(len(told), 2)
            path = f"{GUIDES}/{told['list']['id']}"
            self.assertEqual(change(path, method="DELETE").status, 409)
            self.provider.put("bringing.m3u", head.replace(f"{first}, ", "") + streams)
            self.assertEqual(change("/api/v1/sources/refresh").status, 202)
            self.until("one to be gone", lambda: len(guides()) == 1)
            self.until("its programmes to be gone", lambda: not titles()[NAMES[0]])
            self.assertTrue(titles()[NAMES[1]])

    def test_a_list_may_not_bring_guides_where_that_is_off(self):
        url = self.provider.put("unwanted.xml", guide(NAMES[:1]))
        text = f'#EXTM3U url-tvg="{url}"\n#EXTINF:-1,{NAMES[0]}\n{self.provider.url("/ts/unwanted")}\n'
        listed = self.provider.put("unwanted.m3u", text)
        source = f'[[source]]\nname = "list"\nurl = "{listed}"\nguide = false\n'
        with self.daemon('test_channel = "never"\n' + source) as running:
            running.with_channels(1)
            self.assertEqual(guides(), {})
            self.assertEqual(self.provider.counts("/files/unwanted.xml")["requests"], 0)

    def test_candidates_for_a_choice_and_the_base_of_a_late_channel(self):
        url = self.provider.put("choice.xml", guide(["Harbour One", "Harbour Film", "Meadow Weather"]))
        with self.channels(ENTRIES, guide_source("g", url)) as running:
            running.with_channels(len(ENTRIES))
            self.until_title("Hour 0 of Harbour Film", NAMES[2])
            ids = {of["name"]: of["id"] for of in get("/api/v1/channels").json()["channels"]}
            found = get(f"/api/v1/guide/channels?channel={ids[NAMES[0]]}").json()["channels"]
            self.assertEqual((found[0]["source"], found[0]["channel"]), ("g", "Harbour One.example"))
            self.assertGreaterEqual(found[0]["confidence_percent"], 60)
            self.assertTrue(found[0]["reason"])
            found = get("/api/v1/guide/channels?q=weather&limit=1").json()["channels"]
            self.assertEqual([of["names"] for of in found], [["Meadow Weather"]])
            late = get(f"/api/v1/channels/{ids[NAMES[2]]}").json()["guide_matches"]
            self.assertIn("60 minutes later", late[0]["reason"])
            chosen = {"guide": {"source": "g", "channel": "Meadow Weather.example"}}
            self.assertEqual(change(f"/api/v1/channels/{ids[NAMES[0]]}", chosen, method="PATCH").status, 200)

            def matched():
                matches = get(f"/api/v1/channels/{ids[NAMES[0]]}").json()["guide_matches"]
                return ["you decided so"] == [of["reason"] for of in matches]

            # Its programmes come with the next reading, which keeps a minute's distance from the last.
            self.until("the choice to be followed", matched)
