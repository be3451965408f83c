"""Multicast around the daemon: senders in their namespaces, and who is in which group."""

import subprocess
import sys

from . import lan, media, tools


class Senders:
    """Processes that send to groups. A context manager: all are ended."""

    def __init__(self, network):
        self.network = network
        self.running = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.running):
            self.stop(name)

    def ffmpeg(self, name, url, muxer, clip="small", own=lan.PROVIDER, space="provider"):
        """ffmpeg sends a clip, as people do by hand."""
        command = ["ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", media.clip(clip),
                   "-c", "copy", "-f", muxer, f"{url}?pkt_size=1316&localaddr={own}"]
        self._start(name, space, command)

    def ours(self, name, address, port, *words, clip="small", own=lan.PROVIDER, space="provider"):
        """Our sender, with what the network does to datagrams."""
        rate = media.CLIPS[clip][4]
        command = [sys.executable, "-B", "-m", "provider.datagrams", media.clip(clip), address, port,
                   "--rate", rate, "--interface", own, *words]
        self._start(name, space, command, cwd=media.ROOT / "tests")

    def stop(self, name):
        """That sender falls silent."""
        tools.stop(self.running.pop(name))

    def _start(self, name, space, command, **options):
        words = [str(word) for word in [*self.network.inside(space), *command]]
        self.running[name] = subprocess.Popen(words, stdin=subprocess.DEVNULL, **options)


def joined(network, space="tuner"):
    """{(interface, group): sockets} of IPv4, as the kernel of that namespace tells."""
    table = tools.run(*network.inside(space), "cat", "/proc/net/igmp", check=True).stdout
    found, interface = {}, None
    for line in table.splitlines()[1:]:
        if not line.startswith("\t"):
            interface = line.split()[1]
        else:
            group, users = line.split()[:2]
            address = ".".join(str(byte) for byte in reversed(bytes.fromhex(group)))
            found[interface, address] = int(users)
    return found


def joined_v6(network, space="tuner"):
    """{(interface, group)} of IPv6."""
    table = tools.run(*network.inside(space), "cat", "/proc/net/igmp6", check=True).stdout
    return {tuple(line.split()[1:3]) for line in table.splitlines()}


def filters(network, space="tuner"):
    """{(interface, group, sender)} of joins by sender (IGMPv3)."""
    table = tools.run(*network.inside(space), "cat", "/proc/net/mcfilter", check=True).stdout
    def dotted(word):
        return ".".join(str(byte) for byte in int(word, 16).to_bytes(4))
    rows = [line.split() for line in table.splitlines()[1:]]
    return {(row[1], dotted(row[2]), dotted(row[3])) for row in rows}
