#!/usr/bin/env bash
# Follows the journal with curl's long poll until ISSUED jobs are issued; one entry a line. Comes again with its cursor.
set -euo pipefail
after=-1 epoch= issued=0
head=$(mktemp)
trap 'rm -f "$head"' EXIT
while [ "$issued" -lt "$ISSUED" ]; do
  body=$(curl --silent --show-error --fail --max-time 40 --cacert "$TLS/ca.pem" --cert "$TLS/auditor-1.pem" \
    --key "$TLS/auditor-1.key" --dump-header "$head" \
    "https://localhost:$PORT/v1/events?after=$after&epoch=$epoch&wait=10&limit=1000") || { sleep 0.1; continue; }
  after=$(sed -n 's/^Imprimatur-Next: \(-\{0,1\}[0-9]*\).*/\1/p' "$head")
  epoch=$(sed -n 's/^Imprimatur-Epoch: \([0-9a-f]*\).*/\1/p' "$head")
  [ "$body" != '[]' ] || continue
  lines=$(sed 's/^\[//; s/\]$//; s/},{"data"/}\n{"data"/g' <<<"$body")
  printf '%s\n' "$lines"
  issued=$((issued + $(grep -c '"type":"org.imprimatur.job.issued.v1"' <<<"$lines" || true)))
done
