#!/usr/bin/env bash
# Builds and vets the program without cgo for every system on which it reads results, and
# runs here the tests of what it does there. Called by make cross; SYSTEMS chooses.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
systems=${SYSTEMS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64}

# The tests of runner's packages are of Linux. What the program needs of these
# packages is compiled by the build.
read=(./results/... ./report/... ./tasks/... ./agents/... ./bench ./bench/internal/cli
	./bench/internal/doctor ./bench/internal/plan ./bench/internal/recorded ./bench/internal/setup)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for system in $systems; do
	begin=$SECONDS
	export GOOS=${system%/*} GOARCH=${system#*/}
	go build -o "$work/autodatabench" ./bench
	go vet "${read[@]}"
	echo "cross: $system builds and is vetted, $((SECONDS - begin)) s"
done
unset GOOS GOARCH

# The commands that read, on experiments of milliseconds; those that run are Linux's.
go test -json ./results/... ./report/... ./tasks/... >"$work/tests.json" || true
go test -json ./bench/internal/cli -run \
	'^Test(Help|Candidates|Refused|FlagsFirst|Every|Exit|CodeOf|Say|Status|NoChangedNumberRanks|Copies|Foreign|OneBroken|CorruptIndex|ReadOnly|TrialsOfAnother|ForgeriesAreNamed)|^TestScripts$/^(usage|judge|names|import)$' \
	>>"$work/tests.json" || true
go run ./bench/internal/testsum cross <"$work/tests.json"
