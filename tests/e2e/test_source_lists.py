"""Goal: a list comes whole or not at all, as cheaply as its server allows, and whoever waits for it knows how far it is.

Method: lists are uploaded, broken off, throttled, cut in half and left as they were; what the daemon shows of
its source is read, and what the provider was asked for is counted.
"""

import gzip
import socket

from harness import lan, wait
from harness.audience import Audience
from harness.daemon import change, get, lineup, sources
from source_case import CONFIG, PROBLEM, SourceCase, plays, raw, refused, settled

LIST_BYTES_MAX = 64 << 20


class Lists(SourceCase):
    def test_an_upload_becomes_channels(self):
        texts = {count: self.put(f"upload{count}", count, word="Sent").encode() for count in (30, 40)}
        with self.daemon(CONFIG) as running, Audience() as audience:
            running.ready()
            path = self.added("upload", None)
            for body, channels in ((texts[30], 30), (gzip.compress(texts[40]), 40)):
                answer = change(f"{path}/list", body=body)
                self.assertEqual((answer.status, len(lineup())), (204, channels), answer.body)
            plays(audience.join("/auto/v40"))
            before = lineup()
            self.assertEqual(self.half(f"{path}/list", texts[30]), b"")
            self.assertIn("not whole", wait.until("it to be told", lambda: sources()["upload"]["error"]))
            for body, why in ((b"<html></html>", "web page"), (b"#EXTM3U\n", "no channels"), (b"", "empty"),
                              (gzip.compress(texts[30])[:-9], "gzip"), (self.put("few", 3).encode(), "held back")):
                answer = change(f"{path}/list", body=body)
                self.assertEqual((answer.status, answer.headers["Content-Type"]), (400, PROBLEM), why)
                self.assertIn(why, answer.json()["detail"])
            self.assertIn(b" 413 ", raw("POST", f"{path}/list", b"", LIST_BYTES_MAX + 1))
            self.assertEqual(lineup(), before)
            self.assertEqual(change(f"{path}/refresh").status, 409)
            self.assertEqual(change(f"{path}/list", body=texts[30], headers={"X-Dipole": "0"}).status, 403)

    def test_an_upload_that_nobody_wants_is_refused_in_words(self):
        self.put("web", 2)
        body = b"#EXTM3U\n" + b"#" * (4 << 20)
        with self.daemon(CONFIG) as running:
            running.ready()
            path = self.added("web", self.address("web"))
            running.with_channels(2)
            off = self.added("off", None, enabled=False)
            for where, status in ((path, 409), (off, 409), ("/api/v1/sources/50", 404)):
                self.assertIn(f" {status} ".encode(), raw("POST", f"{where}/list", body))

    @staticmethod
    def half(path, body):
        """What is answered to half of a body."""
        head = f"POST {path} HTTP/1.1\r\nHost: {lan.TUNER}\r\nX-Dipole: 1\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection((lan.TUNER, 80), timeout=10) as connection:
            connection.sendall(head.encode() + body[: len(body) // 2])
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(4096).partition(b"HTTP/1.1 400")[0]

    def test_a_held_back_upload_is_taken_once_it_is_accepted(self):
        large, small = (self.put(f"held{n}", n).encode() for n in (40, 5))
        with self.daemon(CONFIG) as running:
            running.ready()
            path = self.added("held", None)
            self.assertEqual(change(f"{path}/list", body=large).status, 204)
            self.assertEqual(change(f"{path}/accept").status, 409)
            answer = change(f"{path}/list", body=small)
            self.assertEqual(answer.status, 400)
            self.assertIn("send it again", answer.json()["detail"])
            self.assertTrue(sources()["held"]["held_back"])
            self.assertEqual(change(f"{path}/accept").status, 202)
            self.assertEqual(change(f"{path}/list", body=small).status, 204)
            self.assertEqual(len(lineup()), 5)

    def test_a_transfer_that_breaks_is_taken_up_where_it_was(self):
        size = len(self.put("broken", 400))
        with self.daemon(CONFIG) as running:
            running.ready()
            self.added("parts", self.address("broken", cut=size * 2 // 5))
            running.with_channels(400)
            told = settled("parts")
            self.assertEqual((told["error"], told["warnings"]), (None, []))
            log = self.lists.log("broken")
            self.assertIn(f'bytes={size * 2 // 5}- if "{size}"', log)
            self.assertIn(f"bytes={size * 2 // 5 * 2}-", log)

    def test_a_transfer_that_breaks_without_a_validator_begins_anew(self):
        size = len(self.put("anew", 300))
        with self.daemon(CONFIG) as running:
            running.ready()
            # The same from its start again, and never further: what has come is better than nothing the first time.
            self.added("anew", self.address("anew", cut=size // 2, tag="no"))
            told = wait.until("it to be given up", lambda: settled("anew"), 40)
            self.assertNotIn("bytes=", self.lists.log("anew"))
            self.assertIn("not whole", " ".join([*told["warnings"], told["error"] or ""]))

    def test_certificates_are_looked_at_unless_told_otherwise(self):
        self.put("tls", 2, habit="https")
        with self.daemon(CONFIG) as running, Audience() as audience:
            running.ready()
            path = self.added("tls", self.address("tls", "https"))
            told = settled("tls")
            self.assertEqual((told["state"], told["channels"]), ("failed", 0))
            self.assertIn("certificate", told["error"])
            self.assertEqual(told["warnings"], [])
            self.changed(path, tls_verify=False)
            running.with_channels(2)
            group = audience.join("/auto/v1")
            plays(group)
            self.assertIn("tls_verify", " ".join(settled("tls")["warnings"]))
            audience.leave(group)
            self.changed(path, tls_verify=True)
            wait.until("it to be refused", lambda: settled("tls")["state"] == "failed")
            before = self.lists.counts("tls-2")["requests"]
            refusal, _ = refused(audience, "/auto/v2")
            self.assertEqual((refusal, self.lists.counts("tls-2")["requests"], len(lineup())), (503, before, 2))

    def test_progress_is_shown_and_a_reading_can_be_cancelled(self):
        size = len(self.put("slow", 2000))
        with self.daemon(CONFIG) as running:
            running.ready()
            path = self.added("slow", self.address("slow", rate=20_000))

            def progress():
                found = sources()["slow"]
                return found["state"] == "reading" and found["progress"]["entries"] > 50 and found["progress"]
            shown = wait.until("progress", progress, 20)
            self.assertEqual((shown["phase"], shown["bytes_total"]), ("fetching", size))
            self.assertEqual(change(f"{path}/cancel").status, 202)
            self.assertEqual((sources()["slow"]["state"], sources()["slow"]["progress"], lineup()), ("waiting", None, []))
            self.assertEqual(change(f"{path}/cancel").status, 409)
            wait.until("its transfer to end", lambda: self.lists.counts("slow")["open"] == 0, 10)
            # What else is asked for meanwhile is done at once; the list is begun anew.
            self.assertEqual(change(f"{path}/refresh").status, 202)
            wait.until("progress", progress, 20)
            self.put("quick", 3, word="Quick")
            self.added("quick", self.address("quick"))
            self.changed(path, url=self.address("slow"))
            running.with_channels(2003)

    def test_a_list_that_has_lost_most_is_held_back_until_it_is_accepted(self):
        self.put("shrunk", 40)
        with self.daemon(CONFIG) as running:
            running.ready()
            path = self.added("shrunk", self.address("shrunk"))
            before = running.with_channels(40)
            self.put("shrunk", 12)
            change(f"{path}/refresh")
            told = wait.until("it to be told", lambda: sources()["shrunk"]["held_back"] and sources()["shrunk"])
            self.assertEqual((told["state"], told["channels"], lineup()), ("failed", 40, before))
            for word in ("12", "40", "held back"):
                self.assertIn(word, told["error"])
            self.assertEqual(change(f"{path}/accept").status, 202)
            self.assertEqual(running.with_channels(12), before[:12])
            told = settled("shrunk")
            self.assertEqual((told["held_back"], told["error"], told["channels"]), (False, None, 12))
            self.assertEqual(change(f"{path}/accept").status, 409)

    def test_an_unchanged_list_changes_nothing(self):
        for name, habits in (("tagged", {}), ("bare", {"tag": "no"})):
            with self.subTest(name), self.daemon(CONFIG) as running:
                self.put(name, 30)
                running.ready()
                path = self.added(name, self.address(name, **habits))
                before = running.with_channels(30), get("/api/v1/channels").json()
                etag = get("/lineup.json").headers["ETag"]
                for requests in (2, 3):
                    change(f"{path}/refresh")
                    wait.until("it to be asked", lambda n=requests: self.lists.counts(name)["requests"] == n)
                    told = settled(name)
                    self.assertEqual((told["state"], told["error"]), ("ready", None))
                self.assertEqual((lineup(), get("/api/v1/channels").json()), before)
                self.assertEqual(get("/lineup.json").headers["ETag"], etag)
                self.assertEqual(running.log().count(" imported"), 1, running.log())
