"""Goal: every HTTP document is what Jellyfin, Plex, Kodi and Home Assistant read without complaint.

Method: the rules of the client matrix, one by one, on a daemon with a playlist of three.
"""

import xml.etree.ElementTree as xml

import case
from harness import lan, wait
from harness.daemon import get, lineup

ENTRIES = [
    (5, "Five", "/ts/five"),
    ("7.1", "Seven & one", "/ts/seven"),
    (9, "Neun ä", "/ts/nine"),
]
DOCUMENTS = [
    "/discover.json", "/lineup.json", "/lineup.xml", "/lineup.m3u", "/lineup_status.json",
    "/device.xml", "/status.json",
]


class Documents(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.running = cls.enterClassContext(cls.channels(ENTRIES))
        cls.running.with_channels(3)

    def test_discover(self):
        answer = get("/discover.json")
        self.assertEqual(answer.headers.get_content_type(), "application/json")
        device = answer.json()
        self.assertRegex(device["DeviceID"], "^[0-9A-F]{8}$")
        self.assertEqual(checksum(device["DeviceID"]), 0)
        self.assertIs(type(device["TunerCount"]), int)
        self.assertNotIn("HDTC", device["ModelNumber"])
        self.assertEqual(device["BaseURL"], f"http://{lan.TUNER}")
        self.assertEqual(device["LineupURL"], f"http://{lan.TUNER}/lineup.json")

    def test_lineup(self):
        channels = lineup()
        self.assertEqual([c["GuideNumber"] for c in channels], ["5", "7.1", "9"])
        self.assertEqual([c["GuideName"] for c in channels], ["Five", "Seven & one", "Neun ä"])
        self.assertEqual(channels[1]["URL"], f"http://{lan.TUNER}:5004/auto/v7.1")
        self.assertFalse([c for c in channels if "DRM" in c])

    def test_lineup_as_xml_and_m3u_say_the_same(self):
        programs = xml.fromstring(get("/lineup.xml").body).findall("Program")
        urls = [c["URL"] for c in lineup()]
        self.assertEqual([p.findtext("URL") for p in programs], urls)
        self.assertEqual(programs[1].findtext("GuideName"), "Seven & one")
        lines = get("/lineup.m3u").body.decode().splitlines()
        self.assertTrue(lines[0].startswith("#EXTM3U"), lines[0])
        self.assertEqual([line for line in lines if line.startswith("http")], urls)
        self.assertIn('tvg-chno="7.1"', "\n".join(lines))

    def test_lineup_asked_with_show_found_is_the_same(self):
        self.assertEqual(get("/lineup.json?show=found").json(), lineup())

    def test_scan_status_and_posts(self):
        status = get("/lineup_status.json").json()
        self.assertEqual(status["ScanInProgress"], 0)
        self.assertIn(status["Source"], status["SourceList"])
        for query in ["scan=start&source=Cable", "scan=abort", "favorite=%2B5", "favorite=-5"]:
            with self.subTest(query):
                self.assertEqual(get(f"/lineup.post?{query}", method="POST").status, 200)

        def scanned():
            return get("/lineup_status.json").json()["ScanInProgress"] == 0

        wait.until("the scan to end", scanned, 10)

    def test_device_xml(self):
        root = xml.fromstring(get("/device.xml").body)
        space = {"u": "urn:schemas-upnp-org:device-1-0"}
        text = lambda tag: root.findtext(f".//u:{tag}", namespaces=space)
        self.assertEqual(text("deviceType"), "urn:schemas-upnp-org:device:MediaServer:1")
        self.assertEqual(text("manufacturer"), "Silicondust")
        self.assertRegex(text("UDN"), "^uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
        self.assertEqual(text("serialNumber"), get("/discover.json").json()["DeviceID"])

    def test_status_names_every_tuner(self):
        names = [tuner["Resource"] for tuner in get("/status.json").json()]
        count = get("/discover.json").json()["TunerCount"]
        self.assertEqual(names, [f"tuner{k}" for k in range(count)])

    def test_head_says_what_get_would(self):
        for path in DOCUMENTS:
            with self.subTest(path):
                asked, got = get(path, method="HEAD"), get(path)
                self.assertEqual(asked.status, 200)
                self.assertEqual(asked.body, b"")
                self.assertEqual(asked.headers["Content-Length"], str(len(got.body)))
                self.assertEqual(asked.headers["Content-Type"], got.headers["Content-Type"])

    def test_addresses_are_those_by_which_the_client_came(self):
        base = get("/discover.json", headers={"Host": "dipole.example:80"}).json()["BaseURL"]
        self.assertIn(base, ["http://dipole.example", "http://dipole.example:80"])

    def test_an_unknown_channel_is_told_with_an_empty_body(self):
        for path in ["/auto/v4711", "/tuner0/v4711", "/auto/vx"]:
            with self.subTest(path):
                answer = get(path, port=5004)
                self.assertEqual(answer.status, 404)
                self.assertEqual(answer.headers["X-HDHomeRun-Error"], "801 Unknown Channel")
                self.assertEqual(answer.body, b"")


def checksum(device_id):
    """Zero for a valid id (libhdhomerun, hdhomerun_discover_validate_device_id)."""
    table = [0xA, 0x5, 0xF, 0x6, 0x7, 0xC, 0x1, 0xB, 0x9, 0x2, 0x8, 0xD, 0x4, 0x3, 0xE, 0x0]
    sum_of_digits = 0
    for place, digit in enumerate(int(d, 16) for d in device_id):
        sum_of_digits ^= table[digit] if place % 2 == 0 else digit
    return sum_of_digits
