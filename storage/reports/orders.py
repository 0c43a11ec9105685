"""Which officers want the monthly report, and the links by which they fetch it: each works once and for a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Select, delete, insert, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, insert_into, table_of
from storage.contacts import moment
from storage.officers import OFFICERS
from storage.scope import within
from storage.writer import Connection

LIVES = timedelta(days=7)


class ReportOrderRow(SQLModel, table=True):
    """An officer who gets the report of each month that ended."""

    __tablename__ = "report_orders"

    officer_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)
    sent_for: str = ""  # the last month it was sent for
    at: datetime = Field(sa_column=moment(nullable=False))


class ReportLinkRow(SQLModel, table=True):
    __tablename__ = "report_links"

    id: str = Field(primary_key=True)  # keyed hash of the token
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    branch: str
    period: str
    until: datetime = Field(sa_column=moment(nullable=False))


ORDERS, LINKS = table_of(ReportOrderRow), table_of(ReportLinkRow)


@dataclass(frozen=True, slots=True)
class Order:
    officer_id: int
    branch: str
    language: str
    sent_for: str


async def ordered_by(db: Connection, branch: str) -> set[int]:
    return set((await db.execute(select(ORDERS.c.officer_id).where(within(ORDERS.c.branch, branch)))).scalars())


async def order(db: Connection, dialect: str, officer: int, branch: str, sent_for: str, now: datetime) -> None:
    """From the next month on; what ended before is not sent after the fact."""
    values = {"officer_id": officer, "branch": branch, "sent_for": sent_for, "at": now}
    await db.execute(insert_into(ORDERS, dialect).values(**values).on_conflict_do_nothing(index_elements=["officer_id"]))


async def cancel(db: Connection, officer: int) -> None:
    await db.execute(delete(ORDERS).where(ORDERS.c.officer_id == officer))


async def waiting(db: Connection) -> list[Order]:
    """Of everybody who may still use the desk, with the month that was last sent."""
    columns = ORDERS.c.officer_id, ORDERS.c.branch, OFFICERS.c.language, ORDERS.c.sent_for
    rows = await db.execute(
        select(*columns)
        .join(OFFICERS, OFFICERS.c.id == ORDERS.c.officer_id)
        .where(OFFICERS.c.disabled_at.is_(None))
        .order_by(ORDERS.c.officer_id)
    )
    return [Order(*tuple(row)) for row in rows]


async def sent(db: Connection, officer: int, month: str) -> bool:
    """Mark it; False where somebody else was faster."""
    waits = ORDERS.c.officer_id == officer, ORDERS.c.sent_for < month
    return (await db.execute(update(ORDERS).where(*waits).values(sent_for=month))).rowcount == 1


async def new_link(db: Connection, tools: Tools, token: str, officer: int, branch: str, period: str, now: datetime) -> None:
    await db.execute(delete(LINKS).where(LINKS.c.until <= now))
    row = {"id": _hash(tools, token), "officer_id": officer, "branch": branch, "period": period, "until": now + LIVES}
    await db.execute(insert(LINKS), [row])


async def open_link(db: Connection, tools: Tools, token: str, now: datetime) -> tuple[int, str, str] | None:
    """(officer, branch, period) of a link that still works; None for any other."""
    row = (await db.execute(_of(tools, token, now))).first()
    return (row.officer_id, row.branch, row.period) if row else None


async def use_link(db: Connection, tools: Tools, token: str, now: datetime) -> bool:
    """It works no second time; False where it was used meanwhile."""
    gone = delete(LINKS).where(LINKS.c.id == _hash(tools, token), LINKS.c.until > now)
    return (await db.execute(gone)).rowcount == 1


def _of(tools: Tools, token: str, now: datetime) -> Select[Any]:
    here = LINKS.c
    found = select(here.officer_id, here.branch, here.period).join(OFFICERS, OFFICERS.c.id == here.officer_id)
    return found.where(here.id == _hash(tools, token), here.until > now, OFFICERS.c.disabled_at.is_(None))


def _hash(tools: Tools, token: str) -> str:
    return tools.sealer.index("report link", token)
