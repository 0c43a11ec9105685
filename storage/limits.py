"""How often something may be done: tries of a password, unmasked numbers, exports. Counted in the database, so by all processes together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.writer import Connection


class LimitRow(SQLModel, table=True):
    __tablename__ = "limits"

    name: str = Field(primary_key=True)  # of what and for whom; never a readable name or address
    empty_at: float  # seconds since 1970: when all that was used up will have grown back


LIMITS = table_of(LimitRow)


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once, then one more every `every`: in any time of burst * every, at most twice the burst."""

    burst: int
    every: timedelta


async def spend(db: Connection, dialect: str, name: str, limit: Limit, now: datetime) -> bool:
    """Use one; False if none is left. One statement, so that many at the same moment are still counted one by one."""
    at, step = now.timestamp(), limit.every.total_seconds()
    statement = insert_into(LIMITS, dialect).values(name=name, empty_at=at + step)
    full = case((LIMITS.c.empty_at > at, LIMITS.c.empty_at), else_=at) + step
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"empty_at": full}, where=full <= at + limit.burst * step)
    return (await db.execute(statement.returning(LIMITS.c.name))).first() is not None


async def sweep(db: Connection, now: datetime) -> None:
    """Forget those that have grown back."""
    await db.execute(delete(LIMITS).where(LIMITS.c.empty_at <= now.timestamp()))
