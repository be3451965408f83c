"""The command line of scripts/bench, behind its preparations."""

import argparse

from . import crowd, failover, fanout, guide, imports, names, soak
from .place import Place
from .servers import ALL

# The kinds that need others than both programs.
PROGRAMS = {
    "failover": ("dipole",),
    "guide": ("examples/xmltv_speed", "examples/match_guide"),
    "names": ("dipole",),
    "soak": ("dipole",),
}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    kinds = parser.add_subparsers(dest="kind", required=True)
    sub = kinds.add_parser("fanout", help="Dipole beside its peers; about 12 minutes")
    sub.add_argument("--quick", action="store_const", const="quick", dest="mode", default="default",
                     help="one round of 8 s windows, 10 x 10 only")
    sub.add_argument("--full", action="store_const", const="full", dest="mode",
                     help="five rounds of 30 s, and 10 x 100 too; about an hour")
    sub.add_argument("--only", action="append", choices=ALL, help="this server (repeat for more)")
    sub.add_argument("--size", action="append", type=int, help="clients per channel, e.g. 50")
    sub = kinds.add_parser("crowd", help="a thousand clients inside the memory plan")
    sub.add_argument("--clients", type=int, default=1000)
    sub.add_argument("--window", type=int, default=30, help="seconds")
    kinds.add_parser("import", help="a list of 30,000 entries")
    kinds.add_parser("names", help="labelled lists as channels, beside what others make of them")
    kinds.add_parser("guide", help="a guide of 200 MiB, and which guide labelled names find")
    sub = kinds.add_parser("failover", help="the gap at the client when the upstream fails")
    sub.add_argument("--repeats", type=int, default=10, help="channels for each fault and kind of upstream")
    sub = kinds.add_parser("soak", help="clients come and go, streams fail; flat or it fails")
    sub.add_argument("--minutes", type=float, default=60)
    sub.add_argument("--seed", default="1", help="of the faults and of who comes and goes")
    return parser.parse_args()


def main():
    asked = arguments()
    with Place(asked.programs, PROGRAMS.get(asked.kind, ("dipole", "dipole-bench"))) as place:
        if asked.kind == "fanout":
            fanout.run(place, asked.mode, asked.only, asked.size)
        elif asked.kind == "crowd":
            crowd.run(place, asked.clients, asked.window)
        elif asked.kind == "failover":
            failover.run(place, asked.repeats)
        elif asked.kind == "guide":
            guide.run(place)
        elif asked.kind == "names":
            names.run(place)
        elif asked.kind == "soak":
            soak.run(place, asked.minutes, asked.seed)
        else:
            imports.run(place)


main()
