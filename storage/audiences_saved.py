"""Audiences under a name, and uploaded lists: kept, listed, dropped. Each act leaves one row in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from storage import audit
from storage.audience_lists import LISTED, LISTS, SAVED
from storage.audiences import Audience
from storage.changes import Tools, insert_into
from storage.officers import Officer
from storage.scope import within
from storage.writer import Connection


@dataclass(frozen=True, slots=True)
class Saved:
    """A filter that an officer gave a name."""

    id: int
    name: str
    audience: Audience
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PeopleList:
    """An uploaded list, as it was when it was read."""

    id: int
    name: str
    author: str
    at: datetime
    lines: int
    known: int
    unknown: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Keeper:
    """An officer who keeps audiences of a branch: in which transaction, who, where, when."""

    db: Connection
    tools: Tools
    officer: Officer
    branch: str
    now: datetime

    async def save(self, dialect: str, name: str, audience: Audience) -> int:
        """Under a name of the branch; what had that name before is replaced. Its number."""
        row = {"id": self.tools.new_id(), "branch": self.branch, "name": name, "content": audience.model_dump_json()}
        into = insert_into(SAVED, dialect).values(**row, author=self.officer.login, at=self.now)
        fresh = {field: into.excluded[field] for field in ("content", "author", "at")}
        kept = into.on_conflict_do_update(index_elements=["branch", "name"], set_=fresh).returning(SAVED.c.id)
        number = int((await self.db.execute(kept)).scalar_one())
        await self._record("audience.saved", f"audience:{number}")
        return number

    async def drop(self, number: int) -> bool:
        """Forget a saved filter; whether it was there."""
        gone = delete(SAVED).where(SAVED.c.id == number, within(SAVED.c.branch, self.branch))
        there = bool((await self.db.execute(gone)).rowcount)
        if there:
            await self._record("audience.dropped", f"audience:{number}")
        return there

    async def drop_list(self, number: int) -> bool:
        """Forget an uploaded list with the people on it; whether it was there. What was sent to them stays as it is."""
        gone = delete(LISTS).where(LISTS.c.id == number, within(LISTS.c.branch, self.branch))
        there = bool((await self.db.execute(gone)).rowcount)
        if there:
            await self.db.execute(delete(LISTED).where(LISTED.c.list == number))
            await self._record("audience.dropped", f"list:{number}")
        return there

    async def _record(self, action: str, subject: str) -> None:
        await audit.record(self.db, self.tools, audit.Entry(self.officer.id, self.branch, action, subject, {}), self.now)


async def saved(db: Connection, branch: str, most: int = 200) -> list[Saved]:
    """By name."""
    rows = await db.execute(select(SAVED).where(within(SAVED.c.branch, branch)).order_by(SAVED.c.name).limit(most))
    return [Saved(row.id, row.name, Audience.model_validate_json(row.content), row.author, row.at) for row in rows]


async def lists(db: Connection, branch: str, most: int = 200) -> list[PeopleList]:
    """Uploaded ones, newest first."""
    columns = [LISTS.c[name] for name in PeopleList.__slots__]
    rows = await db.execute(select(*columns).where(within(LISTS.c.branch, branch)).order_by(LISTS.c.id.desc()).limit(most))
    return [PeopleList(*tuple(row)) for row in rows]
