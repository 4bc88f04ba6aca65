#!/usr/bin/env bash
# Runs the benchmarks of the parts that bound a run and prints their goals beside
# the figures. A goal that is missed is said and fails nothing: machines differ. A
# goal without a figure fails, since its benchmark is gone or has another name.
# Goals are for two idle cores. Where others use the machine too, the figures of processor
# time (cpu-) say more than those of time. One package at a time (-p 1): nothing is
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
BenchmarkLargeBoard       ms/board  <= 2000     # 50,000 trials from the index
BenchmarkLargeBoard       cpu-ms/board <= 4000  # the same, of the two cores
BenchmarkLargeBoard       MB/board  <= 600
BenchmarkReindex/rebuild  folders/s >= 500      # 5,000 folders with all checks of the record
BenchmarkReindex/rebuild  cpu-ms/folder <= 4    # the same, of the two cores
BenchmarkResume           ms/resume <= 1000     # a trial with 50,000 answered calls
BenchmarkResume           cpu-ms/resume <= 1000
'
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
eval "$GO" test -p 1 -run "'^\$'" -bench . ./runner/student/llama ./runner/gateway ./results ./results/disk ./report/stats ./bench/internal/cli | tee "$figures"

echo
awk '
NR == FNR { sub(/#.*/, ""); if (NF == 4) { name[++n] = $1; unit[n] = $2; sense[n] = $3; goal[n] = $4 } next }
/^Benchmark/ { at = $1; sub(/-[0-9]+$/, "", at); for (i = 3; i < NF; i += 2) figure[at, $(i + 1)] = $i }
END {
	printf "%-30s %12s %-13s %s\n", "benchmark", "figure", "unit", "goal"
	for (k = 1; k <= n; k++) {
		got = figure[name[k], unit[k]]
		if (got == "") { none++; printf "%-30s %12s %-13s %s %s: no figure\n", name[k], "-", unit[k], sense[k], goal[k]; continue }
		met = sense[k] == ">=" ? got + 0 >= goal[k] + 0 : got + 0 <= goal[k] + 0
		printf "%-30s %12s %-13s %s %s: %s\n", name[k], got + 0 < 100 ? sprintf("%.2f", got) : sprintf("%.0f", got), unit[k], sense[k], goal[k], met ? "met" : "missed"
	}
	exit none > 0
}' <(echo "$goals") "$figures"
