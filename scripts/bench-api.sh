#!/usr/bin/env bash
# What the HTTP interface costs, on SQLite and on PostgreSQL (or on those named), next to an empty
# actix-web handler in the same run: requests per second, memory, a list of a million, a directory
# of a town. `--long` adds ten minutes of load and tells the memory every minute. Needs Debian's
# packages wrk, curl, jq, openssl, python3-venv, postgresql and libpq-dev; on this machine only.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/bench.sh
. scripts/bench.sh
need "wrk curl jq openssl python3-venv postgresql libpq-dev" wrk curl jq openssl python3 psql
long=
if [ "${1:-}" = --long ]; then long=yes; shift; fi
[ $# -gt 0 ] || set -- sqlite postgres

LISTED=${LISTED:-10000}     # in the database, for the rates
MANY=${MANY:-1000000}       # in the list that is not paginated
PARENTS=${PARENTS:-20000}   # in the directory that is taken over
SECONDS_EACH=${SECONDS_EACH:-10}
MINUTES=${MINUTES:-10}      # of --long

cargo build --release --quiet -p messages-api -p process-scheduled --features postgres --bins
cargo build --release --quiet -p messages-api --features postgres --example empty
built=${CARGO_TARGET_DIR:-$PWD/target}/release
begin_work
server=
trap 'exit 130' INT TERM HUP
cd "$work"
JWT_SIGNING_KEY=$(openssl rand -hex 32)
export JWT_SIGNING_KEY MESSAGES_MODE=simulation

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
token() {
  local signed
  signed=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url).$(printf '{"token_type":"access","exp":%s,"iat":%s,"jti":"%s","user_id":"1"}' \
    $((EPOCHSECONDS + 7200)) "$EPOCHSECONDS" "$(openssl rand -hex 16)" | base64url)
  printf '%s.%s' "$signed" "$(printf %s "$signed" | openssl dgst -sha256 -hmac "$JWT_SIGNING_KEY" -binary | base64url)"
}

fresh() { # DATABASE
  new_database "$1"
  "$built/process-scheduled" --quiet migrate
  KEY=$("$built/messages-api" key create --name bench --scope lecture,ecriture,envoi 2>/dev/null | grep -oEm1 'msg_[0-9a-f]{8}_[0-9a-f]{64}')
}

rows() { # DATABASE FROM TO: a table with the column n
  if [ "$1" = sqlite ]; then
    echo "(WITH RECURSIVE s(n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM s WHERE n < $3) SELECT n FROM s)"
  else
    echo "generate_series($2, $3) AS s(n)"
  fi
}

fill() { # DATABASE FROM TO: messages as a school has them
  if [ "$2" = 1 ]; then
    query "$1" "INSERT INTO classes (id, nom) SELECT n, n || 'e A' FROM $(rows "$1" 1 20)"
    query "$1" "INSERT INTO parents (id, nom, prenom, telephone, email)
      SELECT n, 'Traoré', 'Awa', '06 12 00 ' || n, 'parent' || n || '@exemple.example' FROM $(rows "$1" 1001 1999)"
  fi
  query "$1" "INSERT INTO messages (type, sujet, contenu, parent, classe, est_message_groupe, statut, date_creation, date_programmee, date_envoi, nb_destinataires, nb_envoyes)
    SELECT CASE n % 2 WHEN 0 THEN 'sms' ELSE 'email' END, CASE n % 2 WHEN 1 THEN 'Réunion n° ' || n END,
      'Madame, Monsieur, la réunion des parents de la classe aura lieu jeudi à 18 heures en salle 12. Merci de confirmer votre présence par retour. La direction.',
      CASE n % 5 WHEN 0 THEN NULL ELSE 1001 + n % 999 END, CASE n % 5 WHEN 0 THEN 1 + n % 20 END, n % 5 = 0, 'envoye',
      '2026-01-02T07:00:00.123456Z', '2026-01-02T08:00:00Z', '2026-01-02T08:00:01.234567Z', 1, 1
      FROM $(rows "$1" "$2" "$3")"
}

serve() { # [SETTING=VALUE]...
  : >server.err
  env "$@" "$built/messages-api" --bind 127.0.0.1:0 2>server.err &
  listening
}

listening() {
  server=$!
  until grep -q http server.err; do
    kill -0 "$server" || { cat server.err >&2; exit 1; }
    sleep 0.1
  done
  base=$(grep -o 'http://127.0.0.1:[0-9]*' server.err | sed 1q)
}

halt() {
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}

rss() { awk -v what="$1:" '$1 == what {printf "%.1f", $2 / 1024}' "/proc/$server/status"; } # VmRSS|VmHWM, in MiB
peak_from_now() { echo 5 >"/proc/$server/clear_refs"; }
above() { awk -v a="$(rss VmHWM)" -v b="$1" 'BEGIN {printf "%.1f", a - b}'; }
ask() { curl -sS --fail-with-body -H "Authorization: Bearer $KEY" "$@"; }

# Sets RATE (per second) and P99.
load() { # PATH [WRK OPTION]...
  local path=$1 report
  shift
  wrk -t2 -c16 -d1s "$@" "$base$path" >/dev/null
  report=$(wrk -t2 -c16 -d"${SECONDS_EACH}s" --latency "$@" "$base$path")
  if grep -E 'Non-2xx|Socket errors' <<<"$report"; then echo "$path: not all answers are good" >&2; exit 1; fi
  RATE=$(awk '/^Requests\/sec/ {print $2}' <<<"$report")
  P99=$(awk '$1 == "99%" {print $2}' <<<"$report")
}

empty() { # sets EMPTY
  : >server.err
  "$built/examples/empty" 127.0.0.1:0 2>server.err &
  listening
  load /
  EMPTY=$RATE
  show "empty actix handler"
  row "  the same, 30,000 bytes" /30000
  halt
}

row() { # NAME PATH [WRK OPTION]...
  local name=$1
  shift
  load "$@"
  show "$name"
}

show() { # NAME
  awk -v n="$1" -v r="$RATE" -v p="$P99" -v e="$EMPTY" 'BEGIN {printf "%-28s %9.0f /s   p99 %9s   %.2f of empty\n", n, r, p, r / e}'
}

cat >create.lua <<'LUA'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"type":"email","sujet":"Réunion","contenu":"Madame, Monsieur, la réunion aura lieu jeudi à 18 heures.","parent":1001,"statut":"programme","date_programmee":"2099-01-02T08:00:00Z"}'
LUA
cat >mixed.lua <<'LUA'
local paths = { "/api/messages/", "/api/messages/77/", "/api/messages/?statut=envoye&page=9", "/api/messages/message_stats/", "/api/parents/?search=traore", "/api/messages/77/preview/" }
local turn = 0
request = function()
  turn = turn + 1
  if turn % 20 == 0 then
    return wrk.format("POST", "/api/messages/", { ["Content-Type"] = "application/json", ["Authorization"] = wrk.headers["Authorization"] },
      '{"type":"sms","contenu":"Bonjour","parent":1001}')
  end
  return wrk.format("GET", paths[turn % #paths + 1])
end
LUA

machine
echo "programs: $("$built/messages-api" --version), $(wrk -v 2>&1 | awk 'NR == 1 {print $1, $2}'), PostgreSQL $(psql --version | awk '{print $3}')"

rates() { # DATABASE
  fresh "$1"
  fill "$1" 1 "$LISTED"
  empty
  serve API_PAGE_SIZE=50
  ask "$base/api/messages/" | jq -e '.results | length == 50' >/dev/null
  echo "idle: $(rss VmRSS) MiB"
  local key="Authorization: Bearer $KEY" jwt
  jwt="Authorization: Bearer $(token)"
  row "list of 50, key" /api/messages/ -H "$key"
  row "list of 50, JWT" /api/messages/ -H "$jwt"
  row "detail, key" /api/messages/77/ -H "$key"
  row "detail, JWT" /api/messages/77/ -H "$jwt"
  row "create, key" /api/messages/ -H "$key" -s create.lua
  row "create, JWT" /api/messages/ -H "$jwt" -s create.lua
  echo "after the load: $(rss VmRSS) MiB, peak $(rss VmHWM) MiB"
  halt
  empty # again, because a shared machine changes
}

steady() { # DATABASE
  local minute key="Authorization: Bearer $KEY"
  serve API_PAGE_SIZE=50
  ask "$base/api/messages/" >/dev/null
  echo "minute 0: $(rss VmRSS) MiB"
  for minute in $(seq "$MINUTES"); do
    wrk -t2 -c16 -d60s --timeout 10s --latency -H "$key" -s mixed.lua "$base" >mixed.out
    if grep -E 'Non-2xx|Socket errors' mixed.out; then exit 1; fi
    echo "minute $minute: $(rss VmRSS) MiB, $(awk '/^Requests\/sec/ {printf "%.0f", $2}' mixed.out) /s of a mixture, p99 $(awk '$1 == "99%" {print $2}' mixed.out)"
  done
  halt
}

whole_list() { # DATABASE
  fresh "$1"
  fill "$1" 1 "$MANY"
  serve
  ask "$base/api/parents/" >/dev/null
  local idle begin=$EPOCHREALTIME rows
  idle=$(rss VmRSS)
  peak_from_now
  ask "$base/api/messages/" | tr ',' '\n' | grep -c '"id":' >rows || true
  rows=$(<rows)
  awk -v n="$rows" -v a="$begin" -v b="$EPOCHREALTIME" -v i="$idle" -v p="$(above "$idle")" \
    'BEGIN {printf "list of %d, whole: %.1f s, peak %.1f MiB above idle (%.1f MiB)\n", n, b - a, p, i}'
  [ "$rows" = "$MANY" ]
  halt
}

town() { # DATABASE
  fresh "$1"
  jq -nc --argjson n "$PARENTS" '{classes: [range(1; 801) | {id: ., nom: "\(.)e A", niveau: "6e", annee_scolaire: "2026-2027"}],
    etudiants: [range(1; $n + 1) | {id: ., nom: "Traoré", prenom: "Issa", classe: (1 + . % 800)}],
    parents: [range(1; $n + 1) | {id: ., nom: "Traoré", prenom: "Awa", telephone: "06 12 \(. + 100000)", email: "parent\(.)@exemple.example",
      notifications_sms: true, notifications_email: true, etudiants: [., 1 + . * 7 % $n] | unique}]}' >town.json
  serve
  ask "$base/api/parents/" >/dev/null
  local idle what begin
  idle=$(rss VmRSS)
  for what in new unchanged; do
    peak_from_now
    begin=$EPOCHREALTIME
    ask -X PUT -H 'Content-Type: application/json' --data-binary @town.json "$base/api/annuaire/" >changes.json
    awk -v n="$PARENTS" -v w="$what" -v s="$(stat -c %s town.json)" -v a="$begin" -v b="$EPOCHREALTIME" -v i="$idle" -v p="$(above "$idle")" \
      'BEGIN {printf "directory of %d parents (%.1f MB), %s: %.1f s, peak %.1f MiB above idle (%.1f MiB)\n", n, s / 1e6, w, b - a, p, i}'
  done
  halt
}

for database in "$@"; do
  echo
  echo "== $database"
  rates "$database"
  [ -z "$long" ] || steady "$database"
  whole_list "$database"
  town "$database"
done
