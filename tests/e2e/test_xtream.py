"""Goal: an account at an Xtream panel becomes channels that play, whatever the panel is like, and what is wrong
with an account is told in words that help.

Method: panels of ours that behave like real ones; what the API says of the source is read, and what the
panels were asked for is counted.
"""

import http.client
import json
import time

import case
from harness import lan, matrix, tools, wait
from harness.audience import Audience
from harness.daemon import get, lineup, source
from provider import client

DAY_S = 24 * 3600
GOOD = ("strings", "numbers", "keyed", "nested", "warned", "bom", "strings,keyed,warned")


def ask(path, value, headers):
    """(status, body) of a POST of JSON to the daemon."""
    connection = http.client.HTTPConnection(lan.TUNER, 80, timeout=5)
    try:
        connection.request("POST", path, json.dumps(value), headers)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


class Panels(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("openssl")
        cls.panels = cls.enterClassContext(client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider")))

    @classmethod
    def account(cls, name, habit="http", keys=None, **options):
        """A `[[source]]` for the account at the panel of that name, which is told to be so."""
        cls.panels.panel(name, **options)
        keys = {"username": "me", "password": "secret", **(keys or {})}
        return source(name, cls.panels.url(f"/xtream/{name}", habit), kind="xtream", **keys)

    @staticmethod
    def sources():
        """What is known of each source, by its name."""
        return {one["name"]: one for one in get("/api/v1/status").json()["sources"]}

    def settled(self, name):
        """What is known of a source that has been read, or could not be."""
        def known():
            found = self.sources().get(name)
            return found and found["state"] in ("ready", "failed") and found
        return wait.until(f"{name} to be read", known, 30)

    def test_an_account_becomes_channels(self):
        expires = int(time.time()) + 12 * DAY_S + 3600
        config = self.account("plain", streams=4, max=2, exp=expires, active=1)
        with self.daemon(matrix.CONFIG + config) as running:
            channels = running.with_channels(4)
            self.assertEqual([one["GuideName"] for one in channels], [f"Channel {n}" for n in range(1, 5)])
            told = self.settled("plain")
            self.assertIsNone(told["error"])
            account = told["account"]
            self.assertEqual((account["status"], account["expires_unix_s"]), ("Active", expires))
            self.assertEqual((account["connections_max"], account["connections_active"]), (2, 1))
            details = get("/api/v1/channels").json()["channels"]
            self.assertEqual({one["group"] for one in details}, {"Group 1", "Group 2", "Group 3"})
            self.assertNotIn("secret", get("/api/v1/status").body.decode())
            self.assertNotIn("secret", running.log())
            with Audience() as audience:
                group = audience.join("/auto/v2", 3)
                wait.until("it to play", lambda: group.is_receiving(80_000), 10)
                self.assertEqual(self.panels.panel("plain")["open"], 1)

    def test_a_panel_may_write_as_it_likes(self):
        config = ""
        for n, habit in enumerate(GOOD):
            config += self.account(f"habit{n}", streams=4)
            self.panels.panel(f"habit{n}", habit=habit, streams=4)
        with self.daemon(matrix.CONFIG + config) as running:
            running.ready()
            for n, habit in enumerate(GOOD):
                with self.subTest(habit):
                    told = self.settled(f"habit{n}")
                    self.assertEqual((told["error"], told["channels"]), (None, 4))

    def test_what_is_wrong_is_told(self):
        over = int(time.time()) - 2 * DAY_S
        wrong = {
            "password": ({"password": "other"}, "does not accept the account"),
            "silent": ({"password": "other", "refuse": "empty"}, "answer is empty"),
            "expired": ({"status": "Expired", "exp": over}, "expired on " + time.strftime("%Y-%m-%d", time.gmtime(over))),
            "late": ({"exp": over}, "expired on " + time.strftime("%Y-%m-%d", time.gmtime(over))),
            "banned": ({"status": "Banned"}, "banned"),
            "disabled": ({"status": "Disabled"}, "disabled"),
            "page": ({"page": 1}, "web page"),
            "words": ({"words": "Blocked"}, "Blocked"),
            "error": ({"answer": 502}, "502 Bad Gateway"),
            "groups": ({"groups": "404"}, "404 Not Found"),
            "half groups": ({"groups": "cut"}, "ends in the middle"),
        }
        config = ""
        for n, (name, (options, _)) in enumerate(wrong.items()):
            self.panels.panel(f"wrong{n}", **options)
            config += source(name, self.panels.url(f"/xtream/wrong{n}"), kind="xtream", username="me", password="secret")
        with self.daemon(matrix.CONFIG + config) as running:
            running.ready()
            for name, (_, words) in wrong.items():
                with self.subTest(name):
                    told = self.settled(name)
                    self.assertEqual(told["state"], "failed")
                    self.assertIn(words, told["error"])
                    self.assertNotIn("secret", told["error"])

    def test_a_backup_host_stands_in(self):
        self.panels.panel("backup", streams=2)
        dead, deaf = self.panels.url("/xtream/backup", "closed"), self.panels.url("/xtream/backup", "expired")
        config = source("backup", dead, kind="xtream", username="me", password="secret",
                        backup_urls=[deaf, self.panels.url("/xtream/backup")])
        nowhere = source("nowhere", dead, kind="xtream", username="me", password="secret", backup_urls=[deaf])
        with self.daemon(matrix.CONFIG + config + nowhere) as running:
            running.with_channels(2)
            told = self.settled("backup")
            self.assertEqual(told["account"]["host"], f"{lan.PROVIDER}:{client.PORT}")
            told = self.settled("nowhere")
            self.assertIn("none of the 2 hosts", told["error"])
            for part in (f"{client.PORT + 5}", f"{client.PORT + 2}"):
                self.assertIn(part, told["error"])

    def test_an_account_that_is_full_is_told(self):
        with self.daemon(matrix.CONFIG + matrix.FAILOVER + self.account("full", streams=2, over=403)) as running:
            running.with_channels(2)
            # Somebody else has taken the only connection since.
            self.panels.panel("full", streams=2, max=1, over=403)
            with Audience() as audience:
                first = audience.join("/auto/v1")
                wait.until("it to play", lambda: first.is_receiving(80_000), 10)
                second = audience.join("/auto/v2")
                wait.until("an answer", lambda: second.clients[0].status, 15)
                self.assertEqual(second.clients[0].status, 503)
                self.assertRegex(second.clients[0].refusal, "^80[567] ")
                wait.until("the first to play on", lambda: first.is_receiving(160_000), 10)

    def test_no_more_connections_are_used_than_the_account_allows(self):
        config = self.account("limited", streams=2, max=1, keys={"connections": 3})
        with self.daemon(matrix.CONFIG + matrix.FAILOVER + config) as running:
            running.with_channels(2)
            with Audience() as audience:
                first = audience.join("/auto/v1", 2)
                wait.until("it to play", lambda: first.is_receiving(80_000), 10)
                second = audience.join("/auto/v2")
                wait.until("an answer", lambda: second.clients[0].status, 15)
                self.assertEqual((second.clients[0].status, second.clients[0].refusal), (503, "805 All Tuners In Use"))
                self.assertEqual(self.panels.counts("limited-2")["requests"], 0)

    def test_an_account_is_added_over_the_api(self):
        self.panels.panel("added", streams=3)
        settings = {"name": "added", "kind": "xtream", "url": self.panels.url("/xtream/added"), "username": "me"}
        with self.daemon(matrix.CONFIG) as running:
            running.ready()
            headers = {"X-Dipole": "1", "Content-Type": "application/json"}
            for wrong in ({}, {"password_file": "/etc/hostname"}, {"password": "secret", "output": "flv"}):
                status, _ = ask("/api/v1/sources", {**settings, **wrong}, headers)
                self.assertIn(status, (400, 409, 422), wrong)
            status, body = ask("/api/v1/sources", {**settings, "password": "secret"}, headers)
            self.assertIn(status, (200, 201), body)
            running.with_channels(3)
            self.assertNotIn("secret", get("/api/v1/sources").body.decode())
            self.assertNotIn("secret", running.log())

    def test_half_a_list_never_replaces_a_whole_one(self):
        with self.daemon(matrix.CONFIG + self.account("half", streams=50)) as running:
            running.with_channels(50)
            for options in ({"cut": 6_000}, {"page": 1}, {"streams": 0}):
                self.panels.panel("half", **{"streams": 50, **options})
                asked = self.panels.panel("half")["asked"].get("account", 0)
                get("/api/v1/sources/refresh", "POST", headers={"X-Dipole": "1"})
                wait.until("it to be asked", lambda a=asked: self.panels.panel("half")["asked"]["account"] > a, 10)
                told = self.settled("half")
                self.assertEqual((told["state"], told["channels"]), ("failed", 50), options)
                self.assertEqual(len(lineup()), 50)

    def test_a_redirect_is_followed(self):
        with self.daemon(matrix.CONFIG + self.account("moved", redirect=1, streams=2)) as running:
            running.with_channels(2)
            with Audience() as audience:
                group = audience.join("/auto/v1")
                wait.until("it to play", lambda: group.is_receiving(80_000), 10)

    def test_thirty_thousand_streams(self):
        with self.daemon(matrix.CONFIG + self.account("huge", streams=30_000)) as running:
            running.with_channels(30_000)
            self.assertLess(running.rss_peak_bytes(), 96 << 20)
