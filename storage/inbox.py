"""The inbox: conversations of a branch, found by filters and search, page by page, without reading any message it does not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, or_, select

from storage.changes import Tools, table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow, SaidRow, is_held
from storage.interests import INTERESTS
from storage.masking import last_digits
from storage.officers import OFFICERS
from storage.requests import REQUESTS, WAITING
from storage.scope import within
from storage.sealing import Unsealable
from storage.writer import Connection

CONTACTS, ADDRESSES = table_of(ContactRow), table_of(AddressRow)
CONVERSATIONS, SAID = table_of(ConversationRow), table_of(SaidRow)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Key:
    """Where a page of the list ends: urgency (only where people wait), a time, a contact."""

    at: datetime
    contact: int
    urgent: int = 0

    def __str__(self) -> str:
        return f"{self.urgent}.{(self.at - BEGINNING) // MICROSECOND}.{self.contact}"


def read_key(typed: str) -> Key | None:
    """The key in an address; None for what cannot be one."""
    parts = typed.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
        return None
    try:
        return Key(BEGINNING + MICROSECOND * int(parts[1]), int(parts[2]), int(parts[0]))
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations. `waiting`: only those with an open request, of these `reasons` (any if empty), at least since `since`."""

    waiting: bool = False
    reasons: Sequence[str] = ()
    since: datetime | None = None
    channels: Sequence[str] = ()
    languages: Sequence[str] = ()
    officers: Sequence[int | None] = ()  # None: nobody's
    contacts: Sequence[int] | None = None  # what a search found
    after: Key | None = None


@dataclass(slots=True)
class Row:
    """A conversation as the list shows it: no number is readable, no text longer than a line."""

    contact: int
    seen_at: datetime
    channel: str | None
    language: str
    country: str | None
    officer_id: int | None
    officer: str | None
    held: bool
    name: str | None = None  # which the worker left themselves
    digits: str = ""  # the last of their address
    said: str = ""  # their last words
    urgent: bool = False
    since: datetime | None = None  # of their gravest open request
    reasons: list[str] = field(default_factory=list)
    key: Key | None = None  # its place in the list


async def find(db: Connection, tools: Tools, branch: str, wanted: Wanted, now: datetime, most: int = 50) -> list[Row]:
    """Who waits longest first, emergencies before all; else who wrote last. One more than `most`, so that a caller sees whether there are more."""
    query = _waiting(branch, wanted) if wanted.waiting else _recent(branch, wanted)
    found = (await db.execute(query.limit(most + 1))).all()
    rows = await _rows(db, [row.contact_id for row in found], now)
    await _dress(db, tools, rows)
    for row in found:
        rows[row.contact_id].key = Key(row.since, row.contact_id, row.urgent)
    return [rows[row.contact_id] for row in found]


def _recent(branch: str, wanted: Wanted) -> Select[Any]:
    seen, contact = CONVERSATIONS.c.seen_at, CONVERSATIONS.c.contact_id
    query = (
        select(contact, seen.label("since"), literal_column("0").label("urgent"))
        .join(CONTACTS, CONTACTS.c.id == contact)
        .where(*_filters(branch, wanted))
    )
    if after := wanted.after:
        query = query.where(seen <= after.at, or_(seen < after.at, contact < after.contact))
    return query.order_by(seen.desc(), contact.desc())


def _waiting(branch: str, wanted: Wanted) -> Select[Any]:
    grave = func.max(case((REQUESTS.c.urgent, 1), else_=0)).label("urgent")
    oldest = func.min(REQUESTS.c.at)
    first = func.coalesce(func.min(case((REQUESTS.c.urgent, REQUESTS.c.at))), oldest).label("since")
    waits: Any = select(REQUESTS.c.contact_id, grave, first, oldest.label("oldest"))
    waits = waits.where(WAITING, within(REQUESTS.c.branch, branch))
    if wanted.reasons:
        waits = waits.where(REQUESTS.c.reason.in_(wanted.reasons))
    waits = waits.group_by(REQUESTS.c.contact_id).subquery("waits")
    query = (
        select(waits)
        .join(CONVERSATIONS, CONVERSATIONS.c.contact_id == waits.c.contact_id)
        .join(CONTACTS, CONTACTS.c.id == waits.c.contact_id)
        .where(*_filters(branch, wanted))
    )
    if wanted.since:
        query = query.where(waits.c.oldest <= wanted.since)
    if after := wanted.after:
        later = or_(waits.c.since > after.at, and_(waits.c.since == after.at, waits.c.contact_id > after.contact))
        query = query.where(or_(waits.c.urgent < after.urgent, and_(waits.c.urgent == after.urgent, later)))
    return query.order_by(waits.c.urgent.desc(), waits.c.since, waits.c.contact_id)


def _filters(branch: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    talks = CONVERSATIONS.c
    # Who asked to be erased is gone from here at once, until they write again.
    found = [within(talks.branch, branch), or_(CONTACTS.c.erased_at.is_(None), CONTACTS.c.erased_at < talks.seen_at)]
    if wanted.channels:
        found.append(talks.channel.in_(wanted.channels))
    if wanted.languages:
        found.append(talks.language.in_(wanted.languages))
    if wanted.officers:
        named = [officer for officer in wanted.officers if officer is not None]
        nobodys = [talks.officer_id.is_(None)] if None in wanted.officers else []
        found.append(or_(*nobodys, *([talks.officer_id.in_(named)] if named else [])))
    if wanted.contacts is not None:
        found.append(talks.contact_id.in_(wanted.contacts))
    return found


async def _rows(db: Connection, contacts: list[int], now: datetime) -> dict[int, Row]:
    talks = CONVERSATIONS.c
    rows = await db.execute(
        select(talks.contact_id, talks.seen_at, talks.channel, CONTACTS.c.language, CONTACTS.c.country, talks.officer_id)
        .add_columns(OFFICERS.c.name, talks.held_at)
        .join(CONTACTS, CONTACTS.c.id == talks.contact_id)
        .outerjoin(OFFICERS, OFFICERS.c.id == talks.officer_id)
        .where(talks.contact_id.in_(contacts))
    )
    return {
        row.contact_id: Row(
            row.contact_id, row.seen_at, row.channel, row.language, row.country, row.officer_id, row.name, is_held(row.held_at, now)
        )
        for row in rows
    }


async def _dress(db: Connection, tools: Tools, rows: dict[int, Row]) -> None:
    """What stands beside each: name, address, last words, why they wait. Each read by an index, for these people alone."""
    newest = select(func.max(SAID.c.id)).where(SAID.c.contact_id == CONVERSATIONS.c.contact_id).correlate(CONVERSATIONS).scalar_subquery()
    mine = CONVERSATIONS.c.contact_id.in_(rows)
    last = list((await db.execute(select(newest.label("id")).where(mine))).scalars())
    for row in await db.execute(select(SAID.c.contact_id, SAID.c.text).where(SAID.c.id.in_([one for one in last if one]))):
        rows[row.contact_id].said = row.text[:120]
    named = select(INTERESTS.c.contact_id, INTERESTS.c.name).where(INTERESTS.c.contact_id.in_(rows)).order_by(INTERESTS.c.id)
    for row in await db.execute(named):
        rows[row.contact_id].name = row.name
    addresses = select(ADDRESSES.c.id, ADDRESSES.c.contact_id, ADDRESSES.c.channel, ADDRESSES.c.external)
    for row in await db.execute(addresses.where(ADDRESSES.c.contact_id.in_(rows))):
        here = rows[row.contact_id]
        if here.channel in (None, row.channel):
            here.channel, here.digits = row.channel, shown(tools, row)
    waits = select(REQUESTS.c.contact_id, REQUESTS.c.reason, REQUESTS.c.urgent, REQUESTS.c.at).where(
        REQUESTS.c.contact_id.in_(rows), WAITING
    )
    for row in await db.execute(waits.order_by(REQUESTS.c.urgent.desc(), REQUESTS.c.at)):
        here = rows[row.contact_id]
        here.urgent, here.reasons = here.urgent or row.urgent, [*here.reasons, row.reason]
        here.since = here.since or row.at


def shown(tools: Tools, address: Any) -> str:
    """The end of an address, by which somebody who knows it recognises it."""
    try:
        return last_digits(tools.sealer.open(address.external, "addresses", "external", address.id))
    except Unsealable:
        return ""
