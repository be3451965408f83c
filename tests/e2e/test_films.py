"""Goal: a film of a playlist plays once, from its beginning to its end, as a clean transport stream,
however its file is laid out and whatever its server does.

Method: ffmpeg makes the films, the provider serves them by ranges, viewers record; ffmpeg judges that
each picture and each frame of sound that went in is heard and seen, and the provider counts its
connections.
"""

import case
from harness import media, tools, ts, wait
from harness.daemon import source, tuners_in_use
from harness.provider import playlist
from harness.viewers import Crowd

SECONDS = 10
NOISE = "anoisesrc=sample_rate=48000:amplitude=0.2"
H264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-bf", "3", "-b:v", "800k"]
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=50:bframes=3",
        "-b:v", "400k"]
# name: (coder of the pictures, coder of the sound, options of the muxer)
FILMS = {
    "front.mp4": (H264, "aac", ["-movflags", "+faststart"]),
    "behind.mp4": (H264, "aac", []),
    "fragments.mp4": (H264, "aac", ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"]),
    "hevc.mp4": ([*HEVC, "-tag:v", "hvc1"], "ac3", []),
    "h264.mkv": (H264, "aac", []),
    "hevc.mkv": (HEVC, "ac3", []),
    "plain.ts": (H264, "aac", ["-f", "mpegts"]),
    "vp9.webm": (["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k"], "libopus", []),
}
# name: (what is asked for, codecs)
ENTRIES = {
    "tables in front": ("front.mp4", "h264 aac"),
    "tables behind": ("behind.mp4", "h264 aac"),
    "fragments": ("fragments.mp4", "h264 aac"),
    "HEVC and AC-3": ("hevc.mp4", "hevc ac3"),
    "Matroska": ("h264.mkv", "h264 aac"),
    "Matroska with HEVC": ("hevc.mkv", "hevc ac3"),
    "a transport stream": ("plain.ts", "h264 aac"),
    "Matroska and no ranges": ("h264.mkv?whole=1", "h264 aac"),
    "Matroska and connections that break": ("h264.mkv?lose=300000", "h264 aac"),
    "no ranges": ("front.mp4?whole=1", "h264 aac"),
    "connections that break": ("behind.mp4?lose=300000", "h264 aac"),
}
REFUSED = {
    "no ranges and tables behind": "behind.mp4?whole=1",
    "another part": "behind.mp4?lie=1",
    "WebM": "vp9.webm",
}


def make(name):
    """The file of a film, made on first use."""
    path = media.FOLDER / f"film-{SECONDS}s-{name}"
    if not path.exists():
        media.FOLDER.mkdir(parents=True, exist_ok=True)
        video, audio, options = FILMS[name]
        fresh = path.with_name(f"new-{path.name}")
        tools.run(
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
            "testsrc2=size=320x180:rate=25,noise=alls=20:allf=t", "-f", "lavfi", "-i", NOISE, "-t", SECONDS,
            *video, "-pix_fmt", "yuv420p", "-c:a", audio, "-b:a", "96k", *options, fresh,
            seconds=120, check=True,
        )
        fresh.rename(path)
    return path


def hashes(source, stream):
    """The hashes of the decoded pictures, or of the frames of sound as they are coded."""
    how = ["-map", "0:v", "-vsync", "0"]
    if stream == "sound":
        how = ["-map", "0:a", "-c", "copy"]
        if "aac" in codecs_of(source):
            how += ["-bsf:a", "aac_adtstoasc"]
    done = tools.run("ffmpeg", "-v", "error", "-i", source, *how, "-f", "framehash", "-hash", "md5", "-",
                     seconds=60, check=True)
    assert not done.stderr, done.stderr
    return [line.split(",")[5].strip() for line in done.stdout.splitlines() if not line.startswith("#")]


def codecs_of(source):
    done = tools.run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", source,
                     seconds=30, check=True)
    return " ".join(dict.fromkeys(line.strip(",") for line in done.stdout.split() if line.strip(",")))


class Films(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "ffprobe")
        for name in FILMS:
            cls.provider.put(name, make(name).read_bytes())
        names = [*ENTRIES, *REFUSED, "ten viewers"]
        asked = [*(film for film, _ in ENTRIES.values()), *REFUSED.values(), "behind.mp4"]
        entries = [(n, name, f"/movie/film{n}/{film}") for n, (name, film) in enumerate(zip(names, asked), 1)]
        # The plan of less memory has room for fewer films.
        extra = '[memory]\nbudget = "256MiB"\n\n[tuner]\ncount = 16\n\n'
        cls.running = cls.enterClassContext(cls.channels(entries, extra))
        cls.running.with_channels(len(entries))

    def test_every_film_plays_once_and_whole(self):
        with Crowd() as crowd:
            viewers = {name: crowd.join(f"/auto/v{n}", record=True) for n, name in enumerate(ENTRIES, 1)}
            for name, viewer in viewers.items():
                wait.until(f"the end of {name}", lambda v=viewer: v.ended, SECONDS + 15)
        for n, (name, viewer) in enumerate(viewers.items(), 1):
            with self.subTest(name):
                self._judge(name, n, viewer)
        wait.until("no tuner in use", lambda: not tuners_in_use(), 10)

    def _judge(self, name, number, viewer):
        self.assertEqual(viewer.status, 200, viewer.head)
        data = bytes(viewer.body)
        self.assertEqual(ts.faults(data[: len(data) // ts.PACKET * ts.PACKET]), [])
        out = media.FOLDER / f"film-out-{number}.ts"
        out.write_bytes(data)
        film, codecs = ENTRIES[name]
        original = make(film.partition("?")[0])
        self.assertEqual(codecs_of(out), codecs)
        self.assertEqual(hashes(out, "pictures"), hashes(original, "pictures"))
        heard = set(hashes(out, "sound"))
        # A viewer begins with the first picture: a frame of sound before it may be missing.
        missing = [frame for frame in hashes(original, "sound")[1:] if frame not in heard]
        self.assertEqual(missing, [])
        counts = self.provider.counts(f"film{number}")
        # A connection that is closed in the middle is seen as closed a moment later.
        self.assertLessEqual(counts["most"], 2, "one connection at a time")
        if "lose" not in film:
            self.assertLess(counts["requests"], 40, "it was not begun again")

    def test_what_cannot_be_played_is_refused(self):
        with Crowd() as crowd:
            for n, name in enumerate(REFUSED, len(ENTRIES) + 1):
                with self.subTest(name):
                    viewer = crowd.join(f"/auto/v{n}")
                    wait.until("an answer", lambda v=viewer: v.status, 20)
                    self.assertEqual(viewer.status, 503)

    def test_ten_viewers_of_one_film(self):
        number = len(ENTRIES) + len(REFUSED) + 1
        with Crowd() as crowd:
            viewers = [crowd.join(f"/auto/v{number}") for _ in range(10)]
            wait.until("ten pictures", lambda: all(v.received > 300_000 for v in viewers), 20)
            # A connection that is closed in the middle is seen as closed a moment later.
            self.assertLessEqual(self.provider.counts(f"film{number}")["most"], 2, "one upstream for all")
            wait.until("the end", lambda: all(v.ended for v in viewers), SECONDS + 10)
        self.assertLessEqual(self.provider.counts(f"film{number}")["requests"], 4, "it was not begun again")


class LocalFiles(case.Case):
    """A list that is a file names files beside it; the same list from a server names none."""

    ENTRIES = [(1, "a film", "front.mp4"), (2, "Matroska", "h264.mkv"), (3, "a loop", "plain.ts")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tools.need("ffmpeg", "ffprobe")
        cls.entries = [(n, name, make(film).name) for n, name, film in cls.ENTRIES]

    def test_a_list_that_is_a_file(self):
        path = media.FOLDER / "films.m3u"
        path.write_text(playlist(self.entries))
        with self.daemon(source("local", str(path))) as running:
            running.with_channels(len(self.entries))
            with Crowd() as crowd:
                viewers = [crowd.join(f"/auto/v{n}") for n, _, _ in self.entries[:2]]
                wait.until("the end", lambda: all(viewer.ended for viewer in viewers), SECONDS + 15)
                self.assertEqual([viewer.status for viewer in viewers], [200, 200])
                self.assertTrue(all(viewer.received > 100_000 for viewer in viewers))
                loop = crowd.join("/auto/v3")
                wait.until("more than once", lambda: loop.received > 1.2 * make("plain.ts").stat().st_size, 30)
                self.assertIsNone(loop.ended)

    def test_a_list_from_a_server_names_no_files(self):
        good = (9, "a channel", self.provider.url("/ts/films-good"))
        address = self.provider.put("films.m3u", playlist([*self.entries, good]))
        with self.daemon(source("remote", address)) as running:
            running.with_channels(1)
