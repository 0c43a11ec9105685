"""Whose data was in somebody's hands between two moments: as the audit tells it, or everybody whose data was there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from storage.audit_table import AUDIT
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.conversations import ConversationRow
from storage.coverage import LIVE, MEMBERS, ROSTERS
from storage.interests import INTERESTS
from storage.officers import OFFICERS
from storage.requests import REQUESTS
from storage.scope import EVERYWHERE, within
from storage.writer import Connection

CONTACTS, CONVERSATIONS = table_of(ContactRow), table_of(ConversationRow)
# What an officer has before them when they do this; of the rest of a noun's actions by the noun.
LAID_OPEN = {"interest.unmasked": "numbers", "member.unmasked": "numbers", "person.exported": "copy"}
NOUNS = {"conversation": "talk", "request": "talk", "interest": "interest", "person": "page"}
LISTS = ("list.exported", "report.fetched")  # what was taken along as a whole
KINDS = ("talk", "interest", "page", "numbers", "copy")
AT_ONCE = 500  # ids in one question


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which branch, between which moments; by whose account, or None for all accounts."""

    branch: str
    since: datetime
    until: datetime
    officer: int | None = None


@dataclass(slots=True)
class Touched:
    """A person, what of theirs was laid open, first and last."""

    contact: int
    first: datetime
    last: datetime
    kinds: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Taken:
    """A whole list that left the desk; whoever could stand on it may be concerned."""

    at: datetime
    officer: str | None
    subject: str


@dataclass(slots=True)
class Found:
    people: dict[int, Touched] = field(default_factory=dict)
    members: set[int] = field(default_factory=set)  # of imported lists, whose numbers were shown
    taken: list[Taken] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        seen = {kind for one in self.people.values() for kind in one.kinds} | ({"numbers"} if self.members else set())
        return [kind for kind in KINDS if kind in seen]


async def by_the_audit(db: Connection, asked: Asked) -> Found:
    """Everybody of whom an action between the two moments laid something open. Who was erased since is not known any more."""
    found, of = Found(), Subjects()
    for row in await _rows(db, asked):
        noun, _dot, number = row.subject.partition(":")
        if row.action in LISTS:
            found.taken.append(Taken(row.at, row.officer, row.subject))
        elif number.isdecimal():
            of.add(noun, int(number), row.at, LAID_OPEN.get(row.action) or NOUNS[row.action.partition(".")[0]])
    found.members = await _members(db, asked.branch, [number for noun, number in of.seen if noun == "member"])
    for key, contact in (await of.contacts(db, asked.branch)).items():
        one = of.seen[key]
        there = found.people.setdefault(contact, Touched(contact, one.first, one.last))
        there.first, there.last = min(there.first, one.first), max(there.last, one.last)
        there.kinds |= one.kinds
    return found


async def _rows(db: Connection, asked: Asked) -> Sequence[Any]:
    opens = [AUDIT.c.action.startswith(f"{noun}.", autoescape=True) for noun in NOUNS]
    query = (
        select(AUDIT.c.at, AUDIT.c.action, AUDIT.c.subject, OFFICERS.c.name.label("officer"))
        .outerjoin(OFFICERS, OFFICERS.c.id == AUDIT.c.officer_id)
        .where(or_(within(AUDIT.c.branch, asked.branch), AUDIT.c.branch == EVERYWHERE), AUDIT.c.at >= asked.since, AUDIT.c.at < asked.until)
        .where(AUDIT.c.officer_id.is_not(None))  # what the house does by itself shows nobody anything
        .where(or_(*opens, AUDIT.c.action.in_([*LAID_OPEN, *LISTS])))
        .order_by(AUDIT.c.number)
    )
    if asked.officer is not None:
        query = query.where(AUDIT.c.officer_id == asked.officer)
    return (await db.execute(query)).all()


class Subjects:
    """What the rows name, gathered: each by its noun and number."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, int], Touched] = {}

    def add(self, noun: str, number: int, at: datetime, kind: str) -> None:
        one = self.seen.setdefault((noun, number), Touched(0, at, at))
        one.last = at
        one.kinds.add(kind)

    async def contacts(self, db: Connection, branch: str) -> Mapping[tuple[str, int], int]:
        """Who of the branch is meant, of those who are still there."""
        found: dict[tuple[str, int], int] = {}
        for noun in ("person", "interest", "request"):
            for ids in _parts(number for known, number in self.seen if known == noun):
                found |= {(noun, number): contact for number, contact in await _owners(db, branch, noun, ids)}
        return found


async def _owners(db: Connection, branch: str, noun: str, ids: Sequence[int]) -> list[tuple[int, int]]:
    table = {"interest": INTERESTS, "request": REQUESTS}.get(noun)
    there = select(CONTACTS.c.id).where(within(CONTACTS.c.branch, branch), _is_there())
    if table is None:
        return [(one, one) for one in (await db.execute(there.where(CONTACTS.c.id.in_(ids)))).scalars()]
    rows = await db.execute(select(table.c.id, table.c.contact_id).where(table.c.id.in_(ids), table.c.contact_id.in_(there)))
    return [(row.id, row.contact_id) for row in rows]


async def _members(db: Connection, branch: str, ids: Sequence[int]) -> set[int]:
    found = set[int]()
    for part in _parts(ids):
        query = select(MEMBERS.c.id).join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster)
        found |= set((await db.execute(query.where(MEMBERS.c.id.in_(part), within(ROSTERS.c.branch, branch)))).scalars())
    return found


def _parts(numbers: Iterable[int]) -> list[list[int]]:
    ids = sorted(numbers)
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


async def everybody(db: Connection, branch: str, until: datetime, before: int = 0, most: int = AT_ONCE) -> list[int]:
    """Newest first, those whose data was there by then and who were not erased since."""
    query = select(CONTACTS.c.id).where(*_there(branch, until), *([CONTACTS.c.id < before] if before else []))
    return list((await db.execute(query.order_by(CONTACTS.c.id.desc()).limit(most))).scalars())


async def count(db: Connection, branch: str, until: datetime) -> tuple[int, int]:
    """How many people these are, and how many members stand on lists that were imported by then."""
    people = await db.execute(select(func.count()).select_from(CONTACTS).where(*_there(branch, until)))
    lists = select(ROSTERS.c.id).where(within(ROSTERS.c.branch, branch), ROSTERS.c.state == LIVE, ROSTERS.c.imported_at < until)
    members = await db.execute(select(func.count()).select_from(MEMBERS).where(MEMBERS.c.roster.in_(lists)))
    return int(people.scalar_one()), int(members.scalar_one())


def _there(branch: str, until: datetime) -> list[ColumnElement[bool]]:
    return [within(CONTACTS.c.branch, branch), CONTACTS.c.created_at < until, _is_there()]


def _is_there() -> ColumnElement[bool]:
    """Not erased, or written again since."""
    again = CONVERSATIONS.c.contact_id == CONTACTS.c.id, CONVERSATIONS.c.seen_at > CONTACTS.c.erased_at
    return or_(CONTACTS.c.erased_at.is_(None), exists().where(*again))
