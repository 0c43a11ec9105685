#!/usr/bin/env bash
# Looks up every locked package among the known vulnerabilities (OSV), and says plainly when nothing could be looked up.
# SAPA_ADVISORIES is another address of such a service, for who has a copy of it. 0: none is known; 1: some are; 2: nobody knows.
set -uo pipefail

: "${UV:=.venv/bin/uv}"
"$UV" audit --frozen --preview-features audit-command ${SAPA_ADVISORIES:+--service-url "$SAPA_ADVISORIES"}
found=$?

case $found in
    0) echo "No known vulnerability in what is locked." ;;
    1) echo "KNOWN VULNERABILITIES, above. Renew what has them: uv lock --upgrade-package NAME" >&2 ;;
    *) echo "NOT LOOKED UP: the list of vulnerabilities cannot be reached from here, so this says nothing about what is locked. Run it where it can be." >&2 ;;
esac
exit "$found"
