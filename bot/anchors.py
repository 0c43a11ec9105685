"""Notes each day, outside the database, how far the audit goes: whoever cuts off its newest rows cannot cut these notes too."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from storage import Database, audit
from storage.database import file_of

EVERY = timedelta(days=1)
NOTED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d) (\d{1,18}) ([a-z2-7]{26})")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Anchor:
    """The newest row of the audit at a moment: its number and its link of the chain, which tells nothing."""

    at: datetime
    number: int
    chain: str

    def __str__(self) -> str:
        return f"{self.at.isoformat(timespec='seconds')} {self.number} {self.chain}"


def read(line: str) -> Anchor | None:
    """An anchor as it was noted, alone or within a line of the log; None for what is none."""
    found = NOTED.search(line)
    return Anchor(datetime.fromisoformat(found[1]), int(found[2]), found[3]) if found else None


class Anchors:
    """Lines that are only added to, beside an SQLite file or in the folder of notes; the log has them too."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        file = file_of(database.url)
        self.path = file.with_name(f"{file.name}.audit") if file else folder / f"{database.name}.audit"

    async def note(self, now: datetime) -> None:
        """Once a day, and only if something was done since."""
        known = await asyncio.to_thread(self.all)
        if known and now - known[-1].at < EVERY:
            return
        number, chain = await self._database.writer.read(audit.head)
        if number == (known[-1].number if known else 0):
            return
        anchor = Anchor(now, number, chain)
        await asyncio.to_thread(self._add, anchor)
        log.info("audit_head", anchor=str(anchor))

    def all(self) -> list[Anchor]:
        try:
            lines = self.path.read_text(encoding="ascii").splitlines()
        except (OSError, ValueError):
            return []
        return [anchor for anchor in map(read, lines) if anchor]

    def _add(self, anchor: Anchor) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="ascii") as file:
            file.write(f"{anchor}\n")
