#!/usr/bin/env bash
# What the statistics, the lists and searches cost with 1,000,000 envois, on SQLite and on
# PostgreSQL: of as many messages, or with RECIPIENTS=1000 of 1,000 group messages. Needs Debian's
# packages postgresql, libpq-dev and python3-venv; starts and stops its own server, on this machine only.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/bench.sh
. scripts/bench.sh
need "postgresql libpq-dev python3-venv" python3 psql

PROFILE=${PROFILE:-release}

cargo build --profile "$PROFILE" --quiet -p messages-core --features postgres --example statistics --example lists
folder=$PROFILE
if [ "$PROFILE" = dev ]; then folder=debug; fi
examples=${CARGO_TARGET_DIR:-$PWD/target}/$folder/examples
ask=$examples/statistics
begin_work
cd "$work"

machine
for db in sqlite postgres; do
  echo; echo "== $db, $ENVOIS envois of $MESSAGES messages"
  new_database "$db"
  "$ask" migrate
  begin=$SECONDS
  fill "$db"
  echo "filled in $((SECONDS - begin)) s; $(query "$db" 'SELECT count(*) FROM compteurs') rows of counters"
  "$ask"
  "$examples/lists"
done
