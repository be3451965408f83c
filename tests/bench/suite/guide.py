"""`scripts/bench guide`: how fast a guide of 200 MiB is read, and how many channels find theirs."""

import gzip
import json
import resource
import subprocess
import sys

from .names import DATA

MIB = 1 << 20
BIG_MIB = 200
# What is wanted of the guide: everything, as a test of the reader; a tenth of its channels, as a lineup does
# of a provider's guide; nothing, as of one that knows other channels.
WANTED = {"all": "all programmes", "tenth": "those of a tenth of the channels", "none": "none"}

# The same names by simpler ways, as the README of the data gives them: accuracy, precision, recall, and
# names that get a wrong guide.
BASELINES = {
    "decorated": [
        ("the same name", 0.272, 0.879, 0.030, 8),
        ("the same cleaned name", 0.625, 0.827, 0.515, 211),
        ("cleaned names alike by 85 %", 0.664, 0.798, 0.583, 288),
        ("as Dispatcharr does", 0.549, 0.777, 0.419, 235),
        ("as tuliprox does", 0.330, 0.697, 0.126, 107),
    ],
    "real": [
        ("the same name", 0.519, 0.870, 0.354, 96),
        ("the same cleaned name", 0.741, 0.884, 0.664, 159),
        ("cleaned names alike by 85 %", 0.784, 0.858, 0.739, 223),
        ("as Dispatcharr does", 0.786, 0.822, 0.758, 298),
        ("as tuliprox does", 0.742, 0.797, 0.720, 333),
    ],
}


def run(place):
    """Both tables."""
    if not DATA.is_dir():
        print("skipped: no ../shared, where guides and labelled names are")
        return
    speed(place)
    for kind in BASELINES:
        accuracy(place, kind)


def speed(place):
    big = place.folder / "big.xml"
    made = [sys.executable, DATA / "make_big.py", "xmltv", big, str(BIG_MIB)]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    print(f"\nA guide of {BIG_MIB} MiB, one core:\n")
    print("| what is wanted | read, by a second of CPU |")
    print("| --- | --- |")
    for mode, words in WANTED.items():
        command = [place.programs / "xmltv_speed", big, mode]
        before = cpu_seconds()
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        rate = int(said.partition(" MiB")[0]) / (cpu_seconds() - before)
        print(f"| {words} | {rate:.0f} MiB/s |")
    packed = place.folder / "big.xml.gz"
    with open(big, "rb") as plain, gzip.open(packed, "wb", 6) as out:
        while piece := plain.read(MIB):
            out.write(piece)
    before = cpu_seconds()
    subprocess.run(["gunzip", "-c", packed], check=True, stdout=subprocess.DEVNULL)
    print(f"| gunzip by itself, for comparison | {BIG_MIB / (cpu_seconds() - before):.0f} MiB/s |")
    for file in (big, packed):
        file.unlink()


def cpu_seconds():
    """Of all programs that have ended: a second of them is a second of one core."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def accuracy(place, kind):
    found = place.folder / f"{kind}.tsv"
    command = [place.programs / "match_guide", DATA / "epg/epg_guide.xml", DATA / f"epg/epg_{kind}.tsv"]
    with open(found, "wb") as out:
        subprocess.run(command, check=True, stdout=out)
    scorer = [sys.executable, DATA / "score.py", "epg", DATA / f"epg/epg_{kind}.truth.tsv", found]
    score = json.loads(subprocess.run(scorer, check=True, capture_output=True).stdout)
    print(f"\n{kind} names, {score['queries']} of them, a guide of 3,472 channels:\n")
    print("| way | accuracy | precision | recall | wrong guides |")
    print("| --- | --- | --- | --- | --- |")
    ours = (score["accuracy"], score["match"]["precision"], score["match"]["recall"], score["wrong"])
    for name, *values, wrong in [*BASELINES[kind], ("**Dipole**", *ours)]:
        shares = " | ".join(f"{share:.3f}" for share in values)
        print(f"| {name} | {shares} | {wrong} |")
