#!/usr/bin/env bash
# The administrator's handbook: every block marked `sh` is carried out as it stands, in the order of the page,
# in a folder with the built programs, the sample settings and the directory of the page.
set -euo pipefail
cd "$(dirname "$0")/.."
page=$PWD/deploy/EXPLOITATION.md
cargo build --quiet --workspace --features postgres,failpoints --bins --examples
built=${CARGO_TARGET_DIR:-$PWD/target}/debug
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$built/process-scheduled" "$built/messages-api" deploy/env.sample "$folder"
cd "$folder"

block() { # LANGUAGE: its blocks, one after the other
  awk -v language="$1" '$0 == "```" { inside = 0 } inside { print } $0 == "```" language { inside = 1 }' "$page"
}
block csv >parents.csv
commands=0
while read -r command; do
  commands=$((commands + 1))
  if ! bash -c "$command" >said 2>&1; then
    echo "deploy/EXPLOITATION.md: « $command » fails:" >&2
    cat said >&2
    exit 1
  fi
done < <(block sh)
[ "$commands" -gt 10 ]
[ -e a-corriger.csv ]
echo "the handbook: $commands commands did what they are there for"
