#!/usr/bin/env bash
# test.sh: the tests of the real stack, and the demo as one of them; with SHORT=1 without
# the demo. Where PyPI cannot be reached, that is said in capitals and is no failure:
# nothing of this project failed. Everything else that keeps the environments from being
# made is a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."

# pypi asks the index that pip is set up for, with the environment in the folder.
pypi() {
	"$1/venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --retries 2 --timeout 20 --dest "$1" idna >&2
}

if ! stack=$(bench/real/stack.sh); then
	probe=$(mktemp -d)
	trap 'rm -rf "$probe"' EXIT
	"${PYTHON:-python3}" -m venv "$probe/venv" # that this fails says nothing of PyPI, and ends the script
	if pypi "$probe"; then
		echo "real-test: FAILED: its environments could not be made, and PyPI is reached. What failed stands above." >&2
		exit 1
	fi
	echo "real-test: SKIPPED AS A WHOLE: PyPI cannot be reached, and its environments are not made yet." >&2
	exit 0
fi
eval "$stack"
export PARITY_PYTHON REAL_PYTHON REAL_VLLM REAL_MODEL REAL_GGUF
but=()
if [[ -n ${SHORT:-} ]]; then
	echo "real-test: SHORT: without TestRealDemo, the paper's path from the task to the leaderboard"
	but=(-skip '^TestRealDemo$')
fi
"${GO:-go}" test -json -timeout 60m -count=1 -tags real -run '^TestReal' "${but[@]}" ./runner/student | "${GO:-go}" run ./bench/internal/testsum real-test
