#!/usr/bin/env bash
# How long the console's pages take with 1,000,000 messages, on SQLite and on PostgreSQL (or those that are
# named): the median of 21 of each, and as a ratio to the API's page of 50 messages in the same run. Needs
# Debian's packages postgresql, libpq-dev, python3-venv and curl; starts and stops its own servers.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/bench.sh
. scripts/bench.sh
need "postgresql libpq-dev python3-venv curl" python3 psql curl
[ $# -gt 0 ] || set -- sqlite postgres
PROFILE=${PROFILE:-release}
folder=$PROFILE
if [ "$PROFILE" = dev ]; then folder=debug; fi
# PROGRAMS: a folder with both, built already.
[ -n "${PROGRAMS:-}" ] || cargo build --profile "$PROFILE" --quiet -p messages-api -p process-scheduled --features postgres
built=$(realpath "${PROGRAMS:-${CARGO_TARGET_DIR:-target}/$folder}")
begin_work
# The year that ends now: the first page shows its last days.
BEGIN=$((EPOCHSECONDS - 31536000))
month="depuis=$(date -d '-120 days' +%F)&jusqua=$(date -d '-90 days' +%F)"
# shellcheck source=scripts/peers.sh
. scripts/peers.sh
cd "$work"
export MESSAGES_MODE=simulation API_PAGE_SIZE=50

once() { # PATH: milliseconds
  curl -sS -o "$work/answer" -w '%{http_code} %{time_total}\n' -b "$work/cookies" -H "Authorization: Bearer $key" "$base$1" \
    | awk -v path="$1" '$1 != 200 { print path ": " $1 > "/dev/stderr"; exit 1 } { printf "%.1f\n", $2 * 1000 }'
}

measured() { # PATH
  once "$1" >/dev/null
  for _ in $(seq 21); do once "$1"; done | median
}

machine
for db in "$@"; do
  echo; echo "== $db, $MESSAGES messages"
  new_database "$db"
  "$built/process-scheduled" migrate >/dev/null
  # Where no run ever was, the first page looks for what is overdue.
  "$built/process-scheduled" --quiet
  fill "$db"
  key=$("$built/messages-api" key create --name bench --scope lecture,ecriture,envoi,supervision,historique 2>/dev/null)
  serve
  curl -sS -o "$work/answer" -c "$work/cookies" --data-urlencode "cle=$key" "$base/console/connexion/"
  usual=$(measured '/api/messages/')
  printf '%-50s %8s ms\n' "the API's page of 50" "$usual"
  for path in /console/ /console/messages/ '/console/messages/?statut=echec' "/console/messages/?$month" "/console/messages/?classe=7&$month" \
    '/console/messages/?search=messages+relais' '/console/messages/?page=10000' /console/messages/777/ "/console/messages/$((MESSAGES - 50))/" \
    /console/messages/nouveau/ '/console/messages/nouveau/?classe=7' \
    /console/annuaire/ '/console/annuaire/?joignable=non' /console/classes/ ${PAGES:-}; do
    took=$(measured "$path")
    printf '%-50s %8s ms  %5s of the API'\''s page  %6s bytes\n' "$path" "$took" "$(awk -v a="$took" -v b="$usual" 'BEGIN { printf "%.2f", a / b }')" "$(stat -c %s "$work/answer")"
  done
  stop "${started[@]}"
  started=()
done
