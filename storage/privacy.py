"""A person's rights over what is kept of them: see it, take it along, erase it (UU 27/2022 art. 5-13)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from storage import rights, rollups
from storage.campaigns import CAMPAIGNS
from storage.changes import Changes, Tools, table_of, write
from storage.contacts import CHANGEABLE, AddressRow, Contact, ContactRow
from storage.conversations import ConversationRow, SaidRow
from storage.coverage import CHECKS
from storage.deliveries import DELIVERIES, load_page
from storage.events import EVENTS
from storage.interests import INTERESTS, Interests
from storage.missions import REPORTS
from storage.notes import NOTES
from storage.occasions import COMPREHENSION
from storage.reminders import REFUSALS
from storage.requests import REQUESTS
from storage.rights import RIGHTS
from storage.shares import SHARES, Shares
from storage.touches import TOUCHES
from storage.writer import Connection

CONTACTS, SAID, ADDRESSES = table_of(ContactRow), table_of(SaidRow), table_of(AddressRow)
CONVERSATIONS = table_of(ConversationRow)
CONVERSATIONS = table_of(ConversationRow)


class Privacy:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def summary(self) -> dict[str, int]:
        """How much is kept of the contact: {noun: rows}."""
        contact = self._changes.contact.id
        kept = {"said": SAID, "replies": DELIVERIES, "checks": CHECKS, "interests": INTERESTS, "requests": REQUESTS, "events": EVENTS}
        kept["refused"] = REFUSALS
        counts = {}
        for noun, table in kept.items():
            counts[noun] = int(
                (await self._changes.read(select(func.count()).select_from(table).where(table.c.contact_id == contact))).scalar_one()
            )
        return counts

    async def export(self) -> dict[str, Any]:
        """Everything we keep of the contact, readable by a machine, for the person alone."""
        changes, contact = self._changes, self._changes.contact
        said = await changes.read(select(SAID.c.at, SAID.c.text, SAID.c.kind).where(SAID.c.contact_id == contact.id).order_by(SAID.c.id))
        told = await changes.read(
            select(DELIVERIES.c.at, DELIVERIES.c.page, DELIVERIES.c.state)
            .where(DELIVERIES.c.contact_id == contact.id)
            .order_by(DELIVERIES.c.id)
        )
        events = await changes.read(
            select(EVENTS.c.at, EVENTS.c.kind, EVENTS.c.subject).where(EVENTS.c.contact_id == contact.id).order_by(EVENTS.c.id)
        )
        addresses = await changes.read(select(ADDRESSES.c.channel, ADDRESSES.c.created_at).where(ADDRESSES.c.contact_id == contact.id))
        checks = await changes.read(select(CHECKS.c.at, CHECKS.c.found).where(CHECKS.c.contact_id == contact.id).order_by(CHECKS.c.id))
        refused = await changes.read(
            select(REFUSALS.c.at, CAMPAIGNS.c.name)
            .join(CAMPAIGNS, CAMPAIGNS.c.id == REFUSALS.c.campaign)
            .where(REFUSALS.c.contact_id == contact.id)
        )
        notes = await changes.read(select(NOTES.c.at, NOTES.c.text).where(NOTES.c.contact_id == contact.id).order_by(NOTES.c.id))
        touches = await changes.read(
            select(TOUCHES.c.at, TOUCHES.c.code, TOUCHES.c.partner).where(TOUCHES.c.contact_id == contact.id).order_by(TOUCHES.c.id)
        )
        answers = await changes.read(
            select(COMPREHENSION.c.at, COMPREHENSION.c.question, COMPREHENSION.c.is_right)
            .where(COMPREHENSION.c.contact_id == contact.id)
            .order_by(COMPREHENSION.c.id)
        )
        shares = await changes.read(
            select(SHARES.c.at, SHARES.c.partner).where(SHARES.c.contact_id == contact.id).order_by(SHARES.c.partner)
        )
        reports = await changes.read(
            select(REPORTS.c.at, REPORTS.c.mission, REPORTS.c.asked).where(REPORTS.c.contact_id == contact.id).order_by(REPORTS.c.id)
        )
        interest = await Interests(changes).current()
        return {
            "contact": {name: _plain(getattr(contact, name)) for name in CHANGEABLE},
            "addresses": [{"channel": row.channel, "since": _plain(row.created_at)} for row in addresses],
            "said": [{"at": _plain(row.at), "text": row.text, "kind": row.kind} for row in said],
            "told": [{"at": _plain(row.at), "text": load_page(row.page).text, "state": row.state} for row in told],
            "notes": [{"at": _plain(row.at), "text": row.text} for row in notes],
            "checks": [{"at": _plain(row.at), "found": bool(row.found)} for row in checks],
            "events": [{"at": _plain(row.at), "kind": row.kind, "subject": row.subject} for row in events],
            "came_by": [{"at": _plain(row.at), "code": row.code, "partner": row.partner} for row in touches],
            "questions": [{"at": _plain(row.at), "question": row.question, "right": bool(row.is_right)} for row in answers],
            "missions": [{"at": _plain(row.at), "mission": row.mission, "asked": bool(row.asked)} for row in reports],
            "shared_with": [{"at": _plain(row.at), "partner": row.partner} for row in shares],
            "refused": [{"at": _plain(row.at), "campaign": row.name} for row in refused],
            "interest": {name: _plain(getattr(interest, name)) for name in interest.__slots__} if interest else None,
        }

    async def asked(self, kind: str) -> None:
        """The contact asked for something that only an officer can do: its clock begins, unless it runs already."""
        changes = self._changes
        waits = select(RIGHTS.c.id).where(RIGHTS.c.contact_id == changes.contact.id, RIGHTS.c.kind == kind, RIGHTS.c.done_at.is_(None))
        if (await changes.read(waits)).first() is None:
            changes.add(RIGHTS, **rights.row(changes.tools.new_id(), changes.contact.id, changes.contact.branch, kind, changes.now))

    def withdraw(self) -> None:
        """Forget what was kept on the contact's consent alone: the interest they left, with name, phone and NIK."""
        self._changes.change(delete(INTERESTS).where(INTERESTS.c.contact_id == self._changes.contact.id))
        Shares(self._changes).end()

    async def erase(self) -> None:
        """Forget the contact: everything written before this moment goes now, the empty address within a day.

        Events stay as counts that belong to nobody. The address must outlive the turn, or the receipt could not be sent, and with it
        how often numbers were looked up today, or an erasure would let somebody guess on.
        """
        changes, contact = self._changes, self._changes.contact
        changes.flushed = True
        await rollups.settle(changes.db, contact.id)
        until = changes.tools.new_id()  # ids increase: what this turn still says is not erased with the rest
        for table in (SAID, DELIVERIES, INTERESTS, REQUESTS, NOTES):
            changes.change(delete(table).where(table.c.contact_id == contact.id, table.c.id < until))
        changes.change(delete(REFUSALS).where(REFUSALS.c.contact_id == contact.id))
        waiting = RIGHTS.c.contact_id == contact.id, RIGHTS.c.done_at.is_(None)
        changes.change(update(RIGHTS).where(*waiting).values(done_at=changes.now))  # nothing is left to copy or to correct
        # Nobody talks with them any more: what they write next is answered by the bot.
        changes.change(update(CONVERSATIONS).where(CONVERSATIONS.c.contact_id == contact.id).values(officer_id=None, held_at=None))
        for counted in (EVENTS, TOUCHES, COMPREHENSION, REPORTS):
            changes.change(update(counted).where(counted.c.contact_id == contact.id).values(contact_id=None))
        Shares(changes).end()
        changes.change(update(CONTACTS).where(CONTACTS.c.id == contact.id).values(erased_at=changes.now))
        for name in CHANGEABLE:
            if name != "language":
                setattr(contact, name, None)


async def counts_of(db: Connection, tools: Tools, contact: int, now: datetime) -> dict[str, int]:
    """How much an erasure would take away: {noun: rows}."""
    return await Privacy(Changes(db, tools, Contact(contact, ""), now)).summary()


async def export_of(db: Connection, tools: Tools, contact: int, now: datetime) -> dict[str, Any]:
    """The same copy, where an officer makes it for somebody who asked."""
    return await Privacy(Changes(db, tools, await _load(db, contact), now)).export()


async def erase_of(db: Connection, tools: Tools, contact: int, now: datetime) -> dict[str, int]:
    """Forget somebody who asked an officer; {noun: rows} of what went."""
    person = await _load(db, contact)
    changes = Changes(db, tools, person, now)
    privacy = Privacy(changes)
    counts = await privacy.summary()
    await privacy.erase()
    await write(db, changes.inserts, changes.statements)
    kept = {name: getattr(person, name) for name in CHANGEABLE}
    await db.execute(update(CONTACTS).where(CONTACTS.c.id == contact).values(**kept))
    # As after a turn that forgets: no question is open, and whoever held the talk holds it no more.
    open_ = {"memory": None, "officer_id": None, "held_at": None}
    await db.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.contact_id == contact).values(**open_, seen_at=now))
    return counts


async def erased(db: Connection) -> list[int]:
    """Who was erased and has not been swept away yet."""
    return list((await db.execute(select(CONTACTS.c.id).where(CONTACTS.c.erased_at.is_not(None)))).scalars())


async def still_known(db: Connection, contacts: Collection[int]) -> list[int]:
    """Who of these stands here as if they had never been erased."""
    mine = CONTACTS.c.id.in_(contacts), CONTACTS.c.erased_at.is_(None)
    return list((await db.execute(select(CONTACTS.c.id).where(*mine))).scalars())


async def _load(db: Connection, contact: int) -> Contact:
    """Locked, so that they are not in the middle of a turn."""
    row = (await db.execute(select(CONTACTS).where(CONTACTS.c.id == contact).with_for_update())).one()
    return Contact(row.id, row.branch, *(getattr(row, name) for name in CHANGEABLE))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
