"""Two open interests that are surely of one person become one by themselves; what only looks so is left to an officer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from storage import audit, following
from storage.audit import Entry
from storage.changes import Tools, table_of
from storage.contacts import AddressRow
from storage.following import Followed
from storage.identities import phone_indexes
from storage.interests import ENDED, INTERESTS
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
MOST = 50  # groups in one look
FAR = ("unreachable", "new", "contacted", "document")  # the one that is further along goes on
OPEN = INTERESTS.c.state.not_in(ENDED), INTERESTS.c.merged_into.is_(None)


@dataclass(frozen=True, slots=True)
class Group:
    """Open interests that may be one: of one contact, or of one phone number in one branch."""

    contact: int | None = None
    branch: str = ""
    number: str = ""  # its keyed index


async def groups(db: Connection) -> list[Group]:
    many = func.count() > 1
    contacts = select(INTERESTS.c.contact_id).where(*OPEN).group_by(INTERESTS.c.contact_id).having(many).limit(MOST)
    found = [Group(contact=contact) for contact in (await db.execute(contacts)).scalars()]
    numbers = select(INTERESTS.c.branch, INTERESTS.c.phone_index).where(*OPEN, INTERESTS.c.phone_index.is_not(None))
    rows = await db.execute(numbers.group_by(INTERESTS.c.branch, INTERESTS.c.phone_index).having(many).limit(MOST))
    return found + [Group(None, row.branch, row.phone_index) for row in rows]


async def join(db: Connection, tools: Tools, group: Group, now: datetime) -> int:
    """Make one of them, in the audit; how many went. Nobody is told: whoever asks hears of the one that goes on."""
    certain = [one for one in await _members(db, tools, group) if group.contact is not None or await _is_proven(db, tools, one)]
    if len(certain) < 2:
        return 0
    kept, *gone = sorted(certain, key=_further, reverse=True)
    for other in gone:
        now_kept = await following.by_id(db, tools, kept.branch, kept.id)
        assert now_kept
        brought = await following.merge(db, tools, now_kept, other, now)
        why = "contact" if group.contact is not None else "number"
        detail = {"other": other.id, "brought": brought, "same": why}
        await audit.record(db, tools, Entry(None, kept.branch, "interest.merged", f"interest:{kept.id}", detail), now)
    return len(gone)


async def _members(db: Connection, tools: Tools, group: Group) -> list[Followed]:
    mine = [INTERESTS.c.contact_id == group.contact] if group.contact is not None else []
    if group.number:
        mine = [INTERESTS.c.phone_index == group.number, INTERESTS.c.branch == group.branch]
    locked = select(INTERESTS.c.id, INTERESTS.c.branch).where(*OPEN, *mine).order_by(INTERESTS.c.id).with_for_update()
    found = [await following.by_id(db, tools, row.branch, row.id) for row in (await db.execute(locked)).all()]
    return [one for one in found if one]


def _further(one: Followed) -> tuple[int, bool, int]:
    return FAR.index(one.state) if one.state in FAR else -1, one.officer_id is not None, -one.id


async def _is_proven(db: Connection, tools: Tools, one: Followed) -> bool:
    """The number came with their own contact card, or they write to us from it."""
    if not one.phone:
        return False
    if one.phone_proven:
        return True
    ids = phone_indexes(tools, "whatsapp", one.phone.lstrip("+"))
    here = ADDRESSES.c.contact_id == one.contact_id, or_(ADDRESSES.c.id.in_(ids), ADDRESSES.c.phone_index.in_(ids))
    return (await db.execute(select(ADDRESSES.c.id).where(*here).limit(1))).first() is not None


async def joined_to(db: Connection, interest: int) -> list[Any]:
    """Those that ended in this one: their id, reference, name, day and contact."""
    columns = [INTERESTS.c[name] for name in ("id", "reference", "name", "at", "contact_id")]
    return list((await db.execute(select(*columns).where(INTERESTS.c.merged_into == interest).order_by(INTERESTS.c.id))).all())
