#!/usr/bin/env bash
# Starts `student serve` and `teacher serve` of ./autodatabench on free ports and
# asks them with the clients of clients.py. CLIENTS="openai llm" asks with these
# only.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=$(bench/clients/environment.sh)
work=$(mktemp -d)
./autodatabench student serve --listen 127.0.0.1:0 >"$work/student" 2>&1 &
student=$!
./autodatabench teacher serve --listen 127.0.0.1:0 >"$work/teacher" 2>&1 &
teacher=$!
trap 'kill $student $teacher 2>/dev/null; wait; rm -rf "$work"' EXIT

# address FILE: where the server says that it listens.
address() {
	for _ in $(seq 300); do
		grep -oE 'http://[0-9.:]+/v1' "$1" && return
		sleep 0.1
	done
	echo "clients: a server did not start:" >&2
	cat "$1" >&2
	exit 1
}
at_student=$(address "$work/student") at_teacher=$(address "$work/teacher")
# model FILE: the name that the server says it serves.
model() { sed -nE 's/^[a-z ]*"([^"]+)".*/\1/p' "$1" | head -1; }
"$python" bench/clients/clients.py "$at_student" "$(model "$work/student")" "$at_teacher" "$(model "$work/teacher")"
