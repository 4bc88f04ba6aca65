#!/usr/bin/env bash
# Prints the path of a llamafactory-cli in an environment of its own, as
# llamafactory.txt pins it; see environment.sh.
set -euo pipefail
python=$("$(dirname "$0")/environment.sh" llamafactory llamafactory.txt llamafactory.train.tuner)
echo "$(dirname "$python")/llamafactory-cli"
