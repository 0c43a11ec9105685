"""What staff send a worker: one page into the outbox, at the address where they are reached best."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from locales import Page
from storage.changes import Tools, insert_into, table_of
from storage.contacts import AddressRow
from storage.conversations import SaidRow
from storage.deliveries import DELIVERIES, PULLED, reply_row
from storage.windows import WINDOWS
from storage.writer import Connection

ADDRESSES, SAID = table_of(AddressRow), table_of(SaidRow)


async def tell(db: Connection, dialect: str, tools: Tools, key: str, contact: int, page: Page, now: datetime) -> str | None:
    """Queue a page for a person. `key` names why: the same cause never makes a second one.

    Gives the address it goes to, for who must hear of it; None if the person has none at which we can write.
    """
    address = await best_address(db, contact, now)
    if address is None:
        return None
    pulled = address.channel in PULLED
    row = reply_row(tools.new_id(), key, contact, address.id, address.channel, page, now, pulled=pulled, follows=None)
    await db.execute(insert_into(DELIVERIES, dialect).values(**row).on_conflict_do_nothing(index_elements=["key"]))
    return str(address.id)


async def best_address(db: Connection, contact: int, now: datetime) -> Any | None:
    """Where they wrote last, of the addresses at which we may write now; else any that is not known to be dead."""
    spoken = select(func.max(SAID.c.id)).where(SAID.c.contact_id == contact, SAID.c.address == ADDRESSES.c.id).scalar_subquery()
    rows = await db.execute(
        select(
            ADDRESSES.c.id, ADDRESSES.c.channel, ADDRESSES.c.window_until, ADDRESSES.c.created_at, func.coalesce(spoken, 0).label("last")
        ).where(ADDRESSES.c.contact_id == contact, ADDRESSES.c.unreachable.is_(None))
    )
    return max(rows, key=lambda row: (_is_open(row, now), row.last, row.created_at), default=None)


def _is_open(row: Any, now: datetime) -> bool:
    return row.channel not in WINDOWS or (row.window_until is not None and row.window_until > now)
