"""`scripts/bench names`: how well lists become channels, on labelled lists beside what others do."""

import json
import resource
import subprocess
import sys
from pathlib import Path

# Beside the repository where its makers work; a user's clone has none.
DATA = Path(__file__).resolve().parents[4] / "shared" / "data"

# The same lists by simpler ways, as the README of the data gives them: precision, recall, F1, entries
# under a foreign channel, pairs of East with West and of a channel with its +1.
BASELINES = {
    "decorated": [
        ("the same name", (0.357, 0.004, 0.008, 8, 0, 0)),
        ("the same cleaned name and country", (0.843, 0.583, 0.690, 68, 31, 14)),
        ("cleaned names alike by 85 %", (0.118, 0.685, 0.202, 1341, 57, 81)),
        ("as Dispatcharr does", (0.166, 0.340, 0.223, 627, 37, 44)),
        ("as tuliprox does", (0.825, 0.166, 0.277, 29, 0, 0)),
    ],
    "real": [
        ("the same name", (0.708, 0.387, 0.501, 357, 2, 0)),
        ("the same cleaned name and country", (0.988, 0.311, 0.474, 45, 7, 0)),
        ("cleaned names alike by 85 %", (0.581, 0.797, 0.672, 1104, 129, 361)),
        ("as Dispatcharr does", (0.549, 0.826, 0.659, 1114, 173, 298)),
        ("as tuliprox does", (0.688, 0.495, 0.576, 417, 2, 0)),
    ],
}


def run(place):
    """A table for each list."""
    if not DATA.is_dir():
        print("skipped: no ../shared, where the labelled lists are")
        return
    for kind, others in BASELINES.items():
        figures, entries, cpu = ours(place, kind)
        print(f"\n{kind} names, {entries} entries, {cpu:.2f} s of CPU, all included:\n")
        print("| way | precision | recall | F1 | astray | East with West | with +N |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for name, values in [*others, ("**Dipole**", figures)]:
            precision, recall, f1, *counts = values
            shares = " | ".join(f"{share:.3f}" for share in (precision, recall, f1))
            print(f"| {name} | {shares} | {' | '.join(map(str, counts))} |")


def ours(place, kind):
    """What `dipole import --dry-run` makes of a list, by the scorer."""
    clusters = place.folder / f"{kind}.tsv"
    command = [place.programs / "dipole", "import", "--dry-run", DATA / f"merge/merge_{kind}.m3u"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, "--clusters", clusters], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    truth = DATA / f"merge/merge_{kind}.truth.tsv"
    scorer = [sys.executable, DATA / "score.py", "merge", truth, clusters]
    score = json.loads(subprocess.run(scorer, check=True, capture_output=True).stdout)
    pairs, false = score["pairs"], score["false_pairs"]
    return (
        (pairs["precision"], pairs["recall"], pairs["f1"], score["entries_in_wrong_channel"],
         false["wrong_east_west"], false["wrong_shift"]),
        score["entries"],
        cpu,
    )
