#!/usr/bin/env bash
# test.sh: the tests of the real stack, and the demo as one of them. Where PyPI cannot be
# reached, that is said in capitals and is no failure: nothing of this project failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! stack=$(bench/real/stack.sh); then
	echo "real-test: SKIPPED AS A WHOLE: its environments could not be made; is PyPI reached? What failed stands above." >&2
	exit 0
fi
eval "$stack"
export PARITY_PYTHON REAL_PYTHON REAL_VLLM REAL_MODEL REAL_GGUF
"${GO:-go}" test -json -timeout 60m -count=1 -tags real -run '^TestReal' ./runner/student | "${GO:-go}" run ./bench/internal/testsum real-test
