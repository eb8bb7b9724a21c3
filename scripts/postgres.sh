#!/usr/bin/env bash
# A private PostgreSQL server for tests and benchmarks: in a new folder, on a socket only, durable
# (fsync on); it speaks French where the machine does, so that nobody relies on its English words. Source this file, then: start_postgres FOLDER (sets TEST_POSTGRES_URL), stop_postgres.

postgres_bin() {
  local bin
  for bin in /usr/lib/postgresql/*/bin "$(dirname "$(command -v pg_ctl 2>/dev/null || echo /nowhere/x)")"; do
    if [ -x "$bin/pg_ctl" ] && [ -x "$bin/initdb" ]; then echo "$bin"; return; fi
  done
  return 1
}

# PostgreSQL refuses to run as root: then the system's user "postgres" does.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid postgres --regid postgres --clear-groups -- "$@"; else "$@"; fi
}

start_postgres() {
  POSTGRES_FOLDER=$1
  POSTGRES_BIN=$(postgres_bin) || { echo "PostgreSQL is not installed" >&2; return 1; }
  mkdir -p "$POSTGRES_FOLDER"
  chmod 711 "$POSTGRES_FOLDER"
  if [ "$(id -u)" = 0 ]; then chown postgres "$POSTGRES_FOLDER"; fi
  as_postgres "$POSTGRES_BIN/initdb" -D "$POSTGRES_FOLDER/data" -U messages -A trust -E UTF8 --no-locale >/dev/null || return
  # Everybody is trusted, but for one who has to know a password.
  sed -i '0,/^local/s//local all avec_mot_de_passe scram-sha-256\n&/' "$POSTGRES_FOLDER/data/pg_hba.conf"
  local language=
  if locale -a 2>/dev/null | grep -qx fr_FR.utf8; then language='-c lc_messages=fr_FR.UTF-8'; fi
  as_postgres "$POSTGRES_BIN/pg_ctl" -D "$POSTGRES_FOLDER/data" -l "$POSTGRES_FOLDER/server.log" -w -t 60 \
    -o "$language -k $POSTGRES_FOLDER -c listen_addresses='' -c max_connections=200" start >/dev/null || {
    cat "$POSTGRES_FOLDER/server.log" >&2
    return 1
  }
  export TEST_POSTGRES_URL="postgres:///postgres?host=$POSTGRES_FOLDER&user=messages"
}

stop_postgres() {
  if [ -n "${POSTGRES_FOLDER:-}" ]; then
    as_postgres "$POSTGRES_BIN/pg_ctl" -D "$POSTGRES_FOLDER/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$POSTGRES_FOLDER"
    POSTGRES_FOLDER=
  fi
}
