#!/usr/bin/env bash
# Runs every fuzz target in the folders for $FUZZTIME each. A failure leaves its
# input below the package's testdata/fuzz, which is a test from then on.
set -euo pipefail
cd "$(dirname "$0")/.."

passed=0 total=0
while IFS=: read -r file target; do
	total=$((total + 1))
	package=./$(dirname "$file")
	echo "== $package $target"
	# GO may set the environment of go, so it is read as a command.
	if eval "$GO" test -run '^$' -fuzz "'^$target\$'" -fuzztime "$FUZZTIME" "$package"; then
		passed=$((passed + 1))
	fi
done < <(grep -roE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' "$@" | sed 's/:func /:/' | sort)
echo "fuzz: $passed of $total passed, 0 skipped, $SECONDS s"
((passed == total && total > 0))
