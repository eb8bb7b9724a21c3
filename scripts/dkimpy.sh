#!/usr/bin/env bash
# Installs the verifier of signatures that others wrote, in Python, for the tests: into target/, once.
# Without it the test that wants it says so and passes.
set -euo pipefail
cd "$(dirname "$0")/.."
version=1.1.8
venv=$PWD/target/dkimpy-$version

if [ ! -x "$venv/bin/dkimverify" ]; then
  if ! python3 -m venv "$venv" 2>/dev/null; then
    echo "missing, to be installed as root: apt-get install python3-venv" >&2
    exit 78
  fi
  "$venv/bin/pip" install --quiet --disable-pip-version-check "dkimpy==$version"
fi
