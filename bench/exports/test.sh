#!/usr/bin/env bash
# Gives the files of `export` to the programs that they are for, and runs the notebook.
# In continuous integration (CI set) nothing fails where PyPI cannot be reached; that is
# said aloud, and nothing was tested then. Reads GO.
set -euo pipefail
cd "$(dirname "$0")/../.."

status=0
python=$(bench/exports/environment.sh) || status=$?
if ((status != 0)); then
	if [[ $status == 75 && -n ${CI:-} ]]; then
		echo "export-test: SKIPPED: its packages cannot be downloaded from PyPI, so that NOTHING was tested"
		exit 0
	fi
	exit "$status"
fi
"${GO:-go}" test -json -count=1 -timeout 20m -tags exports -run '^(TestExportsAreRead|TestNotebook)$' ./bench/internal/cli -exports-python "$python" |
	"${GO:-go}" run ./bench/internal/testsum export-test
