#!/usr/bin/env bash
# What the benchmarks have in common. Source this file in the project's folder, then: need, begin_work,
# build_programs, machine, new_database, query, series, parents, listen, median, seconds, fill.
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/python.sh
. scripts/python.sh
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
  sqlite_tool
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
    "${sqlite[@]}" "$work/bench.sqlite3" "$2"
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

# --- a school with a long history

ENVOIS=${ENVOIS:-1000000}
RECIPIENTS=${RECIPIENTS:-1} # of each message
MESSAGES=$((ENVOIS / RECIPIENTS))
BEGIN=${BEGIN:-1751328000} # of their year
CLASSES=30
OPEN=$((199 / RECIPIENTS + 1)) # messages that are leaving
handbook=$PWD/deploy/RELIABILITY.md

# Messages of one year, spread evenly over its seconds, the classes and the states: the worst case,
# for real ones come in bursts, of which the counters have one row.
fill() { # DATABASE
  if [ "$1" = sqlite ]; then
    at() { echo "strftime('%Y-%m-%dT%H:%M:%S.000000Z', $BEGIN + n * 31536000 / $MESSAGES + $1, 'unixepoch')"; }
  else
    at() { echo "to_timestamp($BEGIN + n * 31536000 / $MESSAGES + $1)"; }
  fi
  query "$1" "INSERT INTO classes (nom) SELECT 'Classe ' || n FROM $(series "$1" "$CLASSES")"
  # Thirty words of French one after the other are a text.
  query "$1" "CREATE TABLE mots (id INTEGER PRIMARY KEY, mot TEXT NOT NULL); INSERT INTO mots (id, mot) VALUES $(
    LC_ALL=C.UTF-8 grep -oE '[[:alpha:]]{3,}' "$handbook" | awk '!known[$0]++ && n < 400 { printf "%s(%d, \047%s\047)", n ? "," : "", n, $0; n++ }')"
  if [ "$1" = sqlite ]; then words="group_concat(mot, ' ')"; else words="string_agg(mot, ' ')"; fi
  # h scatters: 1000003 is a prime.
  query "$1" "INSERT INTO messages (type, sujet, contenu, classe, est_message_groupe, est_lu, statut, date_creation, date_programmee, etendu_le, date_envoi, nb_destinataires, nb_envoyes, nb_echecs)
    SELECT CASE h / 7 % 3 WHEN 0 THEN 'sms' ELSE 'email' END, 'Sujet', (SELECT $words FROM mots WHERE mots.id BETWEEN h % 370 AND h % 370 + 29) || ' numéro-' || n || '.',
           CASE WHEN h / 11 % 5 > 0 THEN h / 131 % $CLASSES + 1 END, h / 17 % 2 = 0, h / 19 % 4 = 0, statut,
           $(at 0), $(at 3600), $(at 3600), CASE statut WHEN 'envoye' THEN $(at 3660) END,
           $RECIPIENTS, CASE statut WHEN 'envoye' THEN $RECIPIENTS ELSE 0 END,
           CASE statut WHEN 'echec' THEN $RECIPIENTS ELSE 0 END
      FROM (SELECT n, n * 7919 % 1000003 AS h,
                   CASE WHEN n > $MESSAGES - $OPEN THEN 'en_attente'
                        ELSE CASE n * 7919 % 1000003 / 23 % 40 WHEN 0 THEN 'brouillon' WHEN 1 THEN 'programme'
                                                          WHEN 2 THEN 'echec' ELSE 'envoye' END END AS statut
              FROM $(series "$1" "$MESSAGES")) AS m"
  query "$1" "INSERT INTO envois (message, canal, adresse, etat, motif, prochaine, expire)
    SELECT id, type, 'a' || s.n,
           CASE statut WHEN 'en_attente' THEN 'a_envoyer' WHEN 'echec' THEN 'echec' ELSE 'envoye' END,
           CASE statut WHEN 'echec' THEN 'permanent' END, date_creation, date_creation
      FROM messages CROSS JOIN $(series "$1" "$RECIPIENTS") ORDER BY id, s.n"
  # As autovacuum does within a minute.
  if [ "$1" = postgres ]; then query "$1" "VACUUM (ANALYZE) messages"; query "$1" "VACUUM (ANALYZE) envois"; query "$1" "VACUUM (ANALYZE) recherche"; fi
}
