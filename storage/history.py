"""What was said at one address, both ways, in order: for a page that is opened again, and for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, select

from locales import Page
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import SaidRow
from storage.deliveries import DELIVERIES, load_page
from storage.prepared import Prepared, among
from storage.writer import Connection

SAID, CONTACTS, ADDRESSES = table_of(SaidRow), table_of(ContactRow), table_of(AddressRow)


_HERE = bindparam("address", type_=ADDRESSES.c.id.type)
_AFTER = bindparam("last", type_=SAID.c.id.type)
_MOST = bindparam("limit", type_=Integer())
_CONTACT = select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == _HERE).scalar_subquery()
_SAID = Prepared(
    select(SAID.c.id, SAID.c.at, SAID.c.text, SAID.c.client)
    .where(SAID.c.contact_id == _CONTACT, SAID.c.address == _HERE, SAID.c.id > _AFTER)
    .order_by(SAID.c.id.desc())
    .limit(_MOST)
)
_TOLD = Prepared(
    select(DELIVERIES.c.id, DELIVERIES.c.at, DELIVERIES.c.page, DELIVERIES.c.facts)
    .where(DELIVERIES.c.contact_id == _CONTACT, DELIVERIES.c.address == _HERE, DELIVERIES.c.id > _AFTER)
    .order_by(DELIVERIES.c.id.desc())
    .limit(_MOST)
)
_THESE = among(ADDRESSES.c.id, "addresses")
_LANGUAGES = Prepared(select(ADDRESSES.c.id, CONTACTS.c.language).join(CONTACTS, CONTACTS.c.id == ADDRESSES.c.contact_id).where(_THESE))
_SAID_LATELY = Prepared(
    select(SAID.c.address, SAID.c.id, SAID.c.at, SAID.c.text, SAID.c.client)
    .join(ADDRESSES, (ADDRESSES.c.contact_id == SAID.c.contact_id) & (ADDRESSES.c.id == SAID.c.address))
    .where(_THESE, SAID.c.id > bindparam("since"))
)
_TOLD_LATELY = Prepared(
    select(DELIVERIES.c.address, DELIVERIES.c.id, DELIVERIES.c.at, DELIVERIES.c.page, DELIVERIES.c.facts)
    .join(ADDRESSES, (ADDRESSES.c.contact_id == DELIVERIES.c.contact_id) & (ADDRESSES.c.id == DELIVERIES.c.address))
    .where(_THESE, DELIVERIES.c.id > bindparam("since"))
)


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
    given = {"address": address, "last": last, "limit": limit}
    entries = [Entry(row.id, row.at, row.text, None, row.client) for row in await db.rows(_SAID, given)]
    for row in await db.rows(_TOLD, given):
        page = load_page(row.page, row.facts)
        entries.append(Entry(row.id, row.at, page.text, page))
    return sorted(entries, key=lambda entry: entry.id)


async def after_each(db: Connection, lasts: Mapping[str, int]) -> dict[str, list[Entry]]:
    """The same for {address: last} of several that are up to date but for a moment: by two queries for all, and without a limit."""
    given = {"addresses": list(lasts), "since": min(lasts.values())}
    found: dict[str, list[Entry]] = {address: [] for address in lasts}
    for row in await db.rows(_SAID_LATELY, given):
        if row.id > lasts[row.address]:
            found[row.address].append(Entry(row.id, row.at, row.text, None, row.client))
    for row in await db.rows(_TOLD_LATELY, given):
        if row.id > lasts[row.address]:
            page = load_page(row.page, row.facts)
            found[row.address].append(Entry(row.id, row.at, page.text, page))
    return {address: sorted(entries, key=lambda entry: entry.id) for address, entries in found.items()}


async def languages(db: Connection, addresses: Collection[str]) -> dict[str, str]:
    """The language each contact reads, of those who ever wrote from their address."""
    return {row.id: row.language for row in await db.rows(_LANGUAGES, {"addresses": sorted(addresses)})}
