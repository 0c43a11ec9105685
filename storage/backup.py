"""A whole copy of an SQLite database while it is written to: everything committed until then, and nothing half."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy(file: Path, to: Path) -> int:
    """Make the copy, on the disk before this returns; its size in bytes. Raises FileExistsError rather than write over anything.

    One read transaction from its first page to its last: whoever writes meanwhile is neither seen nor kept waiting.
    """
    draft = to.with_name(f"{to.name}.draft")
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    draft.touch(0o600)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, complete in itself
    _sync(draft)
    draft.replace(to)
    _sync(to.parent)
    return to.stat().st_size


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
