"""The people of a branch: a list one can narrow, and all that is known of one of them, with numbers masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from storage.changes import Tools, table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow
from storage.coverage import CHECKS
from storage.events import EVENTS
from storage.inbox import shown
from storage.interests import INTERESTS
from storage.partners import LINKS, PARTNERS
from storage.requests import REQUESTS
from storage.rights import RIGHTS, Right
from storage.rights import of as rights_of
from storage.scope import within
from storage.writer import Connection

CONTACTS, ADDRESSES, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(ConversationRow)
LATELY = timedelta(days=28)  # over which the overview counts checks
HISTORY = 50  # events shown of one person
KNOWN = (
    *("id", "branch", "language", "country", "created_at", "seen_at", "opted_out_at", "noticed"),
    *("consent_version", "consent_language", "consent_at"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people. `checks`: whose coverage was found so lately; `states`: consent, no_consent, stopped; `due`: with an open right."""

    contacts: Sequence[int] | None = None  # what a search found
    channels: Sequence[str] = ()
    languages: Sequence[str] = ()
    checks: Sequence[str] = ()
    states: Sequence[str] = ()
    due: bool = False
    since: datetime | None = None
    before: int = 0


@dataclass(slots=True)
class Row:
    """One person in the list. `name` is what they left themselves."""

    id: int
    created_at: datetime
    seen_at: datetime
    language: str
    country: str | None
    consent_at: datetime | None
    opted_out_at: datetime | None
    name: str | None = None
    channels: list[str] = field(default_factory=list)
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Address:
    channel: str
    digits: str
    since: datetime
    unreachable: str | None
    window_until: datetime | None


@dataclass(frozen=True, slots=True)
class Left:
    """An interest, without its numbers."""

    reference: str
    state: str
    name: str
    at: datetime
    destination: str | None
    agency: str | None
    has_phone: bool
    has_nik: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to officers."""

    reason: str
    state: str
    urgent: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    kind: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    branch: str
    language: str
    country: str | None
    created_at: datetime
    seen_at: datetime
    opted_out_at: datetime | None
    noticed: str | None
    consent_version: str | None
    consent_language: str | None
    consent_at: datetime | None
    first_partner: str | None
    last_partner: str | None
    addresses: Sequence[Address]
    interests: Sequence[Left]
    requests: Sequence[Asked]
    history: Sequence[Happened]
    checks: int
    rights: Sequence[Right]

    @property
    def name(self) -> str | None:
        return self.interests[0].name if self.interests else None

    @property
    def in_danger(self) -> bool:
        """An emergency that nobody has closed."""
        return any(request.urgent and request.state != "closed" for request in self.requests)


async def find(db: Connection, branch: str, wanted: Wanted, now: datetime, most: int = 50) -> list[Row]:
    """Newest first; one more than `most`, so that a caller sees whether there are more."""
    people = CONTACTS.c
    columns = people.id, people.created_at, CONVERSATIONS.c.seen_at, people.language, people.country, people.consent_at, people.opted_out_at
    query = select(*columns).join(CONVERSATIONS, CONVERSATIONS.c.contact_id == people.id).where(*_conditions(branch, wanted, now))
    rows = [Row(*tuple(row)) for row in await db.execute(query.order_by(people.id.desc()).limit(most + 1))]
    await _complete(db, {row.id: row for row in rows})
    return rows


def _conditions(branch: str, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    people = CONTACTS.c
    conditions = [within(people.branch, branch), _is_there()]
    if wanted.contacts is not None:
        conditions.append(people.id.in_(wanted.contacts))
    if wanted.before:
        conditions.append(people.id < wanted.before)
    if wanted.since:
        conditions.append(people.created_at >= wanted.since)
    if wanted.languages:
        conditions.append(people.language.in_(wanted.languages))
    if wanted.channels:
        conditions.append(exists().where(ADDRESSES.c.contact_id == people.id, ADDRESSES.c.channel.in_(wanted.channels)))
    if wanted.checks:
        found = EVENTS.c.kind == "check", EVENTS.c.subject.in_(wanted.checks), EVENTS.c.at >= now - LATELY
        conditions.append(people.id.in_(select(EVENTS.c.contact_id).where(*found, EVENTS.c.contact_id.is_not(None))))
    if wanted.states:
        conditions.append(or_(*(_STATES[state] for state in wanted.states)))
    if wanted.due:
        conditions.append(people.id.in_(select(RIGHTS.c.contact_id).where(RIGHTS.c.done_at.is_(None), RIGHTS.c.contact_id.is_not(None))))
    return conditions


_STATES: dict[str, ColumnElement[bool]] = {
    "consent": CONTACTS.c.consent_at.is_not(None),
    "no_consent": CONTACTS.c.consent_at.is_(None),
    "stopped": CONTACTS.c.opted_out_at.is_not(None),
}


def _is_there() -> ColumnElement[bool]:
    """Not erased, or written again since."""
    return or_(CONTACTS.c.erased_at.is_(None), CONTACTS.c.erased_at < CONVERSATIONS.c.seen_at)


async def _complete(db: Connection, rows: dict[int, Row]) -> None:
    """Names, channels and clocks of the people on one page."""
    if not rows:
        return
    ids = list(rows)
    for left in await db.execute(select(INTERESTS).where(INTERESTS.c.contact_id.in_(ids)).order_by(INTERESTS.c.id)):
        rows[left.contact_id].name = left.name
    for address in await db.execute(select(ADDRESSES).where(ADDRESSES.c.contact_id.in_(ids)).order_by(ADDRESSES.c.created_at)):
        if address.channel not in rows[address.contact_id].channels:
            rows[address.contact_id].channels.append(address.channel)
    open_ = RIGHTS.c.contact_id.in_(ids), RIGHTS.c.done_at.is_(None)
    for right in await db.execute(select(RIGHTS).where(*open_).order_by(RIGHTS.c.due_at.desc())):
        rows[right.contact_id].due_at = right.due_at


async def one(db: Connection, tools: Tools, branch: str, contact: int) -> Person | None:
    """Everything of one person; None for another branch's, for nobody, and for who asked to be erased."""
    row = (
        await db.execute(
            select(CONTACTS, CONVERSATIONS.c.seen_at)
            .join(CONVERSATIONS, CONVERSATIONS.c.contact_id == CONTACTS.c.id)
            .where(CONTACTS.c.id == contact, within(CONTACTS.c.branch, branch), _is_there())
        )
    ).first()
    if row is None:
        return None
    partners = await _partners(db, row.first_link, row.last_link)
    return Person(
        **{name: getattr(row, name) for name in KNOWN},
        first_partner=partners.get(row.first_link),
        last_partner=partners.get(row.last_link),
        addresses=await _addresses(db, tools, contact),
        interests=[_left(found) for found in await _all(db, INTERESTS, contact)],
        requests=[Asked(found.reason, found.state, found.urgent, found.at) for found in await _all(db, REQUESTS, contact)],
        history=[Happened(found.kind, found.subject, found.at) for found in await _all(db, EVENTS, contact)],
        checks=(await db.execute(select(func.count()).select_from(CHECKS).where(CHECKS.c.contact_id == contact))).scalar_one(),
        rights=await rights_of(db, contact),
    )


async def _all(db: Connection, table: Any, contact: int) -> Sequence[Any]:
    query: Select[Any] = select(table).where(table.c.contact_id == contact).order_by(table.c.id.desc()).limit(HISTORY)
    return (await db.execute(query)).all()


def _left(row: Any) -> Left:
    shown = row.reference, row.state, row.name, row.at, row.destination, row.agency
    return Left(*shown, has_phone=row.phone is not None, has_nik=row.nik is not None)


async def _addresses(db: Connection, tools: Tools, contact: int) -> list[Address]:
    rows = await db.execute(select(ADDRESSES).where(ADDRESSES.c.contact_id == contact).order_by(ADDRESSES.c.created_at))
    return [Address(row.channel, shown(tools, row), row.created_at, row.unreachable, row.window_until) for row in rows]


async def _partners(db: Connection, *codes: str | None) -> dict[str | None, str]:
    query = select(LINKS.c.code, PARTNERS.c.name).join(PARTNERS, PARTNERS.c.id == LINKS.c.partner)
    rows = await db.execute(query.where(LINKS.c.code.in_([code for code in codes if code])))
    return {row.code: row.name for row in rows}
