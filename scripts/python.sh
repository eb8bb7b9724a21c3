#!/usr/bin/env bash
# Tools in Python that others wrote, for the tests: into target/, once. Source this file, then:
# python_tools FOLDER PACKAGE==VERSION…, and sqlite_tool.

# In a virtual environment of their own. (Each step by itself: in a condition set -e means nothing.)
python_tools() {
  local venv=$1
  shift
  "$venv/bin/pip" show --quiet "${@%%==*}" >/dev/null 2>&1 || {
    python3 -m venv "$venv" &&
      "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"
  }
}

# Sets sqlite to a command that takes a file and SQL. To be called in the project's folder.
sqlite_tool() {
  local folder=${CARGO_TARGET_DIR:-$PWD/target}/apsw-3.54.1.0
  python_tools "$folder" apsw==3.54.1.0
  sqlite=("$folder/bin/python" "$PWD/scripts/sqlite.py")
}
