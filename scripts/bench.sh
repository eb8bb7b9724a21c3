#!/usr/bin/env bash
# What the benchmarks have in common. Source this file in the project's folder, then: need, begin_work,
# build_programs, machine, new_database, query, series, parents, listen, median, seconds.
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
PATH=$PATH:/usr/sbin

need() { # PACKAGES TOOL...
  local packages=$1 tool
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || { echo "missing: $tool (apt-get install $packages)" >&2; exit 78; }
  done
}

# A folder, $work, with a PostgreSQL server of its own, until the script ends.
begin_work() {
  work=$(mktemp -d)
  chmod 711 "$work"
  trap 'kill $(jobs -p) 2>/dev/null || true; stop_postgres; rm -rf "$work"' EXIT
  start_postgres "$work/postgres"
}

# process-scheduled and the peer of this PROFILE, into $work: the programs look for their settings where they are.
build_programs() {
  local folder=$PROFILE
  if [ "$PROFILE" = dev ]; then folder=debug; fi
  cargo build --profile "$PROFILE" --quiet -p process-scheduled --features postgres
  cargo build --profile "$PROFILE" --quiet -p messages-testing --example peer
  cp "${CARGO_TARGET_DIR:-$PWD/target}/$folder"/{process-scheduled,examples/peer} "$work"
}

machine() {
  echo "machine: $(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GB", $2 / 1048576}' /proc/meminfo), $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), Linux $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg)"
}

# Empty, without tables; sets DATABASE_URL.
new_database() { # sqlite|postgres
  if [ "$1" = sqlite ]; then
    rm -rf "$work"/bench.sqlite3* # with the folder of the journal of answers
    export DATABASE_URL="sqlite://$work/bench.sqlite3"
  else
    psql -q "$TEST_POSTGRES_URL" -c 'SET client_min_messages = error; DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench'
    export DATABASE_URL="$TEST_POSTGRES_URL&options=-csearch_path%3Dbench"
  fi
}

query() { # sqlite|postgres STATEMENT
  if [ "$1" = sqlite ]; then
    sqlite3 -cmd '.timeout 60000' -cmd 'PRAGMA foreign_keys = ON' "$work/bench.sqlite3" "$2"
  else
    psql -qAt "$DATABASE_URL" -c "$2"
  fi
}

# What stands in FROM for the numbers s.n from 1.
series() { # sqlite|postgres COUNT
  if [ "$1" = sqlite ]; then
    echo "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < $2) SELECT n FROM s) AS s"
  else
    echo "generate_series(1, $2::bigint) AS s(n)"
  fi
}

# A directory to import: so many parents of a class, each with a number and a mailbox of its own.
parents() { # COUNT
  echo parent_id,nom,prenom,telephone,email,notifications_sms,notifications_email,etudiant_id,etudiant_nom,etudiant_prenom,classe_id,classe
  seq 1 "$1" | awk '{printf "%d,Nom,P,06%08d,p%d@exemple.example,oui,oui,%d,N,P,1,6e\n", $1, 12000000 + $1, $1, $1}'
}

# Our own relay or gateway; sets PEER_PORT. The program is $work/peer.
listen() { # smtp|sms LATENCY_MS
  local fifo="$work/peer-$1-$2"
  rm -f "$fifo" "$fifo.out"
  mkfifo "$fifo"
  sleep infinity >"$fifo" &
  "$work/peer" "$1" "$2" <"$fifo" >"$fifo.out" &
  until [ -s "$fifo.out" ]; do sleep 0.1; done
  PEER_PORT=$(head -1 "$fifo.out")
}

median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }
seconds() { local begin=$EPOCHREALTIME; "$@" >/dev/null; awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.4f\n", b - a}'; }
