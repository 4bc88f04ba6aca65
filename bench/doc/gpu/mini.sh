#!/usr/bin/env bash
# Runs one trial of suite mini from end to end twice: with the student by back end
# hf on DEVICE, and by the engine in the program on the CPU. Prints both private
# accuracies and how many standard errors they are apart; the order of rows and the
# first weights differ. measure.sh --mini calls it:
#
#     bench/doc/gpu/mini.sh PROGRAM PYTHON DEVICE WORK
#
# The experiments stay in WORK/runs.
set -euo pipefail
program=$1 python=$2 device=$3 work=$4

"$program" student export "$work/student" >/dev/null
run() { # NAME STUDENT
	cat >"$work/$1.yaml" <<-END
		name: $1
		domains: [science]
		workflows: [one-shot]
		agents: [pipeline]
		budget: {attempts: 1, dataset_size: 120, min_rows: 60}
		modified: true
		student: $2
	END
	"$program" run --out "$work/runs" "$work/$1.yaml" >"$work/$1.log" 2>&1 || { cat "$work/$1.log" >&2; exit 1; }
}
run mini-cpu '{kind: embedded}'
run mini-hf "{train: hf, infer: hf, model: $work/student, device: $device, python: $python}"

"$python" - "$work/runs" "$device" <<-'END'
	import json, math, pathlib, sys

	runs, device = pathlib.Path(sys.argv[1]), sys.argv[2]
	def correct(name):
	    score = json.loads((runs / name / "trials/science/one-shot-scratch/pipeline/run-1/final/1/score.json").read_text())["private"]
	    return score["correct"], score["total"]
	(a, n), (b, m) = correct("mini-hf"), correct("mini-cpu")
	error = math.sqrt(a / n * (1 - a / n) / n + b / m * (1 - b / m) / m)
	far = abs(a / n - b / m) / error if error else 0.0
	print(f"one trial of suite mini: hf on {device} {a} of {n} correct, the program on the CPU {b} of {m}: "
	      f"{far:.1f} standard errors apart (goal 2: {'met' if far <= 2 else 'missed'})")
END
