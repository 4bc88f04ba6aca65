#!/usr/bin/env bash
# Checks that what is generated is what it is made from: go.mod is tidy, go
# generate changes no file, and the embedded weights are those that their record
# names. (Making the weights again takes 85 minutes: student pretrain.)
set -euo pipefail
cd "$(dirname "$0")/.."

go mod tidy -diff
state() { git ls-files -z --cached --others --exclude-standard | xargs -0 sha256sum 2>/dev/null | sha256sum; }
before=$(state)
eval "$GO" generate ./...
if [[ $(state) != "$before" ]]; then
	echo "generate-check: go generate changed files:" >&2
	git status --short >&2
	exit 1
fi
eval "$GO" test -count=1 -run TestWeightsRecord ./bench/internal/archtest
echo "generate-check: clean"
