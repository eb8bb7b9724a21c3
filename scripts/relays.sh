#!/usr/bin/env bash
# Unpacks the relays that the tests try: Debian 12's Exim and OpenSMTPD, which cannot be installed
# beside Postfix, and Dovecot, which keeps Postfix's passwords and a mailbox that comes by IMAP. They go into target/, once, and are
# not installed; the tests run them from there, in namespaces of their own (crates/testing/src/relay).
# Postfix itself is installed. Without all of it those tests say so and pass.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/target/relays-debian-12
# Unpacked before Dovecot was asked for mailboxes.
[ -e "$folder/lib/dovecot/imap" ] || rm -rf "$folder"
[ ! -d "$folder" ] || exit 0

debian=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Label: Debian' 2>/dev/null | sed 1q)
if [ -z "$debian" ]; then
  echo "not Debian 12" >&2
  exit 78
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
# The OpenSMTPD of bookworm itself cannot speak TLS with its OpenSSL, that of the backports can.
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/packages"
chmod 777 "$work/packages" # apt downloads as its own user
printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
  "$debian" bookworm "$debian" bookworm-backports >"$work/sources.list"
apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" "$@"
}
apt update
(cd "$work/packages" && apt download exim4-daemon-light libidn12 dovecot-core dovecot-imapd \
  opensmtpd/bookworm-backports libdb5.3 libevent-2.1-7)
for package in "$work"/packages/*.deb; do dpkg-deb --extract "$package" "$work/all"; done
chmod -R u-s,g-s "$work/all/usr" # nobody else is to run them
mkdir -p "$(dirname "$folder")"
mv "$work/all/usr" "$folder"
