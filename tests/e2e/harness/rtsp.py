"""GStreamer's RTSP server in the provider's namespace, and the clips that it serves."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from . import lan, media, tools, wait

PYTHON = "/usr/bin/python3"
PORT = 8554
SECONDS = 40
TONE = "sine=frequency=440:sample_rate=48000"
B_PICTURES = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "3", "-flags", "+cgop", "-b:v", "800k"]
NO_B_PICTURES = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", "0", "-profile:v", "baseline",
                 "-b:v", "400k"]
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-b:v", "400k",
        "-x265-params", "log-level=none:keyint=25:bframes=2:open-gop=0"]

# name: (coder of the pictures, coder of the sound, container)
CLIPS = {
    "h264": (B_PICTURES, ["aac", "-b:a", "96k"], "mp4"),
    "plain": (NO_B_PICTURES, ["pcm_alaw", "-ar", "8000", "-ac", "1"], "mov"),
    "hevc": (HEVC, ["aac", "-b:a", "96k"], "mp4"),
}
# name: the clip of the provider.
TRANSPORT_STREAMS = {"ts": "small", "big": "big"}
SOUND = "d. ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97"
# How a camera or a SAT>IP server would send each: the medium's pipeline, {} is the clip's file.
LAUNCH = {
    "h264": "filesrc location={} ! qtdemux name=d d. ! queue ! h264parse ! "
            "rtph264pay name=pay0 pt=96 config-interval=0 " + SOUND,
    "plain": "filesrc location={} ! qtdemux name=d d.video_0 ! queue ! h264parse ! "
             "rtph264pay name=pay0 pt=96 config-interval=-1 d.audio_0 ! queue ! rtppcmapay name=pay1",
    "hevc": "filesrc location={} ! qtdemux name=d d. ! queue ! h265parse ! rtph265pay name=pay0 pt=96 " + SOUND,
    "ts": "filesrc location={} ! tsparse set-timestamps=true ! rtpmp2tpay name=pay0 pt=33",
    "big": "filesrc location={} ! tsparse set-timestamps=true ! rtpmp2tpay name=pay0 pt=33",
    "jpeg": "videotestsrc is-live=true ! jpegenc ! rtpjpegpay name=pay0 pt=26",
}


def need():
    """Skips the test where the server is not installed."""
    tools.need("ffmpeg", PYTHON)
    words = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    if tools.run(PYTHON, "-c", words).returncode != 0:
        raise unittest.SkipTest("gir1.2-gst-rtsp-server-1.0 is not installed")


def clip(name):
    """The file of a clip, made on first use."""
    if name in TRANSPORT_STREAMS:
        return media.clip(TRANSPORT_STREAMS[name])
    video, audio, container = CLIPS[name]
    path = media.FOLDER / f"rtsp-{name}-{SECONDS}s.{container}"
    if not path.exists():
        media.FOLDER.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        tools.run(
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25,noise=alls=10:allf=t",
            "-f", "lavfi", "-i", TONE, "-t", SECONDS, "-map", "0:v", "-map", "1:a", *video, "-pix_fmt", "yuv420p",
            "-c:a", *audio, "-f", container, fresh, seconds=120, check=True,
        )
        fresh.rename(path)
    return path


def medium(path, kind, protocols="both", account=None):
    """What is served under `path`."""
    location = "" if kind == "jpeg" else clip(kind)
    return {"path": path, "launch": LAUNCH[kind].format(location), "protocols": protocols, "account": account}


class Server:
    """One run of the server. Use as a context manager."""

    def __init__(self, network, served, port=PORT):
        need()
        self.port = port
        self.folder = tempfile.TemporaryDirectory(prefix="dipole-rtsp-")
        self.log_path = Path(self.folder.name) / "log"
        script = Path(__file__).with_name("rtsp_server.py")
        command = [*network.inside("provider"), PYTHON, str(script), str(port), json.dumps(served)]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def __enter__(self):
        wait.until("the RTSP server", lambda: "ready" in self.told() or self.process.poll() is not None, 20)
        if self.process.poll() is not None:
            raise AssertionError(f"the RTSP server ended:\n{self.log_path.read_text()}")
        return self

    def __exit__(self, kind, *_):
        self.kill()
        if kind is not None:
            print(f"--- what the RTSP server told:\n{self.log_path.read_text(errors='replace')[-3000:]}")
        self.folder.cleanup()

    def kill(self):
        tools.stop(self.process)

    def told(self):
        """Its lines."""
        return self.log_path.read_text(errors="replace").splitlines()

    def count(self, line):
        return self.told().count(line)

    def url(self, path, account="", scheme="rtsp"):
        return f"{scheme}://{account}{lan.PROVIDER}:{self.port}{path}"
