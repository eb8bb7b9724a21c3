#!/usr/bin/env bash
# The alert rules for Prometheus: well formed, and each fires when it is to, and not before.
set -euo pipefail
cd "$(dirname "$0")/.."
promtool check rules deploy/prometheus-alerts.yml
promtool test rules scripts/prometheus/alerts.test.yml
