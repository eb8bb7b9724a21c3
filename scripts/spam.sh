#!/usr/bin/env bash
# What SpamAssassin says, without the network, of e-mails of every form that the built program writes
# (mode "fichier"): `spam.sh`. Fails when one of them costs a point. Needs spamassassin, python3-venv.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v spamassassin >/dev/null || { echo "missing: spamassassin (apt-get install spamassassin)" >&2; exit 78; }
# shellcheck source=scripts/python.sh
. scripts/python.sh
sqlite_tool
[ -n "${PROGRAM:-}" ] || cargo build --quiet -p process-scheduled
program=$(realpath "${PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/process-scheduled}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export MESSAGES_MODE=fichier DATABASE_URL=sqlite://spam.sqlite3 DEFAULT_FROM_EMAIL='Collège <ecole@exemple.fr>' \
  BASE_URL=https://ecole.exemple.fr MESSAGES_READ_TRACKING=true

write() { # SUBJECT TEXT HTML
  "${sqlite[@]}" spam.sqlite3 "INSERT INTO messages (type, sujet, contenu, contenu_html, parent, statut, date_programmee, programme_le)
    SELECT 'email', '$1', '$2', NULLIF('$3', ''), 1, 'programme', maintenant, maintenant
      FROM (SELECT strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now') AS maintenant)"
}

"$program" migrate >/dev/null
"${sqlite[@]}" spam.sqlite3 "INSERT INTO parents (id, nom, email, notifications_email) VALUES (1, 'Traoré', 'awa@exemple.org', TRUE)"
text='Bonjour, la réunion de parents a lieu jeudi à 18 h, salle 2.'
write 'Texte' "$text" ''
write 'Les deux' "$text" "<p>$text</p>"
write 'Deux lignes suivies' 'Bonjour, réunion jeudi.' '<p>Bonjour,</p><p>réunion jeudi.</p>'
write 'Tout autre chose' 'Sortie au musée vendredi, pensez au goûter.' "<p>$text</p>"
write 'Éditeur vidé' "$text" '<p><br></p>'
attach() { # NAME TYPE FILE: to the message before
  "${sqlite[@]}" spam.sqlite3 "INSERT INTO pieces_jointes (message, nom_fichier, type_mime, taille, contenu)
    SELECT (SELECT max(id) FROM messages), '$1', '$2', length(readfile('$3')), readfile('$3')"
}
head -c 200000 /dev/urandom >photo
printf '%%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n' >menu
write 'Menu de la semaine' "$text" "<p>$text</p>"
attach 'Menu de la semaine – élèves.pdf' application/pdf menu
write 'Sortie au musée' "$text" ''
attach 'photo de classe.jpg' image/jpeg photo
attach 'plan.pdf' application/pdf menu
"$program" run >/dev/null
code=0
for mail in outbox/*.eml; do
  said=$(spamassassin -L -t <"$mail" 2>/dev/null)
  score=$(sed -n 's/^Content analysis details: *(\(-\?[0-9.]*\) points.*/\1/p' <<<"$said")
  rules=$(sed -n '/^Content analysis/,$p' <<<"$said" | grep -oE '^ ?[1-9][0-9.]* [A-Z0-9_]+|^ ?0\.[1-9][0-9.]* [A-Z0-9_]+' || true)
  printf '%6s  %s  %s\n' "$score" "$(basename "$mail")" "${rules//$'\n'/, }"
  awk -v score="$score" 'BEGIN { exit score >= 1 }' || code=1
done
exit "$code"
