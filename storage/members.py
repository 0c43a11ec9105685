"""Members as officers look them up: by number without keeping it readable, by name, by the day their cover ends. The newest list counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_

from storage.changes import Tools, table_of
from storage.contacts import ContactRow
from storage.coverage import LIVE, MEMBERS, ROSTERS
from storage.events import EVENTS
from storage.scope import within
from storage.sealing import Unsealable
from storage.writer import Connection

CONTACTS = table_of(ContactRow)
_OTHER, _OTHERS = MEMBERS.alias("other"), ROSTERS.alias("others")
_TELLS = [ROSTERS.c.source, ROSTERS.c.as_of, ROSTERS.c.branch]


@dataclass(frozen=True, slots=True)
class Found:
    """A member as the newest list that has them tells it. `secrets` are kpj, nik and born."""

    id: int
    roster: int
    name: str
    scheme: str
    programmes: tuple[str, ...]
    starts_on: date
    ends_on: date
    source: str
    as_of: date
    branch: str
    secrets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members. `number` is looked for as KPJ and NIK; `after` is the last day and id of the page before."""

    name: str = ""
    number: str = ""
    roster: int = 0
    since: date | None = None
    until: date | None = None
    latest_first: bool = False
    after: tuple[date, int] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """That somebody asked whether they are covered, and what they were told."""

    id: int
    at: datetime
    result: str
    by_number: bool
    contact: int | None
    country: str | None


async def find(db: Connection, tools: Tools, branch: str, wanted: Wanted, most: int = 50) -> list[Found]:
    """By the day their cover ends; one more than `most`, so that a caller sees whether there are more."""
    # Of one list also those whom a newer one has: what this file said.
    query = _members(branch).where(MEMBERS.c.roster == wanted.roster if wanted.roster else ~_is_older())
    if wanted.number:
        query = query.where(or_(*(MEMBERS.c[f"{kind}_index"].in_(tools.sealer.indexes(kind, wanted.number)) for kind in ("kpj", "nik"))))
    if wanted.name:
        query = query.where(func.lower(MEMBERS.c.name).contains(wanted.name.lower(), autoescape=True))
    if wanted.since:
        query = query.where(MEMBERS.c.ends_on >= wanted.since)
    if wanted.until:
        query = query.where(MEMBERS.c.ends_on <= wanted.until)
    key = tuple_(MEMBERS.c.ends_on, MEMBERS.c.id)
    if wanted.after:
        query = query.where(key < wanted.after if wanted.latest_first else key > wanted.after)
    order = [column.desc() if wanted.latest_first else column.asc() for column in (MEMBERS.c.ends_on, MEMBERS.c.id)]
    return [_found(tools, row) for row in await db.execute(query.order_by(*order).limit(most + 1))]


async def by_id(db: Connection, tools: Tools, branch: str, member: int) -> Found | None:
    row = (await db.execute(_members(branch).where(MEMBERS.c.id == member))).first()
    return _found(tools, row) if row else None


async def lists_with(db: Connection, tools: Tools, branch: str, kpj: str) -> list[Found]:
    """What each list says of a card number; the first is what a worker is told."""
    query = _members(branch).where(MEMBERS.c.kpj_index.in_(tools.sealer.indexes("kpj", kpj)))
    return [_found(tools, row) for row in await db.execute(query.order_by(ROSTERS.c.as_of.desc(), ROSTERS.c.id.desc()).limit(20))]


async def ending(db: Connection, branch: str, first: date, last: date) -> dict[date, int]:
    """How many members' cover ends on each day."""
    counted = (
        select(MEMBERS.c.ends_on, func.count().label("many"))
        .join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster)
        .where(_is_shown(branch), MEMBERS.c.ends_on.between(first, last), ~_is_older())
        .group_by(MEMBERS.c.ends_on)
    )
    return {row.ends_on: row.many for row in await db.execute(counted)}


async def sources(db: Connection, branch: str) -> dict[int, tuple[str, date]]:
    """The live lists, newest first: {roster: (source, as of)}."""
    query = select(ROSTERS.c.id, ROSTERS.c.source, ROSTERS.c.as_of).where(_is_shown(branch))
    rows = await db.execute(query.order_by(ROSTERS.c.as_of.desc(), ROSTERS.c.id.desc()).limit(50))
    return {row.id: (row.source, row.as_of) for row in rows}


async def checks(
    db: Connection, branch: str, *, results: Sequence[str] = (), ways: Sequence[str] = (), before: int = 0, most: int = 50
) -> list[Check]:
    """Newest first; one more than `most`."""
    query = (
        select(EVENTS.c.id, EVENTS.c.at, EVENTS.c.subject, EVENTS.c.detail, EVENTS.c.contact_id, CONTACTS.c.country)
        .outerjoin(CONTACTS, CONTACTS.c.id == EVENTS.c.contact_id)
        .where(EVENTS.c.kind == "check", within(EVENTS.c.branch, branch))
    )
    if results:
        query = query.where(EVENTS.c.subject.in_(results))
    if ways:
        query = query.where(or_(*(EVENTS.c.detail.contains(f'"way":"{way}"', autoescape=True) for way in ways)))
    if before:
        query = query.where(EVENTS.c.id < before)
    rows = await db.execute(query.order_by(EVENTS.c.id.desc()).limit(most + 1))
    return [Check(row.id, row.at, row.subject, '"way":"roster"' in row.detail, row.contact_id, row.country) for row in rows]


def _members(branch: str) -> Select[Any]:
    # Plus nothing: so that no database gathers a whole list to sort it, but reads members in their order until a page is full.
    return select(MEMBERS, *_TELLS).join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster + 0).where(_is_shown(branch))


def _is_shown(branch: str) -> ColumnElement[bool]:
    return and_(ROSTERS.c.state == LIVE, within(ROSTERS.c.branch, branch))


def _is_older() -> ColumnElement[bool]:
    """Whether a newer list has the same card number."""
    newer = or_(_OTHERS.c.as_of > ROSTERS.c.as_of, and_(_OTHERS.c.as_of == ROSTERS.c.as_of, _OTHERS.c.id > ROSTERS.c.id))
    there = _OTHER.join(_OTHERS, _OTHERS.c.id == _OTHER.c.roster)
    return (
        exists()
        .select_from(there)
        .where(_OTHER.c.kpj_index == MEMBERS.c.kpj_index, _OTHERS.c.state == LIVE, newer)
        .correlate(MEMBERS, ROSTERS)
    )


def _found(tools: Tools, row: Any) -> Found:
    try:
        secrets = tools.sealer.open_json(row.secrets, "members", "secrets", row.id)
    except Unsealable:  # of another key: one row must not hide all others
        secrets = dict.fromkeys(("kpj", "nik", "born"), "")
    told = (row.id, row.roster, row.name, row.scheme, tuple(row.programmes.split()), row.starts_on, row.ends_on)
    return Found(*told, row.source, row.as_of, row.branch, secrets)
