"""What a test may change in a server before it lives: a word that breaks every turn, and a clock that is wrong."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import bot.engine
import bot.house
import dialogue

POISON = "racun tikus"


def alter() -> None:
    poison()
    if shift := float(os.environ.get("SAPA_TEST_CLOCK_SHIFT", "0")):
        shift_clock(shift)


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
