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

from sqlalchemy import delete, exists, func, insert, or_, select, text, update

from storage.branches import zones_of
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.events import EVENTS
from storage.journeys import JOURNEYS, RECOUNTS, ROLLUPS, Journey, Key, from_rows, journey
from storage.writer import Connection, Writer

CONTACTS = table_of(ContactRow)
BATCH = 100  # people in one transaction, so that no turn waits long
AGAIN = 15 * 60 * 1000 << 22  # ids: events of so long before the last are looked at again, in case one was written late
# Written out, since both databases read it and SQLAlchemy spells it once for each.
ADD = text(
    "INSERT INTO tallies (period, branch, partner, country, measure, many) VALUES (:period, :branch, :partner, :country, :measure, :many) "
    "ON CONFLICT (period, branch, partner, country, measure) DO UPDATE SET many = tallies.many + excluded.many"
)


async def catch_up(writer: Writer, pause: float = 0.0) -> int:
    """Count everybody of whom something is new, with a rest after each batch; how many people were counted."""
    newest, marked, people = await writer.read(_waiting)
    for first in range(0, len(people), BATCH):
        batch = people[first : first + BATCH]
        await writer.run(lambda db, batch=batch: recount(db, batch))  # type: ignore[misc]
        await asyncio.sleep(pause)

    async def done(db: Connection) -> None:
        await db.execute(update(ROLLUPS).where(ROLLUPS.c.counted < newest).values(counted=newest))
        await db.execute(delete(RECOUNTS).where(RECOUNTS.c.id <= marked))

    await writer.run(done)
    return len(people)


async def mark(db: Connection, *people: int) -> None:
    """These are to be counted anew: what happened to them is no new event."""
    await db.execute(insert(RECOUNTS), [{"contact_id": person} for person in people])


async def _waiting(db: Connection) -> tuple[int, int, list[int]]:
    """The newest event and mark, and whoever is marked, has new events, is new, or is elsewhere now."""
    marks = (await db.execute(select(RECOUNTS.c.id, RECOUNTS.c.contact_id))).all()
    counted = (await db.execute(select(ROLLUPS.c.counted))).scalar_one()
    newest = (await db.execute(select(func.max(EVENTS.c.id)))).scalar() or 0
    did = select(EVENTS.c.contact_id).where(EVENTS.c.id > counted - AGAIN, EVENTS.c.contact_id.is_not(None)).distinct()
    here, kept = CONTACTS.c, JOURNEYS.c
    other = or_(kept.country != func.coalesce(here.country, ""), kept.branch != here.branch)
    changed = select(here.id).where(
        here.erased_at.is_(None),
        or_(~exists().where(kept.contact_id == here.id), exists().where(kept.contact_id == here.id, other)),
    )
    people = {*(row.contact_id for row in marks), *(await db.execute(did)).scalars(), *(await db.execute(changed)).scalars()}
    return newest, max((row.id for row in marks), default=0), sorted(people)


async def recount(db: Connection, people: Collection[int]) -> None:
    """Count these anew. Whoever is no contact any more adds nothing."""
    await db.execute(select(ROLLUPS.c.id).with_for_update())
    before = await _kept(db, people)
    after = await _made(db, people)
    change: Counter[Key] = Counter()
    for person in people:
        if person in after:
            change.update(after[person].counted())
        if person in before:
            change.subtract(before[person].counted())
    await db.execute(delete(JOURNEYS).where(JOURNEYS.c.contact_id.in_(people)))
    if rows := [row for person, one in after.items() for row in one.rows(person)]:
        await db.execute(insert(JOURNEYS), rows)
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
    if rows := [{**key._asdict(), "many": many} for key, many in sorted(change.items()) if many]:
        await db.execute(ADD, rows)
