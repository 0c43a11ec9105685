"""Receipts for something we do not know (yet): kept for as long as a platform repeats what it has to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, delete, select, tuple_
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.contacts import moment
from storage.deliveries import DELIVERIES
from storage.writer import Connection

LIVES = timedelta(days=8)  # WhatsApp repeats for 7
AT_ONCE = 500


class OrphanRow(SQLModel, table=True):
    __tablename__ = "orphans"

    provider_id: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    delivery: int | None = Field(default=None, sa_column=Column(BigInteger))  # our own id, if the platform carried it along
    seen_at: datetime = Field(sa_column=moment(nullable=False, index=True))
    receipt: str  # JSON, without who it was sent to


ORPHANS = table_of(OrphanRow)


async def keep(db: Connection, dialect: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        in_order = sorted(rows, key=lambda row: (row["provider_id"], row["state"]))
        await db.execute(insert_into(ORPHANS, dialect).on_conflict_do_nothing(), in_order)


async def found(db: Connection, now: datetime) -> list[str]:
    """The receipts whose delivery is known by now; they are orphans no more. Those nobody ever asked for go."""
    await db.execute(delete(ORPHANS).where(ORPHANS.c.seen_at < now - LIVES))
    by_provider = ORPHANS.c.provider_id == DELIVERIES.c.provider_id
    by_ours = (ORPHANS.c.delivery == DELIVERIES.c.id) & (DELIVERIES.c.state != "in_flight")
    wanted = select(ORPHANS.c.provider_id, ORPHANS.c.state, ORPHANS.c.receipt).join(DELIVERIES, by_provider | by_ours).distinct()
    rows = (await db.execute(wanted.limit(AT_ONCE))).all()
    if rows:
        keys = [(row.provider_id, row.state) for row in rows]
        await db.execute(delete(ORPHANS).where(tuple_(ORPHANS.c.provider_id, ORPHANS.c.state).in_(keys)))
    return [row.receipt for row in rows]
