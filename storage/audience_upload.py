"""Reads an uploaded list: a number or a reference a line, each found by its keyed index. Who is unknown is counted and not kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, insert, or_, select

from storage import audit, codes
from storage.audience_lists import LISTED, LISTS
from storage.audiences import ADDRESSES, CONTACTS
from storage.campaigns_acts import AUTHORS, Refused
from storage.changes import Tools
from storage.coverage import LIVE, MEMBERS, ROSTERS
from storage.database import Database
from storage.identities import phone_indexes
from storage.interests import INTERESTS
from storage.officers import Officer
from storage.scope import within
from storage.writer import Connection

T = TypeVar("T")
PIECE = 400  # lines looked up at a time, so that nobody waits long for the database
KEPT = 2_000  # people written at a time
LONGEST = 200_000  # lines
CELL = re.compile(r"[,;\t]")
GAPS = re.compile(r"[\s().\-+]")
NIK, SHORTEST, LONGEST_NUMBER = 16, 5, 20  # digits


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What a list turned out to be. `known` are people, each once; `unknown` lines that may be right and are nobody we know."""

    id: int
    lines: int
    known: int
    unknown: int
    unreadable: int


async def upload(database: Database, officer: Officer, branch: str, name: str, text: str, now: datetime) -> Uploaded:
    """Keep who is known of a file's text. Raises Refused: `role`, `too_long`, `empty`."""
    if officer.disabled_at or officer.role not in AUTHORS or officer.branch not in ("*", branch):
        raise Refused("role")
    lines = [first for line in text.lstrip("\ufeff").splitlines() if (first := CELL.split(line, 1)[0].strip().strip('"'))]
    if not lines:
        raise Refused("empty")
    if len(lines) > LONGEST:
        raise Refused("too_long")
    known: set[int] = set()
    unknown = unreadable = 0
    for piece in _pieces(lines, PIECE):
        found, silent, bad = await database.writer.read(lambda db, piece=piece: _look_up(db, database.tools, branch, piece))  # type: ignore[misc]
        known |= found
        unknown, unreadable = unknown + silent, unreadable + bad
        await asyncio.sleep(0)
    done = Uploaded(database.tools.new_id(), len(lines), len(known), unknown, unreadable)
    for piece in _pieces(sorted(known), KEPT):
        rows = [{"list": done.id, "contact_id": contact} for contact in piece]
        await database.writer.run(lambda db, rows=rows: db.execute(insert(LISTED), rows))  # type: ignore[misc]
    await database.writer.run(lambda db: _keep(db, database.tools, officer, branch, name, done, now))
    return done


async def _keep(db: Connection, tools: Tools, officer: Officer, branch: str, name: str, done: Uploaded, now: datetime) -> None:
    """Last, so that a list that is there is whole."""
    counts = {count: getattr(done, count) for count in ("lines", "known", "unknown", "unreadable")}
    await db.execute(insert(LISTS), [{"id": done.id, "branch": branch, "name": name[:80], "author": officer.login, "at": now, **counts}])
    await audit.record(db, tools, audit.Entry(officer.id, branch, "audience.uploaded", f"list:{done.id}", counts), now)


async def _look_up(db: Connection, tools: Tools, branch: str, lines: Sequence[str]) -> tuple[set[int], int, int]:
    """The contacts of these lines; how many lines are nobody's, and how many could be no number and no reference."""
    wanted: dict[str, dict[str, set[int]]] = {"address": {}, "left": {}, "card": {}}  # {where: {index: lines that have it}}
    readable: set[int] = set()
    for place, line in enumerate(lines):
        for where, index in _indexes(tools, line):
            wanted[where].setdefault(index, set()).add(place)
            readable.add(place)
    found, hit = set(), set()
    for where, asked in wanted.items():
        for contact, indexes in await _matches(db, branch, where, list(asked)):
            places = {place for index in indexes if index for place in asked.get(index, ())}
            found |= {contact} if places else set()
            hit |= places
    return found, len(readable - hit), len(lines) - len(readable)


def _indexes(tools: Tools, line: str) -> Iterator[tuple[str, str]]:
    """All that a line can mean: a reference, a telephone number, a number on Telegram, a NIK, a card number; and where that stands."""
    digits = GAPS.sub("", line)
    if not (digits.isascii() and digits.isdecimal()):
        if code := codes.read(line):
            yield "left", code
        return
    if not SHORTEST <= len(digits) <= LONGEST_NUMBER:
        return
    international = f"62{digits[1:]}" if digits.startswith("0") else digits
    meanings = [("address", tools.sealer.indexes("address", f"telegram:{digits}"))]
    if len(digits) == NIK:
        meanings += [("left", tools.sealer.indexes("nik", digits))]
    elif len(digits) < NIK:  # no telephone number has more: ITU-T E.164
        meanings += [("address", phone_indexes(tools, "whatsapp", international))]
        meanings += [("left", tools.sealer.indexes("phone", f"+{international}")), ("card", tools.sealer.indexes("kpj", digits))]
    yield from ((where, index) for where, indexes in meanings for index in indexes)


async def _matches(db: Connection, branch: str, where: str, indexes: list[str]) -> list[tuple[int, Sequence[str | None]]]:
    """(contact, which of these indexes it may have), of the branch's people."""
    if not indexes:
        return []
    at, left = ADDRESSES.c, INTERESTS.c
    wanted: Select[Any]
    if where == "address":
        wanted = select(at.contact_id, at.id, at.phone_index).where(or_(at.id.in_(indexes), at.phone_index.in_(indexes)))
    elif where == "left":
        columns = (left.reference, left.phone_index, left.nik_index)
        wanted = select(left.contact_id, *columns).where(or_(*(column.in_(indexes) for column in columns)))
    else:
        cards = select(left.contact_id, MEMBERS.c.kpj_index).join(MEMBERS, MEMBERS.c.nik_index == left.nik_index)
        wanted = cards.join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster).where(ROSTERS.c.state == LIVE, MEMBERS.c.kpj_index.in_(indexes))
    mine = select(CONTACTS.c.id).where(within(CONTACTS.c.branch, branch))
    rows = (await db.execute(wanted.where(wanted.selected_columns[0].in_(mine)))).all()
    return [(row[0], row[1:]) for row in rows]


def _pieces(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]


__all__ = ["Refused", "Uploaded", "upload"]
