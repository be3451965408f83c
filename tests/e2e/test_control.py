"""Goal: SiliconDust's own program drives a tuner over TCP 65001 as it drives a real one.

Method: hdhomerun_config get, set, scan, save and key, and the packets of one connection.
"""

import signal
import subprocess
import tempfile
from pathlib import Path

import case
from harness import lan, tools, ts, wait
from harness.daemon import get, lineup, tuners_in_use

ENTRIES = [
    (1, "One", "/ts/control-one"),
    (2, "Two", "/ts/control-two?clip=other"),
    ("3.1", "Three", "/ts/control-three"),
]
MUST_HELP = [
    "/sys/model", "/sys/version", "/sys/features", "/tuner<n>/status", "/tuner<n>/channel",
    "/tuner<n>/channelmap", "/tuner<n>/streaminfo", "/tuner<n>/target", "/tuner<n>/lockkey",
]


class Control(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("hdhomerun_config")
        cls.running = cls.enterClassContext(cls.channels(ENTRIES, "[tuner]\ncount = 4\n\n"))
        cls.running.with_channels(3)
        cls.device_id = get("/discover.json").json()["DeviceID"]

    def tearDown(self):
        for tuner in range(4):
            self.config("set", f"/tuner{tuner}/lockkey", "force")
            self.config("set", f"/tuner{tuner}/target", "none")
            self.config("set", f"/tuner{tuner}/vchannel", "none")
        wait.until("all tuners to be free", lambda: not tuners_in_use(), 5)

    def config(self, *words, seconds=30):
        result = tools.run("hdhomerun_config", self.device_id, *words, seconds=seconds)
        return (result.stdout + result.stderr).strip()

    def test_help_lists_every_name(self):
        said = self.config("get", "help")
        for name in MUST_HELP:
            with self.subTest(name):
                self.assertIn(name, said)

    def test_what_the_device_says_of_itself(self):
        self.assertEqual(self.config("get", "/sys/model"), get("/discover.json").json()["FirmwareName"])
        self.assertRegex(self.config("get", "/sys/version"), "^[0-9]{8}")
        self.assertIn("channelmap:", self.config("get", "/sys/features"))
        self.assertIn("eu-bcast", self.config("get", "/tuner0/channelmap"))

    def test_an_unknown_name_is_an_error(self):
        for name in ["/sys/nothing", "/tuner9/status", "/tuner0/nothing"]:
            with self.subTest(name):
                self.assertEqual(self.config("get", name), "ERROR: unknown getset variable")

    def test_an_idle_tuner(self):
        self.assertIn("ch=none lock=none ss=0", self.config("get", "/tuner0/status"))
        self.assertEqual(self.config("get", "/tuner0/target"), "none")
        self.assertEqual(self.config("get", "/tuner0/lockkey"), "none")
        self.assertEqual(self.config("get", "/tuner0/streaminfo"), "none")

    def test_tuning_by_number(self):
        self.config("set", "/tuner0/vchannel", "3.1")
        self.assertEqual(self.config("get", "/tuner0/vchannel"), "3.1")
        wait.until("a signal", lambda: "ss=100" in self.config("get", "/tuner0/status"), 5)
        self.assertIn("Three", self.config("get", "/tuner0/streaminfo"))

    def test_tuning_by_frequency(self):
        self.config("set", "/tuner1/channel", "auto:474000000")
        wait.until("a signal", lambda: "ss=100" in self.config("get", "/tuner1/status"), 5)
        self.assertIn("One", self.config("get", "/tuner1/streaminfo"))
        self.config("set", "/tuner1/channel", "none")
        wait.until("idle", lambda: "ch=none" in self.config("get", "/tuner1/status"), 5)

    def test_a_scan_finds_every_channel(self):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "scan.log"
            self.config("scan", "/tuner0", str(log), seconds=150)
            programs = [line for line in log.read_text().splitlines() if line.startswith("PROGRAM")]
        for channel in lineup():
            with self.subTest(channel["GuideNumber"]):
                self.assertTrue([line for line in programs if channel["GuideName"] in line], programs)

    def test_save_receives_a_clean_stream_by_rtp(self):
        tools.need("ffprobe")
        self.config("set", "/tuner0/channel", "auto:474000000")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "saved.ts"
            words = ["hdhomerun_config", self.device_id, "save", "/tuner0", str(path)]
            saving = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                wait.until("500 kB", lambda: path.exists() and path.stat().st_size > 500_000, 20)
            finally:
                tools.stop(saving, signal.SIGINT)
            data = path.read_bytes()
            found = tools.run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", path)
        data = data[: len(data) // ts.PACKET * ts.PACKET]
        self.assertEqual(ts.Report(data).continuity_errors, 0)
        self.assertEqual(ts.Report(data).lost_sync, 0)
        self.assertIn("codec_name=h264", found.stdout)
        wait.until("the push to end", lambda: self.config("get", "/tuner0/target") == "none", 5)

    def test_a_receiver_that_vanishes_ends_the_push(self):
        self.config("set", "/tuner0/channel", "auto:474000000")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "saved.ts"
            words = ["hdhomerun_config", self.device_id, "save", "/tuner0", str(path)]
            saving = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                wait.until("some bytes", lambda: path.exists() and path.stat().st_size > 0, 10)
            finally:
                saving.kill()
                saving.wait()
        wait.until("the push to end", lambda: self.config("get", "/tuner0/target") == "none", 15)

    def test_a_locked_tuner_obeys_its_key_only(self):
        self.config("set", "/tuner2/lockkey", "4711")
        self.assertEqual(self.config("get", "/tuner2/lockkey"), lan.HOME)
        refusal = f"ERROR: resource locked by {lan.HOME}"
        self.assertEqual(self.config("set", "/tuner2/channel", "auto:474000000"), refusal)
        self.assertEqual(self.config("key", "4711", "set", "/tuner2/channel", "auto:474000000"), "")
        wait.until("a signal", lambda: "ss=100" in self.config("get", "/tuner2/status"), 5)
        self.config("set", "/tuner2/lockkey", "force")
        self.assertEqual(self.config("get", "/tuner2/lockkey"), "none")

    def test_a_stream_over_http_locks_its_tuner(self):
        with_stream = ["curl", "-s", "-o", "/dev/null", f"http://{lan.TUNER}:5004/tuner3/v1"]
        tools.need("curl")
        watching = subprocess.Popen(with_stream)
        try:
            locked = lambda: self.config("get", "/tuner3/lockkey") == lan.HOME
            wait.until("the tuner to be locked", locked, 10)
            said = self.config("set", "/tuner3/channel", "auto:482000000")
            self.assertIn("resource locked", said)
        finally:
            tools.stop(watching)
