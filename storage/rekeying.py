"""Addresses under a new key: their id is a keyed index, so each moves to another id with all that names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import exists, select, update

from storage.changes import Tools, table_of
from storage.contacts import AddressRow
from storage.deliveries import DELIVERIES
from storage.identities import OLDER
from storage.merging import move
from storage.sealed import is_old
from storage.sealing import Unsealable
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
OPEN = ("queued", "in_flight")

Person = tuple[str, str]  # a channel, and who somebody is there


def older_ids(tools: Tools, people: Iterable[Person]) -> dict[str, Person]:
    """Where they would stand by an older key: {id: person}."""
    return {
        id_: (channel, external) for channel, external in people for id_ in tools.sealer.indexes("address", f"{channel}:{external}")[1:]
    }


async def among(db: Connection, ids: Iterable[str]) -> list[str]:
    """Which of these are there."""
    return list((await db.execute(select(ADDRESSES.c.id).where(ADDRESSES.c.id.in_(list(ids))))).scalars())


async def bring(db: Connection, tools: Tools, people: Mapping[str, Person]) -> None:
    """Move {older id: person} to where they are looked for from now on."""
    rows = select(ADDRESSES).where(ADDRESSES.c.id.in_(list(people))).order_by(ADDRESSES.c.id).with_for_update()
    for row in (await db.execute(rows)).all():
        await _move(db, tools, row, people[row.id][1])


async def move_some(db: Connection, tools: Tools, ids: Sequence[str]) -> int:
    """Move these, locked, unless somebody brought them meanwhile; how many. One that no key opens stays where it is."""
    query = select(ADDRESSES).where(ADDRESSES.c.id.in_(ids), is_old(ADDRESSES.c.external, tools.sealer.mark))
    done = 0
    for row in (await db.execute(query.order_by(ADDRESSES.c.id).with_for_update())).all():
        with suppress(Unsealable):
            await _move(db, tools, row, tools.sealer.open(row.external, "addresses", "external", row.id))
            done += 1
    return done


async def _move(db: Connection, tools: Tools, row: Any, external: str) -> None:
    new = tools.sealer.index("address", f"{row.channel}:{external}")
    if new == row.id:  # of a release that did not name the key
        sealed = tools.sealer.seal(external, "addresses", "external", new)
        await db.execute(update(ADDRESSES).where(ADDRESSES.c.id == new).values(external=sealed))
        return
    if row.phone_index and not row.phone_index.startswith(OLDER):
        await db.execute(update(ADDRESSES).where(ADDRESSES.c.id == row.id).values(phone_index=OLDER + row.phone_index))
    await move(db, tools, row.id, row.channel, external)


async def bring_strays(db: Connection, tools: Tools) -> int:
    """What was queued for an older id in the moment in which its address moved goes after it; how many."""
    gone = ~exists().where(ADDRESSES.c.id == DELIVERIES.c.address)
    strays = select(DELIVERIES.c.id, DELIVERIES.c.address, DELIVERIES.c.contact_id).where(DELIVERIES.c.state.in_(OPEN), gone)
    rows = (await db.execute(strays)).all()
    for row in rows:
        if found := await _now_at(db, tools, row):
            await db.execute(update(DELIVERIES).where(DELIVERIES.c.id == row.id).values(address=found))
    return len(rows)


async def _now_at(db: Connection, tools: Tools, stray: Any) -> str | None:
    for row in await db.execute(select(ADDRESSES).where(ADDRESSES.c.contact_id == stray.contact_id)):
        external = tools.sealer.open(row.external, "addresses", "external", row.id)
        if stray.address in tools.sealer.indexes("address", f"{row.channel}:{external}"):
            return str(row.id)
    return None
