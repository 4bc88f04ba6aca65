#!/usr/bin/env bash
# Runs the tests of web pages in a real browser (build tag browser): Chromium of Debian's
# packages, and axe-core of npm's registry, which finds what keeps people out. SHOTS=folder
# keeps pictures of each kind of page.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
	echo "browser: SKIPPED, nothing was tested: $1" >&2
	echo "browser: 0 of 1 passed, 1 skipped, 0 s"
	exit 0
}

if ! command -v chromium >/dev/null; then
	[[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || skip "there is no program chromium; install Debian's package of that name"
	export DEBIAN_FRONTEND=noninteractive
	apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 ||
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 || skip "chromium cannot be installed"
fi

version=4.14.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/autodatabench/axe-core-$version
if [[ ! -s $cache/axe.min.js ]]; then
	mkdir -p "$cache"
	curl -fsSL --retry 3 "$(npm config get registry 2>/dev/null || echo https://registry.npmjs.org/)axe-core/-/axe-core-$version.tgz" |
		tar -xz -C "$cache" --strip-components=1 package/axe.min.js || skip "axe-core cannot be fetched from npm's registry"
fi

AXE=$cache/axe.min.js $GO test -json -count=1 -timeout 10m $TAGS -run '^TestBrowser' ./bench/internal/cli | $GO run ./bench/internal/testsum browser
