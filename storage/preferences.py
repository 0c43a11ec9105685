"""What people told the platform itself: that they want no more campaigns of ours, or want them again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, or_, update

from storage.changes import Tools, table_of
from storage.contacts import AddressRow, ContactRow
from storage.events import EVENTS
from storage.writer import Connection

ADDRESSES, CONTACTS = table_of(AddressRow), table_of(ContactRow)


async def prefer(db: Connection, tools: Tools, address: str, *, wants: bool, at: datetime) -> bool:
    """The newest word counts, in whatever order they arrive; whether it changed anything. Who never met us has nothing to stop."""
    newer = or_(ADDRESSES.c.preferred_at.is_(None), ADDRESSES.c.preferred_at < at)
    told = update(ADDRESSES).where(ADDRESSES.c.id == address, newer).values(preferred_at=at).returning(ADDRESSES.c.contact_id)
    contact = (await db.execute(told)).scalar()
    if contact is None:
        return False
    stopped = CONTACTS.c.opted_out_at
    changes = (stopped <= at) if wants else stopped.is_(None)
    changed = update(CONTACTS).where(CONTACTS.c.id == contact, changes).values(opted_out_at=None if wants else at)
    branch = (await db.execute(changed.returning(CONTACTS.c.branch))).scalar()
    if branch is None:
        return False
    kind = "opt_in" if wants else "opt_out"
    row = {"id": tools.new_id(), "at": at, "contact_id": contact, "branch": branch, "kind": kind, "subject": "platform", "detail": "{}"}
    await db.execute(insert(EVENTS), [row])
    return True
