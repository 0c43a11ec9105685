"""Reminders that a person does not want: each standing campaign can be refused for itself, by a button or a word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, delete, select, update
from sqlmodel import Field, SQLModel

from storage.changes import table_of
from storage.contacts import moment
from storage.writer import Connection


class RefusalRow(SQLModel, table=True):
    """Somebody wants no more of one standing campaign; everything else still reaches them."""

    __tablename__ = "refusals"

    contact_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    campaign: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))  # the standing one
    at: datetime = Field(sa_column=moment(nullable=False))


REFUSALS = table_of(RefusalRow)


async def rename(db: Connection, gone: int, kept: int) -> None:
    """Two contacts turned out to be one: what one of them refused, both did."""
    theirs = select(REFUSALS.c.campaign).where(REFUSALS.c.contact_id == kept)
    await db.execute(delete(REFUSALS).where(REFUSALS.c.contact_id == gone, REFUSALS.c.campaign.in_(theirs)))
    await db.execute(update(REFUSALS).where(REFUSALS.c.contact_id == gone).values(contact_id=kept))


async def forget(db: Connection, people: Sequence[int]) -> None:
    await db.execute(delete(REFUSALS).where(REFUSALS.c.contact_id.in_(people)))
