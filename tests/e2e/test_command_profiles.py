"""Goal: a command whose output is the stream plays like any other upstream, says why when it does not,
and is gone, with all that it has started, when its last viewer is.

Method: ffmpeg and streamlink as profiles over our provider, and a script that does everything wrong; the
processes are looked for in /proc by the ids that they have noted and by their arguments.
"""

import json
import signal
import tempfile
from pathlib import Path

import case
from harness import tools, ts, wait
from harness.daemon import get, source, tuners_in_use
from harness.provider import playlist
from harness.viewers import Crowd

FFMPEG = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-user_agent", "{user_agent}",
          "-analyzeduration", "1000000", "-i", "{url}",
          "-c", "copy", "-f", "mpegts", "-"]
STREAMLINK = ["streamlink", "--quiet", "--stdout", "--http-header", "User-Agent={user_agent}",
              "--url", "{url}", "--default-stream", "best"]
# What a script does, with the address as $1; each notes its processes in the file `pids` beside it.
SCRIPTS = {
    "stubborn": """
        trap '' TERM INT HUP
        sleep 1000 & echo $! >> pids
        setsid sh -c 'trap "" TERM HUP; echo $$ >> pids; sleep 1000 & echo $! >> pids; wait' &
        yes 'I have a lot to say' >&2 & echo $! >> pids
        curl -sN "$1" & echo $! >> pids
        wait""",
    "page": """echo '<html><body>come back later</body></html>'; exec sleep 1000""",
    "quitter": """echo "cannot open $1: no such luck" >&2; exit 3""",
    "silent": """exec sleep 1000""",
    "mortal": """curl -sN "$1" | head -c 600000; echo 'out of breath' >&2; exit 1""",
}
ENOUGH_BYTES = 300_000
PROCESSES_OF_STUBBORN = 6


def command(name, run):
    return f"[[command]]\nname = {json.dumps(name)}\nrun = {json.dumps(run)}\n\n"


def alive(pids):
    """Those that are there and no zombies."""
    return [pid for pid in pids if "State:\tZ" not in status(pid) and status(pid)]


def status(pid):
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


def with_argument(text):
    """Ids of the processes that have been given `text`."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and text.encode() in (folder / "cmdline").read_bytes():
                found.append(folder.name)
        except OSError:
            pass  # It has ended meanwhile.
    return found


class Profiles(case.Case):
    """A daemon for each test: some of them end it."""

    def setUp(self):
        tools.need("ffmpeg", "curl", "setsid")
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="dipole-e2e-")))
        text = "".join(command(name, self.script(name)) for name in SCRIPTS)
        self.commands = text + command("ffmpeg", FFMPEG) + command("absent", ["no-such-program", "{url}"])

    def script(self, name):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\ncd {self.folder}\necho $$ >> pids\n{SCRIPTS[name]}\n")
        path.chmod(0o755)
        return [str(path), "{url}"]

    def pids(self):
        notes = self.folder / "pids"
        return notes.read_text().split() if notes.exists() else []

    def running(self, sources, commands=None):
        """A daemon with a source of one channel for each (command, name, path)."""
        text = self.commands if commands is None else commands
        for number, (chosen, name, path) in enumerate(sources, 1):
            url = self.provider.put(f"{self.id()}-{number}.m3u", playlist([(number, name, self.provider.url(path))]))
            keys = {"command": chosen} if chosen else {}
            text += source(f"s{number}", url, **keys)
        running = self.enterContext(self.daemon(text))
        running.with_channels(len({name for _, name, _ in sources}))
        return running

    def watch(self, crowd, number=1):
        viewer = crowd.join(f"/auto/v{number}", record=True)
        wait.until("enough bytes", lambda: viewer.ended or viewer.received > ENOUGH_BYTES, 25)
        self.assertEqual(viewer.status, 200, viewer.head)
        return viewer

    def assert_clean(self, viewer):
        data = bytes(viewer.body)
        self.assertEqual(ts.faults(data[: len(data) // ts.PACKET * ts.PACKET]), [])

    def test_ffmpeg_is_shared_and_gone_with_its_last_viewer(self):
        self.running([("ffmpeg", "One", "/hls/by-ffmpeg/plain/small/index.m3u8")])
        started = lambda: [pid for pid in with_argument("/hls/by-ffmpeg/") if "ffmpeg" in status(pid)]
        with Crowd() as crowd:
            first = self.watch(crowd)
            second = self.watch(crowd)
            self.assert_clean(first)
            self.assertEqual(len(started()), 1, "one command for all viewers")
            crowd.leave(first)
            before = second.received
            wait.until("the other to play on", lambda: second.received > before + 100_000, 10)
        wait.until("the command to be gone", lambda: not with_argument("/hls/by-ffmpeg/"), 5)
        wait.until("the tuner to be free", lambda: not tuners_in_use(), 2)

    def test_a_single_channel_has_a_command(self):
        text = self.commands + command("one", FFMPEG).rstrip() + '\nchannels = ["Two"]\n\n'
        self.running([(None, "One", "/ts/plain"), (None, "Two", "/ts/by-channel")], text)
        with Crowd() as crowd:
            viewers = [self.watch(crowd, number) for number in (1, 2)]
            self.assertEqual(with_argument("/ts/plain"), [])
            self.assertNotEqual(with_argument("/ts/by-channel"), [])
            for viewer in viewers:
                self.assert_clean(viewer)
        wait.until("the command to be gone", lambda: not with_argument("/ts/by-channel"), 5)

    def test_streamlink_plays(self):
        tools.need("streamlink")
        commands = command("streamlink", STREAMLINK)
        self.running([("streamlink", "One", "/hls/by-streamlink/plain/small/index.m3u8")],
                     '[failover]\nconnect = "15s"\n\n' + commands)
        with Crowd() as crowd:
            self.assert_clean(self.watch(crowd))
        wait.until("the command to be gone", lambda: not with_argument("/hls/by-streamlink/"), 5)

    def test_nothing_is_left_behind_the_last_viewer(self):
        self.running([("stubborn", "One", "/ts/stubborn")])
        with Crowd() as crowd:
            self.assert_clean(self.watch(crowd))
            self.assertEqual(len(alive(self.pids())), PROCESSES_OF_STUBBORN, self.pids())
        wait.until("all to be gone", lambda: not alive(self.pids()), 3)
        self.assertEqual(self.provider.counts("stubborn")["most"], 1)

    def test_nothing_is_left_behind_the_daemon(self):
        for how in [signal.SIGTERM, signal.SIGKILL]:
            with self.subTest(how.name):
                (self.folder / "pids").unlink(missing_ok=True)
                running = self.running([("stubborn", "One", "/ts/stubborn")])
                with Crowd() as crowd:
                    self.watch(crowd)
                    self.assertEqual(len(alive(self.pids())), PROCESSES_OF_STUBBORN)
                    running.signal(how)
                    wait.until("all to be gone", lambda: not alive(self.pids()), 8)
                    wait.until("the daemon to end", lambda: running.process.poll() is not None, 8)

    def test_a_command_that_fails_says_why(self):
        sources = [("page", "One", "/ts/page"), ("quitter", "Two", "/ts/quitter?token=S3CRET"),
                   ("absent", "Three", "/ts/absent"), ("silent", "Four", "/ts/silent-command")]
        running = self.running(sources)
        for number, said in [(1, "puts out a web page"), (2, "ended with code 3"),
                             (3, "no-such-program"), (4, "807 No Video Data")]:
            with self.subTest(said), Crowd() as crowd:
                viewer = crowd.join(f"/auto/v{number}")
                wait.until("an answer", lambda v=viewer: v.status, 40)
                self.assertEqual(viewer.status, 503)
                self.assertRegex(viewer.header("X-HDHomeRun-Error"), "^80[67] ")
                self.assertIn(said, running.log())
        self.assertIn("no such luck", running.log())
        self.assertNotIn("S3CRET", running.log())
        wait.until("all to be gone", lambda: not alive(self.pids()), 3)

    def test_a_backup_takes_over_from_a_command_that_dies(self):
        self.running([("mortal", "One", "/ts/mortal"), (None, "One", "/ts/backup")])
        with Crowd() as crowd:
            viewer = crowd.join("/auto/v1", record=True)
            wait.until("bytes of the backup", lambda: viewer.ended or viewer.received > 2_000_000, 40)
            self.assertIsNone(viewer.ended)
            self.assertGreaterEqual(self.provider.counts("backup")["ever"], 1)
            self.assert_clean(viewer)
        wait.until("all to be gone", lambda: not alive(self.pids()), 3)

    def test_the_page_shows_the_commands_by_name_only(self):
        self.running([("ffmpeg", "One", "/ts/none")], self.commands + command("secretive", ["x", "--key=S3CRET", "{url}"]))
        shown = get("/api/v1/status").body.decode()
        self.assertIn("secretive", shown)
        self.assertNotIn("S3CRET", shown)
