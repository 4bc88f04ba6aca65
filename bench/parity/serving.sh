#!/usr/bin/env bash
# Prints a folder for PYTHONPATH with what `transformers serve` needs beside the
# Python of python.sh, as serving.txt pins it. The first call makes it, beside
# that Python's environment. What it says goes to standard error.
set -euo pipefail
cd "$(dirname "$0")"

python=$(./python.sh)
digest=$(cat serving.txt serving.sh | sha256sum | cut -c1-12)
folder=$(dirname "$(dirname "$(dirname "$python")")")/serving-$digest
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9 # two at once: the second waits and finds it made
if [[ ! -e $folder/complete ]]; then
	rm -rf "$folder/packages"
	"$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary :all: --require-hashes --target "$folder/packages" -r serving.txt >&2
	PYTHONPATH=$folder/packages "$python" -c 'import fastapi, uvicorn'
	touch "$folder/complete"
fi
echo "$folder/packages"
