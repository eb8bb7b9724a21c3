#!/usr/bin/env bash
# What the tests need beyond a Rust toolchain, as Debian packages. Source this file, then:
# install_missing.

# shellcheck source=scripts/python.sh
. scripts/python.sh

install_missing() {
  local missing=() tool
  command -v cc >/dev/null || missing+=(gcc libc6-dev)
  [ -e /usr/include/postgresql/libpq-fe.h ] || missing+=(libpq-dev)
  postgres_bin >/dev/null || missing+=(postgresql)
  command -v smtp-sink >/dev/null || [ -x /usr/sbin/smtp-sink ] || missing+=(postfix)
  command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)
  [ -e /usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1 ] || missing+=(libfaketime)
  python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
  command -v localedef >/dev/null && [ -e /usr/share/i18n/locales/fr_FR ] || missing+=(locales)
  command -v npm >/dev/null || missing+=(nodejs npm)
  command -v chromium >/dev/null || missing+=(chromium)
  command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx)
  [ -x /usr/sbin/smsbox ] && [ -x /usr/lib/kannel/test/fakesmsc ] || missing+=(kannel kannel-extras)
  command -v promtool >/dev/null || missing+=(prometheus)
  for tool in curl jq gzip openssl; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ]; then
      echo "missing, to be installed as root: apt-get install ${missing[*]}" >&2
      exit 78
    fi
    apt-get update -qq
    # No server is to start by itself: the tests start their own.
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
    rm -f /usr/sbin/policy-rc.d
  fi
  # For a PostgreSQL server that speaks French.
  if [ "$(id -u)" = 0 ] && ! locale -a | grep -qx fr_FR.utf8; then
    localedef -i fr_FR -f UTF-8 fr_FR.UTF-8 || echo "without French: the tests' servers speak English" >&2
  fi
  # Of others, to check that the tests' own servers are not too kind; not installed, in target/ only.
  python_tools "$PWD/target/aiosmtpd-1.4.6" aiosmtpd==1.4.6 || echo "without aiosmtpd: the test that wants it is skipped" >&2
  python_tools "$PWD/target/dkimpy-1.1.8" dkimpy==1.1.8 || echo "without dkimpy: the tests that want it are skipped" >&2
  scripts/relays.sh || echo "without Exim, OpenSMTPD and Dovecot: the tests that want them are skipped" >&2
  if ! cargo nextest --version >/dev/null 2>&1; then
    cargo install --locked cargo-nextest
  fi
}
