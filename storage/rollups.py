"""Keeps journeys and tallies up to date: whoever did something, changed, was joined with another or forgotten is counted anew.

Tallies are always the sum of what every journey adds, and of what those added who were erased since. A person is counted anew from all
their events, so late events, events out of order and merges need no care of their own, and counting twice changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, text, update

from storage.branches import zones_of
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.events import EVENTS
from storage.journeys import JOURNEYS, RECOUNTS, ROLLUPS, Journey, Key, from_rows, journey
from storage.prepared import inserting
from storage.writer import Connection, Writer

CONTACTS = table_of(ContactRow)
BATCH = {"sqlite": 100, "postgresql": 400}  # people in one transaction: a tenth of a second, in which on SQLite every turn waits
AGAIN = 15 * 60 * 1000 << 22  # ids: events of so long before the last are looked at again, in case one was written late
# Written out, since both databases read it and SQLAlchemy spells it once for each.
ADD = text(
    "INSERT INTO tallies (period, branch, partner, country, measure, many) VALUES (:period, :branch, :partner, :country, :measure, :many) "
    "ON CONFLICT (period, branch, partner, country, measure) DO UPDATE SET many = tallies.many + excluded.many"
)


async def catch_up(writer: Writer, pause: float = 0.0, *, thorough: bool = True) -> int:
    """Count everybody of whom something is new, with a rest after each batch; how many people were counted.

    A thorough look compares all people with what was counted of them, which takes a second for each some hundred thousand. Any other
    sees what is younger than the last look and who was marked, and costs the same among a thousand people and a million.
    """
    newest, marked, people = await writer.read(lambda db: _waiting(db, thorough=thorough))
    size = BATCH[writer.dialect]
    for first in range(0, len(people), size):
        batch = people[first : first + size]
        await writer.run(lambda db, batch=batch: recount(db, batch))  # type: ignore[misc]
        await asyncio.sleep(pause)

    async def done(db: Connection) -> None:
        await db.execute(update(ROLLUPS).where(ROLLUPS.c.counted < newest).values(counted=newest))
        await db.execute(delete(RECOUNTS).where(RECOUNTS.c.id <= marked))

    await writer.run(done)
    return len(people)


async def mark(db: Connection, *people: int) -> None:
    """These are to be counted anew: what happened to them is no new event."""
    await db.for_each(inserting(RECOUNTS, ("contact_id",)), [{"contact_id": person} for person in people])


async def _waiting(db: Connection, *, thorough: bool) -> tuple[int, int, list[int]]:
    """The newest event and mark, and whoever is marked, has new events or is new; in a thorough look also who is elsewhere now."""
    marks = (await db.execute(select(RECOUNTS.c.id, RECOUNTS.c.contact_id))).all()
    counted = (await db.execute(select(ROLLUPS.c.counted))).scalar_one()
    newest = (await db.execute(select(func.max(EVENTS.c.id)))).scalar() or 0
    did = select(EVENTS.c.contact_id).where(EVENTS.c.id > counted - AGAIN, EVENTS.c.contact_id.is_not(None)).distinct()
    here = CONTACTS.c
    new = here.erased_at.is_(None), _differs() if thorough else here.id > counted - AGAIN
    # Who is likely to add to the same tallies is counted together, or the first counting of many people would write most of them for each.
    together = select(here.id).where(*new).order_by(here.branch, here.country, here.first_link, here.id)
    people = dict.fromkeys((await db.execute(together)).scalars())
    others = {*(row.contact_id for row in marks), *(await db.execute(did)).scalars()}
    people |= dict.fromkeys(sorted(others - people.keys()))
    return newest, max((row.id for row in marks), default=0), list(people)


def _differs() -> ColumnElement[bool]:
    """Never counted, or counted where they are not any more."""
    here, kept = CONTACTS.c, JOURNEYS.c
    other = or_(kept.country != func.coalesce(here.country, ""), kept.branch != here.branch)
    counted = exists().where(kept.contact_id == here.id)
    return or_(~counted, counted.where(other))


async def recount(db: Connection, people: Collection[int]) -> None:
    """Count these anew. Whoever is no contact any more adds nothing."""
    await db.execute(select(ROLLUPS.c.id).with_for_update())
    before = await _kept(db, people)
    after = await _made(db, people)
    changed = [person for person in people if before.get(person) != after.get(person)]
    change: Counter[Key] = Counter()
    for person in changed:
        if person in after:
            after[person].count(change, 1)
        if person in before:
            before[person].count(change, -1)
    if gone := [person for person in changed if person in before]:
        await db.execute(delete(JOURNEYS).where(JOURNEYS.c.contact_id.in_(gone)))
    if rows := [row for person in changed if person in after for row in after[person].rows(person)]:
        await db.for_each(inserting(JOURNEYS, tuple(rows[0])), rows)
    await _add(db, change)


async def settle(db: Connection, person: int) -> None:
    """Before somebody is erased: what they did stays in the tallies, and nothing says any more that it was they."""
    await recount(db, [person])
    await db.execute(delete(JOURNEYS).where(JOURNEYS.c.contact_id == person))


async def _kept(db: Connection, people: Collection[int]) -> dict[int, Journey]:
    rows = await db.execute(select(JOURNEYS).where(JOURNEYS.c.contact_id.in_(people)))
    return {person: made for person, mine in _by_person(rows.all()).items() if (made := from_rows(mine))}


async def _made(db: Connection, people: Collection[int]) -> dict[int, Journey]:
    zones = await zones_of(db)
    here = CONTACTS.c
    columns = here.id, here.branch, here.country, here.created_at, here.erased_at
    contacts = (await db.execute(select(*columns).where(here.id.in_(people)))).all()
    done = EVENTS.c
    found = select(done.contact_id, done.at, done.kind, done.subject, done.detail).where(done.contact_id.in_(people))
    events = _by_person((await db.execute(found.order_by(done.contact_id, done.at, done.id))).all())
    return {one.id: journey(one, events.get(one.id, ()), ZoneInfo(zones.get(one.branch, "Asia/Jakarta"))) for one in contacts}


def _by_person(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.contact_id].append(row)
    return found


async def _add(db: Connection, change: Counter[Key]) -> None:
    """In order of key, so that two transactions never wait for each other in a circle."""
    names = ("period", "branch", "partner", "country", "measure", "many")
    if rows := [dict(zip(names, (*key, many), strict=True)) for key, many in sorted(change.items()) if many]:
        await db.execute(ADD, rows)
