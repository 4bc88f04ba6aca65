#!/usr/bin/env bash
# Imports the paper's three suites from their published files, lints them, and runs
# the four reference engineers on them in both workflows, end to end, with a small
# budget and the embedded teacher and student. Every trial must come to a score;
# scores near zero are what this student is worth there. Needs ./autodatabench and
# the data, which is not ours to hand on: without it, nothing is run, and that is
# said.
set -euo pipefail
cd "$(dirname "$0")/.."

data=${AUTODATABENCH_DATASETS:-../shared/datasets}
if [ ! -d "$data" ]; then
	echo "real-suites: SKIPPED, nothing was tried: there is no folder $data (set AUTODATABENCH_DATASETS to the published data)"
	exit 0
fi
program=$PWD/autodatabench
data=$(cd "$data" && pwd)
begin=$SECONDS
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$program" tasks import scibench --from "$data/scibench/original"
"$program" tasks import lcb-top --from "$data/lcb_top"
"$program" tasks import financereasoning --from "$data/financereasoning"
for task in scibench lcb-top financereasoning; do
	"$program" tasks lint "paper/$task"
done
cat >real.yaml <<-'EOF'
	name: real
	suite: paper
	domains: [science, code, finance]
	workflows: [one-shot, iterative]
	agents: [direct, pipeline, adaptive, careless]
	budget: {attempts: 3, iterations: 2, dataset_size: 60, min_rows: 30, teacher_calls: 600, teacher_calls_per_attempt: 300}
EOF
"$program" run real.yaml

# A trial that is not scored, or whose items are not those of the suites, fails.
"$program" status --json real | python3 -c '
import json, sys
sizes = {"science": 432, "code": 96, "finance": 837}
trials = json.load(sys.stdin)["trials"]
bad = 0
for t in trials:
    private = t["private"]
    if t["state"] != "scored" or t["valid_attempts"] > 0 and [s["total"] for s in private] != [sizes[t["domain"]]]:
        bad += 1
        print("not scored as it should be:", json.dumps(t))
print("real-suites: %d of %d trials scored, %d of them with a valid submission" % (len(trials) - bad, len(trials), sum(t["valid_attempts"] > 0 for t in trials)))
sys.exit(bad > 0 or len(trials) != 24)'
echo "real-suites: $((SECONDS - begin)) s"
