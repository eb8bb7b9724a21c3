#!/usr/bin/env bash
# Builds the programs for Windows and tries them under wine: the suites that do not need Unix, and what the
# Task Scheduler calls. Needs rustup (for the target's standard library); installs Debian's packages wine
# and gcc-mingw-w64 as root. A filter of cargo nextest may be given. SQLite only.
set -euo pipefail
cd "$(dirname "$0")/.."
target=x86_64-pc-windows-gnu
work=$PWD/target/windows
export WINEPREFIX=$work/wine WINEDEBUG=-all LC_ALL=C.UTF-8 CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}

missing=()
command -v x86_64-w64-mingw32-gcc >/dev/null || missing+=(gcc-mingw-w64-x86-64-win32)
command -v wine >/dev/null || missing+=(wine wine64)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "missing, to be installed as root: apt-get install ${missing[*]}" >&2
    exit 78
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
fi
rustup target list --installed | grep -qx "$target" || rustup target add "$target"

# Wine 8 lacks the library that Rust's standard library asks for random numbers.
mkdir -p "$work"
wineboot --init >/dev/null 2>&1
cat >"$work/prng.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
  return SystemFunction036(data, (ULONG)length);
}
C
system=$WINEPREFIX/drive_c/windows/system32
[ -e "$system/bcryptprimitives.dll" ] ||
  x86_64-w64-mingw32-gcc -shared -O1 "$work/prng.c" -o "$system/bcryptprimitives.dll" -ladvapi32

# Calls the script as the Task Scheduler does; the program beside it ends with the code that it is asked for.
try_script() { # FOLDER
  local folder=$1 code
  mkdir -p "$folder/scripts"
  cp "$work/ends.exe" "$folder/process-scheduled.exe"
  cp scripts/process_scheduled_messages.bat "$folder/scripts/"
  for code in 0 2 75 78; do
    local ended=0
    wine "$folder/scripts/process_scheduled_messages.bat" "$code" >"$work/said" 2>&1 || ended=$?
    if [ "$ended" != "$code" ] || ! grep -qF "$(winepath -w "$folder")" "$work/said"; then
      echo "the script in $folder ended with $ended instead of $code:" >&2
      cat "$work/said" >&2
      return 1
    fi
  done
}
cat >"$work/ends.rs" <<'RUST'
fn main() {
    println!("{}", std::env::current_dir().unwrap().display());
    assert!(std::env::var_os("MESSAGES_HOME").is_none());
    std::process::exit(std::env::args().nth(1).unwrap().parse().unwrap());
}
RUST
rustc --target "$target" -C linker=x86_64-w64-mingw32-gcc "$work/ends.rs" -o "$work/ends.exe"
try_script "$work/messages"
try_script "$work/École & Cie/les messages"
ended=0
MESSAGES_HOME='C:\nowhere at all' wine "$work/messages/scripts/process_scheduled_messages.bat" 0 >"$work/said" 2>&1 || ended=$?
[ "$ended" = 78 ] && grep -q MESSAGES_HOME "$work/said" || { echo "a folder that is not there: $ended" >&2; exit 1; }
echo "what the Task Scheduler calls: well"

# What scripts/package.sh made, if it did: unpacked where an administrator might, its demonstration sends.
if zip=$(compgen -G "$PWD/target/packages/*-windows-*.zip"); then
  folder="$work/Vie scolaire & co"
  rm -rf "$folder"
  mkdir -p "$folder"
  python3 -m zipfile -e "$zip" "$folder"
  (cd "$folder"/messages-*/ && wine ./process-scheduled.exe demo | tail -4 && ls messages-demo/outbox/*.json >/dev/null)
  echo "the archive for Windows: well"
fi

export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine
cargo nextest run --locked --workspace --target "$target" --no-fail-fast -E "${1:-all()}"
