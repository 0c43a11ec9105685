"""What rests until a person says otherwise, or is wrong until somebody mends it, and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.contacts import moment
from storage.prepared import Prepared
from storage.writer import Connection

CAMPAIGNS = "campaigns"
RESTORED = "restored"  # the database is older than what this machine remembers of it
TELEGRAM = "telegram"  # it does not take our token
TELEGRAM_ADDRESS = "telegram address"  # somebody turned the bot to another one


class PauseRow(SQLModel, table=True):
    __tablename__ = "pauses"

    name: str = Field(primary_key=True)
    reason: str
    since: datetime = Field(sa_column=moment(nullable=False))


PAUSES = table_of(PauseRow)
_REASON = Prepared(select(PAUSES.c.reason).where(PAUSES.c.name == bindparam("name_")))


async def every(db: Connection) -> dict[str, tuple[str, datetime]]:
    """{name: (why, since)}."""
    return {row.name: (row.reason, row.since) for row in await db.execute(select(PAUSES))}


async def reason_of(db: Connection, name: str) -> str | None:
    """Why it rests; None if it does not."""
    return next((row.reason for row in await db.rows(_REASON, {"name_": name})), None)


async def pause(db: Connection, dialect: str, name: str, reason: str, now: datetime) -> bool:
    """False if it rested already."""
    new = insert_into(PAUSES, dialect).values(name=name, reason=reason, since=now).on_conflict_do_nothing().returning(PAUSES.c.name)
    return (await db.execute(new)).first() is not None


async def lift(db: Connection, name: str) -> bool:
    """Go on; False if it did not rest."""
    return (await db.execute(delete(PAUSES).where(PAUSES.c.name == name).returning(PAUSES.c.name))).first() is not None
