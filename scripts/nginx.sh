#!/usr/bin/env bash
# Tries deploy/nginx.conf: nginx with it, on free ports and with a certificate made for the purpose, before
# a messages-api and a stand-in for the old server; then asks through it and looks who answered what.
# `nginx.sh [PROGRAM]`: another messages-api than the one that is built here. Needs nginx, openssl, curl, jq
# and python3; stops what it starts.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin
for tool in nginx openssl curl jq python3; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (apt-get install nginx openssl curl jq python3)" >&2; exit 78; }
done

program=${1:-}
if [ -z "$program" ]; then
  # The features of scripts/test.sh: nothing is built twice.
  cargo build --quiet --workspace --features postgres,failpoints --bins
  program=${CARGO_TARGET_DIR:-$PWD/target}/debug/messages-api
fi
folder=$(mktemp -d)
started=()
asked=0

finish() {
  local code=$?
  if [ ${#started[@]} -gt 0 ]; then
    kill "${started[@]}" 2>/dev/null || true
    wait "${started[@]}" 2>/dev/null || true
  fi
  if [ "$code" = 0 ]; then
    echo "nginx: $asked requests went where they should"
  else
    [ ! -s "$folder/why" ] || cat "$folder/why" >&2
    tail -n 5 "$folder"/*.err >&2 || true
  fi
  rm -rf "$folder"
}
trap finish EXIT

fail() { printf '%s\n' "$@" >"$folder/why"; return 1; }

ports() { # N: free ones
  python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(one.getsockname()[1] for one in held))' "$1"
}

until_open() { # PORT
  local tries=100
  until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || fail "nobody listens on port $1"
    sleep 0.1
  done
}

read -r http https api old <<<"$(ports 4)"
site=https://ecole.exemple.fr:$https

configure() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ecole.exemple.fr \
    -addext subjectAltName=DNS:ecole.exemple.fr -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null
  sed -e "s|listen 80;|listen 127.0.0.1:$http;|" -e "s|listen 443 ssl;|listen 127.0.0.1:$https ssl;|" \
    -e "s|server 127.0.0.1:8000;|server 127.0.0.1:$api;|" -e "s|server 127.0.0.1:8001;|server 127.0.0.1:$old;|" \
    -e "s|ssl_certificate /[^;]*;|ssl_certificate $folder/certificate.pem;|" \
    -e "s|ssl_certificate_key /[^;]*;|ssl_certificate_key $folder/key.pem;|" \
    -e "s|/var/log/nginx/messages.access.log|$folder/access.log|" deploy/nginx.conf >"$folder/site.conf"
  # Each place that is to be filled in was found.
  if grep -Eq 'listen (80|443)|:800[01];|letsencrypt|/var/log' "$folder/site.conf"; then
    fail "deploy/nginx.conf has other places than this script fills in"
  fi
  cat >"$folder/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/nginx.err warn;
events {}
http {
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $folder/site.conf;
}
CONF
  # The workers of a root's nginx are another user.
  chmod 711 "$folder"
}

start() {
  export DATABASE_URL=sqlite://$folder/ecole.sqlite LOG_FILE=$folder/api.log API_BIND=127.0.0.1:$api
  export MESSAGES_MODE=simulation TIME_ZONE=Europe/Paris BASE_URL=$site
  "$program" key create --name nginx --scope lecture,ecriture,envoi 2>/dev/null \
    | grep -oE 'msg_[0-9a-f]{8}_[0-9a-f]{64}' | head -1 | sed 's/^/Authorization: Bearer /' >"$folder/header"
  "$program" >"$folder/api.out" 2>"$folder/api.err" </dev/null &
  started+=($!)
  python3 scripts/nginx_old_server.py "$old" 2>"$folder/old.err" </dev/null &
  started+=($!)
  nginx -c "$folder/nginx.conf" -e "$folder/nginx.err" </dev/null &
  started+=($!)
  for port in "$api" "$old" "$https"; do until_open "$port"; done
}

ask() { # STATUS METHOD URL [CURL OPTION]...: the answer is in $folder/answer
  local status=$1 method=$2 url=$3 got
  shift 3
  asked=$((asked + 1))
  got=$(curl -sS -m 40 -X "$method" --resolve "ecole.exemple.fr:$https:127.0.0.1" --cacert "$folder/certificate.pem" \
    -D "$folder/head" -o "$folder/answer" -w '%{http_code}' "$@" "$url") || fail "$method $url: no answer"
  [ "$got" = "$status" ] || fail "$method $url: $got instead of $status" "$(head -c 500 "$folder/answer")"
}

ours() { # STATUS METHOD PATH [CURL OPTION]...: messages-api answers
  ask "$1" "$2" "$site$3" -H "@$folder/header" "${@:4}"
  grep -qi '^x-request-id:' "$folder/head" || fail "$2 $3: not answered by messages-api"
}

holds() { # JQ FILTER
  jq -e "$1" "$folder/answer" >/dev/null || fail "does not hold: $1" "$(head -c 1000 "$folder/answer")"
}

theirs() { # METHOD PATH [CURL OPTION]...: the old server answers
  ask 200 "$1" "$site$2" "${@:3}"
  jq -e '.server == "old"' "$folder/answer" >/dev/null 2>&1 || fail "$1 $2: not answered by the old server"
}

who_gets_what() {
  ours 200 PUT /api/annuaire/ -H 'Content-Type: application/json' -d '{
    "classes": [{"id": 1, "nom": "6e A"}], "etudiants": [{"id": 1, "nom": "Traoré", "classe": 1}],
    "parents": [{"id": 1, "nom": "Traoré", "telephone": "0612345601", "etudiants": [1]}]}'
  for path in /api/messages/ /api/messages '/api/parents/?search=traor' /api/classes/1/ /api/etudiants/1/ \
    /api/messages/message_stats/ /api/schema/ /api/docs/; do
    ours 200 GET "$path" -L
  done
  ours 201 POST /api/messages/ -H 'Content-Type: application/json' -d '{"type": "sms", "contenu": "Jeudi.", "parent": 1}'
  ours 200 POST /api/messages/1/send_now/
  ask 401 GET "$site/api/parents/"
  for path in /api/auth/token/ /api/auth/token/refresh/ /api/auth/register/ /api/presences/register/ \
    /api/reconnaissance/face/ /api/etudiants/1/register_face/; do
    theirs POST "$path" -d '{}'
  done
  for path in / /index.html /admin/ /media/photos/1.jpg /api/auth/profile/ /api/ecole/1/ /api/settings/ \
    '/api/presences/?etudiant=1' /api/etudiants/1/presences/ /api/statistiques/presences/aujourd-hui/ \
    /api/export/presences/jour/ /api/messagesx/ /health/ready /metrics; do
    theirs GET "$path"
    [ "$(jq -r .path "$folder/answer")" = "$path" ] || fail "$path: changed on its way"
  done
}

console() {
  local key cookies=$folder/cookies
  key=$(cut -d' ' -f3 "$folder/header")
  ask 303 GET "$site/console/"
  ask 303 POST "$site/console/connexion/" -c "$cookies" -H "Origin: https://ecole.exemple.fr" --data-urlencode "cle=$key"
  grep -qi '^set-cookie: console=.*Secure' "$folder/head" || fail "the cookie may leave without TLS"
  ask 200 GET "$site/console/" -b "$cookies"
  grep -q '<h1>Aujourd' "$folder/answer" || fail "not the console's first page"
  if grep -q "$key" "$folder/access.log"; then fail "the log has a key"; fi
}

what_is_told() {
  theirs GET /api/auth/profile/ -H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-Proto: http'
  holds '.headers | .["x-forwarded-for"] == "127.0.0.1" and .["x-forwarded-proto"] == "https" and .host == "ecole.exemple.fr"'
  ask 301 GET "http://127.0.0.1:$http/api/messages/?type=sms" -H 'Host: ecole.exemple.fr'
  grep -qi '^location: https://ecole.exemple.fr/api/messages/?type=sms' "$folder/head" || fail "not sent to https"
  if grep -Eq '\?|traor' "$folder/access.log"; then fail "the log has a query"; fi
}

bodies() {
  jq -cn '{parents: [range(1; 60000) | {id: ., nom: "Parent \(.)", adresse: ("x" * 150)}]}' >"$folder/town.json"
  [ "$(stat -c %s "$folder/town.json")" -gt $((8 << 20)) ] || fail "not a large directory"
  ours 200 PUT '/api/annuaire/?essai=true' -H 'Content-Type: application/json' --data-binary "@$folder/town.json"
  head -c $((17 << 20)) /dev/zero >"$folder/large"
  ask 413 PUT "$site/api/annuaire/" -H "@$folder/header" --data-binary "@$folder/large"
  ask 413 POST "$site/api/messages/" -H "@$folder/header" --data-binary "@$folder/large"
  ours 201 POST /api/messages/ -H 'Content-Type: application/json' -d '{"type": "email", "contenu": "Le menu.", "parent": 1}'
  local email
  email=$(jq .id "$folder/answer")
  head -c $((9 << 20)) /dev/urandom >"$folder/menu.pdf"
  ours 201 POST "/api/messages/$email/add_attachment/" -F "fichier=@$folder/menu.pdf"
  ours 200 GET "$(jq -r .fichier "$folder/answer")"
  cmp -s "$folder/answer" "$folder/menu.pdf" || fail "a file came back as another one"
  ours 400 POST "/api/messages/$email/add_attachment/" -F "fichier=@$folder/large;filename=large.pdf"
  holds '.fichier[0] | test("10.Mo")'
  theirs POST /api/etudiants/1/register_face/ --data-binary "@$folder/large"
  holds ".length == $((17 << 20))"
}

configure
start
who_gets_what
console
what_is_told
bodies
