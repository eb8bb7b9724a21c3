#!/usr/bin/env bash
# Peers and a server for scripts that send really. Source this file after setting work, a folder, and
# built, the one of the programs; then: peer, serve, until_true, fail, stop.

# shellcheck disable=SC2154 # work and built are whoever sources this
started=()

stop() { # PID...: whatever was started and still runs
  kill "$@" 2>/dev/null || true
  wait "$@" 2>/dev/null || true
}

fail() { printf '%s\n' "$@" >"$work/why"; return 1; }

until_true() { # TEXT COMMAND...: waits ten seconds at most
  local text=$1 tries=100
  shift
  until "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || fail "$text"
    sleep 0.1
  done
}

peer() { # mail|sms KIND LATENCY_MS [REFUSAL]...: sets PORT
  local name=$1 kind=$2 latency=$3 open
  shift 3
  rm -f "$work/$name".*
  mkfifo "$work/$name.fifo"
  : >"$work/$name.journal"
  # shellcheck disable=SC2034 # held open: the peer ends with its standard input
  exec {open}<>"$work/$name.fifo"
  "$built/examples/peer" "$kind" "$latency" "$work/$name.journal" "$@" \
    <"$work/$name.fifo" >"$work/$name.port" 2>"$work/$name.err" &
  started+=($!)
  until_true "the $kind peer does not listen" test -s "$work/$name.port"
  # shellcheck disable=SC2034
  PORT=$(<"$work/$name.port")
}

serve() { # sets SERVER and base
  : >"$work/server.err"
  "$built/messages-api" --bind 127.0.0.1:0 >"$work/server.out" 2>"$work/server.err" &
  SERVER=$!
  started+=("$SERVER")
  until_true "the server does not listen" grep -q http "$work/server.err"
  # shellcheck disable=SC2034
  base=$(grep -o 'http://127.0.0.1:[0-9]*' "$work/server.err" | sed 1q)
}

choose_database() { # sqlite|postgres NAME: sets DATABASE_URL, in the folder where one is
  if [ "$1" = sqlite ]; then
    export DATABASE_URL="sqlite://$PWD/messages.sqlite3"
    return
  fi
  [ -n "${TEST_POSTGRES_URL:-}" ] || start_postgres "$work/postgres"
  psql -q "$TEST_POSTGRES_URL" -c "CREATE SCHEMA $2_$$"
  export DATABASE_URL="$TEST_POSTGRES_URL&options=-csearch_path%3D$2_$$"
}

leave_database() { # sqlite|postgres NAME
  [ "$1" = sqlite ] || psql -q "$TEST_POSTGRES_URL" -c "SET client_min_messages = error; DROP SCHEMA $2_$$ CASCADE"
}
