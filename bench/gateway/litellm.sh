#!/usr/bin/env bash
# Prints the path of the program litellm, as requirements.txt pins it. The first call
# makes its virtual environment in $XDG_CACHE_HOME/autodatabench (~/.cache/autodatabench),
# named after the digest of what it is made from; later calls find it there. Where it
# cannot be had, it says why on standard error, loudly, and prints nothing: the
# measurement leaves that column out.
set -euo pipefail
cd "$(dirname "$0")"

python=${PYTHON:-python3}
without() { echo "bench-gateway: WITHOUT LITELLM: $1" >&2; exit 0; }
"$python" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null ||
	without "$python is no Python 3.11 with venv, for which requirements.txt has the digests; PYTHON=... names another"

digest=$(cat requirements.txt litellm.sh | sha256sum | cut -c1-12)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/autodatabench/litellm-$digest
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9 # two at once: the second waits and finds it made
if [[ ! -e $folder/complete ]]; then
	echo "bench-gateway: downloading what requirements.txt pins from PyPI, 300 MB, into $folder" >&2
	"$python" -m venv --clear "$folder/venv" >&2 || without "no virtual environment could be made"
	"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements.txt >&2 ||
		without "it could not be downloaded"
	touch "$folder/complete"
fi
echo "$folder/venv/bin/litellm"
