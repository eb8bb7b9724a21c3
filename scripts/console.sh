#!/usr/bin/env bash
# The console in a real browser (Debian's Chromium): a secretary's day from signing in to the printed list,
# every page held against WCAG 2.2 AA by axe, by the keyboard alone, without scripts, at 320 pixels and in
# the dark, with a real SMTP sink and a real SMS gateway: `console.sh [sqlite|postgres]...` (both in turn
# when none is named; how the pages look is only tried with the first, for they are the same with both).
# PICTURES=FOLDER keeps a picture of each page. Needs chromium, node, npm, jq.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
for tool in chromium node npm jq; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (apt-get install chromium nodejs npm jq)" >&2; exit 78; }
done
[ $# -gt 0 ] || set -- sqlite postgres
node=(playwright-core@1.64.1 axe-core@4.14.1)
modules=$PWD/target/console/${node[0]//@/-}
if [ ! -d "$modules/node_modules/axe-core" ]; then
  mkdir -p "$modules"
  npm install --prefix "$modules" --no-save --no-audit --no-fund --silent "${node[@]}"
fi
cargo build --quiet --workspace --features postgres,failpoints --bins --examples
built=$(realpath "${CARGO_TARGET_DIR:-target}/debug")
script=$PWD/scripts/console/day.mjs
work=$(mktemp -d)
chmod 711 "$work"
# shellcheck source=scripts/peers.sh
. scripts/peers.sh

finish() {
  local code=$?
  [ ${#started[@]} = 0 ] || stop "${started[@]}"
  stop_postgres
  if [ "$code" != 0 ]; then
    [ ! -s "$work/why" ] || cat "$work/why"
    [ ! -s "$work/server.err" ] || { echo "the server said:"; tail -5 "$work/server.err"; }
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

school() { # two classes; one parent without a number, one who gets none, one with a name that is a trap
  jq -n '
    {classes: [{id: 1, nom: "6e A", annee_scolaire: "2026-2027"}, {id: 2, nom: "5e B", annee_scolaire: "2026-2027"}],
     etudiants: [range(1; 25) | {id: ., nom: "Élève\(.)", prenom: "Zoé", classe: (if . <= 12 then 1 else 2 end)}],
     parents: [range(1; 25) | {
       id: ., nom: "Parent\(.)", prenom: "Awa", telephone: "06 12 00 \(1000 + .)", email: "parent\(.)@ecole.example",
       notifications_sms: true, notifications_email: true, etudiants: [.]}]}
    | .parents[2].telephone = "" | .parents[3].notifications_sms = false
    | .parents[4].nom = "<img src=x onerror=alert(1)>"'
}

looked_at=
for database in "$@"; do
  echo "== $database"
  rm -rf "$work/run"
  mkdir "$work/run"
  cd "$work/run"
  choose_database "$database" console
  export SMS_QUIET_HOURS=non SMS_PLAIN=never DEFAULT_FROM_EMAIL=ecole@college.example MESSAGES_MODE=reel EMAIL_HOST=127.0.0.1 \
    TIME_ZONE=Europe/Paris LANGUAGE_CODE=fr-fr JWT_SIGNING_KEY=une-cle-de-signature-assez-longue-pour-HS256
  peer mail smtp 5
  export EMAIL_PORT=$PORT
  # 1002 is refused for good, once.
  peer sms sms 40 +33612001002=400:1
  export SMS_API_URL="http://127.0.0.1:$PORT/send" SMS_API_KEY=cle SMS_SENDER_NAME=COLLEGE
  "$built/process-scheduled" migrate >/dev/null
  key=$("$built/messages-api" key create --name secretariat --scope lecture,ecriture,envoi,supervision,historique 2>/dev/null)
  serve
  school | curl -fsS -X PUT -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
    --data-binary @- "$base/api/annuaire/" >/dev/null
  BASE=$base KEY=$key LOOKED_AT=$looked_at SMS_JOURNAL=$work/sms.journal MAIL_JOURNAL=$work/mail.journal NODE_PATH=$modules/node_modules \
    node "$script"
  looked_at=yes
  ! grep " ERROR " ./*.log 2>/dev/null | grep -v " incident=" >&2
  leave_database "$database" console
  stop "${started[@]}"
  started=()
done
