#!/usr/bin/env bash
# Measures back end hf on this machine, with random weights of Llama's shapes:
# training in tokens/s and model FLOP utilisation (4N a token), unpacked and packed,
# rows of 400 and 800 tokens; generation in tokens/s; how soon a resident worker
# starts a second training; peak memory; 1, 2, 4 and 8 trials in one pass
# (batch_trials) in trials an hour; other trainers on the same rows; 839 items asked of
# vLLM. Prints Markdown tables with the machine.
#
#     bench/doc/gpu/measure.sh --python PYTHON [--program ./autodatabench]
#         [--shape tiny|1b|8b]... [--device cuda|cpu] [--updates 12] [--mini]
#         [--llamafactory CLI] [--unsloth PYTHON] [--automodel PYTHON] [--vllm VLLM]
#         [--model FOLDER] [--precision bf16|float32] [--items 839] [--trials 8]
#
# PYTHON is of an environment with torch, transformers and peft. Each of the others is in
# an environment of its own, and one that is not named is a row that says so. --shape tiny
# with --device cpu tries the script on any machine. Weights go to a temporary folder
# (TMPDIR; 17 GB for 8b) that is removed afterwards; --model takes a folder in place of
# random weights. --trials is how many share a pass at the most. The precision is bf16, and
# float32 on the CPU. --mini adds one trial of suite mini from end to end on the device and on
# the CPU (mini.sh). Needs no network.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=python3 program=$here/../../../autodatabench device=cuda updates=12 shapes=() more=() precision= items=839 trials=8 mini=
while [[ $# -gt 0 ]]; do
	case $1 in
	--mini)
		mini=yes
		shift
		continue
		;;
	--python) python=$2 ;;
	--program) program=$2 ;;
	--shape) shapes+=(--shape "$2") ;;
	--device) device=$2 ;;
	--updates) updates=$2 ;;
	--precision) precision=$2 ;;
	--items) items=$2 ;;
	--trials) trials=$2 ;;
	--llamafactory | --unsloth | --automodel | --vllm | --model) more+=("$1" "$2") ;;
	*) echo "measure: unknown $1" >&2; exit 2 ;;
	esac
	shift 2 || { echo "measure: $1 needs a value" >&2; exit 2; }
done
[[ $precision ]] || { precision=bf16; [[ $device == cuda ]] || precision=float32; }
[[ ${#shapes[@]} -gt 0 ]] || shapes=(--shape 1b --shape 8b)
[[ -x $program ]] || { echo "measure: $program is missing: run make build, or give --program" >&2; exit 5; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" student export "$work/tokenizer" >/dev/null # the shapes borrow its tokenizer
"$python" "$here/measure.py" --worker "$here/../../../runner/student/hf/worker.py" --tokenizer "$work/tokenizer" \
	--work "$work" --device "$device" --updates "$updates" --precision "$precision" --items "$items" --trials "$trials" "${shapes[@]}" "${more[@]}"
if [[ $mini ]]; then
	mkdir "$work/mini"
	echo
	"$here/mini.sh" "$program" "$python" "$device" "$work/mini"
fi
