#!/usr/bin/env bash
# Every test: on SQLite with the browser, and beside it the same suite on PostgreSQL. What cannot run here is named at the end;
# with CI set nothing may be left out.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
made=""
missing=()
elsewhere=()  # needs what no machine has by itself: named, and never a failure
status=0

# Each of the processes reads every test: what they compile is kept, and done once before they all begin.
unset PYTHONDONTWRITEBYTECODE
"$bin/python" -m compileall -q hub

# A database for every test is much to write and to flush: in memory, where there is room for it.
memory=/dev/shm
if [ -w "$memory" ] && [ "$(df --output=avail -k "$memory" | tail -1)" -gt $((6 * 1024 * 1024)) ]; then
  made=$(mktemp -d "$memory/hub-tests-XXXXXX")
  export PYTEST_DEBUG_TEMPROOT=$made
fi

if [ -z "$(command -v chromium || command -v chromium-browser || command -v google-chrome)" ]; then
  missing+=("browser tests: no Chromium on this machine (apt install chromium)")
fi

[ -n "${STRIPE_TEST_KEY:-}" ] || elsewhere+=("Stripe itself: no STRIPE_TEST_KEY")

# Both at once: where one waits (for its world, for a browser, for its last test), the other works. What PostgreSQL's says is shown afterwards.
told=$(mktemp)
postgres=""
trap 'kill $postgres 2>/dev/null; rm -rf "$told" ${made:+"$made"}' EXIT
"$bin/python" -m scripts.with_postgres "$bin/python" -m pytest -n "${TEST_PROCESSES:-2}" --dist worksteal -m "not browser and not peer" "$@" >"$told" 2>&1 &
postgres=$!
"$bin/python" -m pytest -n "${TEST_PROCESSES:-3}" --dist worksteal "$@" || status=1

wait "$postgres"
case $? in
  0) ;;
  77) missing+=("PostgreSQL: no server programs on this machine (apt install postgresql)") ;;
  *) status=1 ;;
esac
postgres=""
cat "$told"

for what in "${missing[@]+"${missing[@]}"}"; do
  echo "NOT RUN  $what"
  [ -n "${CI:-}" ] && status=1
done
for what in "${elsewhere[@]+"${elsewhere[@]}"}"; do
  echo "NOT RUN  $what"
done
exit $status
