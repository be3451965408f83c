"""Goal: clients find the tuner, each in its own way, on every LAN it stands on.

Method: libhdhomerun's own program and gssdp-discover over real broadcast and multicast, and the
packets of the clients that cannot run here, byte for byte.
"""

import re
import signal
import socket
import subprocess
import tempfile
import zlib

import case
from harness import lan, tools, wait
from harness.daemon import get

ANY_TUNER = {
    "older libhdhomerun, Home Assistant": "0002000c0104000000010204ffffffff4e507f35",
    "Jellyfin, Emby": "0002000c0104ffffffff0204ffffffff73cc7d8f",
    "current libhdhomerun": "000200060104ffffffff4c20cb4e",
}
MALFORMED = [
    "", "00", "0002", "00020000", "0002000c0104000000010204ffffffff00000000", "0002ffff0184",
    "000200020184", "0003000601040000000100000000",
]
REPLY_S = 0.5


class Discovery(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.running = cls.enterClassContext(cls.daemon()).ready()
        cls.device_id = get("/discover.json").json()["DeviceID"]

    def test_by_broadcast(self):
        tools.need("hdhomerun_config")
        found = tools.run("hdhomerun_config", "discover").stdout
        self.assertIn(f"hdhomerun device {self.device_id} found at {lan.TUNER}", found)

    def test_by_address(self):
        tools.need("hdhomerun_config")
        found = tools.run("hdhomerun_config", "discover", lan.TUNER).stdout
        self.assertIn(f"hdhomerun device {self.device_id} found at {lan.TUNER}", found)

    def test_the_guest_lan_is_told_the_address_on_the_guest_lan(self):
        tools.need("hdhomerun_config")
        found = tools.run(*self.network.inside("guest"), "hdhomerun_config", "discover").stdout
        self.assertIn(f"found at {lan.TUNER_ON_GUEST_LAN}", found)

    def test_every_form_of_the_request_is_answered(self):
        own = bytes.fromhex(self.device_id)
        multi = with_crc(bytes.fromhex("0002000a2d08") + bytes.fromhex("0000000100000005"))
        forms = {name: bytes.fromhex(text) for name, text in ANY_TUNER.items()}
        forms["several types at once"] = multi
        forms["its own id"] = with_crc(bytes.fromhex("0002000c0104000000010204") + own)
        for name, packet in forms.items():
            with self.subTest(name):
                reply, sender = ask(packet)
                self.assertEqual(sender, (lan.TUNER, 65001))
                self.assertEqual(reply[:2], b"\x00\x03")
                self.assertEqual(with_crc(reply[:-4]), reply)
                tags = dict(tlv(reply[4:-4]))
                self.assertEqual(tags[0x01], b"\0\0\0\x01")
                self.assertEqual(tags[0x02], own)
                self.assertEqual(tags[0x10][0], get("/discover.json").json()["TunerCount"])
                self.assertEqual(tags[0x2A].rstrip(b"\0"), f"http://{lan.TUNER}".encode())

    def test_what_is_not_for_us_is_not_answered_and_harms_nothing(self):
        packets = [bytes.fromhex(text) for text in MALFORMED]
        packets.append(with_crc(bytes.fromhex("0002000c010400000001020410439efd")))  # another id
        packets.append(with_crc(bytes.fromhex("000200060104") + b"\0\0\0\x05"))  # a recorder
        for packet in packets:
            with self.subTest(packet.hex()), self.assertRaises(TimeoutError):
                ask(packet)
        self.assertTrue(ask(bytes.fromhex(ANY_TUNER["current libhdhomerun"])))

    def test_ssdp_by_gssdp(self):
        tools.need("gssdp-discover")
        for target in ["upnp:rootdevice", "urn:schemas-upnp-org:device:MediaServer:1"]:
            with self.subTest(target):
                found = tools.run("gssdp-discover", "-i", "lan0", "-t", target, "-n", "3").stdout
                self.assertRegex(found, rf"Location: +http://{re.escape(lan.TUNER)}(:80)?/device.xml")

    def test_ssdp_on_the_guest_lan(self):
        tools.need("gssdp-discover")
        words = ["gssdp-discover", "-i", "lan1", "-t", "upnp:rootdevice", "-n", "3"]
        found = tools.run(*self.network.inside("guest"), *words).stdout
        self.assertRegex(found, rf"Location: +http://{re.escape(lan.TUNER_ON_GUEST_LAN)}(:80)?/device.xml")


class Farewell(case.Case):
    def test_alive_at_start_and_byebye_on_sigterm(self):
        tools.need("gssdp-discover")
        words = ["gssdp-discover", "-i", "lan0", "-t", "upnp:rootdevice", "-n", "30", "-m", "all"]
        with tempfile.TemporaryFile() as seen:
            listener = subprocess.Popen(words, stdout=seen, stderr=subprocess.STDOUT)
            try:
                heard = lambda: (seen.seek(0), seen.read().decode())[1]
                with self.daemon() as running:
                    running.ready()
                    wait.until("the device to be seen", lambda: "available" in heard(), 5)
                    running.signal(signal.SIGTERM)
                    self.assertEqual(running.process.wait(10), 0)
                wait.until("byebye", lambda: "unavailable" in heard(), 5)
            finally:
                tools.stop(listener)

    def test_byebye_is_said_for_all_three_names(self):
        with multicast_listener() as ear, self.daemon() as running:
            running.ready()
            running.signal(signal.SIGTERM)
            self.assertEqual(running.process.wait(10), 0)
            said = set()

            def all_said():
                try:
                    text = ear.recv(2048).decode(errors="replace")
                except TimeoutError:
                    return False
                if "ssdp:byebye" in text:
                    said.add(re.search(r"(?im)^NT: *(\S+)", text)[1])
                return len(said) >= 3

            wait.until("three byebyes", all_said, 5)


def ask(packet, address=lan.TUNER):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(REPLY_S)
        asking.sendto(packet, (address, 65001))
        return asking.recvfrom(2048)


def with_crc(packet):
    return packet + zlib.crc32(packet).to_bytes(4, "little")


def tlv(payload):
    while payload:
        tag, length = payload[0], payload[1]
        start = 2
        if length & 0x80:
            length, start = length & 0x7F | payload[2] << 7, 3
        yield tag, payload[start : start + length]
        payload = payload[start + length :]


def multicast_listener():
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.bind(("239.255.255.250", 1900))
    group = socket.inet_aton("239.255.255.250") + socket.inet_aton(lan.HOME)
    ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    ear.settimeout(0.1)
    return ear
