#!/usr/bin/env bash
# Hosts whose cron fires in the same second: how fast 1, 2, 4 and 8 runs started at once send one
# message to 1,500 recipients for each of them, on one PostgreSQL and then through PgBouncer, each rate
# as a part of linear. The relay takes 20 ms for a reply. Usage: bench-hosts.sh [RUNS]... (1 2 4 8 when
# none is named; the first is what the others are compared with). Needs Debian's packages postgresql,
# libpq-dev and pgbouncer; starts and stops its own servers, on this machine only.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/bench.sh
. scripts/bench.sh
need "postgresql libpq-dev pgbouncer" pgbouncer psql
[ $# -gt 0 ] || set -- 1 2 4 8

RECIPIENTS=${RECIPIENTS:-1500}  # of each run
CONNECTIONS=${CONNECTIONS:-10}  # to the relay, of each run
LATENCY=${LATENCY:-20}          # milliseconds a reply
PROFILE=${PROFILE:-release}

begin_work
build_programs
cd "$work"
export SMS_QUIET_HOURS=non MESSAGES_MODE=reel DEFAULT_FROM_EMAIL=ecole@exemple.example EMAIL_HOST=127.0.0.1
export MESSAGES_EMAIL_CONNECTIONS=$CONNECTIONS

# By transactions, on a socket in $work/pool; refuses to run as root.
start_pool() {
  mkdir pool
  echo '"messages" ""' >pool/users.txt
  cat >pool/pgbouncer.ini <<INI
[databases]
* = host=$work/postgres
[pgbouncer]
listen_port = 6432
unix_socket_dir = $work/pool
auth_type = trust
auth_file = $work/pool/users.txt
pool_mode = transaction
INI
  local as=()
  if [ "$(id -u)" = 0 ]; then
    chown -R nobody pool
    as=(setpriv --reuid nobody --regid nogroup --clear-groups --)
  fi
  "${as[@]}" pgbouncer -q pool/pgbouncer.ini >pool/log 2>&1 &
  for _ in $(seq 100); do
    if psql -qAt "postgres:///postgres?host=$work/pool&port=6432&user=messages" -c 'SELECT 1' >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  cat pool/log >&2
  return 1
}

# Tables of its own, so many parents, and a message to them all that is due.
school() { # DATABASE PARENTS
  local url="postgres:///$1?host=$work/postgres&user=messages"
  psql -q "$TEST_POSTGRES_URL" -c "CREATE DATABASE $1"
  DATABASE_URL=$url ./process-scheduled --quiet migrate
  parents "$2" >parents.csv
  DATABASE_URL=$url ./process-scheduled --quiet import parents.csv
  psql -q "$url" -c "INSERT INTO messages (type, sujet, contenu, est_message_groupe, statut, date_programmee)
    VALUES ('email', 'x', 'x', true, 'programme', '2026-01-02T00:00:00Z')"
}

# So many runs at once, until the last one ends: recipients a second.
rate() { # DATABASE WHERE RUNS
  local recipients=$((RECIPIENTS * $3)) begin=$EPOCHREALTIME end sent pids=()
  for _ in $(seq "$3"); do
    DATABASE_URL="postgres:///$1?$2&user=messages" ./process-scheduled --quiet >&2 &
    pids+=($!)
  done
  for run in "${pids[@]}"; do wait "$run" || return; done
  end=$EPOCHREALTIME
  sent=$(psql -qAt "postgres:///$1?host=$work/postgres&user=messages" -c "SELECT count(*) FROM envois WHERE etat = 'envoye'")
  [ "$sent" = "$recipients" ] || { echo "sent to $sent of $recipients" >&2; return 1; }
  awk -v n="$recipients" -v a="$begin" -v b="$end" 'BEGIN {printf "%.1f", n / (b - a)}'
}

machine
echo "programs: $(./process-scheduled --version), PostgreSQL $(psql --version | awk '{print $3}'), $(pgbouncer --version | head -1)"
listen smtp "$LATENCY"
export EMAIL_PORT=$PEER_PORT
start_pool
for way in direct pool; do
  where="host=$work/postgres"
  if [ "$way" = pool ]; then where="host=$work/pool&port=6432"; fi
  echo; echo "== $way: $RECIPIENTS recipients a run, $LATENCY ms a reply, $CONNECTIONS connections each"
  one=
  for runs in "$@"; do
    school "bench_${way}_$runs" $((RECIPIENTS * runs))
    found=$(rate "bench_${way}_$runs" "$where" "$runs")
    one=${one:-$(awk -v r="$found" -v n="$runs" 'BEGIN {print r / n}')}
    awk -v n="$runs" -v r="$found" -v one="$one" 'BEGIN {printf "runs at once: %d, %.0f /s, %.2f of linear\n", n, r, r / (n * one)}'
  done
done
