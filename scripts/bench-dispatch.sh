#!/usr/bin/env bash
# What a run costs, on SQLite and on PostgreSQL, against smtp-source in the same run. Prints
# medians of three and ratios. Needs Debian's packages postfix (smtp-sink, smtp-source), postgresql,
# libpq-dev, python3-venv and time; starts and stops its own servers, on this machine only.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/bench.sh
. scripts/bench.sh
need "postfix postgresql libpq-dev python3-venv time" smtp-sink smtp-source python3 psql /usr/bin/time

MANY=${MANY:-10000}      # e-mails of a large group
CROWD=${CROWD:-100000}   # recipients of the memory test
OLD=${OLD:-1000000}      # envois that are done
BODY=$(head -c 2000 /dev/zero | tr '\0' 'a')

begin_work
# The default build for SQLite, as a school has it; libpq alone takes some milliseconds to load.
for db in sqlite postgres; do
  cargo build --release --quiet -p process-scheduled --features "$db"
  cp "${CARGO_TARGET_DIR:-$PWD/target}"/release/process-scheduled "$work/process-scheduled-$db"
done
cargo build --release --quiet -p messages-testing --example peer
cp "${CARGO_TARGET_DIR:-$PWD/target}"/release/examples/peer "$work"
cd "$work"
export SMS_QUIET_HOURS=non MESSAGES_MODE=reel DEFAULT_FROM_EMAIL=ecole@exemple.example EMAIL_HOST=127.0.0.1
export MESSAGES_EMAIL_CONNECTIONS=20 MESSAGES_SMS_CONNECTIONS=16 MESSAGES_SMS_MAX_SEGMENTS=20

ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
rate() { awk -v n="$1" -v s="$2" 'BEGIN {printf "%.0f", n / s}'; }

fresh() { # DATABASE PARENTS
  program=$work/process-scheduled-$1
  new_database "$1"
  "$program" --quiet migrate
  parents "$2" >parents.csv
  "$program" --quiet import parents.csv
}

old() { # DATABASE: a message of last year with OLD envois, all accepted
  query "$1" "INSERT INTO messages (type, contenu, est_message_groupe, statut, date_programmee, etendu_le, nb_envoyes) VALUES ('email', 'x', true, 'envoye', '2026-01-02T00:00:00Z', '2026-01-02T00:00:00Z', $OLD)"
  query "$1" "INSERT INTO envois (message, canal, adresse, etat, prochaine, expire, termine_le)
    SELECT (SELECT max(id) FROM messages), 'email', 'old' || n || '@exemple.example', 'envoye', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-02T00:00:00Z' FROM $(series "$1" "$OLD")"
}

programme() { # DATABASE TYPE
  query "$1" "INSERT INTO messages (type, sujet, contenu, est_message_groupe, statut, date_programmee) VALUES ('$2', 'x', '$BODY', true, 'programme', '2026-01-02T00:00:00Z'); UPDATE messages SET programme_le = NULL"
}

send() { # DATABASE TYPE: seconds of a run that sends to everybody
  programme "$1" "$2"
  seconds "$program" --quiet
  [ "$(query "$1" "SELECT count(*) FROM envois WHERE etat <> 'envoye'")" = 0 ] || { echo "not everybody was sent to" >&2; return 1; }
}

three() { for _ in 1 2 3; do "$@" || return; done | median; }

source_of() { # PORT MESSAGES
  seconds smtp-source -d -s 20 -m "$2" -l 2048 -f ecole@exemple.example -t parent@exemple.example "127.0.0.1:$1"
}

sink() { # a port where smtp-sink listens
  local port
  for port in $(seq 2600 2699); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
  done
  smtp-sink -u nobody "127.0.0.1:$port" 1000 >/dev/null 2>&1 &
  sleep 0.5
  SINK_PORT=$port
}

machine
echo "programs: $("$work/process-scheduled-sqlite" --version), PostgreSQL $(psql --version | awk '{print $3}'), postfix $(dpkg-query -Wf '${Version}' postfix 2>/dev/null || echo '?')"
sink

for db in sqlite postgres; do
  echo; echo "== $db"
  fresh "$db" 2000
  EMAIL_PORT=$SINK_PORT; export EMAIL_PORT
  empty=$(for _ in $(seq 15); do seconds "$program" --quiet; done | median)
  behind0=$(three send "$db" email)
  fresh "$db" 2000
  old "$db"
  full=$(for _ in $(seq 15); do seconds "$program" --quiet; done | median)
  behind1=$(three send "$db" email)
  echo "idle run, empty table:            $(awk -v s="$empty" 'BEGIN {printf "%.1f", s * 1000}') ms"
  echo "idle run, $OLD old envois:     $(awk -v s="$full" 'BEGIN {printf "%.1f", s * 1000}') ms"
  echo "2,000 e-mails, empty table:       $(rate 2000 "$behind0") /s"
  echo "2,000 e-mails, $OLD old:       $(rate 2000 "$behind1") /s, $(ratio "$behind0" "$behind1") of that"

  fresh "$db" "$MANY"
  ours=$(three send "$db" email)
  theirs=$(three source_of "$SINK_PORT" "$MANY")
  echo "$MANY e-mails, smtp-sink, 20 connections: $(rate "$MANY" "$ours") /s; smtp-source $(rate "$MANY" "$theirs") /s; ratio $(ratio "$theirs" "$ours")"
  programme "$db" email
  peak=$(/usr/bin/time -f %M "$program" --quiet 2>&1 >/dev/null | tail -1)
  echo "peak memory, $MANY recipients:    $((peak / 1024)) MB"

  fresh "$db" 5000
  listen smtp 20
  EMAIL_PORT=$PEER_PORT
  ours=$(send "$db" email)
  theirs=$(source_of "$PEER_PORT" 5000)
  echo "5,000 e-mails, 20 ms a reply:     $(rate 5000 "$ours") /s; smtp-source $(rate 5000 "$theirs") /s; ratio $(ratio "$theirs" "$ours")"

  fresh "$db" "$MANY"
  listen sms 0
  export SMS_API_URL="http://127.0.0.1:$PEER_PORT/send"
  ours=$(three send "$db" sms)
  echo "$MANY SMS, 16 connections:         $(rate "$MANY" "$ours") /s"

  fresh "$db" "$CROWD"
  EMAIL_PORT=$SINK_PORT
  programme "$db" email
  peak=$(/usr/bin/time -f %M "$program" --quiet 2>&1 >/dev/null | tail -1)
  echo "peak memory, $CROWD recipients:   $((peak / 1024)) MB"
done
