#!/usr/bin/env bash
# Times training and generation here and in PyTorch on the CPU, in turns, five
# pairs each, and prints medians with their goals. A goal that is missed is said and
# fails nothing: machines differ, and a busy one measures nothing. Reads GO and PARITY_PYTHON.
set -euo pipefail
cd "$(dirname "$0")/../.."

figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
echo "load when it began: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown), $(nproc) cores"
eval "$GO" test -tags parity -timeout 30m -run "'^\$'" -bench "'AgainstPyTorch|TrainingShare'" -benchtime 5x ./runner/student/llama | tee "$figures"

echo
awk '
function row(what, value, goal, met) { printf "%-28s %10s  %s\n", what, value, goal == "" ? "" : "goal " goal ": " (met ? "met" : "missed") }
/^Benchmark/ {
	found++
	delete f
	for (i = 3; i < NF; i += 2) f[$(i + 1)] = $i
	if ($1 ~ /AgainstPyTorch/) {
		what = $1 ~ /Training/ ? "training" : "generation"
		row(what ", tokens/s", sprintf("%.0f", f["tokens/s"]))
		row(what ", PyTorch, tokens/s", sprintf("%.0f", f["PyTorch-tokens/s"]))
		row(what ", times PyTorch", sprintf("%.2f", f["ratio"]), "> 1", f["ratio"] > 1)
	} else {
		row("training, GFLOP/s", sprintf("%.1f", f["GFLOP/s"]))
		row("the layers alone, GFLOP/s", sprintf("%.1f", f["matmul-GFLOP/s"]))
		row("share, %", sprintf("%.0f", f["share-%"]), ">= 40", f["share-%"] >= 40)
	}
}
END { exit found == 0 }' "$figures"
