"""Goal: bytes come in at the rates that the configuration names, and streams share them alike.

Method: films, which a provider gives as fast as they are taken, are timed at the client; a channel in
HLS is counted by what its provider sent of it.
"""

import threading
import time

import case
from harness import lan, tools, wait
from harness.daemon import source
from harness.viewers import Crowd
from provider import client

STREAM_KBIT = 8_000
SOURCE_KBIT = 12_000
# The burst that a rest is good for: what comes in a quarter of a second.
BURST_S = 0.25
HLS_KBIT = 600


class Rates(case.Case):
    def test_films_come_at_the_rate_of_a_stream_and_of_a_source(self):
        with client.Provider(lan.PROVIDER, prefix=self.network.inside("provider")) as movies:
            entries = [(n, f"Film {n}", [movies.url(f"/movie/t{n}/film.mkv?size=60000000")]) for n in (1, 2)]
            address = movies.put("films.m3u", client.playlist(entries))
            config = f"[throttle]\nstream_kbit = {STREAM_KBIT}\n\n"
            with self.daemon(config + source("films", address, throttle_kbit=SOURCE_KBIT)) as running:
                running.with_channels(2)
                self.assert_rate(STREAM_KBIT, timed(1, 4_000_000)[0])
                took = timed(2, 6_000_000, 2)
                for seconds in took:
                    self.assert_rate(SOURCE_KBIT / 2, seconds, 6_000_000)

    def assert_rate(self, kbit, seconds, size=4_000_000):
        expected = size / (kbit * 125)
        self.assertTrue((expected - 2 * BURST_S) * 0.9 < seconds < expected * 1.1, f"{seconds:.2f} s, {expected:.2f}")

    def test_a_channel_comes_at_the_rate_of_all(self):
        entries = [(1, "HLS", "/hls/throttled/plain/small/index.m3u8"), (2, "TS", "/ts/throttled?clip=big")]
        with self.channels(entries, f"[throttle]\ntotal_kbit = {HLS_KBIT}\n\n") as running, Crowd() as crowd:
            running.with_channels(2)
            for number in (1, 2):
                viewer = crowd.join(f"/auto/v{number}")
                wait.until("bytes", lambda v=viewer: v.received > 0, 20)
                before, began = viewer.received, time.monotonic()
                wait.until("ten seconds", lambda t=began: time.monotonic() > t + 10, 12)
                kbit = (viewer.received - before) / 125 / (time.monotonic() - began)
                self.assertLess(kbit, HLS_KBIT * 1.1)
                self.assertGreater(kbit, HLS_KBIT * 0.8)
                crowd.leave(viewer)


def timed(number, size, clients=1):
    """Seconds that each of so many clients at once takes for the first `size` bytes."""
    took = []

    def fetch():
        words = ["curl", "-s", "-f", "-r", f"0-{size - 1}", "-o", "/dev/null", "-w", "%{size_download} %{time_total}"]
        done = tools.run(*words, f"http://{lan.TUNER}:5004/vod/v{number}", seconds=60, check=True)
        got, seconds = done.stdout.split()
        if int(got) == size:
            took.append(float(seconds))

    threads = [threading.Thread(target=fetch) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(took) < clients:
        raise AssertionError("not every client got its bytes")
    return took
