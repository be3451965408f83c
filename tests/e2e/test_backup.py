"""Goal: a box is backed up to one file, and another box that is given the file is the same box to its clients:
the same identity, ids, numbers and decisions, as soon as it has read the lists.

Method: the real daemon, the real command line and a real client; lists come from a provider of ours. Backups
are made while Dipole runs and while it does not, are damaged, and are restored into empty folders, into used
ones, and into a Dipole that plays.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

from harness import tools, wait
from harness.audience import Audience
from harness.daemon import binary, change, get, lineup, source, sources
from source_case import CONFIG, PLAYS_BYTES, PROBLEM, SourceCase, plays

PASSPHRASE = "häuslich & lang genug"
SECRETS = ("hush-hush", "X-Token", "Kept", PASSPHRASE)
DISCOVERED = CONFIG.replace("hdhomerun = false", "hdhomerun = true")


def command(*arguments, passphrase=PASSPHRASE, prefix=()):
    """One of the commands that end by themselves, with the passphrase in the environment."""
    environment = {key: value for key, value in os.environ.items() if key != "DIPOLE_PASSPHRASE"}
    if passphrase:
        environment["DIPOLE_PASSPHRASE"] = passphrase
    words = [*prefix, str(binary()), *map(str, arguments)]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)


def restore(body, passphrase=PASSPHRASE, query=""):
    """The answer of the Dipole that runs to a backup."""
    headers = {"X-Dipole-Passphrase": quote(passphrase)} if passphrase else {}
    return change(f"/api/v1/restore{query}", body=body, headers=headers)


def device():
    return get("/discover.json").json()["DeviceID"]


def all_that_lasts():
    """Sources with their numbers; channels with ids, numbers and decisions; what clients read."""
    shown = [(one["id"], one["settings"]["name"]) for one in get("/api/v1/sources").json()["sources"]]
    channels = [(one["id"], one["number"], one["name"]) for one in get("/api/v1/channels").json()["channels"]]
    return shown, channels, lineup()


class Backup(SourceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("hdhomerun_config")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="dipole-backup-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.put("file", 2, word="File")
        self.config = DISCOVERED + source("file", self.address("file"))

    def box(self, running):
        """Sources of all kinds and decisions on their channels; what they come to."""
        running.with_channels(2)
        self.put("kept", 4, word="Kept")
        self.added("kept", self.address("kept"), headers={"X-Token": "hush-hush"})
        uploaded = self.added("mine", None)
        text = self.put("mine", 3, word="Mine")
        self.assertEqual(change(f"{uploaded}/list", body=text.encode()).status, 204)
        running.with_channels(9)
        channels = {one["name"]: one["id"] for one in get("/api/v1/channels").json()["channels"]}
        for name, decided in (("Kept 2", {"name": "Second", "number": "77"}), ("Mine 1", {"favourite": True}),
                              ("Kept 3", {"enabled": False})):
            answer = change(f"/api/v1/channels/{channels[name]}", decided, "PATCH")
            self.assertEqual(answer.status, 200, answer.body)
        self.all_read()
        return all_that_lasts()

    @staticmethod
    def all_read():
        wait.until("all to be read", lambda: {one["state"] for one in sources().values()} == {"ready"}, 30)

    def made(self, **wanted):
        """A backup by the API."""
        answer = change("/api/v1/backup", wanted or {"passphrase": PASSPHRASE})
        self.assertEqual(answer.status, 200, answer.body[:500])
        self.assertIn('attachment; filename="dipole-', answer.headers["Content-Disposition"])
        return answer.body

    def saved(self, body, name="copy.dipole"):
        path = self.folder / name
        path.write_bytes(body)
        return path

    def found(self, identity):
        """Whether SiliconDust's own tool finds the box by its id."""
        return identity in tools.run("hdhomerun_config", "discover", seconds=10).stdout.upper()

    def test_another_box_is_the_same_to_its_clients(self):
        first, offline = self.folder / "first", self.folder / "offline.dipole"
        with self.daemon(self.config, data=first) as running:
            before, identity = self.box(running), device()
            online = self.made()
            # The command line asks the Dipole that holds the store.
            asked = command("backup", "--data", first, self.folder / "asked.dipole",
                            prefix=self.network.inside("tuner"))
            self.assertEqual(asked.returncode, 0, asked.stderr)
        done = command("backup", "--data", first, offline)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(offline.stat().st_mode & 0o777, 0o600)
        bodies = (online, (self.folder / "asked.dipole").read_bytes(), offline.read_bytes())
        for number, body in enumerate(bodies):
            with self.subTest(number):
                for secret in SECRETS:
                    self.assertNotIn(secret.encode(), body)
                data = self.folder / f"other-{number}"
                done = command("restore", "--data", data, self.saved(body))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("2 sources, 1 uploaded lists", done.stdout)
                with self.daemon(self.config, data=data) as running:
                    running.with_channels(8)
                    self.all_read()
                    self.assertEqual((all_that_lasts(), device()), (before, identity))
                    self.assertTrue(self.found(identity))

    def test_what_is_there_is_kept_unless_it_is_said(self):
        data, other = self.folder / "data", self.folder / "other"
        with self.daemon(self.config, data=data) as running:
            self.box(running)
            identity = device()
            path = self.saved(self.made())
        with self.daemon(CONFIG + source("file", self.address("file")), data=other) as running:
            running.with_channels(2)
            own = device()
            done = command("restore", "--data", other, "--force", path)
            self.assertEqual(done.returncode, 1)
            self.assertIn("another Dipole uses", done.stderr)
        done = command("restore", "--data", other, path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--force", done.stderr)
        done = command("restore", "--data", other, "--force", "--as-new-device", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        with self.daemon(self.config, data=other) as running:
            running.with_channels(8)
            self.assertEqual(device(), own)
            self.assertNotEqual(own, identity)
        # What was before can be put back.
        shutil.copy(other / "dipole.redb.before-restore", other / "dipole.redb")
        with self.daemon(self.config, data=other) as running:
            running.with_channels(2)
            self.assertEqual(device(), own)

    def test_a_dipole_that_plays_takes_a_backup(self):
        with self.daemon(self.config) as running, Audience() as audience:
            before, identity = self.box(running), device()
            body = self.made()
            group = audience.join("/auto/v1")
            plays(group)
            path = f"/api/v1/sources/{dict((name, n) for n, name in before[0])['kept']}"
            self.assertEqual(change(path, method="DELETE").status, 204)
            running.with_channels(5)
            self.assertEqual(get("/api/v1/changes").json()["changes"] != [], True)
            answer = restore(body)
            self.assertEqual(answer.status, 200, answer.body)
            told = answer.json()
            self.assertEqual((told["sources"], told["lists"], told["incomplete"]), (2, 1, []))
            self.assertEqual((told["has_configuration"], told["is_other_device"]), (True, False))
            running.with_channels(8)
            self.all_read()
            self.assertEqual((all_that_lasts(), device()), (before, identity))
            plays(group, group.clients[0].received + PLAYS_BYTES)
            self.assertEqual((group.faults(), group.disconnects()), ([], []))
            self.assertNotIn("hush", running.log())
            self.assertNotIn(PASSPHRASE, running.log())

    def test_a_dipole_becomes_the_box_of_the_backup(self):
        with self.daemon(self.config) as running:
            before, identity = self.box(running), device()
            body = self.made()
        with self.daemon(self.config) as running:
            running.with_channels(2)
            own = device()
            self.assertNotEqual(own, identity)
            answer = restore(body, query="?as_new_device=true")
            self.assertEqual((answer.status, answer.json()["is_other_device"]), (200, False), answer.body)
            running.with_channels(8)
            self.all_read()
            self.assertEqual((all_that_lasts(), device()), (before, own))
            answer = restore(body)
            self.assertEqual((answer.status, answer.json()["is_other_device"]), (200, True), answer.body)
            pid = running.process.pid

            def is_other():
                try:
                    return device() == identity
                except OSError:
                    return False

            wait.until("it to begin again as the other one", is_other, 20)
            running.with_channels(8)
            self.all_read()
            self.assertEqual(all_that_lasts(), before)
            self.assertTrue(self.found(identity))
            self.assertEqual((running.process.pid, running.process.poll()), (pid, None))

    def test_what_is_wrong_is_told_and_changes_nothing(self):
        with self.daemon(self.config) as running:
            before, body = self.box(running), self.made()
            damaged = bytearray(body)
            damaged[len(body) // 2] ^= 1
            newer = bytearray(body)
            newer[8] = 9
            wrong = {
                "damaged": (bytes(damaged), PASSPHRASE, 400, "damaged or not whole"),
                "cut": (body[:-40], PASSPHRASE, 400, "damaged or not whole"),
                "empty": (b"", PASSPHRASE, 400, "damaged or not whole"),
                "newer": (bytes(newer), PASSPHRASE, 400, "newer Dipole"),
                "other file": (b"#EXTM3U\n", PASSPHRASE, 400, "no backup of Dipole"),
                "other passphrase": (body, "another passphrase", 400, "passphrase is not the one"),
                "no passphrase": (body, None, 400, "is encrypted"),
                "short passphrase": (body, "short", 400, "8 characters"),
            }
            for name, (bytes_, passphrase, status, words) in wrong.items():
                with self.subTest(name):
                    answer = restore(bytes_, passphrase)
                    self.assertEqual((answer.status, answer.headers["Content-Type"]), (status, PROBLEM), answer.body)
                    self.assertIn(words, answer.json()["detail"])
            self.assertEqual(get("/api/v1/restore", method="POST", body=body).status, 403)
            self.assertEqual(get("/api/v1/backup", method="POST", body=b"{}").status, 403)
            for value, words in (({}, "holds passwords"), ({"passphrase": "short"}, "8 characters"),
                                 ({"passphrase": PASSPHRASE, "without_secrets": True}, "not both")):
                answer = change("/api/v1/backup", value)
                self.assertEqual(answer.status, 400)
                self.assertIn(words, answer.json()["detail"])
            self.assertEqual(all_that_lasts(), before)
        path = self.saved(bytes(damaged))
        done = command("restore", "--data", self.folder / "untouched", path)
        self.assertEqual(done.returncode, 1)
        self.assertFalse((self.folder / "untouched").exists())
        done = command("backup", "--data", self.folder / "nothing", self.folder / "x", passphrase=None)
        self.assertIn("--without-secrets", done.stderr)

    def test_without_a_passphrase_there_are_no_secrets(self):
        data = self.folder / "data"
        with self.daemon(self.config, data=data) as running:
            before = self.box(running)
            body = self.made(without_secrets=True)
        done = command("backup", "--data", data, "--without-secrets", self.folder / "plain.dipole", passphrase=None)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("switched off in it until they are filled in: kept", done.stderr)
        with self.daemon(self.config) as running:
            running.with_channels(2)
            answer = restore(body, passphrase=None)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json()["incomplete"], ["kept"])
            self.assertEqual(answer.json()["lists"], 0)
            wait.until("it to begin again", lambda: "beginning again" in running.log(), 20)
            running.ready()
            kept = next(one for one in get("/api/v1/sources").json()["sources"] if one["settings"]["name"] == "kept")
            self.assertEqual((kept["settings"]["enabled"], kept["settings"]["headers"]), (False, {}))
            self.changed(f"/api/v1/sources/{kept['id']}", enabled=True, url=self.address("kept"))
            running.with_channels(5)
            now = {one[0]: one for one in all_that_lasts()[1]}
            self.assertLessEqual(set(now.values()), set(before[1]), "ids, numbers and names as they were")

