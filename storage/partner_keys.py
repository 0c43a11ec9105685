"""One-time links that open a partner's own page: sent by chat, good once and for a quarter of an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, delete, insert, select
from sqlmodel import Field, SQLModel

from storage.changes import Changes, Tools, table_of
from storage.contacts import moment
from storage.credentials import hashed
from storage.officers import COLUMNS, OFFICERS, Officer
from storage.writer import Connection

LIVES = timedelta(minutes=15)
PARTNER = "partner"


class PartnerKeyRow(SQLModel, table=True):
    __tablename__ = "partner_keys"

    id: str = Field(primary_key=True)  # hash of the token in the link
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    until: datetime = Field(sa_column=moment(nullable=False))


KEYS = table_of(PartnerKeyRow)


class PartnerKeys:
    """What a turn may do: send whoever proved their chat a link to their own page."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def add(self, officer: int) -> str:
        return await add(self._changes.db, self._changes.tools, officer, self._changes.now)


async def add(db: Connection, tools: Tools, officer: int, now: datetime) -> str:
    """A token of 256 bits that nobody without our key can tell; those before it open nothing any more."""
    cause = f"{officer}:{tools.new_id()}"
    token = tools.sealer.index("partner page", cause) + tools.sealer.index("partner page, second half", cause)
    await db.execute(delete(KEYS).where((KEYS.c.officer_id == officer) | (KEYS.c.until <= now)))
    await db.execute(insert(KEYS), [{"id": hashed(token), "officer_id": officer, "until": now + LIVES}])
    return token


async def owner(db: Connection, token: str, now: datetime) -> Officer | None:
    """Whose page the link opens; None once it was used, is too old, or its owner may not look any more."""
    query = select(*COLUMNS).join(KEYS, KEYS.c.officer_id == OFFICERS.c.id)
    may = OFFICERS.c.disabled_at.is_(None), OFFICERS.c.role == PARTNER, OFFICERS.c.partner.is_not(None)
    row = (await db.execute(query.where(KEYS.c.id == hashed(token), KEYS.c.until > now, *may))).first()
    return Officer(*tuple(row)) if row else None


async def spend(db: Connection, token: str, now: datetime) -> bool:
    """False for who came second."""
    return bool((await db.execute(delete(KEYS).where(KEYS.c.id == hashed(token), KEYS.c.until > now))).rowcount)
