#!/usr/bin/env bash
# Makes the archives of one system twice and sees that they are the
# same, that the checksums hold and that the program in them says its version.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export VERSION=v0.1.0 ALLOW_DIRTY=1 SYSTEMS=linux/amd64
DIST="$work/one" bench/release.sh
DIST="$work/two" bench/release.sh
cmp "$work/one/SHA256SUMS" "$work/two/SHA256SUMS"
cd "$work/one"
sha256sum --quiet -c SHA256SUMS
tar -xzf autodatabench-*-linux-amd64.tar.gz
said=$(autodatabench-*/autodatabench version --json)
grep -q '"version": "v0.1.0"' <<<"$said" && grep -qE '"commit": "[0-9a-f]{40}"' <<<"$said" || {
	echo "release: the program says $said" >&2
	exit 1
}
grep -q '"bomFormat": "CycloneDX"' autodatabench-*/sbom.cdx.json
grep -q modernc.org/sqlite autodatabench-*/sbom.cdx.json
echo "release: the same bytes twice"
