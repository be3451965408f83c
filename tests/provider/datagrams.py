"""A transport stream in datagrams, and what networks do to them: loss, detours, repeats.

`python3 -m provider.datagrams FILE ADDRESS PORT` sends FILE over and over at its rate, plain or in RTP (RFC 2250),
to a group or to a machine. What is lost, sent on a detour or repeated is chosen from the seed. Ends with its parent.
"""

import argparse
import ctypes
import ipaddress
import random
import signal
import socket
import time

PR_SET_PDEATHSIG = 1
PACKET = 188
PACKETS_PER_DATAGRAM = 7
MP2T = 33
TICK_S = 0.004
# More behind its time than this, and a sender goes on from now: the machine was busy.
BEHIND_S_MAX = 0.5


def arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python3 -m provider.datagrams", description=__doc__)
    parser.add_argument("file")
    parser.add_argument("address", help="a group or a machine")
    parser.add_argument("port", type=int)
    parser.add_argument("--rate", type=int, default=1_200_000, help="bit/s of the file (1200000)")
    parser.add_argument("--interface", default="0.0.0.0", help="own address, or for IPv6 the name of an interface")
    parser.add_argument("--rtp", action="store_true", help="an RTP header in front of each")
    parser.add_argument("--type", type=int, default=MP2T, help="payload type (33)")
    parser.add_argument("--lose", type=float, default=0.0, help="share of datagrams that are never sent")
    parser.add_argument("--repeat", type=float, default=0.0, help="share that is sent twice")
    parser.add_argument("--detour", type=float, default=0.0, help="share that is overtaken by up to 6 others")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def opened(asked):
    """A socket that sends out of the interface asked for."""
    family = socket.AF_INET6 if ipaddress.ip_address(asked.address).version == 6 else socket.AF_INET
    out = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        if asked.interface != "0.0.0.0":
            index = socket.if_nametoindex(asked.interface)
            out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    else:
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(asked.interface))
        out.bind((asked.interface, 0))
    return out


def datagrams(asked):
    """All datagrams in their order, without end."""
    with open(asked.file, "rb") as file:
        data = file.read()
    size = PACKET * PACKETS_PER_DATAGRAM
    # Near the wrap, so that every run goes over it.
    number, ssrc = 65_400, random.Random(asked.seed).getrandbits(32)
    while True:
        for at in range(0, len(data), size):
            payload = data[at : at + size]
            if asked.rtp:
                clock = int(time.monotonic() * 90_000) & 0xFFFF_FFFF
                fields = [bytes([0x80, asked.type]), number.to_bytes(2), clock.to_bytes(4), ssrc.to_bytes(4)]
                payload = b"".join([*fields, payload])
                number = number + 1 & 0xFFFF
            yield payload


def on_the_way(sent, asked):
    """What arrives of `sent`, in the order in which it does."""
    chance = random.Random(asked.seed)
    # (datagrams that still overtake it, datagram)
    detoured = []
    for datagram in sent:
        due = [one for left, one in detoured if left <= 0]
        detoured = [(left - 1, one) for left, one in detoured if left > 0]
        copies = 0 if chance.random() < asked.lose else 2 if chance.random() < asked.repeat else 1
        for copy in range(copies):
            if chance.random() < asked.detour or copy:
                detoured.append((chance.randrange(6), datagram))
            else:
                due.append(datagram)
        # One list for each datagram of the source, so that the pace stays that of the source.
        yield due


def main():
    """Sends until it is ended."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    asked = arguments()
    out, to = opened(asked), (asked.address, asked.port)
    seconds_each = PACKET * PACKETS_PER_DATAGRAM * 8 / asked.rate
    due_at = time.monotonic()
    for arriving in on_the_way(datagrams(asked), asked):
        while (wait := due_at - time.monotonic()) > 0:
            time.sleep(max(wait, TICK_S))
        if -wait > BEHIND_S_MAX:
            due_at = time.monotonic()
        due_at += seconds_each
        for datagram in arriving:
            out.sendto(datagram, to)


if __name__ == "__main__":
    main()
