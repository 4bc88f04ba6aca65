#!/usr/bin/env bash
# Makes a domain of one's own from 40 pairs by the commands of bench/doc/own-domain.md, to the
# letter, and runs it. Then imports the paper's three suites from their published
# files, lints them, and runs the four reference engineers on them in both
# workflows, end to end, with a small budget and the embedded teacher and student.
# Every trial must come to a score, and every domain must have a valid submission
# in each workflow; scores near zero are what this student is worth there. Needs
# ./autodatabench; the suites need the data, which is not ours to hand on: without
# it, none is run, and that is said.
set -euo pipefail
cd "$(dirname "$0")/.."

data=${AUTODATABENCH_DATASETS:-../shared/datasets}
program=$PWD/autodatabench
page=$PWD/bench/doc/own-domain.md
if [ -d "$data" ]; then data=$(cd "$data" && pwd); else missing=$data data=; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ln -s "$program" autodatabench

# Prints the page's commands up to the first run.
own_domain() {
	awk '/^```/{inside = !inside; next} inside && /^\.\/autodatabench/{print; if ($2 == "run") exit}' "$page"
}

begin=$SECONDS
echo question,answer >pairs.csv
for n in $(seq 40); do
	echo "What is $n plus $((3 * n))?,$((4 * n))" >>pairs.csv
done
own_domain >own-domain.sh
if [ "$(grep -cE '^\./autodatabench (tasks (new|lint|show)|run) ' own-domain.sh)" != 4 ]; then
	echo "real-suites: $page does not make, lint, show and run a domain with its first four commands"
	exit 1
fi
bash -euo pipefail -x own-domain.sh
./autodatabench status --json first-try | python3 -c '
import json, sys
trials = json.load(sys.stdin)["trials"]
for t in trials:
    print("own domain: %s, valid submissions: %d, private score: %s" % (t["state"], t["valid_attempts"], json.dumps(t["private"])))
sys.exit([t["state"] for t in trials] != ["scored"] or [s["total"] for s in trials[0]["private"]] != [28] or trials[0]["valid_attempts"] == 0)'
echo "real-suites: own domain from a CSV of 40 pairs to a scored run: $((SECONDS - begin)) s (goal: under 600 s)"

if [ -z "$data" ]; then
	echo "real-suites: SKIPPED, no suite was tried: there is no folder $missing (set AUTODATABENCH_DATASETS to the published data)"
	exit 0
fi
begin=$SECONDS
./autodatabench tasks import scibench --from "$data/scibench/original"
./autodatabench tasks import lcb-top --from "$data/lcb_top"
./autodatabench tasks import financereasoning --from "$data/financereasoning"
for task in scibench lcb-top financereasoning; do
	./autodatabench tasks lint "paper/$task"
done
cat >real.yaml <<-'YAML'
	name: real
	suite: paper
	domains: [science, code, finance]
	workflows: [one-shot, iterative]
	agents: [direct, pipeline, adaptive, careless]
	budget: {attempts: 3, iterations: 2, dataset_size: 60, min_rows: 30, teacher_calls: 600, teacher_calls_per_attempt: 300}
YAML
./autodatabench run real.yaml

# A trial that is not scored, or whose items are not those of the suites, fails,
# and so does a domain and workflow without a valid submission that was scored.
./autodatabench status --json real | python3 -c '
import json, sys
sizes = {"science": 432, "code": 96, "finance": 837}
trials = json.load(sys.stdin)["trials"]
bad, valid = 0, dict.fromkeys([(d, w) for d in sizes for w in ("one-shot", "iterative")], 0)
for t in trials:
    if t["state"] != "scored" or t["valid_attempts"] > 0 and [s["total"] for s in t["private"]] != [sizes[t["domain"]]]:
        bad += 1
        print("not scored as it should be:", json.dumps(t))
    elif t["valid_attempts"] > 0:
        valid[t["domain"], t["workflow"]] += 1
for (domain, workflow), n in valid.items():
    print("real-suites: %s, %s: %d trials with a valid, scored submission" % (domain, workflow, n))
print("real-suites: %d of %d trials scored, %d of them with a valid submission" % (len(trials) - bad, len(trials), sum(valid.values())))
sys.exit(bad > 0 or len(trials) != 24 or 0 in valid.values())'
echo "real-suites: the three suites: $((SECONDS - begin)) s"
