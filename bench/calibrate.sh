#!/usr/bin/env bash
# Measures how well the embedded student tells training sets of known quality
# apart: `evaluate` on each set of `student calibration`, several training seeds
# each, then one Markdown table (bench/doc/calibration.md holds the last one).
# One that was interrupted goes on; scores of another student, task, recipe or
# other rows are refused, never mixed in.
# Usage: bench/calibrate.sh [ROWS] [RUNS] [OUT]
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-500} runs=${2:-3} out=${3:-runs/calibration}

./autodatabench student calibration --rows "$rows" "$out/sets" >/dev/null
for file in "$out"/sets/*/*.json; do
	domain=$(basename "$(dirname "$file")") set=$(basename "$file" .json)
	if ! ./autodatabench evaluate --out "$out" --experiment calibration --domain "$domain" --name "$set" --runs "$runs" --json "$file" >/dev/null; then
		echo "calibrate: if $out holds an earlier calibration, remove it or name another folder: bench/calibrate.sh $rows $runs OUT" >&2
		exit 1
	fi
	echo "calibrate: $domain $set" >&2
done
python3 - "$out" "$rows" "$runs" <<'PY'
import json, statistics, sys
out, rows, runs = sys.argv[1:]
domains = ["science", "finance", "code"]
def accuracy(path):
    with open(path) as f:
        score = json.load(f)["private"]
    return score["correct"] / score["total"]
root = f"{out}/calibration"
print(f"| training set ({rows} rows, {runs} training seeds, T = 0.7, 300 private items) | " + " | ".join(domains) + " |")
print("|---|" + "---:|" * len(domains))
base = [accuracy(f"{root}/base/{d}/private/score.json") for d in domains]
print("| base | " + " | ".join(f"{b:.3f}" for b in base) + " |")
order = {
    "perfect": "perfect", "40-wrong-numbers": "40 % wrong numbers", "40-of-families-wrong": "40 % of families wrong",
    "three-families": "three families", "wrong-format": "wrong format",
}
for name, title in order.items():
    cells = []
    for d in domains:
        values = [accuracy(f"{root}/given/{name}/{d}/run-{n}/score.json") for n in range(1, int(runs) + 1)]
        sd = f" (SD {statistics.stdev(values):.3f})" if len(values) > 1 else ""
        cells.append(f"{statistics.mean(values):.3f}{sd}")
    print(f"| {title} | " + " | ".join(cells) + " |")
PY
