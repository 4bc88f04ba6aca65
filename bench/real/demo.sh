#!/usr/bin/env bash
# demo.sh OUT: the paper's path with real models on a CPU. Makes what stack.sh makes,
# starts llama.cpp's server for teacher and agent, makes the task of pairs.csv, runs
# experiment.yaml in OUT, and runs one of its trials again after its record. With
# LLAMAFACTORY=1 one more trial has its student trained by LLaMA-Factory.
set -euo pipefail
cd "$(dirname "$0")/../.."
stack=$(bench/real/stack.sh)
eval "$stack"
if [[ -n ${LLAMAFACTORY:-} ]]; then factory=$(bench/parity/llamafactory.sh); fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
program=$PWD/autodatabench
here=$PWD/bench/real

begin=$SECONDS
work=$(mktemp -d) # outside of OUT, which no agent may see
server=
end() {
	if [[ -n $server ]]; then kill "$server" 2>/dev/null || true; fi
	rm -rf "$work"
}
trap end EXIT
port=$("$REAL_PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
touch "$work/llama.log"
"$REAL_PYTHON" bench/real/llama.py "$REAL_GGUF" "$port" >"$work/llama.log" 2>&1 &
server=$!
until grep -q '^listening at' "$work/llama.log"; do
	kill -0 "$server" 2>/dev/null || { tail -5 "$work/llama.log" >&2; exit 1; }
	sleep 0.5
done

cp -r bench/real/agents bench/real/experiment.yaml "$work"
sed -i "s|^runs: .*|runs: ${RUNS:-2}|" "$work/experiment.yaml"
sed -i "s|PORT|$port|" "$work"/agents/*.yaml "$work/experiment.yaml"
sed -i "s|MODEL|$REAL_MODEL|; s|HF_PYTHON|$PARITY_PYTHON|; s|VLLM|$REAL_VLLM|" "$work/experiment.yaml"
cd "$work"
agents=(--agent-file agents/writer.yaml --agent-file agents/engineer.yaml)
"$program" tasks new --from "$here/pairs.csv" --source "written for this demo" --licence CC0-1.0 --evaluator contains --ignore-case capitals
sed -i 's/max_tokens: [0-9]*/max_tokens: 32/' capitals/task.yaml
"$program" tasks lint capitals
"$program" doctor --out "$out" "${agents[@]}" experiment.yaml
"$program" run --out "$out" "${agents[@]}" experiment.yaml
"$program" run --out "$out" --replay "$out/real/trials/capitals/one-shot-scratch/engineer/run-1" --replay-teacher
if [[ -n ${LLAMAFACTORY:-} ]]; then
	sed "s|^name: .*|name: real-llamafactory|; s|^agents: .*|agents: [engineer]|; s|^runs: .*|runs: 1|; s|train: hf|train: llamafactory|; s|python: [^,]*|llamafactory: $factory|" experiment.yaml >llamafactory.yaml
	"$program" run --out "$out" --agent-file agents/engineer.yaml llamafactory.yaml
fi
echo "real-demo: took $((SECONDS - begin)) s after the downloads; its folders are in $out"
echo "A student of 135 million parameters shows that the path works, and not which agent is better: 28 private questions and two runs decide nothing."
