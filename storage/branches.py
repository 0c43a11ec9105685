"""The office that runs the bot: its name, where it is, when its officers read messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlmodel import Field, SQLModel

from storage.changes import Changes, table_of
from storage.prepared import Prepared
from storage.scope import within
from storage.writer import Connection


class BranchRow(SQLModel, table=True):
    __tablename__ = "branches"

    id: str = Field(primary_key=True)
    name: str  # "BPJS Ketenagakerjaan Sidoarjo"
    zone: str  # IANA name
    opens: str  # "08:00", on working days
    closes: str


BRANCHES = table_of(BranchRow)


@dataclass(frozen=True, slots=True)
class Branch:
    id: str
    name: str
    zone: str
    opens: time
    closes: time

    def is_open(self, now: datetime) -> bool:
        here = now.astimezone(ZoneInfo(self.zone))
        return here.weekday() < 5 and self.opens <= here.time() < self.closes

    def opens_next(self, now: datetime) -> datetime:
        """When officers read messages again; `now` itself while the office is open. Public holidays are not known."""
        if self.is_open(now):
            return now
        here = now.astimezone(ZoneInfo(self.zone))
        day = here.date() if here.time() < self.opens else here.date() + timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        return datetime.combine(day, self.opens, ZoneInfo(self.zone))


async def name_of(db: Connection, branch: str) -> str:
    """The branch's name; raises LookupError if it was never loaded."""
    name = (await db.execute(select(BRANCHES.c.name).where(BRANCHES.c.id == branch))).scalar()
    if name is None:
        raise LookupError(f"the branch {branch} was never loaded")
    return str(name)


_ONE = Prepared(select(BRANCHES).where(BRANCHES.c.id == bindparam("id_")))


async def branch(db: Connection, id_: str) -> Branch:
    """Raises LookupError if it was never loaded."""
    found = await db.rows(_ONE, {"id_": id_})
    if not found:
        raise LookupError(f"the branch {id_} was never loaded")
    [row] = found
    return Branch(row.id, row.name, row.zone, time.fromisoformat(row.opens), time.fromisoformat(row.closes))


class Branches:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def mine(self) -> Branch:
        """The branch the contact belongs to."""
        seen, id_ = self._changes.seen, self._changes.contact.branch
        if ("branch", id_) not in seen:
            seen["branch", id_] = await branch(self._changes.db, id_)
        mine: Branch = seen["branch", id_]
        return mine


async def names(db: Connection, branch: str) -> dict[str, str]:
    """The branches an officer of a branch may see, by name."""
    rows = await db.execute(select(BRANCHES.c.id, BRANCHES.c.name).where(within(BRANCHES.c.id, branch)).order_by(BRANCHES.c.name))
    return {row.id: row.name for row in rows}


async def zones_of(db: Connection) -> dict[str, str]:
    """Where every branch is: {branch: time zone}."""
    return {row.id: row.zone for row in await db.execute(select(BRANCHES.c.id, BRANCHES.c.zone))}
