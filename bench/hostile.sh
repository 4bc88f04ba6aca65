#!/usr/bin/env bash
# Runs the corpus of hostile programs (runner/sandbox/testdata/hostile): as this user
# and, where this is root, as a user without rights and without control groups. Each case
# is a line: case, expected, seen, seconds, and how far the host's memory and disk rose.
set -euo pipefail
cd "$(dirname "$0")/.."

GO=${GO:-go}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
eval "$GO" test -c -tags hostile -o "$work/hostile.test" ./runner/sandbox
cp -r runner/sandbox/testdata "$work/"
failed=0
run() {
	echo "== $1"
	shift
	(cd "$work" && "$@" ./hostile.test -test.run '^TestHostile$' -test.v -test.timeout 30m) >"$work/log" 2>&1 || failed=1
	grep -E '^ *limits: | \| |--- FAIL|hostile_test.go.*(want|held|failed|removed)|^(ok|PASS|FAIL)' "$work/log" || { cat "$work/log"; failed=1; }
	grep -q ' | ' "$work/log" || { echo "hostile: no case ran" >&2; failed=1; }
}
run "as $(id -un)" env
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$work"
	mkdir -m 777 "$work/tmp"
	run "as a user without rights" setpriv --reuid 65534 --regid 65534 --clear-groups env PATH=/usr/bin:/bin HOME=/ TMPDIR="$work/tmp"
fi
exit $failed
