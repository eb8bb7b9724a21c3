#!/usr/bin/env bash
# The web app's day, over HTTP, against the built programs, a real SMTP sink and a real SMS gateway:
# `day.sh [sqlite|postgres]...` (both in turn when none is named). Each step compares what the two
# received with who should have got it, each address once. Needs curl, jq and, for postgres,
# PostgreSQL; stops what it starts. TEST_POSTGRES_URL names a server to use instead of a new one.
# shellcheck disable=SC2016 # dollars in single quotes are jq's
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
for tool in curl jq; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (apt-get install curl jq)" >&2; exit 78; }
done
[ $# -gt 0 ] || set -- sqlite postgres

cargo build --quiet --workspace --features postgres,failpoints --bins --examples
built=${CARGO_TARGET_DIR:-$PWD/target}/debug
work=$(mktemp -d)
chmod 711 "$work"
# shellcheck source=scripts/peers.sh
. scripts/peers.sh
steps=0

finish() {
  local code=$?
  [ ${#started[@]} = 0 ] || stop "${started[@]}"
  stop_postgres
  if [ "$code" = 0 ]; then
    echo "the day went well: $steps steps on $databases, $SECONDS s"
  else
    echo " FAILED"
    [ ! -s "$work/why" ] || cat "$work/why"
    [ ! -s "$work/server.err" ] || { echo "the server said:"; tail -5 "$work/server.err"; }
    echo "the day broke off at step $steps ($databases)"
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
databases="$*"

at() { # HOUR TEXT: begins a step
  [ "$steps" = 0 ] || [ -n "${first:-}" ] || echo " ok"
  first=
  steps=$((steps + 1))
  printf '  %s  %s …' "$1" "$2"
}

# --- asking

call() { # STATUS METHOD PATH [BODY [CURL OPTION]...]: the answer is in $work/answer
  local status=$1 method=$2 path=$3 body=${4:-} got
  shift 3
  [ $# = 0 ] || shift
  local options=(-sS -m 40 -X "$method" -H "@$work/header" -D "$work/head" -o "$work/answer" -w '%{http_code}')
  [ -z "$body" ] || options+=(-H 'Content-Type: application/json' --data-binary "$body")
  got=$(curl "${options[@]}" "$@" "$base$path") || fail "$method $path: no answer"
  [ "$got" = "$status" ] || fail "$method $path: $got instead of $status" "$(head -c 2000 "$work/answer")"
}

holds() { # FILTER [JQ OPTION]...: what the answer must be
  local filter=$1
  shift
  jq -e "$@" "$filter" "$work/answer" >/dev/null \
    || fail "does not hold: $filter $*" "$(head -c 4000 "$work/answer")"
}

get() { jq -r "$1" "$work/answer"; }

# --- what arrived

# Every recipient since the last time, as a sorted array: who got something twice is there twice.
# Both journals are written before the sender hears that it was accepted.
arrived() { # mail|sms
  local filter='.body.to' seen=0
  [ "$1" = sms ] || filter='.rcpt_to[]'
  [ ! -e "$work/$1.seen" ] || seen=$(<"$work/$1.seen")
  wc -l <"$work/$1.journal" >"$work/$1.seen"
  tail -n "+$((seen + 1))" "$work/$1.journal" | tee "$work/$1.new" | jq -cn "[inputs | $filter] | sort"
}

got() { # mail|sms ARRAY: exactly these since the last time
  local came
  came=$(arrived "$1")
  [ "$came" = "$2" ] || fail "$1: arrived at $came" "expected $2"
}

both() { got mail "$1"; got sms "$2"; }

# Who should get something, worked out from the directory that was sent.
audience() { # mail|sms CLASS (0: everybody)
  jq -c --arg canal "$1" --argjson classe "$2" '
    [.etudiants[] | select($classe == 0 or .classe == $classe) | .id] as $pupils
    | [.parents[]
       | select($classe == 0 or any(.etudiants[]; IN($pupils[])))
       | if $canal == "mail" then select(.notifications_email) | .email
         else select(.notifications_sms) | .telephone | gsub("[ .]"; "") | sub("^0"; "+33") end
       | select(. != "")]
    | unique' "$work/annuaire.json"
}

# --- starting

school() { # 30 pupils in class 1, three in class 2, 200 in class 3; some parents are special
  jq -n '
    {classes: [{id: 1, nom: "6e A", niveau: "6e", annee_scolaire: "2026-2027"}, {id: 2, nom: "5e B"}, {id: 3, nom: "4e C"}],
     etudiants: [range(1; 234) | {id: ., nom: "Élève\(.)", prenom: "Zoé", classe: (if . <= 30 then 1 elif . <= 33 then 2 else 3 end)}],
     parents: [range(1; 234) | {
       id: (100 + .), nom: "Parent\(.)", prenom: "Awa",
       telephone: "06 12 00 \(1000 + .)", email: "parent\(.)@ecole.example",
       notifications_sms: true, notifications_email: true, etudiants: [.]}]}
    | .parents[0].etudiants = [1, 2]
    | .parents[1].etudiants = [2, 31]
    | (.parents[2] | .telephone, .email) = ""
    | (.parents[3] | .notifications_sms, .notifications_email) = false
    | .parents[5].telephone = "+33612001005"
    | .parents[33].etudiants = [30]' >"$work/annuaire.json"
}

day() { # DATABASE
  first=yes
  echo "== $1"
  rm -rf "$work/run"
  mkdir "$work/run"
  cd "$work/run"
  choose_database "$1" day
  export SMS_QUIET_HOURS=non DEFAULT_FROM_EMAIL=ecole@college.example MESSAGES_MODE=reel EMAIL_HOST=127.0.0.1 TIME_ZONE=Europe/Paris LANGUAGE_CODE=fr-fr
  peer mail smtp 5
  export EMAIL_PORT=$PORT
  # 111 is refused for good, once; 112 is told to come later.
  peer sms sms 40 +33612001011=400:1 +33612001012=429
  export SMS_API_URL="http://127.0.0.1:$PORT/send" SMS_API_KEY=cle SMS_SENDER_NAME=COLLEGE
  school

  morning
  sending
  afternoon
  evening
  echo " ok"
  leave_database "$1" day
  stop "${started[@]}"
  started=()
}

morning() {
  at 07:45 "the administrator makes keys, and starts the server"
  "$built/process-scheduled" migrate >/dev/null
  "$built/messages-api" key create --name "Application web" --scope lecture,ecriture,envoi >"$work/key" 2>/dev/null
  "$built/messages-api" key create --name Cantine >"$work/reader" 2>/dev/null
  local name
  for name in key reader; do
    grep -oE 'msg_[0-9a-f]{8}_[0-9a-f]{64}' "$work/$name" | head -1 | sed 's/^/Authorization: Bearer /' >"$work/header.$name"
  done
  cp "$work/header.key" "$work/header"
  serve
  call 200 GET /health/ready

  at 07:50 "nobody comes in without a key, and a reader changes nothing"
  : >"$work/header"
  call 401 GET /api/messages/
  cp "$work/header.reader" "$work/header"
  call 200 GET /api/messages/
  holds '. == []'
  call 403 PUT /api/annuaire/ "@$work/annuaire.json"
  cp "$work/header.key" "$work/header"

  at 08:00 "the directory is taken over, whole or not at all"
  jq '.parents[7].etudiants = [999]' "$work/annuaire.json" >"$work/wrong.json"
  call 400 PUT /api/annuaire/ "@$work/wrong.json"
  holds 'keys == ["parents[7].etudiants"]'
  call 200 GET /api/parents/
  holds '. == []'
  call 200 PUT /api/annuaire/ "@$work/annuaire.json"
  holds '[.classes.ajoutes, .etudiants.ajoutes, .parents.ajoutes, .liens.ajoutes] == [3, 233, 233, 235]'
  call 200 PUT /api/annuaire/ "@$work/annuaire.json"
  holds '[.classes, .etudiants, .parents] | all(.ajoutes == 0 and .modifies == 0)'
  call 200 GET '/api/parents/?classe=2'
  holds 'map(.id) == [102, 131, 132, 133]'

  at 08:05 "an e-mail to the class is programmed for tomorrow"
  local body
  body=$(jq -n --arg date "$(date -u -d tomorrow +%FT%TZ)" '{type: "email", sujet: "Sortie", contenu: "Départ à 8 h.",
    est_message_groupe: true, classe: 1, statut: "programme", date_programmee: $date, nb_envoyes: 7}')
  call 201 POST /api/messages/ "$body"
  holds '.statut == "programme" and .parent == null and .classe == 1 and .nb_envoyes == 0 and .date_envoi == null'
  GROUP=$(get .id)
  call 200 GET "/api/messages/$GROUP/"
  holds '.classe.nom == "6e A"'
  call 200 GET /api/messages/scheduled/
  holds 'map(.id) == [$id]' --argjson id "$GROUP"

  at 08:10 "its preview names who would get it, and who would not"
  call 200 GET "/api/messages/$GROUP/preview/"
  holds '.motifs == {opposition: 1, sans_adresse: 1} and .total == .nb_destinataires + 2'
  holds '[.destinataires[].adresse | values] | sort == $all' --argjson all "$(audience mail 1)"

  at 08:15 "it is edited, and nothing leaves before its time"
  call 200 PATCH "/api/messages/$GROUP/" '{"contenu": "Départ à 9 h."}'
  holds '.contenu == "Départ à 9 h." and .statut == "programme"'
  call 400 PATCH "/api/messages/$GROUP/" '{"statut": "envoye"}'
  call 200 POST /api/messages/process_scheduled/
  holds '. == {success: true, message: "Aucun message programmé à envoyer", processed: 0, success_count: 0, error_count: 0}'
  both '[]' '[]'

  at 08:20 "it is cancelled"
  call 200 POST "/api/messages/$GROUP/cancel/"
  holds '.success and .details.statut == "brouillon"'
  call 409 POST "/api/messages/$GROUP/cancel/"
  call 200 GET /api/messages/scheduled/
  holds '. == []'
}

now() { date -u +%FT%TZ; }

sending() {
  at 08:30 "it is programmed again for now, and processed: each address once"
  call 200 PATCH "/api/messages/$GROUP/" "{\"statut\": \"programme\", \"date_programmee\": \"$(now)\"}"
  call 200 POST /api/messages/process_scheduled/
  holds '. == {success: true, message: "Traitement terminé: 1 messages traités, 1 succès, 0 échecs", processed: 1, success_count: 1, error_count: 0}'
  both "$(audience mail 1)" '[]'
  jq -se 'all(.[]; (.rcpt_to | length) == 1 and (.data | test("(?m)^Subject: Sortie\r?$")))' "$work/mail.new" >/dev/null || fail "what arrived is not the message"
  call 200 GET "/api/messages/$GROUP/"
  holds '.statut == "envoye" and .date_envoi != null and .nb_envoyes == $n and .nb_ignores == 2 and .nb_echecs == 0' \
    --argjson n "$(audience mail 1 | jq length)"
  call 409 PATCH "/api/messages/$GROUP/" '{"contenu": "Trop tard"}'

  at 09:00 "two more, by three runs at once: nobody gets anything twice"
  local date
  date=$(now)
  call 201 POST /api/messages/ "{\"type\": \"sms\", \"contenu\": \"Grève demain\", \"est_message_groupe\": true, \"classe\": 2, \"statut\": \"programme\", \"date_programmee\": \"$date\"}"
  SMS=$(get .id)
  call 201 POST /api/messages/ "{\"type\": \"email\", \"sujet\": \"Grève\", \"contenu\": \"Demain\", \"est_message_groupe\": true, \"statut\": \"programme\", \"date_programmee\": \"$date\"}"
  ALL=$(get .id)
  "$built/process-scheduled" --json >"$work/report.json" 2>/dev/null &
  local program=$!
  "$built/process-scheduled" --json >"$work/report2.json" 2>/dev/null &
  local second=$!
  call 200 POST /api/messages/process_scheduled/
  wait "$program" || fail "process-scheduled ended with $?"
  wait "$second" || fail "process-scheduled ended with $?"
  both "$(audience mail 0)" "$(audience sms 2)"
  # Whoever settles the last envoi closes the message; that may need one more run.
  call 200 POST /api/messages/process_scheduled/
  for id in "$SMS" "$ALL"; do
    call 200 GET "/api/messages/$id/"
    holds '.statut == "envoye" and .nb_echecs == 0 and .nb_incertains == 0'
  done
  both '[]' '[]'
  printf ' (%s + %s of %s by the programs)' "$(jq .totaux.envoyes "$work/report.json")" "$(jq .totaux.envoyes "$work/report2.json")" \
    "$(jq -n "$(audience mail 0) + $(audience sms 2) | length")"

  at 09:30 "two parents with one number: one SMS"
  call 201 POST /api/messages/ '{"type": "sms", "contenu": "Bonjour à tous", "est_message_groupe": true, "classe": 1}'
  local id
  id=$(get .id)
  call 200 GET "/api/messages/$id/preview/"
  holds '.motifs == {doublon: 1, opposition: 1, sans_adresse: 1} and .sms.segments == 1 and .sms.total_segments == .nb_destinataires'
  holds '[.destinataires[].adresse | values] | sort == $all' --argjson all "$(audience sms 1)"
  call 204 DELETE "/api/messages/$id/"

  at 10:00 "an SMS and an e-mail to one parent"
  call 200 POST /api/parents/110/send_sms/ '{"message": "Votre fils est arrivé"}'
  holds '.success and .details.statut == "envoye" and .details.parent == 110'
  call 200 POST /api/parents/110/send_email/ '{"subject": "Arrivé", "message": "Votre fils est arrivé"}'
  holds '.success and .details.type == "email"'
  MAIL=$(get .details.id)
  both '["parent10@ecole.example"]' '["+33612001010"]'
  jq -e '.body == {apiKey: "cle", to: "+33612001010", from: "COLLEGE", message: "Votre fils est arrivé"}' "$work/sms.new" >/dev/null || fail "not the SMS"
  call 404 POST /api/parents/999/send_sms/ '{"message": "x"}'
  call 400 POST /api/parents/110/send_sms/ '{}'

  at 10:10 "an SMS to a class, and nobody is meant by mistake"
  call 400 POST /api/parents/send_bulk_sms/ '{"type": "sms", "contenu": "x"}'
  call 200 POST /api/parents/send_bulk_sms/ '{"type": "sms", "contenu": "Bonjour", "classe_id": 2, "tous_parents": false}'
  holds '.success'
  both '[]' "$(audience sms 2)"

  at 10:30 "a draft is sent at once; the same request twice is one message"
  local draft='{"type": "email", "sujet": "Rendez-vous", "contenu": "Lundi", "parent": 120}'
  call 201 POST /api/messages/ "$draft" -H 'Idempotency-Key: rendez-vous-1'
  holds '.statut == "brouillon"'
  id=$(get .id)
  call 201 POST /api/messages/ "$draft" -H 'Idempotency-Key: rendez-vous-1'
  holds '.id == $id' --argjson id "$id"
  call 422 POST /api/messages/ "${draft/Lundi/Mardi}" -H 'Idempotency-Key: rendez-vous-1'
  call 200 POST "/api/messages/$id/send_now/" '' -H 'Idempotency-Key: rendez-vous-2'
  holds '.success and .details.statut == "envoye"'
  call 200 POST "/api/messages/$id/send_now/" '' -H 'Idempotency-Key: rendez-vous-2'
  holds '.success and .details.statut == "envoye"'
  call 409 POST "/api/messages/$id/send_now/"
  both '["parent20@ecole.example"]' '[]'
  call 200 GET '/api/messages/?parent=120'
  holds 'length == 1'
}

afternoon() {
  local id envoi
  at 13:00 "read e-mails are marked; an SMS cannot be"
  call 200 POST "/api/messages/$MAIL/mark_as_read/"
  holds '. == {success: true, message: "Message marqué comme lu"}'
  call 200 GET "/api/messages/$MAIL/"
  holds '.est_lu and .date_lecture != null'
  call 400 POST "/api/messages/$SMS/mark_as_read/"

  at 13:10 "who got the class's e-mail, who did not and why"
  call 200 GET "/api/messages/$GROUP/envois/"
  holds '[.[] | select(.etat == "envoye") | .adresse] | sort == $all' --argjson all "$(audience mail 1)"
  holds '[.[] | select(.etat != "envoye") | [.parent, .etat, .motif]] | sort == [[103, "ignore", "sans_adresse"], [104, "ignore", "opposition"]]'
  local rows
  rows=$(get length)
  call 200 GET "/api/messages/$GROUP/envois/?etat=ignore"
  holds 'length == 2'
  call 200 GET "/api/messages/$GROUP/envois.csv"
  [ "$(wc -l <"$work/answer")" = $((rows + 1)) ] || fail "the table has not $rows rows"
  head -1 "$work/answer" | grep -q $'^\xef\xbb\xbf"envoi";"nom"' || fail "not the table's head"
  grep -qi '^content-type: text/csv; charset=utf-8' "$work/head" || fail "not a table"

  at 13:30 "the gateway refuses a number: said, and sent again"
  call 200 POST /api/parents/111/send_sms/ '{"message": "Bonjour"}'
  holds '(.success | not) and .details.statut == "echec" and .details.details_erreur != null and .details.nb_echecs == 1'
  id=$(get .details.id)
  both '[]' '[]'
  call 200 GET "/api/messages/$id/envois/"
  holds 'length == 1 and .[0].etat == "echec" and .[0].motif == "permanent" and .[0].raison != null'
  envoi=$(get '.[0].id')
  call 200 POST "/api/messages/$id/resend/" "{\"envois\": [$envoi]}"
  holds '.success and .details.statut == "envoye" and .details.nb_echecs == 0 and .details.nb_envoyes == 1'
  both '[]' '["+33612001011"]'
  call 409 POST "/api/messages/$id/resend/"

  at 14:00 "the gateway is busy: the message waits, cannot be deleted, is stopped, then deleted"
  call 200 POST /api/parents/112/send_sms/ '{"message": "Bonjour"}'
  holds '(.success | not) and .details.statut == "en_attente" and (.message | startswith("Pas encore parti"))'
  id=$(get .details.id)
  call 409 DELETE "/api/messages/$id/"
  call 409 PATCH "/api/messages/$id/" '{"contenu": "Autre"}'
  call 200 POST "/api/messages/$id/cancel/"
  holds .success
  call 200 POST /api/messages/process_scheduled/
  call 200 GET "/api/messages/$id/envois/"
  holds 'map([.etat, .motif]) == [["ignore", "annule"]]'
  call 204 DELETE "/api/messages/$id/"
  call 404 GET "/api/messages/$id/"
  both '[]' '[]'

  at 15:00 "the lists"
  call 200 GET /api/messages/
  local all
  all=$(get length)
  cp "$work/answer" "$work/all.json"
  call 200 GET '/api/messages/by_parent/?parent_id=110'
  holds 'length == 2 and all(.parent == 110)'
  call 400 GET /api/messages/by_parent/
  call 200 GET '/api/messages/by_classe/?classe_id=2'
  holds 'length == 2 and all(.classe == 2 and .est_message_groupe)'
  call 200 GET /api/messages/bulk_messages/
  holds 'length == 4 and all(.est_message_groupe)'
  call 200 GET /api/messages/scheduled/
  holds '. == []'
  call 200 GET '/api/messages/?type=email&search=sortie&ordering=-id'
  holds 'map(.id) == [$id]' --argjson id "$GROUP"
  call 400 GET '/api/messages/?statut=parti'

  at 15:10 "the numbers agree with the lists"
  call 200 GET /api/messages/message_stats/
  holds '.total_messages == $all and .total_sms + .total_email == $all and .status_counts.envoye == $all' --argjson all "$all"
  holds '.envois.email.envoye == $sent' --argjson sent "$(jq '[.[] | select(.type == "email").nb_envoyes] | add' "$work/all.json")"
  holds '.envois.sms.envoye == $sent' --argjson sent "$(jq '[.[] | select(.type == "sms").nb_envoyes] | add' "$work/all.json")"
  holds '(.messages_by_day | length == 31 and (map(.count) | add) == $all)' --argjson all "$all"
  holds '.messages_by_class == [{classe: "6e A", count: 1}, {classe: "5e B", count: 2}, {classe: "4e C", count: 0}]'
  jq -en --argjson mails "$(wc -l <"$work/mail.journal")" --argjson sms "$(wc -l <"$work/sms.journal")" \
    --slurpfile all "$work/all.json" '($all[0] | map(.nb_envoyes) | add) == $mails + $sms' >/dev/null \
    || fail "more or less arrived in all than the messages say"

  at 16:00 "a parent is erased, everywhere"
  call 204 DELETE /api/parents/110/
  call 404 GET /api/parents/110/
  call 200 GET "/api/messages/$MAIL/envois/"
  holds 'map([.parent, .adresse, .etat]) == [[null, null, "envoye"]]'
  call 200 GET "/api/messages/$GROUP/envois/"
  holds 'length == $rows and all(.adresse != "parent10@ecole.example")' --argjson rows "$rows"
  call 200 GET "/api/messages/$MAIL/"
  holds '.parent == null and .nb_envoyes == 1'
}

evening() {
  at 17:00 "the server is stopped: it ends well, and its log holds nothing personal"
  kill -TERM "$SERVER"
  wait "$SERVER" || fail "the server ended with $?"
  if grep -E 'ecole\.example|61200|Parent[0-9]|lève|Départ|Sortie' "$work/run/scheduled_messages.log" >"$work/leak"; then
    fail "the log holds personal data:" "$(head -3 "$work/leak")"
  fi
  "$built/process-scheduled" --quiet
  both '[]' '[]'
}

for database in "$@"; do day "$database"; done
