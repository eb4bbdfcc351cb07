#!/usr/bin/env bash
# The night's orchestrator, as people write them in a hurry: waits for phase 1, judges it, then looks at phase 2.
# Its mistakes are part of the night: it takes the first `min_success_rate:` of whatever section, and looks for a line
# that parallel runs never print.
#
# usage: orchestrator.sh PHASE1_PID PHASE1_LOG PHASE1_DAYS THRESHOLDS PHASE2_LOG POLL_SECONDS
set -eu

pid=$1 log=$2 days=$3 thresholds=$4 phase2_log=$5 poll=$6

say() { echo "[$(date '+%F %T')] $*"; }
count() { grep -c "$1" "$2" || true; }

say "Orchestrator started. Waiting for phase 1 (pid $pid)"
while kill -0 "$pid" 2>/dev/null; do
  done_days=$(count '✓ Success' "$log")
  say "Progress: $done_days/$days days ($((100 * done_days / days))%), $((days - done_days)) remaining"
  sleep "$poll"
done

say "Phase 1 has ended. Validating"
good=$(count '✓ Success' "$log")
bad=$(count ' - ERROR -   ✗' "$log")
rate=$((100 * good / (good + bad > 0 ? good + bad : 1)))
needed=$(grep 'min_success_rate:' "$thresholds" | head -1 | tr -dc '0-9')
say "Check 1/2: success rate $rate% (>= $needed%)"
if [ "$rate" -lt "$needed" ]; then
  say "FAILED: phase 1 is not good enough"
  exit 1
fi

say "Check 2/2: is phase 2 there already?"
if grep -q 'BACKFILL SUMMARY' "$phase2_log" 2>/dev/null; then
  say "Phase 2 is complete. Nothing to start"
else
  say "FAILED: phase 2 did not complete properly. Not starting it a second time; see $phase2_log"
  exit 1
fi
