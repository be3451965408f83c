"""A house of network namespaces: a tuner with two LANs, two homes, a provider.

    home      192.0.2.20   -- lan0 --  tuner 192.0.2.7, provider 192.0.2.80
    guest     198.51.100.20 -- lan1 -- tuner 198.51.100.7

The bridges pass every multicast on (`mcast_snooping 0`), as a cheap switch does: no querier is
needed for SSDP. All addresses are TEST-NETs, and none of them leaves the namespaces.

`enter()` moves this very process into `home`, so that every socket and every client program that a
test opens is a client on the LAN.
"""

import ctypes
import os
import unittest

from . import tools

TUNER = "192.0.2.7"
TUNER_ON_GUEST_LAN = "198.51.100.7"
HOME = "192.0.2.20"
PROVIDER = "192.0.2.80"
# For a provider that has no IPv4 (RFC 3849).
PROVIDER_V6 = "2001:db8::80"
TUNER_V6 = "2001:db8::7"

CLONE_NEWNET = 0x40000000

# Namespace, LAN, address with prefix length.
PORTS = [
    ("tuner", "lan0", f"{TUNER}/24"),
    ("tuner", "lan1", f"{TUNER_ON_GUEST_LAN}/24"),
    ("home", "lan0", f"{HOME}/24"),
    ("provider", "lan0", f"{PROVIDER}/24"),
    ("guest", "lan1", "198.51.100.20/24"),
]


class Lan:
    """Built once for a run, and taken down with `close`."""

    def __init__(self):
        if os.geteuid() != 0:
            raise unittest.SkipTest("network namespaces need root")
        tools.need("ip", "nsenter")
        self.made = []
        try:
            self._build()
        except AssertionError as error:
            self.close()
            raise unittest.SkipTest(f"network namespaces cannot be made here: {error}") from error

    def name(self, space):
        """The pid keeps two runs on one machine apart."""
        return f"dipole-{os.getpid()}-{space}"

    def inside(self, space):
        """The words before a command that is to run in `space`."""
        return ["nsenter", f"--net=/run/netns/{self.name(space)}"]

    def enter(self, space="home"):
        """Moves this process, and all it starts from now on, into `space`."""
        with open(f"/run/netns/{self.name(space)}", "rb") as handle:
            if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def close(self):
        """Interfaces and bridges go with their namespace."""
        for space in reversed(self.made):
            tools.run("ip", "netns", "del", self.name(space))
        self.made.clear()

    def _build(self):
        for space in ["switch", "tuner", "home", "guest", "provider"]:
            tools.run("ip", "netns", "add", self.name(space), check=True)
            self.made.append(space)
            self._ip(space, "link", "set", "lo", "up")
        for lan in ["lan0", "lan1"]:
            self._ip("switch", "link", "add", lan, "type", "bridge", "mcast_snooping", "0")
            self._ip("switch", "link", "set", lan, "up")
        for space, lan, address in PORTS:
            self._plug(space, lan, address)
        for space, address in (("tuner", TUNER_V6), ("provider", PROVIDER_V6)):
            self._ip(space, "address", "add", f"{address}/64", "dev", "lan0", "nodad")
        for space in ["tuner", "home", "provider"]:
            # 255.255.255.255 and 239.255.255.250 leave by the default route.
            self._ip(space, "route", "add", "default", "dev", "lan0")
        self._ip("guest", "route", "add", "default", "dev", "lan1")

    def _plug(self, space, lan, address):
        socket_name = f"{space}-{lan}"[:15]
        peer = ["peer", "name", lan, "netns", self.name(space)]
        self._ip("switch", "link", "add", socket_name, "type", "veth", *peer)
        self._ip("switch", "link", "set", socket_name, "master", lan, "up")
        self._ip(space, "address", "add", address, "broadcast", "+", "dev", lan)
        self._ip(space, "link", "set", lan, "up")

    def _ip(self, space, *words):
        tools.run("ip", "-n", self.name(space), *words, check=True)
