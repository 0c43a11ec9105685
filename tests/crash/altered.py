"""What a test may change in a server before it lives: a word that breaks every turn, a clock that is wrong, a migration that ends early."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, event

import bot.engine
import bot.house
import dialogue
import storage.database

POISON = "racun tikus"


def alter() -> None:
    poison()
    if shift := float(os.environ.get("SAPA_TEST_CLOCK_SHIFT", "0")):
        shift_clock(shift)
    if (place := os.environ.get("SAPA_TEST_DIES_BEFORE")) is not None:
        die_in_migration(place)


def poison() -> None:
    """A bug in a step, as far as the engine can tell."""
    advance = dialogue.advance

    async def stumbling(*arguments: Any) -> Any:
        if any(getattr(argument, "text", "") == POISON for argument in arguments):
            raise RuntimeError("poisoned")
        return await advance(*arguments)

    setattr(bot.engine, "advance", stumbling)  # noqa: B010 (mypy would have it say what it is)


def shift_clock(seconds: float) -> None:
    """This process believes that it is so much later; the database's clock and the monotonic one stay right."""
    nanoseconds, real = int(seconds * 1e9), time.time_ns
    time.time_ns = lambda: real() + nanoseconds
    bot.house.now = lambda: datetime.now(UTC) + timedelta(seconds=seconds)


def die_in_migration(place: str) -> None:
    """Killed just before a statement of a migration that holds these words; without any, just before the commit at its end."""
    migrate = storage.database._upgrade

    def look(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if place and place in statement:
            os.kill(os.getpid(), signal.SIGKILL)

    def deadly(db: Connection, to: str) -> None:
        event.listen(db, "before_cursor_execute", look)
        migrate(db, to)
        if not place:
            os.kill(os.getpid(), signal.SIGKILL)

    storage.database._upgrade = deadly
