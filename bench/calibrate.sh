#!/usr/bin/env bash
# Measures how well the embedded student tells training sets of known quality
# apart: `evaluate` on each set of `student calibration`, several draws of the
# rows, the first of them with several training seeds, then Markdown tables
# (bench/doc/calibration.md holds the last ones). One that was interrupted goes
# on; scores of another student, task, recipe or other rows are refused. The
# tables are of all draws and training seeds that OUT holds.
# Usage: bench/calibrate.sh [ROWS] [RUNS] [DRAWS] [OUT]
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-500} runs=${2:-3} draws=${3:-1} out=${4:-runs/calibration-$rows}

evaluate() { # DRAW RUNS FILE...
	local draw=$1 runs=$2 file domain set
	for file in "${@:3}"; do
		domain=$(basename "$(dirname "$file")") set=$(basename "$file" .json)
		if ! ./autodatabench evaluate --out "$out" --experiment "draw-$draw" --dataset-size "$rows" --domain "$domain" --name "$set" --runs "$runs" --json "$file" >/dev/null; then
			echo "calibrate: if $out holds an earlier calibration, remove it or name another folder: bench/calibrate.sh $rows $runs $draws OUT" >&2
			exit 1
		fi
		echo "calibrate: draw $draw, $domain $set" >&2
	done
}

for draw in $(seq "$draws"); do
	./autodatabench student calibration --rows "$rows" --seed "$draw" "$out/sets/$draw" >/dev/null
	evaluate "$draw" "$([ "$draw" = 1 ] && echo "$runs" || echo 1)" "$out/sets/$draw"/*/*.json
done
python3 bench/calibration.py "$out" "$rows"
