#!/usr/bin/env bash
# Tries the HTTP interface against its own description: every operation, with good and bad requests
# and in chains of them. Starts a server of its own over a small school, where nothing is sent.
# Arguments go to `schemathesis run`.
set -euo pipefail
cd "$(dirname "$0")/.."
version=4.32.5
venv=$PWD/target/schemathesis-$version

if [ ! -x "$venv/bin/schemathesis" ]; then
  if ! python3 -m venv "$venv" 2>/dev/null; then
    if [ "$(id -u)" != 0 ]; then
      echo "missing, to be installed as root: apt-get install python3-venv" >&2
      exit 78
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv </dev/null
    python3 -m venv "$venv"
  fi
  "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
fi

# The features of scripts/test.sh: nothing is built twice.
cargo build --quiet --workspace --features postgres --bins
program=${CARGO_TARGET_DIR:-$PWD/target}/debug/messages-api
folder=$(mktemp -d)
server=
stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
export SCHOOL_URL=http://127.0.0.1:$port
export DATABASE_URL=sqlite://$folder/ecole.sqlite LOG_FILE=$folder/api.log
export API_BIND=127.0.0.1:$port MESSAGES_MODE=simulation TIME_ZONE=Europe/Paris
# The reading mark is documented, so it is there.
export MESSAGES_READ_TRACKING=true BASE_URL=$SCHOOL_URL
SCHOOL_KEY=$("$program" key create --name schemathesis --scope lecture,ecriture,envoi,supervision,historique 2>/dev/null)
export SCHOOL_KEY
"$program" >"$folder/out" 2>&1 </dev/null &
server=$!
if ! python3 scripts/schemathesis_school.py; then
  cat "$folder/out" >&2
  exit 1
fi

status=0
"$venv/bin/schemathesis" run "$@" "$SCHOOL_URL/api/schema/" || status=$?
if ! kill -0 "$server" 2>/dev/null; then
  echo "the server ended by itself" >&2
  cat "$folder/out" >&2
  status=1
fi
# Whatever the answers were, nothing may have gone wrong inside; broken HTTP is the client's.
if grep " ERROR " "$folder/api.log" | grep -v " actix_http::" >&2; then
  status=1
fi
exit "$status"
