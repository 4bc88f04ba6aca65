"""Tables of a calibration (bench/calibrate.sh), of all that is in it: OUT ROWS.

The mean of a set is over all its trainings. SD over seeds: of draw 1; over
draws: of training seed 1. A gap is the difference of a set's mean to that of the
set above it, in standard errors that take the greater of the two deviations over
so many trainings.
"""

import glob
import json
import statistics
import sys

DOMAINS = ["science", "finance", "code"]
SETS = {
    "perfect": "perfect", "40-wrong-numbers": "40 % wrong numbers", "40-of-families-wrong": "40 % of families wrong",
    "three-families": "three families", "wrong-format": "wrong format",
}


def accuracy(path):
    with open(path) as f:
        score = json.load(f)["private"]
    return score["correct"] / score["total"]


def deviation(values):
    return statistics.stdev(values) if len(values) > 1 else None


class Cell:
    """The accuracies of one set in one domain."""

    def __init__(self, out, name, domain):
        of = lambda draw, run: [accuracy(path) for path in sorted(glob.glob(f"{glob.escape(out)}/draw-{draw}/given/{name}/{domain}/run-{run}/score.json"))]
        seeds, rows = of("1", "*"), of("*", "1")
        self.values = seeds + rows[1:]
        if not self.values:
            sys.exit(f"calibration: {out} has no score of {name} in {domain}")
        self.mean = statistics.mean(self.values)
        self.over_seeds, self.over_draws = deviation(seeds), deviation(rows)

    def __str__(self):
        parts = [f"{sd:.3f} over {what}" for sd, what in ((self.over_seeds, "seeds"), (self.over_draws, "draws")) if sd is not None]
        return f"{self.mean:.3f}" + (f" (SD {', '.join(parts)})" if parts else "")

    def squared_error(self):
        return max(self.over_seeds or 0, self.over_draws or 0) ** 2 / len(self.values)


def main(out, rows):
    cells = {name: [Cell(out, name, d) for d in DOMAINS] for name in SETS}
    print(f"| training set ({rows} rows, T = 0.7, 300 private items) | " + " | ".join(DOMAINS) + " | trainings |")
    print("|---|" + "---:|" * (len(DOMAINS) + 1))
    base = [accuracy(f"{out}/draw-1/base/{d}/private/score.json") for d in DOMAINS]
    print("| base | " + " | ".join(f"{b:.3f}" for b in base) + " | |")
    for name, title in SETS.items():
        print(f"| {title} | " + " | ".join(map(str, cells[name])) + f" | {' / '.join(sorted({str(len(c.values)) for c in cells[name]}))} |")
    print("\n| gap in standard errors | " + " | ".join(DOMAINS) + " |")
    print("|---|" + "---:|" * len(DOMAINS))
    names = list(SETS)
    for above, below in zip(names, names[1:]):
        gaps = []
        for a, b in zip(cells[above], cells[below]):
            error = (a.squared_error() + b.squared_error()) ** 0.5
            gaps.append(f"{(a.mean - b.mean) / error:.0f}" if error else "-")
        print(f"| {SETS[above]} over {SETS[below]} | " + " | ".join(gaps) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
