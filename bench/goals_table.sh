#!/usr/bin/env bash
# goals_table.sh FIGURES [ABSENT]: the figures of benchmarks, with the goal and the peer's
# figure where there is one. A goal that is missed is said and fails nothing: machines
# differ. A goal without a figure fails, since its benchmark is gone or has another name,
# unless the pattern ABSENT names it: a peer that cannot be had here.
set -euo pipefail

# name, unit, goal, and the unit of the peer's figure
goals='
BenchmarkLoRATokens       tokens/s  >= 21000   # 500 rows, 3 epochs in about 5 s
BenchmarkPretrainTokens   tokens/s  >= 15000   # the embedded weights in 100 minutes
BenchmarkGenerateTokens   tokens/s  >= 12000   # 300 answers in about 1 s
BenchmarkMatmul           GFLOP/s   >= 80      OpenBLAS-GFLOP/s
BenchmarkTrainingAgainstPyTorch   tokens/s > peer PyTorch-tokens/s
BenchmarkGenerationAgainstPyTorch tokens/s > peer PyTorch-tokens/s
BenchmarkTrainingShare    share-%   >= 70      # of the rate of the products of the layers alone
BenchmarkDemo             s         <= 150     # the trials and the table of make demo, on two cores
BenchmarkDemo             busy-%    >= 95
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
awk -v absent="${2:-}" '
function round(x) { return x + 0 < 100 ? sprintf("%.2f", x) : sprintf("%.0f", x) }
NR == FNR { sub(/#.*/, ""); if (NF >= 4) { name[++n] = $1; unit[n] = $2; sense[n] = $3; goal[n] = $4; peer[n] = $5 } next }
/^Benchmark/ { at = $1; sub(/-[0-9]+$/, "", at); for (i = 3; i < NF; i += 2) figure[at, $(i + 1)] = $i }
END {
	printf "%-33s %10s %-13s %-18s %s\n", "benchmark", "figure", "unit", "goal", "peer"
	for (k = 1; k <= n; k++) {
		got = figure[name[k], unit[k]]
		other = peer[k] == "" ? "" : figure[name[k], peer[k]] == "" ? "no " peer[k] ": not there" : round(figure[name[k], peer[k]]) " " peer[k]
		least = goal[k] == "peer" ? figure[name[k], peer[k]] : goal[k]
		met = sense[k] == "<=" ? got + 0 <= least + 0 : sense[k] == ">" ? got + 0 > least + 0 : got + 0 >= least + 0
		said = met ? "met" : "missed"
		if (got == "") { said = "no figure"; if (absent == "" || name[k] !~ absent) none++ }
		printf "%-33s %10s %-13s %-18s %s\n", name[k], got == "" ? "-" : round(got), unit[k], sense[k] " " goal[k] ": " said, other
	}
	exit none > 0
}' <(echo "$goals") "$1"
