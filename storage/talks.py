"""One conversation as an officer works in it: the person, what was said both ways, who holds it, and what the officer writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from locales import Page
from storage.changes import Tools, insert_into, table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow, SaidRow, is_held
from storage.deliveries import DELIVERIES, PULLED, load_page, reply_row
from storage.inbox import shown
from storage.interests import INTERESTS
from storage.officers import OFFICERS
from storage.outgoing import best_address
from storage.scope import within
from storage.templates import Filled, dump
from storage.windows import WINDOWS
from storage.writer import Connection

CONTACTS, ADDRESSES = table_of(ContactRow), table_of(AddressRow)
CONVERSATIONS, SAID = table_of(ConversationRow), table_of(SaidRow)
BY_OFFICER = "o:"  # keys of what officers wrote: o:<officer>:<name of the form>


@dataclass(slots=True)
class Person:
    """Who is talked with, and where they are reached now. `address` is None where no message can go."""

    contact: int
    branch: str
    language: str
    country: str | None
    created_at: datetime
    opted_out_at: datetime | None
    seen_at: datetime
    officer_id: int | None
    officer: str | None
    held: bool = False
    address: str | None = None
    channel: str | None = None
    digits: str = ""
    window_until: datetime | None = None
    name: str | None = None
    reference: str | None = None
    state: str | None = None

    def may_write_freely(self, now: datetime) -> bool:
        """Outside WhatsApp's window only templates go."""
        return self.channel not in WINDOWS or (self.window_until is not None and self.window_until > now)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing said: by the worker (`page` is None), by the bot, or by an officer."""

    id: int
    at: datetime
    text: str
    kind: str = "text"
    page: Page | None = None
    state: str = ""
    reason: str | None = None
    officer_id: int | None = None
    facts: tuple[str, ...] = field(default=())


async def find(db: Connection, tools: Tools, branch: str, contact: int, now: datetime) -> Person | None:
    """None for another branch's, for nobody's, and for who asked to be erased."""
    talks, people = CONVERSATIONS.c, CONTACTS.c
    row = (
        await db.execute(
            select(people.id.label("contact"), people.branch, people.language, people.country, people.created_at, people.opted_out_at)
            .add_columns(talks.seen_at, talks.officer_id, OFFICERS.c.name.label("officer"), talks.held_at)
            .join(CONVERSATIONS, talks.contact_id == people.id)
            .outerjoin(OFFICERS, OFFICERS.c.id == talks.officer_id)
            .where(people.id == contact, within(people.branch, branch), or_(people.erased_at.is_(None), people.erased_at < talks.seen_at))
        )
    ).first()
    if row is None:
        return None
    person = Person(**{name: value for name, value in row._mapping.items() if name != "held_at"}, held=is_held(row.held_at, now))
    await _reach(db, tools, person, now)
    left = select(INTERESTS.c.name, INTERESTS.c.reference, INTERESTS.c.state).where(INTERESTS.c.contact_id == contact)
    if interest := (await db.execute(left.order_by(INTERESTS.c.id.desc()).limit(1))).first():
        person.name, person.reference, person.state = interest.name, interest.reference, interest.state
    return person


async def _reach(db: Connection, tools: Tools, person: Person, now: datetime) -> None:
    best = await best_address(db, person.contact, now)
    if best is not None:
        person.address, person.window_until = best.id, best.window_until
    known = select(ADDRESSES.c.id, ADDRESSES.c.channel, ADDRESSES.c.external).where(ADDRESSES.c.contact_id == person.contact)
    rows = (await db.execute(known.order_by(ADDRESSES.c.created_at.desc()))).all()
    if row := next((row for row in rows if row.id == person.address), rows[0] if rows else None):
        person.channel, person.digits = row.channel, shown(tools, row)


async def bubbles(db: Connection, contact: int, before: int = 0, most: int = 60) -> list[Bubble]:
    """The newest of both sides, or those before an id, oldest first."""
    said = select(SAID.c.id, SAID.c.at, SAID.c.text, SAID.c.kind).where(SAID.c.contact_id == contact)
    told = select(*(DELIVERIES.c[name] for name in ("id", "at", "page", "facts", "state", "reason", "key")))
    told = told.where(DELIVERIES.c.contact_id == contact)
    if before:
        said, told = said.where(SAID.c.id < before), told.where(DELIVERIES.c.id < before)
    found = [Bubble(*tuple(row)) for row in await db.execute(said.order_by(SAID.c.id.desc()).limit(most))]
    for row in await db.execute(told.order_by(DELIVERIES.c.id.desc()).limit(most)):
        page = load_page(row.page, row.facts)
        found.append(Bubble(row.id, row.at, page.text, "page", page, row.state, row.reason, _writer(row.key)))
    return sorted(found, key=lambda bubble: bubble.id)[-most:]


def _writer(key: str) -> int | None:
    officer = key.split(":")[1] if key.startswith(BY_OFFICER) else ""
    return int(officer) if officer.isdecimal() else None


async def names_of(db: Connection, officers: set[int]) -> Mapping[int, str]:
    """Also of those who left: what they wrote stays theirs."""
    return {row.id: row.name for row in await db.execute(select(OFFICERS.c.id, OFFICERS.c.name).where(OFFICERS.c.id.in_(officers)))}


async def colleague_wrote(db: Connection, contact: int, officer: int, after: int) -> bool:
    """Whether another officer wrote since what this one saw last."""
    theirs = DELIVERIES.c.key.startswith(BY_OFFICER), ~DELIVERIES.c.key.startswith(f"{BY_OFFICER}{officer}:")
    newer = select(DELIVERIES.c.id).where(DELIVERIES.c.contact_id == contact, DELIVERIES.c.id > after, *theirs).limit(1)
    return (await db.execute(newer)).first() is not None


async def write(
    db: Connection, dialect: str, tools: Tools, person: Person, key: str, page: Page, now: datetime, template: Filled | None = None
) -> bool:
    """Queue what an officer wrote; False if this very form was sent before."""
    assert person.address
    assert person.channel
    pulled = person.channel in PULLED
    row: dict[str, Any] = reply_row(
        tools.new_id(), key, person.contact, person.address, person.channel, page, now, pulled=pulled, follows=None
    )
    if template:
        row["template"] = dump(template)
    new = insert_into(DELIVERIES, dialect).values(**row).on_conflict_do_nothing(index_elements=["key"]).returning(DELIVERIES.c.id)
    return (await db.execute(new)).first() is not None


async def hold(db: Connection, contact: int, officer: int, now: datetime) -> None:
    """From now on what the worker writes goes to this officer; the bot's open question waits."""
    await _change(db, contact, officer_id=officer, held_at=now)


async def hand_back(db: Connection, contact: int) -> None:
    await _change(db, contact, held_at=None)


async def assign(db: Connection, contact: int, officer: int | None) -> None:
    await _change(db, contact, officer_id=officer)


async def _change(db: Connection, contact: int, **values: Any) -> None:
    await db.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.contact_id == contact).values(**values))
