"""Places where a test may kill this process, to prove that nothing is lost there. Without SAPA_FAILPOINT they do nothing."""

from __future__ import annotations

import os
import signal
from typing import TypeVar

from storage import Database
from storage.writer import Connection, Work

T = TypeVar("T")

_armed: dict[str, int] = {}  # name: passes left until we die there


def arm(order: str) -> None:
    """`turns committed:3` dies at the third pass of that place."""
    _armed.clear()
    name, _colon, passes = order.partition(":")
    if name:
        _armed[name] = int(passes or 1)


def armed(name: str) -> bool:
    return name in _armed


def failpoint(name: str) -> None:
    """Die here as `kill -9` would, if this is the place and the pass that was asked for."""
    if not _armed or name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] == 0:
        os.kill(os.getpid(), signal.SIGKILL)


async def commit(database: Database, name: str, work: Work[T]) -> T:
    """Run work in one transaction, with a place to die just before its commit and one just after."""

    async def watched(db: Connection) -> T:
        result = await work(db)
        failpoint(f"{name} uncommitted")
        return result

    result = await database.writer.run(watched)
    failpoint(f"{name} committed")
    return result


arm(os.environ.get("SAPA_FAILPOINT", ""))
