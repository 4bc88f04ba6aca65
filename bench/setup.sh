#!/usr/bin/env bash
# Checks what building, testing and running needs, before any of it starts; setup.sh build
# asks for what building needs alone.
# Missing Debian packages are installed where that is possible (root, apt-get);
# otherwise it says exactly what to install. Prints nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}

needed=()
command -v gcc >/dev/null || needed+=(gcc libc6-dev)
command -v git >/dev/null || needed+=(git)
command -v bwrap >/dev/null || needed+=(bubblewrap)
python3 -c '' 2>/dev/null || needed+=(python3)

if ((${#needed[@]})) && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
	echo "setup: installing ${needed[*]}" >&2
	export DEBIAN_FRONTEND=noninteractive
	install=(apt-get install -y -qq --no-install-recommends)
	# An outdated or absent package list fails the first time.
	"${install[@]}" "${needed[@]}" >/dev/null 2>&1 ||
		{ apt-get update -qq && "${install[@]}" "${needed[@]}"; } >/dev/null 2>&1 || true
fi

missing=()
command -v gcc >/dev/null || missing+=("gcc (SQLite is C): apt-get install gcc libc6-dev")
command -v git >/dev/null || missing+=("git: apt-get install git")
[[ $purpose == build ]] || command -v bwrap >/dev/null || missing+=("bubblewrap (the sandbox of agents' code): apt-get install bubblewrap")
[[ $purpose == build ]] || python3 -c '' 2>/dev/null || missing+=("python3 (agents write Python): apt-get install python3")
# An older go fetches the release that go.mod names, if it may.
if ! command -v go >/dev/null; then
	missing+=("Go 1.26 or newer: https://go.dev/dl/")
elif version=$(go env GOVERSION 2>/dev/null || echo none); ! [[ $version =~ ^go1\.([0-9]+) && ${BASH_REMATCH[1]} -ge 26 ]]; then
	missing+=("Go 1.26 or newer (this one is $(GOTOOLCHAIN=local go version 2>/dev/null | cut -d' ' -f3)): https://go.dev/dl/")
fi
if ((${#missing[@]})); then
	echo "setup: missing:" >&2
	printf '  %s\n' "${missing[@]}" >&2
	exit 1
fi
