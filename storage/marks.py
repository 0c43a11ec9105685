"""How far we have come: numbers that only grow, and stay when the rows they were read from are erased."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, func, select
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.deliveries import DELIVERIES
from storage.writer import Connection

NEWEST_DELIVERY = "newest delivery"


class MarkRow(SQLModel, table=True):
    __tablename__ = "marks"

    name: str = Field(primary_key=True)
    reached: int = Field(sa_column=Column(BigInteger, nullable=False))


MARKS = table_of(MarkRow)


async def newest_delivery(db: Connection) -> int:
    """The id of the newest delivery there ever was: ids only grow, so a database that knows a smaller one is an older copy."""
    waiting = (await db.execute(select(func.coalesce(func.max(DELIVERIES.c.id), 0)))).scalar_one()
    marked = (await db.execute(select(MARKS.c.reached).where(MARKS.c.name == NEWEST_DELIVERY))).scalar()
    return max(int(waiting), int(marked or 0))


async def mark_newest_delivery(db: Connection, dialect: str, newest: int) -> None:
    """Keep it: erasing a person takes their deliveries away, but must not make the database look older."""
    statement = insert_into(MARKS, dialect).values(name=NEWEST_DELIVERY, reached=newest)
    await db.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"reached": newest}, where=MARKS.c.reached < newest))
