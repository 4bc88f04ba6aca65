#!/usr/bin/env bash
# Prints the path of a Python with what requirements.txt and eee.txt pin. The first
# call makes its virtual environment in $XDG_CACHE_HOME/autodatabench
# (~/.cache/autodatabench), named after the digest of what it is made from; later
# calls find it there. What it says goes to standard error. It ends with 75 where the
# packages cannot be downloaded.
set -euo pipefail
cd "$(dirname "$0")"

python=${PYTHON:-python3}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [[ ! $version =~ ^3\.(1[1-4])$ ]] || ! "$python" -c 'import ensurepip' 2>/dev/null; then
	echo "exports: needs Python 3.11 to 3.14 with venv, $python is $version; PYTHON=... names another" >&2
	exit 1
fi
digest=$(cat requirements.txt eee.txt environment.sh | sha256sum | cut -c1-12)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/autodatabench/exports-$version-$digest
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9 # two at once: the second waits and finds it made
if [[ ! -e $folder/complete ]]; then
	begin=$SECONDS
	echo "exports: downloading what requirements.txt pins from PyPI, 180 MB, into $folder, 600 MB" >&2
	"$python" -m venv --clear "$folder/venv"
	pip=("$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes)
	if ! "${pip[@]}" -r requirements.txt >&2 || ! "${pip[@]}" --ignore-requires-python -r eee.txt >&2; then
		echo "exports: the packages cannot be downloaded" >&2
		exit 75
	fi
	"$folder/venv/bin/python" -c 'import inspect_ai.log, every_eval_ever.validator.validate, polars, matplotlib, jsonschema'
	touch "$folder/complete"
	echo "exports: made in $((SECONDS - begin)) s" >&2
fi
echo "$folder/venv/bin/python"
