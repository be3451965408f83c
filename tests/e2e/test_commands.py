"""Goal: the commands that releases are judged through say what is so, and refuse what is wrong.

Method: each command as a user types it, no network needed.
"""

import gzip
import tempfile
import unittest
from pathlib import Path

from harness.daemon import dipole, source
from harness.provider import playlist

ENTRIES = [(n, name, f"http://provider.example/{n}.ts") for n, name in enumerate(["One", "Two", "Two"], 1)]


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def config(self, text):
        return self.file("dipole.toml", f'data = "{self.folder}/data"\n' + text)

    def test_check_accepts_a_good_file(self):
        path = self.config('http = ["0.0.0.0:80"]\n' + source("a", self.folder / "a.m3u", connections=2))
        said = dipole("check", "--config", path)
        self.assertEqual(said.returncode, 0, said.stderr)

    def test_check_refuses_an_unknown_key_with_its_line(self):
        path = self.config("\n[memory]\nbudgget = \"96MiB\"\n")
        for command in ["check", "run"]:
            with self.subTest(command):
                said = dipole(command, "--config", path)
                self.assertNotEqual(said.returncode, 0)
                self.assertIn("budgget", said.stdout + said.stderr)
                self.assertRegex(said.stdout + said.stderr, r"line 4|:4\b|\b4 *\|")

    def test_check_refuses_what_cannot_be(self):
        table = {
            "a budget that is no size": '[memory]\nbudget = "much"\n',
            "no tuner": "[tuner]\ncount = 0\n",
            "more tuners than there may be": "[tuner]\ncount = 2049\n",
            "no address": 'http = ["nowhere"]\n',
            "a source without a name": '[[source]]\nurl = "a.m3u"\n',
            "a budget too small for the tuners": '[memory]\nbudget = "16MiB"\n[tuner]\ncount = 64\n',
        }
        for name, text in table.items():
            with self.subTest(name):
                said = dipole("check", "--config", self.config(text))
                self.assertNotEqual(said.returncode, 0, said.stdout)

    def test_plan_is_a_table_that_adds_up_to_less_than_the_budget(self):
        for budget in ["48MiB", "96MiB"]:
            with self.subTest(budget):
                said = dipole("plan", "--config", self.config(f'[memory]\nbudget = "{budget}"\n'))
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertGreater(len(said.stdout.splitlines()), 5)

    def test_a_plan_over_the_budget_is_refused(self):
        path = self.config('[memory]\nbudget = "48MiB"\n[tuner]\ncount = 2048\n')
        said = dipole("plan", "--config", path)
        self.assertNotEqual(said.returncode, 0, said.stdout)

    def test_import_dry_run_names_a_channel_for_every_entry(self):
        plain = playlist(ENTRIES).encode()
        for name, content in [("list.m3u", plain), ("list.m3u.gz", gzip.compress(plain))]:
            with self.subTest(name):
                out = self.folder / "out.tsv"
                path = self.file(name, content)
                said = dipole("import", "--dry-run", path, "--clusters", out, cwd=self.folder)
                self.assertEqual(said.returncode, 0, said.stderr)
                rows = [line.split("\t") for line in out.read_text().splitlines()]
                self.assertEqual([row[0] for row in rows], ["0", "1", "2"])
                self.assertTrue(all(len(row) == 2 and row[1] for row in rows), rows)
                self.assertFalse((self.folder / "dipole-data").exists(), "a dry run wrote something")

    def test_import_refuses_what_is_no_list(self):
        path = self.file("page.m3u", "<html><body>404</body></html>")
        said = dipole("import", "--dry-run", path)
        self.assertNotEqual(said.returncode, 0)
        self.assertTrue(said.stderr.strip(), "no reason was given")

    def test_import_of_a_missing_file_names_it(self):
        said = dipole("import", "--dry-run", self.folder / "missing.m3u")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn("missing.m3u", said.stderr)

    def test_an_unknown_word_is_refused(self):
        for words in [["dance"], ["--nothing"], ["run", "--config"]]:
            with self.subTest(words):
                self.assertNotEqual(dipole(*words).returncode, 0)
