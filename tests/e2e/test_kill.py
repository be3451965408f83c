"""Goal: whenever Dipole is killed while it reads a list, the next start publishes the lineup of before or the new
one, never a mix of both.

Method: a provider serves list A and list B by turns, which have no channel in common. The daemon is told to read,
and killed (SIGKILL) at a random moment of the time that this takes; the next start is asked at once.
"""

import random
import signal
import tempfile
import time

from harness import wait
from harness.daemon import change, get, lineup
from provider import client
from source_case import CONFIG, SourceCase

KILLS = 200
CHANNELS = 300
START_S = 15
POLL_S = 0.004


class Kill(SourceCase):
    def test_a_killed_import_leaves_the_lineup_of_before_or_the_new_one(self):
        lists = {word: {f"{word} {n}" for n in range(1, CHANNELS + 1)} for word in ("Anode", "Bobbin")}
        for word, names in lists.items():
            entries = [(n, name, [self.lists.url(f"/ts/{word}-{n}")]) for n, name in enumerate(sorted(names), 1)]
            self.lists.put(f"{word}.m3u", client.playlist(entries))
        url = self.lists.url("/movie/turns/list.m3u?of=Anode.m3u&or=Bobbin.m3u&tag=no")
        seed = random.SystemRandom().getrandbits(32)
        chance = random.Random(seed)
        print(f"seed {seed}", flush=True)
        with tempfile.TemporaryDirectory() as data:
            with self.daemon(CONFIG, data=data) as running:
                running.ready()
                path = self.added("turns", url)
                running.with_channels(CHANNELS)
                span = max(self.span(path, lists) for _ in range(3))
                last = self.published(lists)
            outcomes = {"before": 0, "new": 0}
            for kill in range(KILLS):
                with self.daemon(CONFIG, data=data) as running:
                    self.answering(running)
                    found = self.published(lists)
                    self.assertIsNotNone(found, f"neither A nor B after kill {kill} of seed {seed}")
                    outcomes["before" if found == last else "new"] += 1
                    last = found
                    self.assertEqual(change(f"{path}/refresh").status, 202)
                    # Not a wait for something: the moment itself is what is tried.
                    time.sleep(chance.uniform(0, 1.2 * span))
                    running.signal(signal.SIGKILL)
                    running.process.wait()
            print(f"an import takes {span:.3f} s; after the kills: {outcomes}", flush=True)
            self.assertGreater(min(outcomes.values()), KILLS // 20, f"the moments missed the imports; seed {seed}")

    @staticmethod
    def names():
        return {one["GuideName"] for one in lineup()}

    def published(self, lists):
        """Which list the lineup is, whole; None where it is neither."""
        names = self.names()
        return next((word for word, whole in lists.items() if whole == names), None)

    def span(self, path, lists):
        """Seconds that an import takes."""
        before = self.published(lists)
        change(f"{path}/refresh")
        return wait.seconds_until("the other list", lambda: self.published(lists) not in (None, before), 20)

    @staticmethod
    def answering(running):
        def answers():
            if running.process.poll() is not None:
                raise AssertionError(f"dipole ended with {running.process.returncode}:\n{running.log()[-4000:]}")
            try:
                return get("/discover.json").status == 200
            except OSError:
                return False
        wait.until("the daemon to answer", answers, START_S, every=POLL_S)
