"""Counts that take the database a while: whoever looks gets the last ones at once, and newer ones are counted behind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from console.jobs import Jobs

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class One(Generic[T]):
    value: T
    at: float  # on the loop's clock, when its counting began


class Kept(Generic[T]):
    """A count is new for `fresh` seconds. Until it is `longest` seconds old it is shown once more while a newer one is made."""

    def __init__(self, jobs: Jobs, fresh: float, longest: float) -> None:
        self._jobs, self.fresh, self.longest = jobs, fresh, longest
        self._kept: dict[Hashable, One[T]] = {}
        self._counting: dict[Hashable, asyncio.Future[T]] = {}

    async def get(self, key: Hashable, count: Callable[[], Awaitable[T]], patience: float | None = None) -> T | None:
        """None if there is nothing to show yet, and for longer than `patience` (seconds) there was not."""
        if not self.fresh:
            return await count()
        one, now = self._kept.get(key), asyncio.get_running_loop().time()
        if one and now < one.at + self.fresh:
            return one.value
        counting = self._counting.get(key) or self._begin(key, count)
        if one and now < one.at + self.longest:
            return one.value
        await asyncio.wait([counting], timeout=patience)
        return counting.result() if counting.done() else None

    def prepare(self, key: Hashable, count: Callable[[], Awaitable[T]]) -> None:
        """Somebody will look soon: begin to count, unless there is something to show."""
        one, now = self._kept.get(key), asyncio.get_running_loop().time()
        if self.fresh and key not in self._counting and not (one and now < one.at + self.longest):
            self._begin(key, count)

    def forget(self) -> None:
        """Nobody has looked yet."""
        self._kept.clear()

    def _begin(self, key: Hashable, count: Callable[[], Awaitable[T]]) -> asyncio.Future[T]:
        """One at a time of each, whoever asks."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._kept = {known: one for known, one in self._kept.items() if now < one.at + self.longest}
        counting: asyncio.Future[T] = loop.create_future()
        self._counting[key] = counting
        self._jobs.start(self._count(key, count, now, counting))
        return counting

    async def _count(self, key: Hashable, count: Callable[[], Awaitable[T]], now: float, counting: asyncio.Future[Any]) -> None:
        try:
            value = await count()
            self._kept[key] = One(value, now)
            counting.set_result(value)
        except Exception as error:
            log.warning("not counted: %s", type(error).__name__)
            counting.set_exception(error)
            counting.exception()  # seen: perhaps nobody waits for it
        finally:
            del self._counting[key]
            counting.cancel()
