"""What people ask of us by law about their data, and until when it must be done: three times 24 hours (UU 27/2022 art. 30, 32, 40-45)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Select, func, insert, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, table_of
from storage.contacts import moment
from storage.scope import within
from storage.writer import Connection

KINDS = ("copy", "correction", "erasure")
CLOCK = timedelta(hours=72)


class RightRow(SQLModel, table=True):
    __tablename__ = "rights"
    __table_args__ = (Index("rights_due", "branch", "done_at", "due_at"), Index("rights_by_contact", "contact_id", "id"))

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    contact_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # None once the person was erased
    branch: str
    kind: str  # copy, correction, erasure
    asked_at: datetime = Field(sa_column=moment(nullable=False))
    due_at: datetime = Field(sa_column=moment(nullable=False))
    done_at: datetime | None = Field(default=None, sa_column=moment())


RIGHTS = table_of(RightRow)


@dataclass(frozen=True, slots=True)
class Right:
    """One thing asked for. `contact` is None where the person is erased."""

    id: int
    contact: int | None
    kind: str
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None


def row(id_: int, contact: int, branch: str, kind: str, asked_at: datetime) -> dict[str, Any]:
    """A right asked for, to be inserted. Raises ValueError for a kind there is not."""
    if kind not in KINDS:
        raise ValueError(kind)
    return {"id": id_, "contact_id": contact, "branch": branch, "kind": kind, "asked_at": asked_at, "due_at": asked_at + CLOCK}


async def ask(db: Connection, tools: Tools, contact: int, branch: str, kind: str, asked_at: datetime) -> None:
    """Somebody asked, by whatever way. One that waits already keeps its clock."""
    if not any(right.kind == kind and right.done_at is None for right in await of(db, contact)):
        await db.execute(insert(RIGHTS), [row(tools.new_id(), contact, branch, kind, asked_at)])


async def of(db: Connection, contact: int) -> list[Right]:
    """What a person asked for, newest first."""
    return await _read(db, select(RIGHTS).where(RIGHTS.c.contact_id == contact).order_by(RIGHTS.c.id.desc()))


async def done(db: Connection, contact: int, kind: str, now: datetime) -> bool:
    """It is done; False if nothing of this kind waited."""
    waits = (RIGHTS.c.contact_id == contact, RIGHTS.c.kind == kind, RIGHTS.c.done_at.is_(None))
    return (await db.execute(update(RIGHTS).where(*waits).values(done_at=now))).rowcount > 0


async def waiting(db: Connection, branch: str) -> tuple[int, datetime | None]:
    """How many wait in a branch, and when the first is due."""
    open_ = (within(RIGHTS.c.branch, branch), RIGHTS.c.done_at.is_(None))
    found = (await db.execute(select(func.count().label("number"), func.min(RIGHTS.c.due_at).label("due")).where(*open_))).one()
    return int(found.number), found.due


async def _read(db: Connection, query: Select[Any]) -> list[Right]:
    return [Right(one.id, one.contact_id, one.kind, one.asked_at, one.due_at, one.done_at) for one in await db.execute(query)]
