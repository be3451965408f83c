"""Goal: the players people have play every kind of channel, and find nothing to complain about.

Method: ffmpeg decodes everything and must print no error line; ffprobe, mpv, VLC and curl each in
its own manner. Upstreams are a transport stream, HLS, and the test channel that is built in.
"""

import os
import re
import tempfile
from pathlib import Path

import case
from harness import lan, tools, ts
from harness.daemon import lineup

ENTRIES = [
    (1, "Stream", "/ts/players"),
    (2, "HLS", "/hls/players/plain/small/index.m3u8"),
    (3, "MPEG-2", "/ts/players-two?clip=other"),
]


def address(number):
    return f"http://{lan.TUNER}:5004/auto/v{number}"


class Players(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.running = cls.enterClassContext(cls.channels(ENTRIES))
        cls.running.with_channels(3)

    def test_ffmpeg_decodes_without_an_error_line(self):
        for number, name, _ in ENTRIES:
            with self.subTest(name):
                self.assertEqual(decode(address(number), seconds=6), "")

    def test_ffprobe_finds_picture_and_sound(self):
        tools.need("ffprobe")
        entries = ["-show_entries", "stream=codec_type:format=nb_programs"]
        said = tools.run("ffprobe", "-v", "error", *entries, address(1), check=True)
        self.assertEqual(said.stderr, "")
        self.assertIn("codec_type=video", said.stdout)
        self.assertIn("codec_type=audio", said.stdout)
        self.assertIn("nb_programs=1", said.stdout)

    def test_mpv(self):
        tools.need("mpv")
        words = ["mpv", "--no-config", "--vo=null", "--ao=null", "--length=4"]
        for number, name, _ in ENTRIES:
            with self.subTest(name):
                said = tools.run(*words, address(number), seconds=40, check=True)
                self.assertRegex(said.stdout, r"Video --vid=1")
                self.assertRegex(said.stdout, r"Audio --aid=1")
                self.assertNotRegex(said.stdout + said.stderr, r"(?i)error|invalid|failed")

    def test_vlc(self):
        tools.need("cvlc", "setpriv")
        for number, name, _ in ENTRIES:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                os.chmod(folder, 0o777)
                path = Path(folder) / "out.ts"
                vlc(address(number), path)
                found = tools.run("ffprobe", "-v", "error", "-show_entries", "stream=codec_type", path)
                self.assertIn("codec_type=video", found.stdout)
                self.assertIn("codec_type=audio", found.stdout)

    def test_the_list_itself_plays_in_mpv(self):
        tools.need("mpv")
        words = ["mpv", "--no-config", "--vo=null", "--ao=null", "--length=2", "--playlist-start=0"]
        said = tools.run(*words, f"http://{lan.TUNER}/lineup.m3u", seconds=60, check=True)
        self.assertGreaterEqual(len(re.findall("Video --vid=1", said.stdout)), 3)

    def test_curl_gets_a_clean_stream_and_an_honest_head(self):
        tools.need("curl")
        with tempfile.TemporaryDirectory() as folder:
            head, body = Path(folder) / "head", Path(folder) / "body"
            words = ["curl", "-s", "--max-time", "4", "-r", "0-", "-D", head, "-o", body]
            tools.run(*words, address(1))
            lines = head.read_text().lower()
            data = body.read_bytes()
        self.assertIn(" 200 ", lines.splitlines()[0])
        self.assertIn("content-type: video/mpeg", lines)
        self.assertIn("connection: close", lines)
        self.assertNotIn("content-length", lines)
        self.assertNotIn("transfer-encoding", lines)
        self.assertEqual(ts.faults(data[: len(data) // ts.PACKET * ts.PACKET]), [])

    def test_duration_ends_the_stream(self):
        tools.need("curl")
        said = tools.run(
            "curl", "-s", "--max-time", "15", "-o", os.devnull, "-w", "%{time_total} %{size_download}",
            f"{address(1)}?duration=3", check=True,
        )
        seconds, size = said.stdout.split()
        self.assertTrue(2.5 < float(seconds) < 5, said.stdout)
        self.assertGreater(int(float(size)), 100_000)


class TestChannel(case.Case):
    def test_it_plays_over_its_seam_without_any_configuration(self):
        with self.daemon() as running:
            running.ready()
            channels = lineup()
            self.assertEqual(len(channels), 1)
            # Long enough to pass the end of the asset at least once.
            self.assertEqual(decode(channels[0]["URL"], seconds=25), "")


def decode(url, seconds):
    """Everything ffmpeg has to complain about."""
    tools.need("ffmpeg")
    words = ["ffmpeg", "-nostdin", "-v", "error", "-i", url, "-t", seconds, "-f", "null", "-"]
    return tools.run(*words, seconds=seconds + 30, check=True).stderr.strip()


def vlc(url, path):
    """VLC will not run as root, and writes what it demuxed to `path`."""
    nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    sink = f"#std{{access=file,mux=ts,dst={path}}}"
    words = ["cvlc", "-q", "-I", "dummy", "--no-color", "--run-time=5", "--sout", sink, url, "vlc://quit"]
    environment = {**os.environ, "HOME": str(path.parent)}
    tools.run(*nobody, *words, seconds=40, env=environment, check=True)
