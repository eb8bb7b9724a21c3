#!/usr/bin/env bash
# Every fuzz target for so many seconds each (60): scripts/fuzz.sh [SECONDS]. Says what each one came
# to; fails when one found an input that breaks its law. What it found is in crates/fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz
# The sanitizer's flags are unstable; no other toolchain is needed for them.
export RUSTC_BOOTSTRAP=1
failed=0
for target in $(cargo fuzz list --fuzz-dir crates/fuzz); do
  log=$(mktemp)
  if cargo fuzz run --fuzz-dir crates/fuzz "$target" -- \
    -max_total_time="$seconds" -max_len=4096 -timeout=1 -rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1; then
    found=0
  else
    found=1 failed=1
    tail -n 40 "$log" >&2
  fi
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo "figure: S10 fuzz $target: ${runs:-0} executions in $seconds s, $found crashes"
  rm -f "$log"
done
exit "$failed"
