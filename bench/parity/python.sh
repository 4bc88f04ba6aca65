#!/usr/bin/env bash
# Prints the path of a Python with PyTorch (CPU), transformers, PEFT, tokenizers
# and openai as requirements.txt pins them. The first call makes its virtual
# environment in $XDG_CACHE_HOME/autodatabench (~/.cache/autodatabench), named
# after the digest of what it is made from; later calls find it there. What it
# says goes to standard error.
set -euo pipefail
cd "$(dirname "$0")"

python=${PYTHON:-python3}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [[ ! $version =~ ^3\.(1[1-4])$ ]]; then
	echo "parity: needs Python 3.11 to 3.14, $python is $version; PYTHON=... names another" >&2
	exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
	if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
		{ apt-get install -y -qq "python$version-venv" || { apt-get update -qq && apt-get install -y -qq "python$version-venv"; }; } >/dev/null 2>&1 || true
	fi
	"$python" -c 'import ensurepip' 2>/dev/null || { echo "parity: missing: apt-get install python$version-venv" >&2; exit 1; }
fi
for tool in gcc nm objdump flock; do
	command -v "$tool" >/dev/null || { echo "parity: missing: $tool (apt-get install gcc binutils util-linux)" >&2; exit 1; }
done

digest=$(cat requirements.txt nocuda.sh python.sh | sha256sum | cut -c1-12)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/autodatabench/parity-$version-$digest
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9 # two at once: the second waits and finds it made
if [[ ! -e $folder/complete ]]; then
	begin=$SECONDS
	echo "parity: downloading PyTorch, transformers, PEFT and what they need from PyPI, 600 MB, into $folder, 1.6 GB" >&2
	"$python" -m venv --clear "$folder/venv"
	"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary :all: --require-hashes -r requirements.txt >&2
	./nocuda.sh "$("$folder/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch/lib"
	"$folder/venv/bin/python" -c 'import torch, transformers, peft, tokenizers, openai; assert not torch.cuda.is_available()'
	touch "$folder/complete"
	echo "parity: made in $((SECONDS - begin)) s" >&2
fi
echo "$folder/venv/bin/python"
