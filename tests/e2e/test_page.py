"""Goal: everything that the page offers works in a browser, for everybody, on a phone and on a wall.

Method: Chromium, driven by page/*.mjs, opens the page of the real daemon. What it says on its console, a
request to anywhere else and what axe finds are failures. Sources are lists and panels of ours.
"""

import gzip
import json
import os
import tempfile
import threading
import unittest
from pathlib import Path

from harness import daemon, lan, media, tools, wait
from harness.daemon import get
from harness.guides import guide, guide_source
from source_case import SourceCase

FOLDER = Path(__file__).resolve().parent / "page"
PAGE = f"http://{lan.TUNER}"
WEIGHT_BYTES_MAX = 100 * 1024
CHECK_S = 150
# Name and group: two of them are one channel.
ENTRIES = [
    ("Harbour News HD", "News"),
    ("Harbour News FHD", "News"),
    ("World Report", "News"),
    ("Arena Sport", "Sport"),
    ("Arena Sport 2", "Sport"),
    ("Kinderkanal", "Kids"),
    ("Garden Shopping", "Shops"),
]
CHANNELS = 6
GUIDE = """<?xml version="1.0"?><tv><channel id="0"><display-name>World Report</display-name></channel></tv>"""


def node_folder():
    """Where `need_npm` of scripts/lib has put what page/package.json names."""
    return Path(os.environ.get("CARGO_TARGET_DIR", media.ROOT / "target")).resolve() / "tools" / "page"


def m3u(entries):
    lines = ["#EXTM3U"]
    for at, (name, group) in enumerate(entries):
        lines += [f'#EXTINF:-1 group-title="{group}",{name}', f"http://{lan.PROVIDER}:1/{at}"]
    return "\n".join([*lines, ""])


class Page(SourceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("node", "chromium")
        if not (node_folder() / "node_modules" / "axe-core").is_dir():
            raise unittest.SkipTest("the npm packages of tests/e2e/page are not installed (scripts/test does it)")

    def look(self, name, **words):
        """Runs one check of page/*.mjs."""
        environment = os.environ | {"DIPOLE_NODE": str(node_folder())}
        done = tools.run("node", FOLDER / "run.mjs", *name.split("."), PAGE, json.dumps(words), seconds=CHECK_S, env=environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def running(self, entries=ENTRIES, count=CHANNELS, extra=""):
        """A daemon with a source of these entries and a guide."""
        name = self.id().rsplit(".", 1)[-1]
        address = self.provider.put(f"{name}.m3u", m3u(entries))
        url = self.provider.put(f"{name}.xml", GUIDE)
        config = f'{extra}[[guide]]\nname = "Village guide"\nurl = "{url}"\n' + daemon.source("List", address)
        running = self.enterContext(self.daemon(config))
        running.with_channels(count)
        return running

    def sound(self, size):
        self.running(extra='[[profile]]\nname = "kids"\ngroups = ["Kids"]\n')
        self.look("views.all", size=size)

    def test_every_view_is_sound_on_a_desk(self):
        self.sound("desk")

    def test_every_view_is_sound_on_a_phone(self):
        self.sound("phone")

    def test_every_view_is_sound_on_a_small_phone(self):
        self.sound("small")

    def test_every_view_is_sound_on_a_wall(self):
        self.sound("wall")

    def test_nothing_moves_while_it_comes(self):
        self.running(extra='[[rule]]\nname = "no sport"\npattern = "^Arena"\naction = "regroup"\nwith = "Arena"\n')
        self.look("views.still")

    def test_the_address_holds_the_route(self):
        self.running()
        self.look("views.routes")

    def test_a_refusal_stands_where_it_belongs(self):
        self.running()
        self.look("views.refusals")

    def test_the_page_is_light(self):
        self.running()
        index = get("/").body.decode()
        paths = {part.split('"')[0] for mark in ('href="', 'src="') for part in index.split(mark)[1:]}
        files = {path for path in paths if path.startswith("/") and "." in path} | {"/"}
        on_disk = {path.relative_to(media.ROOT / "web-static") for path in (media.ROOT / "web-static").rglob("*.*")}
        self.assertEqual({Path(path[1:] or "index.html") for path in files}, on_disk, "files that nothing names")
        answers = [get(path, headers={"Accept-Encoding": "gzip"}) for path in files]
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertTrue(all(gzip.decompress(answer.body) for answer in answers))
        self.assertLess(sum(len(answer.body) for answer in answers), WEIGHT_BYTES_MAX)

    def test_a_source_by_address(self):
        self.running()
        wanted = sorted(["Channel 1", "Channel 2", "Arena Sport", "Arena Sport 2", "Garden Shopping", "Harbour News", "Kinderkanal", "World Report"])
        self.put("page", 2)
        self.look("sources.address", url=self.address("page"), wanted=wanted)

    def test_a_source_by_file(self):
        with self.daemon('test_channel = "never"\n') as running:
            running.ready()
            self.look("sources.file", text=m3u([("Upload One", "A"), ("Upload Two", "A")]), wanted=["Upload One", "Upload Two"])

    def test_a_source_by_account(self):
        self.lists.panel("page", password="hush-hush")
        with self.daemon() as running:
            running.ready()
            self.look("sources.account", url=self.lists.url("/xtream/page"), password="hush-hush")

    def test_a_reading_is_watched_cancelled_and_accepted(self):
        self.put("page-slow", 3000)
        self.put("page-shrinking", 40, word="Long")
        with tempfile.TemporaryDirectory() as folder, self.daemon() as running:
            running.ready()
            shrink = Path(folder) / "shrink"

            def shorten():
                wait.until("the sign to shrink", shrink.exists, CHECK_S)
                self.put("page-shrinking", 4, word="Long")
                shrink.unlink()

            shortener = threading.Thread(target=shorten, daemon=True)
            shortener.start()
            self.look("sources.reading", slow=self.address("page-slow", rate=20000),
                      shrinking=self.address("page-shrinking"), shrink=str(shrink))
            shortener.join(5)

    def test_a_channel_is_renamed_and_has_its_name_again(self):
        self.running()
        self.look("channels.rename")

    def test_many_channels_at_once(self):
        self.running()
        self.look("channels.bulk")

    def test_channels_become_one_and_two_again(self):
        self.running()
        self.look("channels.merge")

    def test_channels_that_look_alike_become_one(self):
        self.running([("Meadow Cartoons", "Kids"), ("Meadow Cartoons +1", "Kids"), ("World Report", "News")], 3)
        self.look("channels.alike")

    def test_without_a_pointer(self):
        self.running()
        self.look("channels.keyboard")

    def test_guides_are_added_changed_and_removed(self):
        self.running()
        url = self.provider.put("page-guide.xml", guide(["World Report", "Kinderkanal"]))
        self.look("guides.all", url=url, text=guide(["World Report"]))

    def test_the_programme_of_a_channel_is_chosen(self):
        url = self.provider.put("page-town.xml", guide(["World Report", "Meadow Weather"]))
        self.running(extra=guide_source("Town guide", url))
        wait.until("programmes", lambda: b"of World Report" in get("/xmltv.xml").body, 30)
        self.look("channels.programme")

    def test_a_backup_is_made_and_restored_elsewhere(self):
        self.put("page-backup", 3)
        with tempfile.TemporaryDirectory() as folder:
            words = {"of": str(Path(folder) / "copy.dipole"), "passphrase": "häuslich & lang genug"}
            with self.daemon(daemon.source("List", self.address("page-backup"))) as running:
                running.with_channels(3)
                self.look("settings.backup", **words)
            with self.daemon() as running:
                running.ready()
                self.look("settings.restore", **words)

    def test_rules_are_tried_then_saved(self):
        self.running()
        self.look("rules.all")

    def test_25000_rows_scroll(self):
        count = 25_000
        self.running([(f"Channel {at}", f"Group {at % 40}") for at in range(count)], count)
        self.look("channels.many", count=count, first_ms=1000, rows_max=60)
