#!/usr/bin/env bash
# Packages of this version, from the lock file, in target/packages/: deb (Debian and its like, with PostgreSQL),
# tar (any Linux of this processor, SQLite, nothing needed), zip (Windows, SQLite), a list of what is inside
# (SBOM) and checksums. Usage: package.sh [deb] [tar] [zip] (all, when none is named). Needs rustup; installs
# cargo-deb and cargo-cyclonedx, and as root the Debian packages that are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- deb tar zip
for kind in "$@"; do
  case $kind in deb | tar | zip) ;; *) echo "package.sh: $kind: deb, tar or zip" >&2; exit 2 ;; esac
done
wants() { local kind=$1; shift; [[ " $* " == *" $kind "* ]]; }
out=$PWD/target/packages
linux=x86_64-unknown-linux-musl windows=x86_64-pc-windows-gnu
version=$(cargo metadata --locked --no-deps --format-version 1 | jq -r '.packages[] | select(.name == "process-scheduled").version')
committed=$(git log -1 --format=%ct)

install_tools() {
  local missing=()
  command -v jq >/dev/null || missing+=(jq)
  if wants deb "$@"; then
    [ -e /usr/include/postgresql/libpq-fe.h ] || missing+=(libpq-dev)
    command -v dpkg-shlibdeps >/dev/null || missing+=(dpkg-dev)
    cargo deb --version >/dev/null 2>&1 || cargo install --locked cargo-deb
  fi
  if wants tar "$@"; then
    command -v musl-gcc >/dev/null || missing+=(musl-tools)
    rustup target add "$linux"
  fi
  if wants zip "$@"; then
    command -v x86_64-w64-mingw32-gcc >/dev/null || missing+=(gcc-mingw-w64-x86-64-win32)
    command -v zip >/dev/null || missing+=(zip)
    rustup target add "$windows"
  fi
  cargo cyclonedx --version >/dev/null 2>&1 || cargo install --locked cargo-cyclonedx
  [ ${#missing[@]} = 0 ] || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}

build() { cargo build --locked --release -p process-scheduled -p messages-api "$@"; }

# Manual pages and completions; the settings with a package's own folders.
pages() { # FOLDER OF THE PROGRAMS
  rm -rf "$out/pages"
  "$1/process-scheduled" pages "$out/pages"
  "$1/messages-api" pages "$out/pages"
  sed -e 's|^#DATABASE_URL=.*|DATABASE_URL=sqlite:////var/lib/messages-programmes/messages.sqlite3|' \
    -e 's|^#MESSAGES_JOURNAL=.*|MESSAGES_JOURNAL=/var/lib/messages-programmes/reponses|' \
    -e 's|^#MESSAGES_OUTBOX=.*|MESSAGES_OUTBOX=/var/lib/messages-programmes/outbox|' \
    -e 's|^#LOG_FILE=.*|LOG_FILE=/var/log/messages-programmes/scheduled_messages.log|' deploy/env.sample >"$out/env"
  [ "$(grep -c '^[A-Z]' "$out/env")" = 4 ] || { echo "deploy/env.sample: a setting of a package is not there" >&2; exit 1; }
}

# The licences and the changes, as Debian wants them.
papers() {
  {
    printf 'Either of the two, at your choice: the Apache License 2.0 (on Debian systems in\n%s), or this one:\n\n' \
      /usr/share/common-licenses/Apache-2.0
    cat LICENSE-MIT
  } >"$out/copyright"
  {
    echo "messages-programmes ($version) stable; urgency=medium"
    echo
    awk -v version="$version" '/^## / { own = $2 == version; next } own && NF { sub(/^- /, "* "); print "  " $0 }' deploy/CHANGES.md
    echo
    echo " -- messages-programmes <messages-programmes@localhost>  $(date -R -d "@$committed")"
  } >"$out/changelog"
}

debian() {
  build --features postgres
  pages target/release
  papers
  SOURCE_DATE_EPOCH=$committed cargo deb --locked --no-build -p process-scheduled --output "$out/"
}

archive() {
  build --target "$linux"
  pages "target/$linux/release"
  local name=messages-programmes-$version-linux-x86_64
  rm -rf "$out/$name"
  mkdir -p "$out/$name"
  cp "target/$linux/release/process-scheduled" "target/$linux/release/messages-api" \
    deploy/EXPLOITATION.md deploy/console.png deploy/RELIABILITY.md deploy/CHANGES.md deploy/env.sample deploy/nginx.conf \
    deploy/prometheus-alerts.yml LICENSE-* "$out/$name"
  cp -r deploy/systemd "$out/pages" "$out/env" "$out/$name"
  mkdir "$out/$name/scripts"
  cp scripts/process_scheduled_messages.sh "$out/$name/scripts"
  tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$committed" -czf "$out/$name.tar.gz" "$name"
  rm -rf "${out:?}/$name"
}

windows() {
  build --target "$windows"
  local name=messages-programmes-$version-windows-x86_64 file
  rm -rf "${out:?}/$name" "$out/$name.zip"
  mkdir -p "$out/$name/scripts"
  cp "target/$windows/release/process-scheduled.exe" "target/$windows/release/messages-api.exe" deploy/console.png "$out/$name"
  # Read with the Editor: with its line ends.
  for file in deploy/EXPLOITATION.md deploy/RELIABILITY.md deploy/CHANGES.md deploy/env.sample LICENSE-*; do
    sed 's/$/\r/' "$file" >"$out/$name/$(basename "$file")"
  done
  sed 's/\r*$/\r/' deploy/windows/installer.bat >"$out/$name/installer.bat"
  sed 's/\r*$/\r/' scripts/process_scheduled_messages.bat >"$out/$name/scripts/process_scheduled_messages.bat"
  { printf '\xff\xfe'; sed 's/$/\r/' deploy/windows/tache.xml | iconv -f UTF-8 -t UTF-16LE; } >"$out/$name/tache.xml"
  (cd "$out" && zip -qrX "$name.zip" "$name")
  rm -rf "${out:?}/$name"
}

install_tools "$@"
mkdir -p "$out"
# What was made before of the other kinds stays, if it is of this version.
find "$out" -maxdepth 1 -type f ! -name "*$version*" -delete
if wants deb "$@"; then debian; fi
if wants tar "$@"; then archive; fi
if wants zip "$@"; then windows; fi
cargo cyclonedx --quiet --format json --manifest-path crates/process-scheduled/Cargo.toml --features postgres --override-filename sbom
mv crates/process-scheduled/sbom.json "$out/messages-programmes-$version.cdx.json"
find crates -name sbom.json -delete
rm -rf "$out/pages" "$out/env" "$out/copyright" "$out/changelog"
(cd "$out" && sha256sum -- *"$version"* >SHA256SUMS && cat SHA256SUMS)
