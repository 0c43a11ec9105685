"""What an operator looks after: messages in doubt, messages put aside, what rests, which processes live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true, update

from storage.accounts import ACCOUNTS, Account
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.conversations import InboundRow
from storage.deliveries import DELIVERIES, IN_DOUBT, REPLY_LIVES
from storage.leases import LEASES, clock
from storage.scope import EVERYWHERE
from storage.writer import Connection

CONTACTS, INBOUND = table_of(ContactRow), table_of(InboundRow)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message of which nobody knows whether it arrived."""

    id: int
    channel: str
    lane: int
    reason: str | None
    at: datetime
    claimed_at: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that came in and could not be handled. What it says stays sealed."""

    id: str
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Process:
    """Something only one process does, or that one lives: who holds it, for how many seconds more."""

    name: str
    epoch: int
    seconds: float


DOUBT = [DELIVERIES.c[name] for name in Doubt.__dataclass_fields__]


async def in_doubt(db: Connection, branch: str, *, channels: tuple[str, ...] = (), before: int = 0, most: int = 50) -> list[Doubt]:
    """Newest first; one more than `most`, so that a caller sees whether there are more."""
    query: Select[Any] = select(*DOUBT).where(DELIVERIES.c.state == IN_DOUBT, _of(branch))
    if channels:
        query = query.where(DELIVERIES.c.channel.in_(channels))
    if before:
        query = query.where(DELIVERIES.c.id < before)
    return [Doubt(*tuple(row)) for row in await db.execute(query.order_by(DELIVERIES.c.id.desc()).limit(most + 1))]


async def send_again(db: Connection, branch: str, delivery: int, now: datetime) -> bool:
    """Staff decided so: it is sent once more and flagged, since the worker may then have it twice. False if it is not in doubt any more."""
    again = (
        update(DELIVERIES)
        .where(DELIVERIES.c.id == delivery, DELIVERIES.c.state == "in_doubt", _of(branch))
        .values(state="queued", resent=True, due_at=now, expires_at=now + REPLY_LIVES, done_at=None)
    )
    return (await db.execute(again)).rowcount == 1


async def put_aside(db: Connection, most: int = 50) -> list[Aside]:
    """The newest. They belong to no branch: nobody could read whose they are."""
    rows = await db.execute(
        select(INBOUND.c.id, INBOUND.c.at, INBOUND.c.reason)
        .where(INBOUND.c.state == "quarantined")
        .order_by(INBOUND.c.at.desc())
        .limit(most)
    )
    return [Aside(row.id, row.at, row.reason) for row in rows]


async def processes(db: Connection, dialect: str) -> list[Process]:
    now = clock(dialect)
    rows = await db.execute(select(LEASES.c.name, LEASES.c.epoch, (LEASES.c.until - now).label("seconds")).order_by(LEASES.c.name))
    return [Process(row.name.partition(":")[0], row.epoch, float(row.seconds)) for row in rows]


async def accounts(db: Connection) -> list[Account]:
    return [Account(**dict(row._mapping)) for row in await db.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.channel))]


def _of(branch: str) -> ColumnElement[bool]:
    if branch == EVERYWHERE:
        return true()
    return DELIVERIES.c.contact_id.in_(select(CONTACTS.c.id).where(CONTACTS.c.branch == branch))
