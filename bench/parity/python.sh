#!/usr/bin/env bash
# Prints the path of a Python with PyTorch (CPU), transformers, PEFT, tokenizers
# and openai as requirements.txt pins them; see environment.sh.
set -euo pipefail
exec "$(dirname "$0")/environment.sh" parity requirements.txt "transformers, peft, tokenizers, openai"
