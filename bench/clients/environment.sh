#!/usr/bin/env bash
# Prints the path of a Python with the clients that requirements.txt pins. The
# first call makes its virtual environment in $XDG_CACHE_HOME/autodatabench
# (~/.cache/autodatabench), named after the digest of what it is made from; later
# calls find it there. What it says goes to standard error.
set -euo pipefail
cd "$(dirname "$0")"

python=${PYTHON:-python3}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [[ ! $version =~ ^3\.(1[1-4])$ ]] || ! "$python" -c 'import ensurepip' 2>/dev/null; then
	echo "clients: needs Python 3.11 to 3.14 with venv, $python is $version; PYTHON=... names another" >&2
	exit 1
fi
digest=$(cat requirements.txt environment.sh | sha256sum | cut -c1-12)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/autodatabench/clients-$version-$digest
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9 # two at once: the second waits and finds it made
if [[ ! -e $folder/complete ]]; then
	begin=$SECONDS
	echo "clients: downloading what requirements.txt pins from PyPI, 300 MB, into $folder, 1.3 GB" >&2
	"$python" -m venv --clear "$folder/venv"
	"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes -r requirements.txt >&2
	LITELLM_LOCAL_MODEL_COST_MAP=True "$folder/venv/bin/python" -c 'import openai, anthropic, litellm, inspect_ai, lm_eval, llm'
	touch "$folder/complete"
	echo "clients: made in $((SECONDS - begin)) s" >&2
fi
echo "$folder/venv/bin/python"
