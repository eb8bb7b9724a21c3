#!/bin/sh
# Called by cron. Runs one passage in the folder above this script, where .env, the database and
# the log are, and keeps the program's exit code. Say MESSAGES_HOME=/path for another folder. It may
# be called through a symbolic link, such as /etc/cron.hourly/messages.
script=$0
while [ -L "$script" ]; do
  target=$(readlink -- "$script") || exit 78
  case $target in
    /*) script=$target ;;
    *) script=$(dirname -- "$script")/$target ;;
  esac
done
here=$(CDPATH='' cd -- "$(dirname -- "$script")" && pwd -P) || exit 78
cd -- "${MESSAGES_HOME:-$here/..}" || exit 78
for program in "$here/process-scheduled" "$here/../process-scheduled" "$here/../target/release/process-scheduled"; do
  if [ -x "$program" ]; then
    exec "$program" "$@"
  fi
done
exec process-scheduled "$@"
