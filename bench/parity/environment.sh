#!/usr/bin/env bash
# environment.sh NAME REQUIREMENTS IMPORTS [MEND]: prints the path of a Python that has
# what the file REQUIREMENTS pins, PyTorch (CPU) among it, and can import the
# modules IMPORTS. The first call makes its virtual environment in
# $XDG_CACHE_HOME/autodatabench (~/.cache/autodatabench), named after the digest of
# what it is made from; later calls find it there. MEND is a script that gets the
# folder of the installed packages before they are imported. What this one says goes
# to standard error.
set -euo pipefail
cd "$(dirname "$0")"
name=$1 requirements=$2 imports=$3 mend=${4:-}

python=${PYTHON:-python3}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [[ ! $version =~ ^3\.(1[1-4])$ ]]; then
	echo "$name: needs Python 3.11 to 3.14, $python is $version; PYTHON=... names another" >&2
	exit 1
fi
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
	if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
		{ apt-get install -y -qq "python$version-venv" || { apt-get update -qq && apt-get install -y -qq "python$version-venv"; }; } >/dev/null 2>&1 || true
	fi
	"$python" -c 'import ensurepip' 2>/dev/null || { echo "$name: missing: apt-get install python$version-venv" >&2; exit 1; }
fi
for tool in gcc nm objdump flock; do
	command -v "$tool" >/dev/null || { echo "$name: missing: $tool (apt-get install gcc binutils util-linux)" >&2; exit 1; }
done

digest=$(cat "$requirements" nocuda.sh environment.sh ${mend:+"$mend"} | sha256sum | cut -c1-12)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/autodatabench/$name-$version-$digest
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9 # two at once: the second waits and finds it made
if [[ ! -e $folder/complete ]]; then
	begin=$SECONDS
	echo "$name: downloading what $requirements pins from PyPI, 600 MB or more, into $folder, 2 GB" >&2
	"$python" -m venv --clear "$folder/venv"
	"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary :all: --require-hashes -r "$requirements" >&2
	library=$("$folder/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
	./nocuda.sh "$library/torch/lib"
	rm -f "$library"/torchaudio/lib/*.so # of one version of CUDA; without them it is Python alone
	if [[ -n $mend ]]; then "$mend" "$library"; fi
	HF_HUB_OFFLINE=1 "$folder/venv/bin/python" -c "import $imports, torch; assert not torch.cuda.is_available()"
	touch "$folder/complete"
	echo "$name: made in $((SECONDS - begin)) s" >&2
fi
echo "$folder/venv/bin/python"
