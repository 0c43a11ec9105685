"""What rests until a person says otherwise, and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.contacts import moment
from storage.writer import Connection

CAMPAIGNS = "campaigns"
RESTORED = "restored"  # the database is older than what this machine remembers of it


class PauseRow(SQLModel, table=True):
    __tablename__ = "pauses"

    name: str = Field(primary_key=True)
    reason: str
    since: datetime = Field(sa_column=moment(nullable=False))


PAUSES = table_of(PauseRow)


async def reason_of(db: Connection, name: str) -> str | None:
    """Why it rests; None if it does not."""
    reason: str | None = (await db.execute(select(PAUSES.c.reason).where(PAUSES.c.name == name))).scalar()
    return reason


async def pause(db: Connection, dialect: str, name: str, reason: str, now: datetime) -> None:
    await db.execute(insert_into(PAUSES, dialect).values(name=name, reason=reason, since=now).on_conflict_do_nothing())


async def lift(db: Connection, name: str) -> bool:
    """Go on; False if it did not rest."""
    return (await db.execute(delete(PAUSES).where(PAUSES.c.name == name).returning(PAUSES.c.name))).first() is not None
