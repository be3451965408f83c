"""What is done to the bytes of a transport stream on their way out.

Each function takes a piece of whole packets that covers `seconds`, and gives other bytes. Chance
comes from the stream's own generator, so that a seed gives the same damage again.
"""

from .clips import PACKET

GARBAGE_BYTES = (50, 700)


def times(chance, rate, seconds):
    """How often something of `rate` a second happens within `seconds`."""
    expected = rate * seconds
    return int(expected) + (chance.random() < expected % 1)


def truncated(data, chance, rate, seconds):
    """Some packets lose their end."""
    for _ in range(times(chance, rate, seconds)):
        at = chance.randrange(max(1, len(data) // PACKET)) * PACKET
        data = data[: at + chance.randrange(1, PACKET)] + data[at + PACKET :]
    return data


def flip(data, chance, rate, seconds):
    """Single bits turn."""
    data = bytearray(data)
    for _ in range(times(chance, rate, seconds) if data else 0):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def garbage(data, chance, rate, seconds):
    """Bytes that are nobody's stand between packets."""
    for _ in range(times(chance, rate, seconds)):
        at = chance.randrange(len(data) // PACKET + 1) * PACKET
        data = data[:at] + chance.randbytes(chance.randrange(*GARBAGE_BYTES)) + data[at:]
    return data


def loss(data, chance, one_of, _seconds):
    """Packets are missing."""
    packets = [data[at : at + PACKET] for at in range(0, len(data), PACKET)]
    return b"".join(packet for packet in packets if chance.randrange(max(1, int(one_of))))


def scrambled(data, chance, _rate, _seconds):
    """transport_scrambling_control is set and the payload is noise, for all but tables."""
    out = bytearray(data)
    for at in range(0, len(out), PACKET):
        pid = (out[at + 1] & 0x1F) << 8 | out[at + 2]
        if not out[at + 3] & 0x10 or pid < 0x20 or out[at + 4] == 0:
            continue  # No payload, or a section.
        start = at + 4 + (out[at + 4] + 1 if out[at + 3] & 0x20 else 0)
        out[at + 3] |= 0x80
        out[start : at + PACKET] = chance.randbytes(at + PACKET - start)
    return bytes(out)


ALL = {
    "truncated": truncated,
    "flip": flip,
    "garbage": garbage,
    "loss": loss,
    "scrambled": scrambled,
}
