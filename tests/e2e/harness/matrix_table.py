"""Writes docs/reliability.md out of the outcomes of the fault matrix."""

from provider import faults

from . import cells as grid

INTRO = """\
# What happens when a provider misbehaves

This page is written by `DIPOLE_DIRECT_CLIENTS={direct} tests/e2e/run --matrix docs/reliability.md` from a run of the
fault matrix, not by hand; each run of the tests has five direct clients. Each cell is a channel of its own whose first stream gets the fault; "with a backup" a second stream of the channel is
whole. `python3 -m provider --help` (in `tests`) says what each fault does. A shared channel is watched by one client
and by twenty of one upstream. In direct mode (`sharing = "direct"`) it is watched by one and by {direct}, who have an
upstream each: all of them get the fault, and each of their streams is checked packet by packet.

The run was configured with grace {grace:g} s, retry {retry:g} s, stall {stall:g} s, missing picture {video:g} s,
connect {connect:g} s. Seconds are the longest time without a picture at any client; with a backup it may be the time
in which the fault is noticed, grace, retry, and {bound:g} s. The backup of a channel with one client is of the same
kind, that of a channel with more of the other kind. Without a backup the fault ends after {holds} s, and the channel
must play again with nobody disconnected. No client may be disconnected and no error may stand in any client's
transport stream: sync, continuity, CRC, PCR, DTS, key frame first, no PID that the PMT does not name. One thing is excused:
a single bit that turns in a timestamp (`flip`) cannot always be told from the truth.

`scripts/bench failover` measures the gaps with the defaults of the configuration, `scripts/bench soak` whether anything
grows or leaks while streams fail for an hour.

**{passed} of {count} cells are as they must be.**
"""


def text(outcomes):
    """The page."""
    passed = sum(not outcome.problems for outcome in outcomes)
    head = INTRO.format(
        grace=grid.GRACE_S, retry=grid.RETRY_S, stall=grid.STALL_S, video=grid.VIDEO_MISSING_S,
        connect=grid.CONNECT_S, direct=grid.DIRECT_CLIENTS, bound=grid.BOUND_S, holds=grid.HOLDS_S, passed=passed, count=len(outcomes))
    parts = [head]
    for at_start, title in ((False, "The fault begins while clients watch"),
                            (True, "The fault is there when the client comes")):
        for way in grid.WAYS:
            rows = [outcome for outcome in outcomes if (outcome.cell.at_start, outcome.cell.way) == (at_start, way)]
            if rows:
                parts += [f"## {title}, {way}\n", *_table(rows), ""]
    if failed := [outcome for outcome in outcomes if outcome.problems]:
        parts += ["## What is not as it must be\n"]
        parts += [f"- {outcome.cell}: {'; '.join(outcome.problems)}" for outcome in failed]
        parts.append("")
    return "\n".join(parts)


def _table(outcomes):
    columns = [(serves, has_backup) for serves in (faults.TS, faults.HLS) for has_backup in (True, False)]
    lines = ["| fault | what it does | TS, with a backup | TS, alone | HLS, with a backup | HLS, alone |",
             "| --- | --- | --- | --- | --- | --- |"]
    for name in dict.fromkeys(str(outcome.cell.fault) for outcome in outcomes):
        mine = [outcome for outcome in outcomes if str(outcome.cell.fault) == name]
        cells = [_cell([one for one in mine if (one.cell.serves, one.cell.has_backup) == column])
                 for column in columns]
        lines.append(f"| {name} | {_does(mine[0].cell.fault)} | {' | '.join(cells)} |")
    return lines


ADDRESSES = {
    "expired": "https, the certificate has expired", "deaf": "connects and never answers",
    "closed": "the port is closed", "nowhere": "the name does not resolve",
    "unreachable": "nobody has the address", "slow_tls": "the TLS handshake takes 4 s",
    "https": "https with a CA of its own, no fault", "v6": "IPv6 only, no fault",
}


def _does(fault):
    kind = faults.KINDS.get(fault.name)
    if kind is None:
        return ADDRESSES[fault.name]
    once = "; who comes back is served" if fault.is_moment else ""
    return kind.does.replace("VALUE", fault.value or kind.value) + once


def _cell(outcomes):
    if not outcomes:
        return ""
    word = "**fails**: " if any(outcome.problems for outcome in outcomes) else ""
    worst = max(outcomes, key=lambda outcome: (bool(outcome.problems), outcome.picture_gap_s))
    return word + worst.told()
