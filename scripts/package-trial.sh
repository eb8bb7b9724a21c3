#!/usr/bin/env bash
# Tries the packages that scripts/package.sh made: the .deb is installed in a fresh Debian, used as its
# administrator would (a parent gets an SMS), upgraded while a run is under way, removed; lintian and
# systemd's analysers look at it; the archive for any Linux runs its demonstration there too. As root, on
# Debian; installs mmdebstrap, lintian and systemd if they are missing. (No systemd runs inside: what the
# units start is started by hand, as their user.)
set -euo pipefail
cd "$(dirname "$0")/.."
packages=$PWD/target/packages
work=$(mktemp -d)
chmod 755 "$work"
root=$work/debian
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "package-trial: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "to be run as root"

missing=()
for tool in mmdebstrap lintian; do command -v "$tool" >/dev/null || missing+=("$tool"); done
[ ${#missing[@]} = 0 ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
cargo build --quiet --workspace --features postgres,failpoints --examples
deb=$(echo "$packages"/*.deb)
[ -e "$deb" ] || fail "no package: scripts/package.sh deb"

echo "== lintian"
lintian --fail-on error --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$deb"

echo "== a fresh Debian"
debian=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Label: Debian' | sed 1q)
mmdebstrap --quiet --variant=apt --include=adduser,systemd bookworm "$root" "deb $debian bookworm main"
cp /etc/resolv.conf "$root/etc/"
cp "$deb" "$root/root/messages.deb"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
as_messages() { inside runuser -u messages -- "$@"; }
inside apt-get -qq update
inside apt-get install -y -qq /root/messages.deb >"$work/said" 2>"$work/dpkg" || { cat "$work/dpkg" >&2; fail "not installed"; }
sed -n '/messages-programmes est/,/Le manuel/p' "$work/said"
grep -q 'systemctl enable --now messages-programmes.timer' "$work/said" || fail "the next steps are not told"
[ "$(inside stat -c '%a %U %G' /etc/messages-programmes/env)" = "640 root messages" ] || fail "others may read the settings"

echo "== the units"
inside systemd-analyze verify --man=no /lib/systemd/system/messages-programmes.service \
  /lib/systemd/system/messages-programmes.timer /lib/systemd/system/messages-api.service
for unit in messages-programmes messages-api; do
  inside systemd-analyze security --offline=yes --threshold=15 "$unit.service" | tail -1
done

echo "== used by its administrator"
mkfifo "$work/gateway"
sleep infinity >"$work/gateway" &
target/debug/examples/peer sms 2000 "$work/received" <"$work/gateway" >"$work/port" &
until [ -s "$work/port" ]; do sleep 0.1; done
sed -i -e 's|^#MESSAGES_MODE=.*|MESSAGES_MODE=reel|' -e "s|^#SMS_API_URL=.*|SMS_API_URL=http://127.0.0.1:$(head -1 "$work/port")/sms|" \
  -e 's|^#SMS_API_KEY=.*|SMS_API_KEY=cle|' -e 's|^#SMS_SENDER_NAME=.*|SMS_SENDER_NAME=ECOLE|' \
  -e 's|^#SMS_QUIET_HOURS=.*|SMS_QUIET_HOURS=non|' "$root/etc/messages-programmes/env"
as_messages process-scheduled migrate
cat >"$root/tmp/parents.csv" <<'CSV'
parent_id;nom;prenom;telephone;etudiant_id;etudiant_nom;etudiant_prenom;classe_id;classe
1;Traoré;Awa;06 12 34 56 01;1;Traoré;Issa;1;6e A
CSV
as_messages process-scheduled import /tmp/parents.csv
as_messages process-scheduled check
key=$(as_messages messages-api key create --name essai --scope lecture,ecriture,envoi 2>/dev/null)
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_messages messages-api --bind "127.0.0.1:$port" >"$work/api" 2>&1 &
until curl -fsS "http://127.0.0.1:$port/health/live/" >/dev/null 2>&1; do sleep 0.1; done
programme() {
  curl -fsS -H "Authorization: Bearer $key" -H 'Content-Type: application/json' "http://127.0.0.1:$port/api/messages/" -o /dev/null -d '
    {"type": "sms", "contenu": "Bonjour", "parent": 1, "statut": "programme", "date_programmee": "2026-01-01T08:00:00Z"}'
}
received() { [ -e "$work/received" ] && wc -l <"$work/received" || echo 0; }
programme
as_messages process-scheduled --quiet
[ "$(received)" = 1 ] || fail "$(received) SMS instead of 1"
as_messages process-scheduled status --check

echo "== upgraded while a run is under way"
dpkg-deb -R "$deb" "$work/next"
sed -i 's/^Version: .*/&+essai/' "$work/next/DEBIAN/control"
dpkg-deb --root-owner-group -b "$work/next" "$root/root/next.deb" >/dev/null
printf '# un réglage à lui\n' >>"$root/etc/messages-programmes/env"
programme
as_messages process-scheduled --quiet &
run=$!
inside apt-get install -y -qq /root/next.deb >"$work/said" 2>"$work/dpkg" || { cat "$work/dpkg" >&2; fail "not upgraded"; }
wait "$run" || fail "the run under way ended with $?"
grep -q 'un réglage à lui' "$root/etc/messages-programmes/env" || fail "the settings were lost"
! grep -q 'La suite' "$work/said" || fail "the first steps are told again"
as_messages process-scheduled --quiet
[ "$(received)" = 2 ] || fail "$(received) SMS instead of 2"

echo "== the archive, where nothing else is installed"
if tar=$(compgen -G "$packages/*-linux-*.tar.gz"); then
  mkdir "$root/opt/archive"
  tar -C "$root/opt/archive" --strip-components 1 -xzf "$tar"
  inside apt-get remove -y -qq libpq5 >/dev/null 2>&1
  inside sh -c 'cd /opt/archive && ./process-scheduled demo' | tail -5
  inside /opt/archive/messages-api --version
else
  echo "(not made)"
fi

echo "== removed"
kill %% 2>/dev/null || true
inside apt-get remove -y -qq messages-programmes >/dev/null 2>&1
[ -e "$root/etc/messages-programmes/env" ] || fail "the settings went with the programs"
inside dpkg --purge messages-programmes 2>&1 | grep reste || fail "that the database stays is not told"
[ ! -e "$root/etc/messages-programmes" ] && [ -e "$root/var/lib/messages-programmes/messages.sqlite3" ] || fail "purged: not what was said"
echo "well"
