#!/usr/bin/env bash
# What the statistics, the lists and searches cost with 1,000,000 envois, on SQLite and on
# PostgreSQL: of as many messages, or with RECIPIENTS=1000 of 1,000 group messages. Needs Debian's
# packages postgresql, libpq-dev and sqlite3; starts and stops its own server, on this machine only.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/bench.sh
. scripts/bench.sh
need "postgresql libpq-dev sqlite3" sqlite3 psql

ENVOIS=${ENVOIS:-1000000}
RECIPIENTS=${RECIPIENTS:-1} # of each message
MESSAGES=$((ENVOIS / RECIPIENTS))
CLASSES=30
OPEN=$((199 / RECIPIENTS + 1)) # messages that are leaving
PROFILE=${PROFILE:-release}

cargo build --profile "$PROFILE" --quiet -p messages-core --features postgres --example statistics --example lists
folder=$PROFILE
if [ "$PROFILE" = dev ]; then folder=debug; fi
examples=${CARGO_TARGET_DIR:-$PWD/target}/$folder/examples
ask=$examples/statistics
handbook=$PWD/deploy/RELIABILITY.md
begin_work
cd "$work"

# Messages of one year, spread evenly over its seconds, the classes and the states: the worst case,
# for real ones come in bursts, of which the counters have one row.
fill() { # DATABASE
  if [ "$1" = sqlite ]; then
    at() { echo "strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1751328000 + n * 31536000 / $MESSAGES + $1, 'unixepoch')"; }
  else
    at() { echo "to_timestamp(1751328000 + n * 31536000 / $MESSAGES + $1)"; }
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
}

machine
for db in sqlite postgres; do
  echo; echo "== $db, $ENVOIS envois of $MESSAGES messages"
  new_database "$db"
  "$ask" migrate
  begin=$SECONDS
  fill "$db"
  echo "filled in $((SECONDS - begin)) s; $(query "$db" 'SELECT count(*) FROM compteurs') rows of counters"
  # As autovacuum does within a minute.
  if [ "$db" = postgres ]; then query "$db" "VACUUM (ANALYZE) messages"; query "$db" "VACUUM (ANALYZE) envois"; query "$db" "VACUUM (ANALYZE) recherche"; fi
  "$ask"
  "$examples/lists"
done
