"""Goal: whatever a provider does, clients keep playing as long as one stream of the channel lives.

Method: the fault matrix (harness/cells.py says what is in it). Every cell is a channel of its own in
one daemon; a batch of them runs at once. `tests/e2e/run --matrix FILE` writes what came out of it.
"""

import os

import case
from harness import cells as grid
from harness import lan, matrix, matrix_table, tools, wait
from harness.audience import Audience
from provider import client

# The file that the table is written to, when one is asked for.
TABLE = "DIPOLE_MATRIX"
# A word of the cells to run, for looking at one of them.
ONLY = "DIPOLE_CELLS"


class Matrix(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "openssl")
        cls.hurting = cls.enterClassContext(
            client.Provider(lan.PROVIDER, prefix=cls.network.inside("provider"), v6=lan.PROVIDER_V6))
        cls.cells = [cell for cell in grid.cells() if os.environ.get(ONLY, "") in str(cell)]
        config = matrix.CONFIG + matrix.FAILOVER
        config += f'\n[tls]\nca = "{cls.hurting.authority}"\n\n' + matrix.sources(cls.cells, cls.hurting)
        cls.running = cls.enterClassContext(cls.daemon(config))
        cls.running.with_channels(len(cls.cells))
        cls.outcomes = []

    @classmethod
    def tearDownClass(cls):
        if os.environ.get(TABLE) and cls.outcomes:
            with open(os.environ[TABLE], "w") as page:
                page.write(matrix_table.text(cls.outcomes))
        super().tearDownClass()

    def test_every_fault(self):
        with Audience() as audience:
            for batch in matrix.batches(self.cells):
                outcomes = matrix.run(batch, self.hurting, audience, self.on_silence)
                self.outcomes += outcomes
                for outcome in outcomes:
                    with self.subTest(str(outcome.cell)):
                        self.assertIsNone(self.running.process.poll(), "dipole ended")
                        self.assertEqual(outcome.problems, [], outcome.told() + self.log(outcome))

    def on_silence(self):
        """All clients of all channels wait: what does the daemon do?"""
        print(f"everybody waits:\n{self.running.thread_states()}\n{self.running.log()[-3000:]}", flush=True)

    def log(self, outcome):
        """What the provider did meanwhile."""
        return f"\nprovider:\n{self.hurting.log(outcome.cell.primary)}" if outcome.problems else ""

    def test_no_slot_is_left_behind(self):
        """Runs last: nobody watches, so nothing may be open."""
        wait.until("the provider to be left alone",
                   lambda: not any(counts["open"] for counts in self.hurting.stats().values()), 20)
