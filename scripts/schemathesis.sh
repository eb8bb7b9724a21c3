#!/usr/bin/env bash
# Tries the HTTP interface against its own description: every operation, with good and bad requests
# and in chains of them. Starts a server of its own over a small school, where nothing is sent.
# Arguments go to `schemathesis run`.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/school.sh
. scripts/school.sh
trap stop_school EXIT
version=4.32.5
venv=$PWD/target/schemathesis-$version

python_tools "$venv" "schemathesis==$version"
start_school
status=0
"$venv/bin/schemathesis" run "$@" "$SCHOOL_URL/api/schema/" || status=$?
check_school || status=1
exit "$status"
