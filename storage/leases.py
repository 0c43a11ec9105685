"""What only one process may do at a time, which processes live, and the pace they share. All on the database's own clock."""

from __future__ import annotations

from functools import cache

from sqlalchemy import BigInteger, Column, bindparam, case, delete, func, select, update
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.prepared import Prepared
from storage.writer import Connection


class LeaseRow(SQLModel, table=True):
    """Who holds what until when. `epoch` names one life of one process, so a process that comes back late finds itself replaced."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    epoch: int = Field(sa_column=Column(BigInteger, nullable=False))
    until: float  # seconds since 1970


class PaceRow(SQLModel, table=True):
    """When a sending lane is free again, in seconds since 1970."""

    __tablename__ = "pace"

    lane: str = Field(primary_key=True)
    free_at: float


LEASES, PACE = table_of(LeaseRow), table_of(PaceRow)


def clock(dialect: str) -> ColumnElement[float]:
    """Now, in seconds since 1970, by the clock that all processes share."""
    if dialect == "sqlite":
        return (func.julianday("now") - 2440587.5) * 86400.0
    return func.extract("epoch", func.clock_timestamp()).cast(PACE.c.free_at.type)


async def now(db: Connection, dialect: str) -> float:
    """Seconds since 1970, by that clock."""
    seconds: float = (await db.execute(select(clock(dialect)))).scalar_one()
    return seconds


async def take(db: Connection, dialect: str, name: str, epoch: int, seconds: float) -> bool:
    """Get or renew a lease; False if another holds it and is not late."""
    now = clock(dialect)
    statement = insert_into(LEASES, dialect).values(name=name, epoch=epoch, until=now + seconds)
    free = (LEASES.c.epoch == epoch) | (LEASES.c.until < now)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"epoch": epoch, "until": now + seconds}, where=free)
    return (await db.execute(statement.returning(LEASES.c.epoch))).scalar() == epoch


async def renew(db: Connection, dialect: str, name: str, epoch: int, seconds: float) -> bool:
    """Prolong a lease that is still ours; False if it was given away meanwhile."""
    now = clock(dialect)
    mine = (LEASES.c.name == name) & (LEASES.c.epoch == epoch) & (LEASES.c.until >= now)
    return (await db.execute(update(LEASES).where(mine).values(until=now + seconds).returning(LEASES.c.epoch))).scalar() is not None


async def release(db: Connection, name: str, epoch: int) -> None:
    await db.execute(delete(LEASES).where(LEASES.c.name == name, LEASES.c.epoch == epoch))


async def clear(db: Connection) -> None:
    """Nobody holds anything. For the one server of an SQLite file, which knows that all before it are gone."""
    await db.execute(delete(LEASES))


def alive(dialect: str, prefix: str) -> ColumnElement[int]:
    """A subquery of the epochs whose lease (of a name beginning with `prefix`) has not run out."""
    return select(LEASES.c.epoch).where(LEASES.c.name.startswith(prefix), LEASES.c.until >= clock(dialect)).scalar_subquery()


@cache
def _booking(dialect: str) -> Prepared:
    """The statement that books `needs_` seconds of a lane."""
    now, needs = clock(dialect), bindparam("needs_", type_=PACE.c.free_at.type)
    statement = insert_into(PACE, dialect).values(lane=bindparam("lane_"), free_at=now + needs)
    free_at = case((PACE.c.free_at > now, PACE.c.free_at), else_=now) + needs
    statement = statement.on_conflict_do_update(index_elements=["lane"], set_={"free_at": free_at})
    return Prepared(statement.returning(PACE.c.free_at, now.label("now")))


async def reserve(db: Connection, dialect: str, lane: str, count: int, rate: float) -> float:
    """Book `count` slots of a lane; the seconds from now until the first. Slot i is i/rate later.

    All processes book on one row, so together they never pass the rate, in any second, from the first on.
    """
    needs = count / rate
    [booked] = await db.rows(_booking(dialect), {"lane_": lane, "needs_": needs})
    return float(max(booked.free_at - needs - booked.now, 0.0))


async def hold(db: Connection, dialect: str, lane: str, seconds: float) -> None:
    """Nobody sends on this lane for so long."""
    now = clock(dialect)
    statement = insert_into(PACE, dialect).values(lane=lane, free_at=now + seconds)
    free_at = case((PACE.c.free_at > now + seconds, PACE.c.free_at), else_=now + seconds)
    await db.execute(statement.on_conflict_do_update(index_elements=["lane"], set_={"free_at": free_at}))
