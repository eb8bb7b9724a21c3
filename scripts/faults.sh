#!/usr/bin/env bash
# The fault suites: kills, power cuts, databases that go away, full disks, relays and gateways that do
# all they must not, wrong clocks, races, volume. `faults.sh` takes five to ten minutes on two cores;
# `faults.sh short`, which every change has to pass, tries a third of that at random; `faults.sh full`
# makes the figures of a release, in one to two hours. Prints what was reached; deploy/RELIABILITY.md
# explains it. A second argument is a filter of cargo nextest, such as 'all()' for every other test as well.
# TESTS_BUILT describes, in cargo nextest's own options, programs that are built already.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/install.sh
. scripts/install.sh
export FAULTS=${1:-usual} CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
suites='test(/^(faults|relays)::/) | (package(messages-core) & test(/^(model|peers|strangers)::/))'
read -ra options <<<"${TESTS_BUILT:---workspace --features postgres,failpoints}"
# The longest waits for silent peers are stories of their own, of up to five minutes each.
if [ "$FAULTS" = full ]; then
  options+=(--run-ignored all --profile full)
  suites+=' | test(/^(smtp|sms)::slow/)'
fi

install_missing
folder=$(mktemp -d)
chmod 711 "$folder"
trap 'stop_postgres; rm -rf "$folder"' EXIT
# A server that is there already is used, and left running.
if [ -z "${TEST_POSTGRES_URL:-}" ]; then start_postgres "$folder/postgres"; fi
status=0
cargo nextest run --no-fail-fast "${options[@]}" \
  --success-output immediate --failure-output final -E "${2:-$suites}" 2>&1 | tee "$folder/log" |
  { grep --line-buffered -E '^ *(PASS|FAIL|SLOW|SIGNAL|TIMEOUT|TERMINATING|Summary) ' || tail -50 "$folder/log"; } || status=$?
echo
echo "Figures:"
sed -n 's/^ *figure: /  /p' "$folder/log" | sort -u
# Last, where whoever reads the end of a log finds it: what failed, in its own words.
if [ $status != 0 ]; then sed -n '/^ *Summary /,$p' "$folder/log" | tail -200; fi
exit $status
