"""What is due now, whatever arrives: retention. Any number of processes may run it; one at a time does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog

from bot.anchors import Anchors
from bot.failpoints import commit
from bot.lease import Lease
from storage import Database, Unavailable, doubles, retention
from storage.stale import Stale
from storage.writer import Connection

EVERY = 600.0  # seconds between two sweeps
PAUSE = 0.2  # seconds between two batches, in which turns are not kept waiting

log = structlog.get_logger()


class Schedule:
    """Sweeps for ever, while no other process does."""

    def __init__(self, database: Database, now: Callable[[], datetime], notes: Path = Path("var")) -> None:
        self._database = database
        self._now = now
        self._lease = Lease(database, "schedule")
        self._anchors = Anchors(database, notes)

    async def run(self) -> None:
        keeping = asyncio.create_task(self._lease.keep())
        try:
            while True:
                await asyncio.sleep(PAUSE)
                if self._lease.is_ours:
                    await self._sweep()
                    await self._join_doubles()
                    await self._anchor()
                    await asyncio.sleep(EVERY)
        finally:
            keeping.cancel()
            await self._lease.release()

    async def _sweep(self) -> None:
        try:
            while gone := await commit(self._database, "sweep", lambda db: retention.sweep(db, self._now())):
                log.info("swept", rows=gone)
                await asyncio.sleep(PAUSE)
        except Unavailable as error:
            log.warning("database_away", error=str(error))

    async def _anchor(self) -> None:
        try:
            await self._anchors.note(self._now())
        except (Unavailable, OSError) as error:
            log.warning("audit_not_noted", error=type(error).__name__)

    async def _join_doubles(self) -> None:
        """Each in its own transaction; one that an officer changes just now waits for the next look."""
        try:
            for group in await self._database.writer.read(doubles.groups):

                async def work(db: Connection, group: doubles.Group = group) -> int:
                    return await doubles.join(db, self._database.tools, group, self._now())

                if joined := await commit(self._database, "interests joined", work):
                    log.info("interests_joined", count=joined)
        except (Unavailable, Stale) as error:
            log.warning("interests_not_joined", error=type(error).__name__)
