"""Just enough MPEG-TS to judge what a viewer received. Independent of the daemon's own reader."""

from collections import Counter

PACKET = 188
NULL_PID = 0x1FFF


class Report:
    """What stands in a piece of transport stream that begins on a packet."""

    def __init__(self, data):
        self.packets = len(data) // PACKET
        self.lost_sync = 0
        self.continuity_errors = 0
        self.pids = Counter()
        self.first_pids = []
        self.programs = set()
        last = {}
        for offset in range(0, self.packets * PACKET, PACKET):
            packet = data[offset : offset + PACKET]
            if packet[0] != 0x47:
                self.lost_sync += 1
                continue
            self._packet(packet, last)

    def _packet(self, packet, last):
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        self.pids[pid] += 1
        if len(self.first_pids) < 8:
            self.first_pids.append(pid)
        has_payload = packet[3] & 0x10
        has_field = packet[3] & 0x20 and packet[4] > 0
        announced = has_field and packet[5] & 0x80
        count = packet[3] & 0x0F
        if pid != NULL_PID and pid in last and not announced:
            step = 1 if has_payload else 0
            # The same number again is an allowed repeat of one packet (13818-1, 2.4.3.3).
            if count not in ((last[pid] + step) & 0x0F, last[pid]):
                self.continuity_errors += 1
        last[pid] = count
        if pid == 0 and packet[1] & 0x40 and has_payload:
            self._pat(packet)

    def _pat(self, packet):
        start = 4 + (packet[4] + 1 if packet[3] & 0x20 else 0)
        start += packet[start] + 1
        length = (packet[start + 1] & 0x0F) << 8 | packet[start + 2]
        for at in range(start + 8, start + 3 + length - 4, 4):
            program = packet[at] << 8 | packet[at + 1]
            if program:
                self.programs.add(program)


def faults(data):
    """Sentences about what is wrong with `data`; none if a player has nothing to complain about."""
    report = Report(data)
    found = []
    if report.packets == 0:
        found.append("no packet at all")
    if report.lost_sync:
        found.append(f"{report.lost_sync} packets without sync byte")
    if report.continuity_errors:
        found.append(f"{report.continuity_errors} continuity errors")
    if report.first_pids[:1] != [0]:
        found.append(f"does not begin with a PAT but with PIDs {report.first_pids}")
    if len(report.programs) > 1:
        found.append(f"more than one program: {sorted(report.programs)}")
    return found


def common_run(recordings, packets=64):
    """Checks that recordings of one channel hold the same bytes wherever they overlap.

    A joiner's first packets (PAT and PMT) are its own, so a run from the middle of the shortest is
    looked up in each other one, and everything from there on must be equal. Gives the number of
    bytes that all had in common.
    """
    shortest = min(recordings, key=len)
    middle = len(shortest) // 2 // PACKET * PACKET
    needle = shortest[middle : middle + packets * PACKET]
    assert len(needle) == packets * PACKET, "a recording is too short to compare"
    tails = []
    for index, recording in enumerate(recordings):
        at = recording.find(needle)
        assert at >= 0, f"recording {index} lacks bytes that another one has"
        tails.append(recording[at:])
    length = min(map(len, tails))
    for index, tail in enumerate(tails):
        assert tail[:length] == tails[0][:length], f"recording {index} differs"
    return length
