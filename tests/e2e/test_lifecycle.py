"""Goal: whatever comes and goes leaves nothing behind, and what was acknowledged stays.

Method: counts from /proc before and after a thousand connections; SIGTERM and SIGKILL at a running
daemon; a machine on which port 80 cannot be had.
"""

import os
import signal
import socket
import subprocess
import tempfile

import case
from harness import lan, tools, wait
from harness.daemon import get, lineup, source, tuners_in_use
from harness.provider import playlist
from harness.viewers import Crowd

ENTRIES = [(n, f"Life {n}", f"/ts/life-{n}") for n in range(1, 6)]
ROUNDS = 1_000
# Until every segment of the pool has been written once: a page counts from its first use.
WARM_UP_ROUNDS = 500
AT_ONCE = 10
# An allocator grows in steps until it has seen its worst moment; a leak grows every time. A leak of
# 128 bytes a visit fails every block.
RSS_GROWTH_BYTES_MAX = 128 << 10
BLOCKS_MAX = 5


class Leaks(case.Case):
    def test_a_thousand_visits_leave_nothing_behind(self):
        with self.channels(ENTRIES) as running:
            running.with_channels(len(ENTRIES))
            visit(WARM_UP_ROUNDS)
            self.settle()
            descriptors, threads = running.file_descriptors(), running.threads()
            growths = []
            for _ in range(BLOCKS_MAX):
                rss = running.rss_bytes()
                visit(ROUNDS)
                self.settle()
                wait.until("descriptors to be closed", lambda: running.file_descriptors() <= descriptors, 10)
                self.assertLessEqual(running.threads(), threads)
                growths.append(running.rss_bytes() - rss)
                if growths[-1] < RSS_GROWTH_BYTES_MAX:
                    return
            self.fail(f"each thousand visits left something behind: {growths} bytes")

    def settle(self):
        def idle():
            return not tuners_in_use() and not any(c["open"] for c in self.provider.stats().values())

        wait.until("everything to be closed", idle, 10)


def is_taken():
    try:
        socket.create_connection((lan.TUNER, 80), 1).close()
    except OSError:
        return False
    return True


def visit(rounds):
    """That many connections, some at once; half of them leave before the first byte."""
    for first in range(0, rounds, AT_ONCE):
        sockets = []
        for n in range(first, first + AT_ONCE):
            visitor = socket.create_connection((lan.TUNER, 5004), 10)
            visitor.sendall(f"GET /auto/v{n % 5 + 1} HTTP/1.1\r\nHost: e2e\r\n\r\n".encode())
            sockets.append(visitor)
        for visitor in sockets[::2]:
            visitor.recv(1024)
        for visitor in sockets:
            visitor.close()


class Ending(case.Case):
    def test_sigterm_ends_streams_cleanly_and_the_daemon_with_status_0(self):
        with self.channels(ENTRIES) as running, Crowd() as crowd:
            running.with_channels(len(ENTRIES))
            viewers = [crowd.join(f"/auto/v{n}") for n in (1, 1, 2)]
            wait.until("streams", lambda: all(v.received > 50_000 for v in viewers), 10)
            running.signal(signal.SIGTERM)
            self.assertEqual(running.process.wait(10), 0)
            wait.until("the viewers to be let go", lambda: all(v.ended for v in viewers), 5)
            # An orderly end, not a reset.
            self.assertEqual({viewer.ended for viewer in viewers}, {"closed"})

    def test_numbers_ids_and_device_survive_kill_9(self):
        # No numbers in the list: they are given at the first import and must be remembered.
        names = ["Cedar", "Alder", "Birch"]
        entries = "".join(f"#EXTINF:-1,{name}\n{self.provider.url('/ts/' + name)}\n" for name in names)
        url = self.provider.put("numbers.m3u", "#EXTM3U\n" + entries)
        with tempfile.TemporaryDirectory() as data:
            with self.daemon(source("numbers", url), data=data) as running:
                first = running.with_channels(3)
                device = get("/discover.json").json()
                running.signal(signal.SIGKILL)
                running.process.wait(5)
            # The provider is gone meanwhile: the stored lineup is all there is.
            gone = source("numbers", self.provider.url("/files/gone.m3u"))
            with self.daemon(gone, data=data) as running:
                self.assertEqual(running.with_channels(3), first)
                self.assertEqual(get("/discover.json").json(), device)
                running.signal(signal.SIGKILL)
                running.process.wait(5)
            # In another order, with a newcomer first: everybody keeps the number.
            turned = "#EXTM3U\n#EXTINF:-1,Aspen\nhttp://192.0.2.80:8000/ts/Aspen\n" + entries
            self.provider.put("numbers.m3u", turned)
            with self.daemon(source("numbers", url), data=data) as running:
                after = {c["GuideName"]: c["GuideNumber"] for c in running.with_channels(4)}
                for channel in first:
                    self.assertEqual(after[channel["GuideName"]], channel["GuideNumber"])

    def test_a_list_that_cannot_be_read_keeps_the_last_good_lineup(self):
        good = self.provider.put("keep.m3u", playlist([(1, "Kept", self.provider.url("/ts/kept"))]))
        with tempfile.TemporaryDirectory() as data:
            with self.daemon(source("keep", good), data=data) as running:
                before = running.with_channels(1)
            self.provider.put("keep.m3u", "<html><body>Please pay</body></html>")
            with self.daemon(source("keep", good), data=data) as running:
                self.assertEqual(running.with_channels(1), before)
                wait.until("the reason in the log", lambda: "keep" in running.log(), 10)


class Ports(case.Case):
    def test_port_80_taken_means_8080_and_that_is_told(self):
        taken = ["socat", "TCP-LISTEN:80,fork,reuseaddr", "EXEC:true"]
        tools.need("socat")
        holder = subprocess.Popen([*self.network.inside("tuner"), *taken])
        try:
            wait.until("port 80 to be taken", is_taken, 10)
            with self.daemon() as running:
                running.ready(port=8080)
                self.assertIn("8080", running.log())
                url = lineup(port=8080)[0]["URL"]
                self.assertTrue(url.startswith(f"http://{lan.TUNER}:5004/"), url)
                base = get("/discover.json", port=8080).json()["BaseURL"]
                self.assertEqual(base, f"http://{lan.TUNER}:8080")
        finally:
            tools.stop(holder)

    def test_without_the_right_to_port_80_it_is_8080_too(self):
        tools.need("setpriv")
        # Port 80 is above the unprivileged start in no namespace by default.
        nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        with tempfile.TemporaryDirectory() as data:
            os.chmod(data, 0o777)
            with self.daemon(prefix=nobody, data=f"{data}/dipole") as running:
                running.ready(port=8080)
                self.assertIn("8080", running.log())
