#!/usr/bin/env bash
# Sees to what the tests need beside Python packages: a browser and PostgreSQL. What is there is used; what is not is installed where we may.
set -euo pipefail

missing() { .venv/bin/python -m tests.needs; }

packages=$(missing)
[ -z "$packages" ] && exit

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests: $packages"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    # shellcheck disable=SC2086  # one word for each package
    { apt-get update && apt-get install --yes --no-install-recommends $packages; } >"$log" 2>&1 || tail -n 20 "$log" >&2
    rm "$log"
    packages=$(missing)
fi

if [ -n "$packages" ]; then
    echo "MISSING: $packages. The tests that need it are skipped; install it to run them." >&2
    [ "${CI:-}" != true ]
fi
