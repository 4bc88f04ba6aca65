#!/usr/bin/env bash
# Makes the archives of a release: one for each system, with its bill of materials, and
# SHA256SUMS over all. The same commit gives the same bytes. Called by make release:
# VERSION is required, DIST (dist) is the folder, SYSTEMS chooses.
set -euo pipefail
cd "$(dirname "$0")/.."
systems=${SYSTEMS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64}
dist=${DIST:-dist}
bill=github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

die() {
	echo "release: $*" >&2
	exit 1
}
[[ ${VERSION:-} =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || die "VERSION must be as v0.1.0, got \"${VERSION:-}\""
grep -qxF "## ${VERSION%%-*}" bench/doc/changelog.md || die "bench/doc/changelog.md has no heading \"## ${VERSION%%-*}\": move the fragments there first"
[[ -n ${ALLOW_DIRTY:-} || -z $(git status --porcelain) ]] || die "there are changes that no commit has (ALLOW_DIRTY=1 builds all the same)"

module=$(go list -m)
commit=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
mkdir -p "$dist"
rm -f "$dist/SHA256SUMS"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for system in $systems; do
	os=${system%/*} arch=${system#*/}
	name=autodatabench-$VERSION-$os-$arch
	mkdir "$work/$name"
	program=$work/$name/autodatabench
	[[ $os != windows ]] || program+=.exe
	# Nothing of this machine or of the checkout goes in, but the version and the commit.
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -buildvcs=false \
		-ldflags "-s -w -buildid= -X $module/bench/internal/setup.release=$VERSION -X $module/bench/internal/setup.commit=$commit" \
		-o "$program" ./bench
	GOFLAGS='' go run "$bill" bin -json -noserial -notimestamp -version "$VERSION" -output "$work/$name/sbom.cdx.json" "$program" 2>/dev/null ||
		die "the bill of materials of $system failed"
	cp LICENSE README.md bench/doc/changelog.md "$work/$name/"
	python3 bench/archive.py "$work/$name" "$dist"
	echo "release: $name"
done
(cd "$dist" && sha256sum autodatabench-"$VERSION"-* >SHA256SUMS)
echo "release: $dist/SHA256SUMS"
