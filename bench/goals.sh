#!/usr/bin/env bash
# Runs the benchmarks of the parts that bound a run, the demo and the peers, and prints one
# table at the end (goals_table.sh) and the gateway's beside LiteLLM.
# Goals are for two idle cores. Where others use the machine too, the figures of processor
# time (cpu-) say more than those of time. One package at a time (-p 1): nothing is
# compiled beside a benchmark.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
figures=$scratch/figures
# one_of UNIT KEY FACTOR: a number of the demo's JSON as a figure
one_of() { awk -v key="\"$2\":" -v unit="$1" -v factor="$3" '$1 == key { sub(/,/, "", $2); printf "BenchmarkDemo 1 %.1f %s\n", $2 * factor, unit }' "$scratch/demo.json"; }

eval "$GO" test -p 1 -run "'^\$'" -bench . ./runner/student/llama ./runner/gateway ./results ./results/disk ./report/stats ./bench/internal/cli | tee "$figures"

eval "$GO" build -o "$scratch/autodatabench" ./bench
two=$(command -v taskset >/dev/null && echo taskset -c 0,1 || true)
$two "$scratch/autodatabench" run --json --out "$scratch/runs" bench/experiments/demo.yaml >"$scratch/demo.json"
{ one_of s wall_clock_seconds 1; one_of busy-% busy 100; } | tee -a "$figures"

absent=
if python=$(bench/parity/python.sh); then
	PARITY_PYTHON="$python" eval "$GO" test -tags parity -timeout 60m -run "'^\$'" -bench "'AgainstPyTorch|TrainingShare'" -benchtime 5x ./runner/student/llama | tee -a "$figures"
	for _ in $(seq "$(nproc)"); do OPENBLAS_NUM_THREADS=1 "$python" bench/openblas.py >>"$scratch/openblas" & done
	wait
	awk '{ sum += $1 } END { printf "BenchmarkMatmul 1 %.1f OpenBLAS-GFLOP/s\n", sum }' "$scratch/openblas" | tee -a "$figures"
else
	absent='PyTorch|OpenBLAS|TrainingShare'
fi
gateway="not there: LiteLLM could not be downloaded"
if litellm=$(bench/gateway/litellm.sh); then
	eval "$GO" test -count=1 -timeout 60m -run "'^TestHops\$'" -v ./runner/gateway -hops "-hops.litellm=$litellm" | tee "$scratch/gateway" || true
	gateway=$(sed -n '/^LiteLLM: LEFT OUT/p; /^way  /,/^---/{/^---/!p}' "$scratch/gateway")
	gateway=${gateway:-"no figures: the benchmark failed, see above"}
fi

echo
bench/goals_table.sh "$figures" "$absent" && status=0 || status=$?
printf '\ngateway, with LiteLLM beside it (make bench-gateway):\n%s\n' "$gateway"
exit "$status"
