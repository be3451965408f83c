"""Goal: sources come, change and go while Dipole runs, and nothing of that needs a restart or tells a secret.

Method: sources are added, changed and removed through the API of the real daemon; their lists and streams
come from a provider of ours, which counts what it is asked for.
"""

import json
import os
import tempfile
import time
from unittest import mock

from harness import lan, matrix, wait
from harness.audience import Audience
from harness.daemon import change, get, lineup, source, sources
from source_case import CONFIG, PROBLEM, PLAYS_BYTES, SourceCase, plays, raw, refused, settled


class Sources(SourceCase):
    def test_an_added_source_plays_and_its_limit_holds_at_once(self):
        self.put("added", 3)
        with self.daemon(CONFIG + matrix.FAILOVER) as running, Audience() as audience:
            running.ready()
            path = self.added("added", self.address("added"))
            running.with_channels(3)
            first = audience.join("/auto/v1")
            plays(first)
            self.changed(path, connections=1)
            self.assertEqual(refused(audience, "/auto/v2"), (503, "805 All Tuners In Use"))
            self.changed(path, connections=2)
            second = audience.join("/auto/v2")
            plays(second)
            self.assertEqual(refused(audience, "/auto/v3"), (503, "805 All Tuners In Use"))
            plays(first, first.clients[0].received + PLAYS_BYTES)
            self.assertEqual((first.faults(), first.disconnects()), ([], []))
            # None of this is about the list.
            self.assertEqual(self.lists.counts("added")["requests"], 1, self.lists.log("added"))

    def test_what_is_off_is_gone_until_it_is_on_again(self):
        self.put("switched", 2)
        with self.daemon(CONFIG) as running:
            running.ready()
            path = self.added("switched", self.address("switched"))
            before = running.with_channels(2)
            self.changed(path, enabled=False)
            self.assertEqual(lineup(), [])
            self.assertEqual(change(f"{path}/refresh").status, 409)
            self.changed(path, enabled=True, name="renamed")
            self.assertEqual(lineup(), before)
            self.assertEqual(settled("renamed")["channels"], 2)

    def test_a_removed_source_takes_its_channels_and_no_viewer_with_it(self):
        self.put("removed", 2)
        with self.daemon(CONFIG) as running, Audience() as audience:
            running.ready()
            path = self.added("removed", self.address("removed"))
            running.with_channels(2)
            group = audience.join("/auto/v1")
            plays(group)
            self.assertEqual(change(path, method="DELETE").status, 204)
            self.assertEqual((lineup(), get("/api/v1/sources").json()["sources"]), ([], []))
            self.assertEqual(refused(audience, "/auto/v2")[0], 404)
            plays(group, group.clients[0].received + PLAYS_BYTES)
            self.assertEqual((group.faults(), group.disconnects()), ([], []))
            # Another one does not get what the one that is gone still holds.
            self.put("follows", 2, word="Follower")
            self.added("follows", self.address("follows"), connections=1)
            running.with_channels(2)
            other = audience.join("/auto/v" + lineup()[0]["GuideNumber"])
            plays(other)
            audience.leave(group)
            wait.until("its upstream to be closed", lambda: self.lists.counts("removed-1")["open"] == 0, 10)
            for method, sub in (("DELETE", ""), ("POST", "/refresh"), ("POST", "/cancel"), ("POST", "/accept")):
                self.assertEqual(change(path + sub, method=method).status, 404, sub)

    def test_a_restart_keeps_sources_and_channels(self):
        for name in ("kept", "file", "late"):
            self.put(name, 4, word=name)
        config = CONFIG + source("file", self.address("file"))
        with tempfile.TemporaryDirectory() as data:
            with self.daemon(config, data=data) as running:
                running.ready()
                gone = self.added("gone", self.address("late"), enabled=False)
                self.added("kept", self.address("kept"), connections=2, headers={"X-Token": "hush"})
                self.added("late", self.address("late"))
                self.assertEqual(change(gone, method="DELETE").status, 204)
                running.with_channels(12)
                wait.until("all to be read", lambda: all(one["state"] == "ready" for one in sources().values()))
                before = self.all_that_lasts()
            asked = self.lists.stats()
            with self.daemon(config, data=data) as running:
                running.ready()
                self.assertEqual(self.all_that_lasts(), before)
                wait.until("all to be read again", lambda: self.lists.counts("late")["requests"] > asked["late"]["requests"])
                wait.until("all to be ready", lambda: {one["state"] for one in sources().values()} == {"ready"})
                self.assertEqual(self.all_that_lasts(), before)

    @staticmethod
    def all_that_lasts():
        """Sources with their numbers and settings; channels with their ids and numbers."""
        shown = [(one["id"], one["settings"], one["set_in"]) for one in get("/api/v1/sources").json()["sources"]]
        channels = [(one["id"], one["number"], one["name"]) for one in get("/api/v1/channels").json()["channels"]]
        return shown, channels, lineup()

    def test_what_the_file_sets_is_changed_there(self):
        self.put("file", 2)
        with self.daemon(CONFIG + source("file", self.address("file"))) as running:
            running.with_channels(2)
            shown = get("/api/v1/sources").json()["sources"][0]
            self.assertEqual(shown["set_in"], "config file")
            path = f"/api/v1/sources/{shown['id']}"
            for answer in (change(path, shown["settings"], "PUT"), change(path, method="DELETE"),
                           change(f"{path}/list", body=b"#EXTM3U\n"),
                           change("/api/v1/sources", {"name": "file", "url": "http://other.example/"})):
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (409, PROBLEM), answer.body)
            self.assertEqual(change(f"{path}/refresh").status, 202)
            self.assertEqual(len(lineup()), 2)

    def test_no_secret_is_told(self):
        self.put("secret", 2)
        host = f"user:hush-1@{lan.PROVIDER}"
        good = self.address("secret").replace(lan.PROVIDER, host) + "&username=u&password=hush-2"
        with mock.patch.dict(os.environ, DIPOLE_LOG="debug"), self.daemon(CONFIG) as running:
            running.ready()
            keys = {"headers": {"X-Token": "hush-3"}, "user_agent": "tv"}
            path = self.added("good", good, **keys)
            self.added("bad", self.lists.url("/nothing/hush-4/list.m3u?token=hush-5"), **keys)
            self.added("dead", self.lists.url("/get.php?password=hush-6", "closed"), **keys)
            self.added("deaf", self.lists.url("/get.php?password=hush-7", "expired"), **keys)
            for name in ("good", "bad", "dead", "deaf"):
                settled(name)
            asked = self.lists.counts("secret")["requests"]
            self.changed(path, user_agent="another")
            wait.until("it to be read again", lambda: self.lists.counts("secret")["requests"] > asked)
            told = settled("good")
            self.assertEqual((told["error"], told["channels"]), (None, 2))
            change("/api/v1/sources", {"name": "x", "url": "hush-8://h/", "password": "hush-9"})
            for text in (get("/api/v1/sources").body, get(path).body, get("/api/v1/status").body, running.log().encode()):
                self.assertNotIn(b"hush", text)

    def test_hostile_bodies_are_refused(self):
        good = {"name": "x", "url": "http://h.example/"}
        bodies = [b"", b"not json", b"\xff\xfe{}", b"[]", b"null", b"{", b"[" * 20_000, b'{"name": 1}', b'{"name": "x"} {}']
        wrong = [{"name": ""}, {"name": "x\n"}, {"name": "x" * 65}, {"url": "ftp://h/"}, {"url": "/etc/passwd"},
                 {"url": "file:///etc/passwd"}, {"url": "iptv-org:nowhere"}, {"surprise": 1}, {"connections": 0},
                 {"connections": -1}, {"connections": 1e300}, {"interval_hours": 0}, {"priority": 40_000},
                 {"headers": {"A\r\nB": "c"}}, {"headers": {"A": "b\r\nC: d"}},
                 {"headers": {str(n): "x" for n in range(17)}}, {"user_agent": "a\r\nb"}, {"url": "http://h/" + "x" * 5000},
                 {"kind": "later"}, {"command": "none"}, {"password_file": "/etc/passwd"}, {"sharing": None}]
        bodies += [json.dumps({**good, **keys}).encode() for keys in wrong]
        with self.daemon(CONFIG) as running:
            running.ready()
            for body in bodies:
                with self.subTest(body[:80]):
                    answer = change("/api/v1/sources", body=body)
                    self.assertEqual((answer.status, answer.headers["Content-Type"]), (400, PROBLEM), answer.body)
                    self.assertIn("detail", answer.json())
            large = raw("POST", "/api/v1/sources", b"[" + b"1," * 1_000_000 + b"1]")
            self.assertIn(b" 413 ", large)
            self.assertIn(PROBLEM.encode(), large)
            answer = change("/api/v1/sources", good, headers={"X-Dipole": "0"})
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (403, PROBLEM))
            for path in ("/api/v1/sources/70000", "/api/v1/sources/-1", "/api/v1/sources/1/else", "/api/v1/sources/1"):
                self.assertEqual(change(path, good, "PUT").status, 404, path)
            self.assertEqual(get("/api/v1/sources").json(), {"sources": []})
            self.assertLess(running.rss_peak_bytes(), 96 << 20)

    def test_names_that_nobody_resolves_hold_up_nothing_else(self):
        with self.daemon(CONFIG) as running:
            running.ready()
            self.put("near", 2)
            for number in range(8):
                self.added(f"lost{number}", f"http://nowhere{number}.example/list.m3u")
            began = time.monotonic()
            for number in range(4):
                path = self.added(f"near{number}", self.address("near"))
                self.changed(path, connections=number + 1)
                self.assertEqual(change(path, method="DELETE").status, 204)
            self.assertLess(time.monotonic() - began, 3, "changes waited for a name server")
            running.signal()
            self.assertEqual(running.process.wait(15), 0)
            self.assertNotIn("draining took too long", running.log())
