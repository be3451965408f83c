"""Goal: the daemon stays within its plan when the kernel enforces it, and an import within its share.

Method: a memory cgroup of budget + 16 MiB; a hundred viewers of ten channels, twenty of whom read
at a tenth of the speed; a list of 30,000 entries.
"""

import case
from harness import wait
from harness.cgroup import MemoryCgroup
from harness.daemon import get, lineup, source
from harness.provider import playlist
from harness.viewers import Crowd

MIB = 1 << 20
MARGIN = 16 * MIB
CHANNELS = 10
ENTRIES = [(n, f"Memory {n}", f"/ts/memory-{n}") for n in range(1, CHANNELS + 1)]
BIG_LIST = 30_000
# Of the build that is tested, which is hardly optimised; `scripts/bench import` holds the release to one.
IMPORT_CPU_SECONDS_MAX = 2.0
IMPORT_BYTES_MAX = 24 * MIB


class Budget(case.Case):
    def test_within_96_mib(self):
        self.crowd_within(96, tuners=10, viewers=100, slow=20)

    def test_within_48_mib(self):
        # The smallest budget there is pays for eight tuners.
        self.crowd_within(48, tuners=8, viewers=100, slow=20)

    def crowd_within(self, budget_mib, tuners, viewers, slow):
        group = MemoryCgroup(budget_mib * MIB + MARGIN)
        self.addCleanup(group.close)
        config = f'[memory]\nbudget = "{budget_mib}MiB"\n\n[tuner]\ncount = {tuners}\n\n'
        with self.channels(ENTRIES, config, cgroup=group) as running, Crowd() as crowd:
            running.with_channels(CHANNELS)
            path = lambda n: f"/auto/v{n % tuners + 1}"
            laggards = [crowd.join(path(n), bytes_per_second=15_000) for n in range(slow)]
            others = [crowd.join(path(n)) for n in range(viewers - slow)]

            def served():
                refused = [v for v in others if v.status not in (0, 200)]
                self.assertFalse(refused, "a viewer within the plan was refused")
                return all(v.received > 1_500_000 for v in others)

            wait.until("1.5 MB for each", served, 60)
            self.assertTrue(all(v.status == 200 for v in laggards))
            print(f"  peak of the group: {group.peak_bytes() / MIB:.1f} MiB of {budget_mib} + 16")
            self.assertEqual(group.kills(), 0)
            self.assertIsNone(running.process.poll())


class Import(case.Case):
    def test_thirty_thousand_entries(self):
        address = self.provider.url("/ts/big?status=403&entry=")
        entries = [
            (n, f"Channel number {n} {'HD' if n % 3 else ''}", f"{address}{n}")
            for n in range(1, BIG_LIST + 1)
        ]
        with self.daemon() as running:
            running.ready()
            idle_cpu, idle_rss = running.cpu_seconds(), running.rss_bytes()
        url = self.provider.put("big.m3u", playlist(entries))
        with self.daemon(source("big", url)) as running:
            running.ready()
            # Asking for the last channel costs nothing; asking for the lineup would be counted too.
            last = lambda: get(f"/auto/v{BIG_LIST}", port=5004).status == 503
            wait.until("the last channel", last, 60, every=0.1)
            cpu, peak = running.cpu_seconds() - idle_cpu, running.rss_peak_bytes() - idle_rss
            print(f"  import: {cpu:.2f} s CPU, {peak / MIB:.1f} MiB above idle")
            self.assertEqual(len(lineup()), BIG_LIST)
            self.assertLessEqual(cpu, IMPORT_CPU_SECONDS_MAX)
            self.assertLessEqual(peak, IMPORT_BYTES_MAX)
