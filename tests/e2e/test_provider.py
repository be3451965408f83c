"""Goal: the misbehaving provider does what its scripts say, and counts it.

Method: plain sockets against a provider on the loopback; ffmpeg as the judge of what is whole.
"""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

from harness import tools, wait
from harness.audience import Audience
from provider import client, faults

PORT = 8300


def connect(path, timeout=6):
    """A socket that has asked for a path."""
    asked = socket.create_connection(("127.0.0.1", PORT), timeout=timeout)
    asked.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return asked


def drained(asked):
    """How a connection ends: "fin", "rst" or "open" (as long as its time-out), and its bytes."""
    count, deadline = 0, time.monotonic() + asked.gettimeout()
    try:
        while data := asked.recv(65_536):
            count += len(data)
            if time.monotonic() > deadline:
                return "open", count
    except ConnectionResetError:
        return "rst", count
    except TimeoutError:
        return "open", count
    return "fin", count


class OnLoopback(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        tools.need("ffmpeg", "openssl")
        cls.provider = cls.enterClassContext(client.Provider(port=PORT))

    def ask(self, path, **options):
        """An answer, redirects not followed."""
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=options.get("timeout", 6))
        self.addCleanup(connection.close)
        connection.request("GET", path)
        return connection.getresponse()


class Streams(OnLoopback):
    def test_what_is_served_is_whole_for_ffmpeg(self):
        paths = ["/ts/f1?burst=3", "/ts/f2?clip=hevc&burst=3", "/ts/f3?clip=mpeg2&burst=3&wrap=2",
                 "/hls/f4/index.m3u8?x=1", "/hls/f5/index.m3u8?aes=1"]
        for path in paths:
            with self.subTest(path):
                command = ["ffmpeg", "-nostdin", "-v", "warning", "-t", "3", "-i", self.provider.url(path)]
                done = tools.run(*command, "-f", "null", "-", seconds=40, check=True)
                self.assertEqual(done.stderr, "")

    def test_a_live_stream_is_paced_whole_and_counted(self):
        with Audience("127.0.0.1", PORT) as audience:
            groups = [audience.join("/ts/live?burst=1") for _ in range(3)]
            wait.until("3 s of stream", lambda: all(g.check.runs and g.check.runs[0].pictures > 100 for g in groups), 8)
            for group in groups:
                self.assertEqual(group.faults(), [])
                self.assertEqual(group.check.sources, ["live"])
                self.assertLess(group.gap(time.monotonic()), 0.5)
            self.assertEqual(self.provider.counts("live")["open"], 3)
        wait.until("all to be counted out", lambda: self.provider.counts("live")["open"] == 0, 2)
        self.assertEqual(self.provider.counts("live"), {"open": 0, "ever": 3, "most": 3, "requests": 3})


class Ends(OnLoopback):
    def test_how_a_connection_ends(self):
        for script, expected in (("1:rst~0", "rst"), ("1:fin~0", "fin"), ("1:refuse", "fin"), ("1:status=404", "fin")):
            with self.subTest(script):
                name = script.translate(str.maketrans(":~=", "---"))
                self.assertEqual(drained(connect(f"/ts/end-{name}?script={script}"))[0], expected)

    def test_a_moment_is_over_for_who_comes_later(self):
        self.assertEqual(drained(connect("/ts/moment?script=1:fin~0"))[0], "fin")
        self.assertEqual(drained(connect("/ts/moment", timeout=1.5))[0], "open")

    def test_silence_and_trickle(self):
        how, count = drained(connect("/ts/silent?script=0:stall", timeout=1))
        self.assertEqual(how, "open")
        self.assertLess(count, 200)
        with connect("/ts/trickle?script=0:trickle=500") as asked:
            wait.until("a second", lambda: self.provider.counts("trickle")["open"], 2)
            asked.settimeout(1)
            self.assertLess(len(asked.recv(65_536)), 1000)

    def test_the_length_is_a_lie(self):
        with self.assertRaises(http.client.IncompleteRead):
            self.ask("/ts/long?script=0:length_long").read()
        how, count = drained(connect("/ts/short?script=0:length_short=60000", timeout=2))
        self.assertEqual(how, "open")
        self.assertGreater(count, 61_000)

    def test_a_script_can_be_changed_while_it_plays(self):
        asked = connect("/ts/changed")
        wait.until("it to be open", lambda: self.provider.counts("changed")["open"], 2)
        self.provider.play("changed", "0:rst~0")
        self.assertEqual(drained(asked)[0], "rst")
        self.assertIn("rst after", self.provider.log("changed"))


class Answers(OnLoopback):
    def test_what_is_answered(self):
        table = [("status=451", 451, ""), ("redirect_loop", 302, ""), ("redirect_away", 302, ""),
                 ("html", 200, "text/html"), ("json", 200, "application/json"), ("type=text/plain", 200, "text/plain")]
        for script, status, kind in table:
            for path in (f"/ts/a-{script[:4]}?script=0:{script}", f"/hls/b-{script[:4]}/index.m3u8?script=0:{script}"):
                with self.subTest(path):
                    answer = self.ask(path)
                    self.assertEqual(answer.status, status)
                    self.assertIn(kind, answer.headers.get("Content-Type", ""))
        self.assertEqual([self.ask("/ts/nth?script=0:status_nth=3").status for _ in range(6)], [200, 200, 503] * 2)

    def test_an_account_has_a_limit(self):
        first = connect("/ts/k1?account=kick&max=1&over=kick", timeout=4)
        wait.until("it to be open", lambda: self.provider.counts("k1")["open"], 2)
        second = connect("/ts/k2?account=kick&max=1&over=kick")
        self.assertEqual(drained(first)[0], "fin")
        second.close()
        third = connect("/ts/p1?account=polite&max=1&over=fin")
        wait.until("it to be open", lambda: self.provider.counts("p1")["open"], 2)
        how, count = drained(connect("/ts/p2?account=polite&max=1&over=fin"))
        self.assertEqual(how, "fin")
        self.assertLess(count, 200)
        third.close()

    def test_playlists_misbehave(self):
        def sequence(name, script):
            text = self.ask(f"/hls/{name}/index.m3u8?script={script}").read().decode()
            return int(text.partition("MEDIA-SEQUENCE:")[2].split()[0]), text

        now, whole = sequence("plain", "")
        self.assertEqual(whole.count("#EXTINF"), min(6, now + 6))
        wait.until("a jump", lambda: sequence("skips", "0:skip=500")[0] > 450, 3)
        self.assertNotIn("#EXTINF", sequence("bare", "0:no_segments")[1])
        self.assertIn("#EXT-X-ENDLIST", sequence("over", "0:endlist")[1])
        segment = whole.split()[-1]
        self.assertEqual(self.ask(f"/hls/missing/{segment}?script=0:segment_404").status, 404)
        full = len(self.ask(f"/hls/plain/{segment}").read())
        self.assertEqual(len(self.ask(f"/hls/half0/{segment}?script=0:segment_short").read()), full // 2)
        frozen = [sequence("frozen", "0:frozen")[0] for _ in range(2)]
        wait.until("the live one to move", lambda: sequence("plain", "")[0] > now + 1, 4)
        self.assertEqual([sequence("frozen", "")[0]] * 2, frozen)


class Certificates(OnLoopback):
    def test_one_certificate_is_good_and_one_has_expired(self):
        ours = ssl.create_default_context(cafile=str(self.provider.authority))
        get = lambda habit: urllib.request.urlopen(self.provider.url("/_/streams", habit), context=ours, timeout=8)
        self.assertEqual(get("https").status, 200)
        self.assertEqual(get("slow_tls").status, 200)
        with self.assertRaisesRegex(urllib.error.URLError, "expired"):
            get("expired")


class Life(unittest.TestCase):
    def test_it_ends_with_its_parent(self):
        code = ("import sys; sys.path.insert(0, sys.argv[1]); from provider import client;"
                "p = client.Provider(port=8320); print(p.process.pid, flush=True); input()")
        parent = subprocess.Popen([sys.executable, "-c", code, str(client.FOLDER)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(parent.communicate)
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        def is_gone():
            try:
                return b"\nState:\tZ" in open(f"/proc/{child}/status", "rb").read()
            except FileNotFoundError:
                return True

        wait.until("the provider to end", is_gone, 5)
        self.assertNotEqual(child, os.getpid())


class Scripts(unittest.TestCase):
    def test_a_script_reads_as_it_is_written(self):
        text = "1:rst~0,4.5:stall~8,20:status=404~5,30:codec=hevc"
        self.assertEqual(",".join(map(str, faults.parse(text))), text)

    def test_what_cannot_be_read_is_told(self):
        for text in ("rst", "1:no_such_thing", "x:rst", "1:status=much", "1:rst~soon"):
            with self.subTest(text), self.assertRaises(faults.ScriptError):
                faults.parse(text)

    def test_a_seed_is_a_script_for_ever(self):
        for serves in ("ts", "hls"):
            script = faults.from_seed(42, serves)
            self.assertEqual(script, faults.from_seed(42, serves))
            self.assertNotEqual(script, faults.from_seed(43, serves))
            self.assertGreater(len(script), 100)
            # What is printed can be given back as a script.
            self.assertEqual(faults.parse(",".join(map(str, script))), script)
