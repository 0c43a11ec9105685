"""Two that turn out to be one: an address that got another id, a person known under two contacts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from storage import campaigns_people, missions, rollups
from storage.changes import Tools, table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow, SaidRow
from storage.coverage import CHECKS
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.notes import NOTES
from storage.occasions import COMPREHENSION
from storage.officer_chats import readdress
from storage.requests import REQUESTS
from storage.rights import RIGHTS
from storage.shares import rename as share_as
from storage.touches import TOUCHES
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
        await db.execute(update(table).where(table.c.contact_id == gone.contact_id, table.c.address == old).values(address=new))
    await db.execute(delete(ADDRESSES).where(ADDRESSES.c.id == old))
    await readdress(db, old, new)
    if there is not None and gone.window_until is not None:
        shorter = ADDRESSES.c.window_until.is_(None) | (ADDRESSES.c.window_until < gone.window_until)
        await db.execute(update(ADDRESSES).where(ADDRESSES.c.id == new, shorter).values(window_until=gone.window_until))
    if there is not None and there != gone.contact_id:
        await merge(db, gone.contact_id, there)


async def merge(db: Connection, gone: int, kept: int) -> None:
    """Everything of one contact belongs to another from now on; the conversation of the one who is kept goes on."""
    both = select(CONTACTS).where(CONTACTS.c.id.in_([gone, kept])).order_by(CONTACTS.c.id).with_for_update()
    people = {row.id: row for row in await db.execute(both)}  # locked, so that nobody is in the middle of a turn
    if gone not in people or kept not in people or gone == kept:
        return
    await db.execute(update(CONTACTS).where(CONTACTS.c.id == kept).values(**_brought(people[gone], people[kept])))
    for table in (ADDRESSES, SAID, DELIVERIES, EVENTS, CHECKS, INTERESTS, REQUESTS, NOTES, RIGHTS, TOUCHES, COMPREHENSION):
        await db.execute(update(table).where(table.c.contact_id == gone).values(contact_id=kept))
    await campaigns_people.rename(db, gone, kept)
    await share_as(db, gone, kept)
    talks = CONVERSATIONS.c
    task = (await db.execute(select(talks.officer_id, talks.held_at).where(talks.contact_id == gone))).first()
    if task and task.officer_id is not None:  # an officer who talks with them goes on doing so
        mine = update(CONVERSATIONS).where(talks.contact_id == kept, talks.officer_id.is_(None))
        await db.execute(mine.values(officer_id=task.officer_id, held_at=task.held_at))
    await db.execute(delete(CONVERSATIONS).where(CONVERSATIONS.c.contact_id == gone))
    await db.execute(delete(CONTACTS).where(CONTACTS.c.id == gone))
    await missions.rename(db, gone, kept)
    await rollups.mark(db, gone, kept)


def _brought(gone: Any, kept: Any) -> dict[str, Any]:
    """What the one who is kept did not yet say. Whoever stopped our messages under either name stays stopped."""
    consent = gone if kept.consent_version is None else kept
    single = ("country", "opted_out_at", "noticed", "first_link", "last_link")
    brought = {name: getattr(kept if getattr(kept, name) is not None else gone, name) for name in single}
    return brought | {name: getattr(consent, name) for name in ("consent_version", "consent_language", "consent_at")}
