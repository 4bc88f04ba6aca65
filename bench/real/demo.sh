#!/usr/bin/env bash
# demo.sh OUT: the paper's path with real models on a CPU. Makes the environments and the
# weights, once and in the cache, starts llama.cpp's server for teacher and agent, makes
# the task of pairs.csv, and runs experiment.yaml in OUT.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "$1"
out=$(cd "$1" && pwd)
program=$PWD/autodatabench
here=$PWD/bench/real

hf=$(bench/parity/python.sh)
real=$(bench/real/python.sh)
cache=$(dirname "$(dirname "$(dirname "$real")")")
model=$cache/SmolLM2-135M-Instruct
(
	flock 9
	if [[ ! -e $model/complete ]]; then
		echo "real-demo: writing SmolLM2-135M-Instruct into $model" >&2
		HF_HUB_OFFLINE=1 "$real" bench/real/weights.py "$model" >"$cache/gguf" 2>"$cache/weights.log" || { cat "$cache/weights.log" >&2; exit 1; }
		touch "$model/complete"
	fi
) 9>"$cache/weights.lock"
gguf=$(cat "$cache/gguf")

begin=$SECONDS
work=$(mktemp -d)
server=
end() {
	if [[ -n $server ]]; then kill "$server" 2>/dev/null || true; fi
	rm -rf "$work"
}
trap end EXIT
port=$("$real" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$real" bench/real/llama.py "$gguf" "$port" >"$work/llama.log" 2>&1 &
server=$!
for ((i = 0; i < 120; i++)); do
	if grep -q '^listening at' "$work/llama.log"; then break; fi
	kill -0 "$server" 2>/dev/null || { tail -5 "$work/llama.log" >&2; exit 1; }
	sleep 0.5
done

cp -r bench/real/agents bench/real/experiment.yaml "$work"
sed -i "s|PORT|$port|" "$work"/agents/*.yaml "$work/experiment.yaml"
sed -i "s|MODEL|$model|; s|HF_PYTHON|$hf|; s|VLLM|$(dirname "$real")/vllm|" "$work/experiment.yaml"
cd "$work"
agents=(--agent-file agents/writer.yaml --agent-file agents/engineer.yaml)
"$program" tasks new --from "$here/pairs.csv" --source "written for this test" --licence CC0-1.0 --evaluator contains --ignore-case capitals
sed -i 's/max_tokens: [0-9]*/max_tokens: 32/' capitals/task.yaml
"$program" tasks lint capitals
"$program" doctor --out "$out" "${agents[@]}" experiment.yaml
"$program" run --out "$out" "${agents[@]}" experiment.yaml
echo "real-demo: took $((SECONDS - begin)) s after the downloads; its folders are in $out"
echo "A student of 135 million parameters shows that the path works, and not which agent is better: 28 private questions and two runs decide nothing."
