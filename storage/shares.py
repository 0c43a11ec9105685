"""Whom a worker lets see their name and whether they are registered: a partner, because they said yes, and until they say no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, delete, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Changes, table_of
from storage.contacts import moment
from storage.interests import INTERESTS
from storage.partners import PARTNERS
from storage.writer import Connection


class ShareRow(SQLModel, table=True):
    __tablename__ = "shares"

    contact_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    partner: str = Field(primary_key=True)
    at: datetime = Field(sa_column=moment(nullable=False))
    notice: str  # the version of the notice they agreed under


SHARES = table_of(ShareRow)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a partner may see of somebody who agreed."""

    name: str
    state: str  # of the interest
    at: datetime


class Shares:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def partners(self) -> dict[str, str]:
        """Who may see the contact's name now, longest first: {partner: its name}."""
        query = select(PARTNERS.c.id, PARTNERS.c.name).join(SHARES, SHARES.c.partner == PARTNERS.c.id)
        mine = query.where(SHARES.c.contact_id == self._changes.contact.id).order_by(SHARES.c.at, PARTNERS.c.id)
        return {row.id: row.name for row in await self._changes.read(mine)}

    def agree(self, partner: str, notice: str) -> None:
        self._changes.add(SHARES, contact_id=self._changes.contact.id, partner=partner, at=self._changes.now, notice=notice)

    def end(self, partner: str | None = None) -> None:
        mine = SHARES.c.contact_id == self._changes.contact.id
        self._changes.change(delete(SHARES).where(mine, SHARES.c.partner == partner) if partner else delete(SHARES).where(mine))


async def of(db: Connection, partner: str, most: int = 200) -> list[Shared]:
    """Who agreed, with the interest that goes on; the newest first."""
    query = (
        select(INTERESTS.c.name, INTERESTS.c.state, SHARES.c.at)
        .join(SHARES, SHARES.c.contact_id == INTERESTS.c.contact_id)
        .where(SHARES.c.partner == partner, INTERESTS.c.partner == partner, INTERESTS.c.merged_into.is_(None))
        .order_by(SHARES.c.at.desc(), INTERESTS.c.id.desc())
    )
    return [Shared(*tuple(row)) for row in await db.execute(query.limit(most))]


async def rename(db: Connection, gone: int, kept: int) -> None:
    """Two contacts turned out to be one: what either agreed to holds."""
    already = select(SHARES.c.partner).where(SHARES.c.contact_id == kept)
    await db.execute(delete(SHARES).where(SHARES.c.contact_id == gone, SHARES.c.partner.in_(already)))
    await db.execute(update(SHARES).where(SHARES.c.contact_id == gone).values(contact_id=kept))
