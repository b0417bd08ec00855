#!/usr/bin/env bash
# Every test: SQLite and the browser first, then the same suite on PostgreSQL. What cannot run here is named at the end;
# with CI set nothing may be left out.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
missing=()
elsewhere=()  # needs what no machine has by itself: named, and never a failure
status=0

# A database for every test is much to write and to flush: in memory, where there is room for it.
memory=/dev/shm
if [ -w "$memory" ] && [ "$(df --output=avail -k "$memory" | tail -1)" -gt $((6 * 1024 * 1024)) ]; then
  PYTEST_DEBUG_TEMPROOT=$(mktemp -d "$memory/hub-tests-XXXXXX")
  export PYTEST_DEBUG_TEMPROOT
  trap 'rm -rf "$PYTEST_DEBUG_TEMPROOT"' EXIT
fi

if [ -z "$(command -v chromium || command -v chromium-browser || command -v google-chrome)" ]; then
  missing+=("browser tests: no Chromium on this machine (apt install chromium)")
fi

[ -n "${STRIPE_TEST_KEY:-}" ] || elsewhere+=("Stripe itself: no STRIPE_TEST_KEY")

"$bin/python" -m pytest -n "${TEST_PROCESSES:-4}" --dist worksteal "$@" || status=1

"$bin/python" -m scripts.with_postgres "$bin/python" -m pytest -n "${TEST_PROCESSES:-4}" --dist worksteal -m "not browser and not peer" "$@"
case $? in
  0) ;;
  77) missing+=("PostgreSQL: no server programs on this machine (apt install postgresql)") ;;
  *) status=1 ;;
esac

for what in "${missing[@]+"${missing[@]}"}"; do
  echo "NOT RUN  $what"
  [ -n "${CI:-}" ] && status=1
done
for what in "${elsewhere[@]+"${elsewhere[@]}"}"; do
  echo "NOT RUN  $what"
done
exit $status
