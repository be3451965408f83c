"""Goal: Kodi finds the tuner by itself with its HDHomeRun client, and plays its list with the other.

Method: the real Kodi on a virtual screen; channels and the played picture are asked by JSON-RPC.
"""

import tempfile

import case
from harness import lan, wait
from harness.daemon import get, tuners_in_use
from harness.guides import guide, guide_source
from harness.kodi import Kodi

ENTRIES = [(1, "Kodi one", "/ts/kodi-one"), (2, "Kodi two", "/ts/kodi-two?clip=other")]


class KodiClients(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        address = cls.provider.put("kodi.xml", guide([name for _, name, _ in ENTRIES]))
        cls.running = cls.enterClassContext(cls.channels(ENTRIES, guide_source("kodi", address)))
        cls.running.with_channels(2)
        wait.until("programmes", lambda: b"<programme" in get("/xmltv.xml").body, 30)

    def plays(self, client, settings, has_guide=False):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            with Kodi(folder, client, settings) as kodi:
                enabled = kodi.call("Addons.SetAddonEnabled", addonid=client, enabled=True)
                self.assertEqual(enabled.get("result"), "OK")
                wait.until("two channels", lambda: len(kodi.channels()) == 2, 60, every=0.5)
                channels = kodi.channels()
                self.assertEqual(set(channels), {"Kodi one", "Kodi two"})
                kodi.call("Player.Open", item={"channelid": channels["Kodi one"]})
                wait.until("a picture", lambda: kodi.height_of_the_picture() == 360, 30, every=0.2)
                self.assertEqual(len(tuners_in_use()), 1)
                if has_guide:
                    told = lambda: "Hour 1 of Kodi two" in kodi.programmes(channels["Kodi two"])
                    wait.until("the guide in Kodi", told, 60, every=0.5)
        wait.until("a free tuner", lambda: not tuners_in_use(), 10)

    def test_the_hdhomerun_client(self):
        self.plays("pvr.hdhomerun", {})

    def test_the_playlist_client(self):
        address = f"http://{lan.TUNER}/lineup.m3u"
        self.plays("pvr.iptvsimple", {"m3uPathType": 1, "m3uUrl": address, "m3uCache": "false"}, True)
