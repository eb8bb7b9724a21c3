#!/usr/bin/env bash
# A server over a small school, where nothing is sent, for scripts that try the HTTP interface from
# outside. Source this file, then: python_tools FOLDER PACKAGE…, start_school, stop_school.

# shellcheck source=scripts/python.sh
. scripts/python.sh

school_server=
school_folder=$(mktemp -d)

start_school() {
  # The features of scripts/test.sh: nothing is built twice.
  cargo build --quiet --workspace --features postgres,failpoints --bins
  local program=${CARGO_TARGET_DIR:-$PWD/target}/debug/messages-api port
  port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
  export SCHOOL_URL=http://127.0.0.1:$port
  export DATABASE_URL=sqlite://$school_folder/ecole.sqlite LOG_FILE=$school_folder/api.log
  export API_BIND=127.0.0.1:$port MESSAGES_MODE=simulation TIME_ZONE=Europe/Paris
  # The reading mark is documented, so it is there.
  export MESSAGES_READ_TRACKING=true BASE_URL=$SCHOOL_URL
  SCHOOL_KEY=$("$program" key create --name essai --scope lecture,ecriture,envoi,supervision,historique 2>/dev/null)
  export SCHOOL_KEY
  "$program" >"$school_folder/out" 2>&1 </dev/null &
  school_server=$!
  if ! python3 scripts/school.py; then
    cat "$school_folder/out" >&2
    return 1
  fi
}

# Whatever the answers were, nothing may have gone wrong inside; broken HTTP is the client's.
check_school() {
  if ! kill -0 "$school_server" 2>/dev/null; then
    echo "the server ended by itself" >&2
    cat "$school_folder/out" >&2
    return 1
  fi
  # What nobody got is told by the log too; it is no fault of the server.
  ! grep " ERROR " "$school_folder/api.log" | grep -v -e " actix_http::" -e " incident=" >&2
}

stop_school() {
  [ -z "$school_server" ] || kill "$school_server" 2>/dev/null || true
  [ -z "$school_server" ] || wait "$school_server" 2>/dev/null || true
  rm -rf "$school_folder"
}
