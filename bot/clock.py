"""The database's clock, which all processes share: what they compare with each other must not hang on whose own clock is right."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import structlog

from storage import Database, Unavailable, leases

EVERY = 60.0  # seconds between two looks; in between the process counts by itself

log = structlog.get_logger()


class Clock:
    """Call it for the moment. Between two looks it goes on by the process's own count of seconds, which no setting of its clock moves."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ahead = time.time() - time.monotonic()

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.monotonic() + self._ahead, UTC)

    async def look(self) -> None:
        dialect = self._database.dialect
        began = time.monotonic()
        seconds = await self._database.writer.read(lambda db: leases.now(db, dialect))
        self._ahead = seconds - (began + time.monotonic()) / 2

    async def keep(self) -> None:
        """Look again, for ever."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Unavailable as error:
                log.warning("database_away", error=str(error))
