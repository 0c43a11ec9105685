"""Remembers outside the database who was erased, so that a backup that is put back brings nobody back."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import structlog

from bot.failpoints import commit
from storage import Database
from storage.privacy import erase_of, erased, still_known

MANY = 500  # ids in one question

log = structlog.get_logger()


class Erasures:
    """One contact id a line: a number that outside of that database, or after the erasure, belongs to nobody."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database, self.path = database, path

    async def note(self) -> None:
        """Write down whom was erased lately; an erased contact stands in the database for a day."""
        lately = await self._database.writer.read(erased)
        noted = set(self._noted()) if lately else set()
        if new := [contact for contact in lately if contact not in noted]:
            await asyncio.to_thread(self._append, new)

    async def replay(self, now: datetime) -> int:
        """Erase again whom an older copy still knows; how many."""
        noted = self._noted()
        again = [contact for start in range(0, len(noted), MANY) for contact in await self._still_known(noted[start : start + MANY])]
        for contact in again:
            await self._erase(contact, now)
        if again:
            log.warning("erased_again", people=len(again))
        return len(again)

    async def _still_known(self, contacts: list[int]) -> list[int]:
        return await self._database.writer.read(lambda db: still_known(db, contacts))

    async def _erase(self, contact: int, now: datetime) -> None:
        tools = self._database.tools
        await commit(self._database, "erased again", lambda db: erase_of(db, tools, contact, now))

    def _noted(self) -> list[int]:
        try:
            return [int(line) for line in self.path.read_text(encoding="ascii").splitlines() if line.isdecimal()]
        except OSError:
            return []

    def _append(self, new: list[int]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="ascii") as file:
            file.writelines(f"{contact}\n" for contact in new)
