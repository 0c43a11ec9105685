"""Two that turn out to be one: an address that got another id, a person known under two contacts."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from storage.changes import Tools, table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow, SaidRow
from storage.coverage import CHECKS
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.requests import REQUESTS
from storage.writer import Connection

CONTACTS, ADDRESSES, SAID, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(SaidRow), table_of(ConversationRow)


async def move(db: Connection, tools: Tools, old: str, channel: str, external: str) -> None:
    """An address has another external id now. If that is already known, its contact and this one become one."""
    new = tools.sealer.index("address", f"{channel}:{external}")
    gone = (await db.execute(select(ADDRESSES).where(ADDRESSES.c.id == old))).first()
    if gone is None or new == old:
        return
    there = (await db.execute(select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == new))).scalar()
    if there is None:
        row = dict(gone._mapping) | {"id": new, "external": tools.sealer.seal(external, "addresses", "external", new)}
        await db.execute(insert(ADDRESSES), [row])
    for table in (SAID, DELIVERIES):
        await db.execute(update(table).where(table.c.address == old).values(address=new))
    await db.execute(delete(ADDRESSES).where(ADDRESSES.c.id == old))
    if there is not None and there != gone.contact_id:
        await merge(db, gone.contact_id, there)


async def merge(db: Connection, gone: int, kept: int) -> None:
    """Everything of one contact belongs to another from now on; the conversation of the one who is kept goes on."""
    for table in (ADDRESSES, SAID, DELIVERIES, EVENTS, CHECKS, INTERESTS, REQUESTS):
        await db.execute(update(table).where(table.c.contact_id == gone).values(contact_id=kept))
    await db.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.contact_id == gone))
    await db.execute(delete(CONTACTS).where(CONTACTS.c.id == gone))
