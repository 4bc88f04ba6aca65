#!/usr/bin/env bash
# Prints the path of a Python with SkyRL tx's server on the CPU and the SDK of the Tinker
# API, as requirements.txt pins them; see ../parity/environment.sh.
set -euo pipefail
exec "$(dirname "$0")/../parity/environment.sh" tinker ../tinker/requirements.txt "jax, flax, optax, fastapi, tinker, peft"
