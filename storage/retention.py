"""What is kept no longer than it is needed: old chat text, receipts, and people who asked to be forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from storage import campaigns_people, rosters
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow, InboundRow, SaidRow
from storage.coverage import CHECKS
from storage.deliveries import DELIVERIES
from storage.interests import INTERESTS
from storage.notes import NOTES
from storage.occasions import COMPREHENSION
from storage.requests import REQUESTS
from storage.rights import RIGHTS
from storage.shares import SHARES
from storage.touches import TOUCHES
from storage.writer import Connection

CONTACTS, ADDRESSES, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(ConversationRow)
SAID, INBOUND = table_of(SaidRow), table_of(InboundRow)

ERASED = timedelta(hours=24)  # the limit on guessing numbers holds so long; the law allows three days (UU 27/2022 art. 42-45)
CHAT = timedelta(days=90)
RECEIPT = timedelta(days=8)  # platforms repeat what they sent for up to seven days
CHECK = timedelta(days=2)
UNREACHED = timedelta(days=365)  # an interest nobody could follow up
BATCH = 2_000  # rows in one transaction, so that no turn waits long


async def sweep(db: Connection, now: datetime) -> int:
    """Delete a batch of what is due; how many rows went. Called again until nothing is due."""
    gone = await _forgotten(db, now)
    finished = DELIVERIES.c.state.not_in(("queued", "in_flight"))
    for table, due in (
        (SAID, SAID.c.at < now - CHAT),
        (NOTES, NOTES.c.at < now - CHAT),
        (DELIVERIES, (DELIVERIES.c.at < now - CHAT) & finished),
        (INBOUND, (INBOUND.c.at < now - RECEIPT) & (INBOUND.c.state != "quarantined")),
        (CHECKS, CHECKS.c.at < now - CHECK),
        (INTERESTS, (INTERESTS.c.changed_at < now - UNREACHED) & (INTERESTS.c.state == "unreachable")),
    ):
        batch = select(table.c.id).where(due).limit(BATCH)
        gone += (await db.execute(delete(table).where(table.c.id.in_(batch)))).rowcount
    return gone + await rosters.sweep(db, now, BATCH)


async def _forgotten(db: Connection, now: datetime) -> int:
    """People who asked to be erased and have not written since: the last that named them goes."""
    asked = (
        select(CONTACTS.c.id)
        .join(CONVERSATIONS, CONVERSATIONS.c.contact_id == CONTACTS.c.id)
        .where(CONTACTS.c.erased_at < now - ERASED, CONVERSATIONS.c.seen_at <= CONTACTS.c.erased_at)
        .limit(BATCH)
    )
    people = list((await db.execute(asked)).scalars())
    if not people:
        return 0
    for table in (SAID, DELIVERIES, CHECKS, INTERESTS, REQUESTS, NOTES, SHARES, ADDRESSES, CONVERSATIONS):
        await db.execute(delete(table).where(table.c.contact_id.in_(people)))
    await campaigns_people.forget(db, people)
    for counted in (TOUCHES, COMPREHENSION):
        await db.execute(update(counted).where(counted.c.contact_id.in_(people)).values(contact_id=None))
    # That it was done in time stays provable.
    await db.execute(update(RIGHTS).where(RIGHTS.c.contact_id.in_(people)).values(contact_id=None))
    await db.execute(delete(CONTACTS).where(CONTACTS.c.id.in_(people)))
    return len(people)
