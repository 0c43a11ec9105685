"""The emulators' ledger: one JSON line for each thing that happened, only ever added to, for an independent checker to judge."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Ledger:
    """Writes lines. Each is handed to the system at once, so that another process reads it while we run."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def write(self, kind: str, **facts: object) -> None:
        line = json.dumps({"kind": kind, "at": round(time.time(), 4), **facts}, ensure_ascii=False, separators=(",", ":"))
        self._file.write(line.encode(errors="backslashreplace") + b"\n")

    def close(self) -> None:
        self._file.close()


class LedgerReader:
    """Reads what was written so far, and later only what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self.entries: list[Entry] = []

    def refresh(self) -> list[Entry]:
        """All entries, oldest first."""
        with self._path.open("rb") as file:
            file.seek(self._offset)
            whole, newline, _unfinished = file.read().rpartition(b"\n")
        if newline:
            self._offset += len(whole) + 1
            self.entries.extend(json.loads(line) for line in whole.splitlines())
        return self.entries
