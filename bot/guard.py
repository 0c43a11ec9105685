"""Notices a restored backup: in an older copy, messages that were sent are waiting again, and people who were erased stand there again."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import structlog

from bot.erasures import Erasures
from bot.failpoints import commit
from storage import Database, Unavailable, marks, pauses
from storage.database import file_of

EVERY = 5.0  # seconds between two notes of how far we are

log = structlog.get_logger()


class Guard:
    """Keeps, beside the database, the id of the newest delivery seen. A database that knows only older ones is an older copy."""

    def __init__(self, database: Database, folder: Path) -> None:
        """`folder` is for the notes on a PostgreSQL, one for each database; an SQLite file has its note beside it."""
        self._database = database
        file = file_of(database.url)
        self.path = file.with_name(f"{file.name}.newest") if file else folder / f"{database.name}.newest"
        self.erasures = Erasures(database, self.path.with_suffix(".erased"))

    async def check(self, now: datetime) -> bool:
        """Called before anything is sent. False if this is an older copy: campaigns rest until a person accepts it.

        Whoever was erased is erased again at once: nobody needs to accept that.
        """
        await self.erasures.replay(now)
        noted = self._noted()  # before the database is asked: another sender may be noting a newer one just now
        if await self._database.writer.read(marks.newest_delivery) >= noted:
            return True
        dialect = self._database.dialect
        await commit(self._database, "campaigns rested", lambda db: pauses.pause(db, dialect, pauses.CAMPAIGNS, pauses.RESTORED, now))
        log.error("database_is_older_than_it_was", mend="look at what was sent since, then run: sapa restore accept")
        return False

    async def keep(self) -> None:
        """Note how far we are, for ever."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.note()
            except (Unavailable, OSError) as error:
                log.warning("not_noted_how_far", error=type(error).__name__)

    async def note(self) -> None:
        await self.erasures.note()
        newest = await self._database.writer.read(marks.newest_delivery)
        if newest > self._noted():
            await self._keep(newest)

    async def accept(self) -> bool:
        """A person has looked: what waits may be sent. False if nothing rested."""
        await self._keep(await self._database.writer.read(marks.newest_delivery))
        return await commit(self._database, "campaigns resumed", lambda db: pauses.lift(db, pauses.CAMPAIGNS))

    async def _keep(self, newest: int) -> None:
        """First in the database, which must never seem older than the note."""
        dialect = self._database.dialect
        await commit(self._database, "newest marked", lambda db: marks.mark_newest_delivery(db, dialect, newest))
        await asyncio.to_thread(self._write, newest)

    def _noted(self) -> int:
        try:
            return int(self.path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0  # never noted, or cut off in the middle of a note: then there is nothing to compare with

    def _write(self, newest: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.draft")
        draft.write_text(str(newest), encoding="ascii")
        draft.replace(self.path)
