"""Kodi without a screen: its own X server, its own home, remote-controlled over JSON-RPC."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

from . import tools, wait

# Kodi's JSON-RPC for programs on the same machine; open by default.
RPC = ("127.0.0.1", 9090)
START_S = 90


class Kodi:
    """A running Kodi with one PVR client enabled. A context manager."""

    def __init__(self, folder, client, settings):
        tools.need("kodi", "xvfb-run")
        self.folder = Path(folder)
        self._write_profile(client, settings)
        environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }
        screen = ["xvfb-run", "--auto-servernum", "--server-args", "-screen 0 640x360x24"]
        # A session of its own, so that the X server can be ended with it.
        self.process = subprocess.Popen(
            [*screen, "kodi", "--standalone", "--audio-backend=alsa"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self):
        wait.until("Kodi to answer", self._answers, START_S, every=0.5)
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            log = self.folder / ".kodi/temp/kodi.log"
            print(f"--- Kodi's last words:\n{log.read_text()[-3000:] if log.exists() else '(none)'}")
        try:
            self.call("Application.Quit")
            self.process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def _write_profile(self, client, settings):
        folder = self.folder / ".kodi/userdata/addon_data" / client
        folder.mkdir(parents=True)
        lines = [f'<setting id="{key}">{value}</setting>' for key, value in settings.items()]
        (folder / "settings.xml").write_text(f'<settings version="2">{"".join(lines)}</settings>')
        # A sound card of nothing: the player's clock runs by the sound that was played.
        (self.folder / ".asoundrc").write_text("pcm.!default { type null }\n")

    def _answers(self):
        try:
            return self.call("JSONRPC.Ping")
        except OSError:
            return None

    def call(self, method, **params):
        """One JSON-RPC call; notifications that come between are passed over."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        with socket.create_connection(RPC, 10) as connection:
            connection.sendall(json.dumps(request).encode())
            text = ""
            while True:
                piece = connection.recv(65_536)
                if not piece:
                    raise ConnectionError("Kodi closed the connection")
                text += piece.decode()
                for answer in documents(text):
                    if answer.get("id") == 1:
                        return answer

    def channels(self):
        """Names of the channels that the PVR client has loaded, and their ids."""
        answer = self.call("PVR.GetChannels", channelgroupid="alltv")
        found = answer.get("result", {}).get("channels") or []
        return {channel["label"]: channel["channelid"] for channel in found}

    def programmes(self, channel):
        """Titles of the programmes that Kodi has for the channel of this id."""
        answer = self.call("PVR.GetBroadcasts", channelid=channel, properties=["title", "starttime"])
        found = answer.get("result", {}).get("broadcasts") or []
        return [programme["label"] for programme in found]

    def height_of_the_picture(self):
        """Lines of the picture that is being played, or None."""
        for player in self.call("Player.GetActivePlayers")["result"]:
            wanted = ["videostreams", "speed"]
            answer = self.call("Player.GetProperties", playerid=player["playerid"], properties=wanted)
            streams = answer.get("result", {}).get("videostreams")
            if streams:
                return streams[0]["height"]
        return None


def documents(text):
    """The whole JSON documents at the start of `text`."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield document
