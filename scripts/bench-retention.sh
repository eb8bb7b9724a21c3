#!/usr/bin/env bash
# What retention costs, on SQLite and on PostgreSQL: a year of 1,000,000 envois, all older than 400 days.
# Runs with and without MESSAGES_RETENTION_DAYS by turns in one invocation, as a ratio: idle ones, ones
# that send (20 ms a reply) with a year, and with a day's worth, to be forgotten; a run beside `purge`; how
# long the steps take; what is left in the file. Usage: bench-retention.sh [sqlite|postgres]... (both when
# none is named). Needs Debian's packages postgresql, libpq-dev and python3-venv; starts and stops its own
# servers, on this machine only.
set -euo pipefail
cd "$(dirname "$0")/.."
RECIPIENTS=${RECIPIENTS:-25} # of each message: a class
# shellcheck source=scripts/bench.sh
. scripts/bench.sh
need "postgresql libpq-dev python3-venv" python3 psql
[ $# -gt 0 ] || set -- sqlite postgres

SEND=${SEND:-3000}              # recipients of a run that sends
CONNECTIONS=${CONNECTIONS:-10}  # to the relay
LATENCY=${LATENCY:-20}          # milliseconds a reply
TURNS=${TURNS:-3}               # of runs that send, each way
PROFILE=${PROFILE:-release}
FIRST=$(($(date +%s) - 766 * 86400)) # the year ends 401 days ago

begin_work
build_programs
cd "$work"
export SMS_QUIET_HOURS=non MESSAGES_MODE=reel DEFAULT_FROM_EMAIL=ecole@exemple.example EMAIL_HOST=127.0.0.1
export MESSAGES_EMAIL_CONNECTIONS=$CONNECTIONS LOG_LEVEL=debug

compare() { # WHAT WITHOUT WITH
  awk -v what="$1" -v a="$2" -v b="$3" 'BEGIN {printf "%-48s %8.3f s without, %8.3f s with: %.3f\n", what, a, b, b / a}'
}

fresh() { # DATABASE
  new_database "$1"
  ./process-scheduled --quiet migrate
  parents "$SEND" >parents.csv
  ./process-scheduled --quiet import parents.csv
}

# Messages spread evenly over a year, each with its envois, their attempts and two deeds.
fill() { # DATABASE
  local at="to_timestamp($FIRST + s.n * 31536000 / $MESSAGES)"
  if [ "$1" = sqlite ]; then at="strftime('%Y-%m-%dT%H:%M:%f000Z', $FIRST + s.n * 31536000 / $MESSAGES, 'unixepoch')"; fi
  query "$1" "INSERT INTO messages (type, contenu, classe, est_message_groupe, statut, date_creation, date_programmee, programme_le, etendu_le, date_envoi, nb_destinataires, nb_envoyes, auteur)
    SELECT 'sms', 'Votre enfant est absent ce jour, le ' || s.n || '. Merci de prendre contact avec la vie scolaire.', 1, true, 'envoye',
           $at, $at, $at, $at, $at, $RECIPIENTS, $RECIPIENTS, 'utilisateur 12' FROM $(series "$1" "$MESSAGES")"
  query "$1" "INSERT INTO envois (message, parent, canal, adresse, etat, jeton, tentatives, prochaine, expire, reference, code, emis_le, termine_le)
    SELECT m.id, (m.id * $RECIPIENTS + s.n) % $SEND + 1, 'sms', '+33' || (600000000 + s.n), 'envoye', 1, 1, m.date_creation, m.date_creation,
           'reference-' || m.id, '200', m.date_creation, m.date_creation
      FROM messages m CROSS JOIN $(series "$1" "$RECIPIENTS") ORDER BY m.id, s.n"
  query "$1" "INSERT INTO tentatives (envoi, jeton, passage, debut, fin, verdict, code)
    SELECT id, 1, '01234567-89ab-7def-8123-456789abcdef', emis_le, termine_le, 'accepte', '200' FROM envois"
  query "$1" "INSERT INTO historique (fait_le, acteur, action, objet, numero, ip)
    SELECT date_creation, 'utilisateur 12', CASE s.n WHEN 1 THEN 'cree' ELSE 'programme' END, 'message', id, '192.0.2.1'
      FROM messages CROSS JOIN $(series "$1" 2) ORDER BY id, s.n"
  # As autovacuum does within a minute.
  if [ "$1" = postgres ]; then for table in messages envois tentatives historique recherche; do query "$1" "VACUUM (ANALYZE) $table"; done; fi
}

idle() { # DATABASE DAYS
  if [ -n "$2" ]; then export MESSAGES_RETENTION_DAYS=$2; else unset MESSAGES_RETENTION_DAYS; fi
  seconds ./process-scheduled --quiet
}

# Written beforehand, so that a run begins with them.
drafts() { # DATABASE
  query "$1" "INSERT INTO messages (type, sujet, contenu, est_message_groupe) SELECT 'email', 'x', 'x', true FROM $(series "$1" 99)"
}

send() { # DATABASE DAYS: seconds of a run that sends to everybody
  query "$1" "UPDATE messages SET statut = 'programme', date_programmee = '2026-01-02T00:00:00.000000Z' WHERE id = (SELECT min(id) FROM messages WHERE statut = 'brouillon')"
  idle "$1" "$2"
  [ "$(query "$1" "SELECT count(*) FROM messages WHERE statut IN ('programme', 'en_attente')")" = 0 ] || { echo "not everybody was sent to" >&2; return 1; }
}

left() { query "$1" "SELECT count(*) FROM envois WHERE adresse IS NOT NULL AND termine_le < '2026-01-01T00:00:00Z'"; }

by_turns() { # WHAT DATABASE HOW TURNS DAYS...: without, and with each of these in turn
  local what=$1 db=$2 how=$3 turns=$4 turn
  shift 4
  : >without; : >with
  for turn in $(seq "$turns"); do
    "$how" "$db" "" >>without
    "$how" "$db" "${!turn:-$1}" >>with
  done
  compare "$what" "$(median <without)" "$(median <with)"
}

steps() { # of the log, in milliseconds: how many, median, 99 of 100, longest
  awk -F'duree_us=' '/oubli pas/ {print $2 / 1000}' scheduled_messages.log | sort -n |
    awk '{v[NR] = $1} END {printf "%d steps, median %.1f ms, 99 of 100 below %.1f ms, longest %.1f ms\n", NR, v[int((NR + 1) / 2)], v[int(NR * .99) + (NR < 100)], v[NR]}'
}

machine
echo "programs: $(./process-scheduled --version) ($PROFILE), PostgreSQL $(psql --version | awk '{print $3}')"
listen smtp "$LATENCY"
export EMAIL_PORT=$PEER_PORT
for db in "$@"; do
  echo; echo "== $db, $ENVOIS envois of $MESSAGES messages"
  begin=$SECONDS
  fresh "$db"
  fill "$db"
  drafts "$db"
  echo "filled in $((SECONDS - begin)) s"
  send "$db" "" >/dev/null # warm
  by_turns "idle run, nothing to forget" "$db" idle 15 36500
  before=$(left "$db")
  by_turns "run to $SEND, a year to forget" "$db" send "$TURNS" 400
  echo "  $(((before - $(left "$db")) / TURNS)) envois forgotten by each"
  # From here on the beginning of the year is gone, and each run finds one more day.
  MESSAGES_RETENTION_DAYS=600 ./process-scheduled --quiet purge
  before=$(left "$db")
  by_turns "run to $SEND, a day to forget" "$db" send "$TURNS" $(seq 599 -1 $((600 - TURNS)))
  echo "  $(((before - $(left "$db")) / TURNS)) envois forgotten by each"
  alone=$(median <without)
  echo "steps of runs and of the first part: $(steps)"
  rm -f scheduled_messages.log
  before=$(left "$db")
  begin=$EPOCHREALTIME
  MESSAGES_RETENTION_DAYS=400 ./process-scheduled --quiet purge &
  purge=$!
  compare "run to $SEND beside purge" "$alone" "$(send "$db" "")"
  wait "$purge"
  awk -v n="$before" -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN {printf "purge of %d envois: %.1f s, %.0f envois /s\n", n, b - a, n / (b - a)}'
  echo "steps of purge: $(steps)"
  rm -f scheduled_messages.log
  [ "$(left "$db")" = 0 ] || { echo "not everything was forgotten" >&2; exit 1; }
  ./process-scheduled verify >/dev/null
  if [ "$db" = sqlite ]; then
    echo "in the file: $(grep -c -a 'absent ce jour' bench.sqlite3 || true) texts, $(stat -c %s bench.sqlite3 | awk '{printf "%.0f", $1 / 1048576}') MB"
  fi
done
