"""What was said at one address, both ways, in order: for a page that is opened again, and for the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, select

from locales import Page
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import SaidRow
from storage.deliveries import DELIVERIES, load_page
from storage.writer import Connection

SAID, CONTACTS, ADDRESSES = table_of(SaidRow), table_of(ContactRow), table_of(AddressRow)


@dataclass(frozen=True, slots=True)
class Entry:
    """One bubble: what the worker said (`page` is None), or what we said."""

    id: int
    at: datetime
    text: str
    page: Page | None = None
    client: str = ""  # the sender's own id of what they said


async def after(db: Connection, address: str, last: int, limit: int = 200) -> list[Entry]:
    """Everything at an address with an id above `last`, oldest first; at most the newest `limit` of each side."""
    said = await db.execute(
        select(SAID.c.id, SAID.c.at, SAID.c.text, SAID.c.client)
        .where(SAID.c.contact_id == _contact(address), SAID.c.address == address, SAID.c.id > last)
        .order_by(SAID.c.id.desc())
        .limit(limit)
    )
    told = await db.execute(
        select(DELIVERIES.c.id, DELIVERIES.c.at, DELIVERIES.c.page, DELIVERIES.c.facts)
        .where(DELIVERIES.c.contact_id == _contact(address), DELIVERIES.c.address == address, DELIVERIES.c.id > last)
        .order_by(DELIVERIES.c.id.desc())
        .limit(limit)
    )
    entries = [Entry(row.id, row.at, row.text, None, row.client) for row in said]
    for row in told:
        page = load_page(row.page, row.facts)
        entries.append(Entry(row.id, row.at, page.text, page))
    return sorted(entries, key=lambda entry: entry.id)


async def language_of(db: Connection, address: str) -> str | None:
    """The language a contact reads, if they ever wrote from this address."""
    language: str | None = (await db.execute(select(CONTACTS.c.language).where(CONTACTS.c.id == _contact(address)))).scalar()
    return language


def _contact(address: str) -> ScalarSelect[int]:
    return select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == address).scalar_subquery()
