#!/usr/bin/env bash
# Attacks the backbone with the full number of rounds and writes docs/reliability.md from the results. Takes half an hour.
set -euo pipefail
cd "$(dirname "$0")/.."
results=$(mktemp)
trap 'rm -f "$results"' EXIT
npm run --silent build
FAULT_ROUNDS=full RELIABILITY_RESULTS=$results npm run --silent test:jest -- --runInBand test/backbone "$@"
node dist/test/backbone/write-report.js "$results"
npx prettier --write --log-level warn docs/reliability.md
