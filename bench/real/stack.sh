#!/usr/bin/env bash
# Prints variables of the real stack as the shell reads them, and makes what they name on
# the first call: PARITY_PYTHON (hf), REAL_PYTHON, REAL_VLLM, REAL_MODEL (SmolLM2-135M as
# a folder) and REAL_GGUF (the same for llama.cpp).
set -euo pipefail
cd "$(dirname "$0")"
hf=$(../parity/python.sh)
real=$(./python.sh)
cache=$(dirname "$(dirname "$(dirname "$real")")")
model=$cache/SmolLM2-135M-Instruct
exec 9>"$cache/weights.lock"
flock 9 # two at once: the second waits and finds it made
if [[ ! -e $model/complete ]]; then
	echo "real: writing SmolLM2-135M-Instruct into $model" >&2
	HF_HUB_OFFLINE=1 "$real" weights.py "$model" >"$cache/gguf" 2>"$cache/weights.log" || { tail -20 "$cache/weights.log" >&2; exit 1; }
	touch "$model/complete"
fi
printf '%s=%q\n' PARITY_PYTHON "$hf" REAL_PYTHON "$real" REAL_VLLM "$(dirname "$real")/vllm" REAL_MODEL "$model" REAL_GGUF "$(cat "$cache/gguf")"
