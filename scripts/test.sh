#!/usr/bin/env bash
# Everything that must hold: formatting, lints, documentation, tests and the web app's day on SQLite
# and on PostgreSQL, the laws of the house. Installs what is missing (Debian packages, as root) and
# stops what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

install() {
  local missing=() tool
  command -v cc >/dev/null || missing+=(gcc libc6-dev)
  [ -e /usr/include/postgresql/libpq-fe.h ] || missing+=(libpq-dev)
  postgres_bin >/dev/null || missing+=(postgresql)
  command -v smtp-sink >/dev/null || [ -x /usr/sbin/smtp-sink ] || missing+=(postfix)
  for tool in curl jq; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ]; then
      echo "missing, to be installed as root: apt-get install ${missing[*]}" >&2
      exit 78
    fi
    apt-get update -qq
    # Neither server is to start by itself: the tests start their own.
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
    rm -f /usr/sbin/policy-rc.d
  fi
  if ! cargo nextest --version >/dev/null 2>&1; then
    cargo install --locked cargo-nextest
  fi
}

# diesel, lettre, ureq and actix-web each stand in one crate's manifest; one TLS library.
laws() {
  local crate
  for law in diesel:core diesel_migrations:core lettre:core ureq:core actix-web:api; do
    for crate in core api process-scheduled; do
      if [ "$crate" != "${law#*:}" ] && grep -q "^${law%:*}[. =]" "crates/$crate/Cargo.toml"; then
        echo "crates/$crate/Cargo.toml: ${law%:*} belongs to crates/${law#*:}" >&2
        return 1
      fi
    done
  done
  for crate in aws-lc-rs openssl-sys native-tls; do
    if cargo tree --workspace --features postgres -i "$crate" >/dev/null 2>&1; then
      echo "$crate is in the tree: rustls with ring is the only TLS library" >&2
      return 1
    fi
  done
}

step "installation"
install
step "formatting"
cargo fmt --all --check
step "laws of the house"
laws
step "lints"
cargo clippy --workspace --all-targets --features postgres -- -D warnings
cargo clippy --workspace -- -D warnings
cargo clippy --workspace --no-default-features --features postgres -- -D warnings
step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --features postgres --no-deps --quiet
step "tests, on SQLite and on PostgreSQL"
folder=$(mktemp -d)
chmod 711 "$folder"
trap 'stop_postgres; rm -rf "$folder"' EXIT
start_postgres "$folder/postgres"
cargo nextest run --workspace --features postgres
step "the web app's day, on SQLite and on PostgreSQL"
scripts/day.sh
step "the interface against its own description"
scripts/schemathesis.sh
step "done"
