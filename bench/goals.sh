#!/usr/bin/env bash
# Runs the benchmarks of the parts that bound a run and prints their goals beside
# the figures. A goal that is missed is said and fails nothing: machines differ. A
# goal without a figure fails, since its benchmark is gone or has another name.
# Goals are for two cores. One package at a time (-p 1): nothing is
# compiled beside a benchmark.
set -euo pipefail
cd "$(dirname "$0")/.."

goals='
BenchmarkLoRATokens       tokens/s  >= 21000   # 500 rows, 3 epochs in about 5 s
BenchmarkPretrainTokens   tokens/s  >= 15000   # the embedded weights in 100 minutes
BenchmarkGenerateTokens   tokens/s  >= 12000   # 300 answers in about 1 s
BenchmarkMatmul           GFLOP/s   >= 80
BenchmarkCalls            calls/s   >= 1000    # a paper budget of 50,000 calls costs under a minute
BenchmarkFold             ns/event  <= 10000   # 10,000 events in under 0.1 s
BenchmarkAppend/64        ns/record <= 200000
BenchmarkHeadlines        ms/study  <= 600     # 24 agents, 3 domains, 5 runs, 450 items, 10,000 draws
BenchmarkLeaderboard/24-agents ms/board <= 2000 # over 5,000 trials from the index
'
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
eval "$GO" test -p 1 -run "'^\$'" -bench . ./runner/student/llama ./runner/gateway ./results ./results/disk ./report/stats ./bench/internal/cli | tee "$figures"

echo
awk '
NR == FNR { sub(/#.*/, ""); if (NF == 4) { unit[$1] = $2; sense[$1] = $3; goal[$1] = $4; order[++n] = $1 } next }
/^Benchmark/ { name = $1; sub(/-[0-9]+$/, "", name); for (i = 3; i < NF; i += 2) figure[name, $(i + 1)] = $i }
END {
	printf "%-24s %12s %-10s %s\n", "benchmark", "figure", "unit", "goal"
	for (k = 1; k <= n; k++) {
		name = order[k]; got = figure[name, unit[name]]
		if (got == "") { none++; printf "%-24s %12s %-10s %s %s: no figure\n", name, "-", unit[name], sense[name], goal[name]; continue }
		met = sense[name] == ">=" ? got + 0 >= goal[name] + 0 : got + 0 <= goal[name] + 0
		printf "%-24s %12.0f %-10s %s %s: %s\n", name, got, unit[name], sense[name], goal[name], met ? "met" : "missed"
	}
	exit none > 0
}' <(echo "$goals") "$figures"
