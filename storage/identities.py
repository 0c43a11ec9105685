"""Who is who on a platform that knows people by an id, by a phone number, or by both: one person keeps one address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update

from storage.changes import Tools, table_of
from storage.contacts import AddressRow
from storage.merging import move
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
OLDER = "old."  # begins the index of a number that was made with an older key


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody as a platform names them: its own id for them (`user`), their phone number, or both."""

    channel: str
    user: str = ""
    phone: str = ""

    @property
    def external(self) -> str:
        """By which we know them: the id outlives a hidden number."""
        return self.user or self.phone


@dataclass(frozen=True, slots=True)
class Known:
    """What we know somebody by, and whether we ever met them."""

    external: str
    is_new: bool


async def recognise(db: Connection, tools: Tools, people: Sequence[Who]) -> tuple[dict[Who, Known], bool]:
    """Who these are to us, and whether there is something to `learn` of them first."""
    rows = await _rows(db, tools, people)
    return {who: _known(tools, who, rows) for who in people}, any(_must_learn(tools, who, rows) for who in people)


async def learn(db: Connection, tools: Tools, people: Sequence[Who]) -> dict[Who, Known]:
    """A number we know and an id that now comes with it are one person from here on."""
    rows = await _rows(db, tools, people)
    for who in people:
        if _must_learn(tools, who, rows):
            await _learn(db, tools, who)
    return (await recognise(db, tools, people))[0]


async def renumber(db: Connection, tools: Tools, old: Who, new: Who) -> None:
    """Somebody changed their number, and with it their id."""
    for row in await _rows(db, tools, [old]):
        await move(db, tools, row.id, new.channel, new.external)
    await _learn(db, tools, new)


def index(tools: Tools, channel: str, external: str) -> str:
    return tools.sealer.index("address", f"{channel}:{external}")


def phone_indexes(tools: Tools, channel: str, phone: str) -> list[str]:
    """How a number may stand beside an id: by the newest key, or by an older one, where nobody has the number to index it anew."""
    newest, *older = tools.sealer.indexes("address", f"{channel}:{phone}")
    return [newest, *older, *(OLDER + one for one in older)]


async def _rows(db: Connection, tools: Tools, people: Sequence[Who]) -> list[Any]:
    phones = [one for who in people if who.phone for one in phone_indexes(tools, who.channel, who.phone)]
    users = [index(tools, who.channel, who.user) for who in people if who.user]
    wanted = select(ADDRESSES.c.id, ADDRESSES.c.phone_index, ADDRESSES.c.external)
    return list((await db.execute(wanted.where(or_(ADDRESSES.c.id.in_(phones + users), ADDRESSES.c.phone_index.in_(phones))))).all())


def _must_learn(tools: Tools, who: Who, rows: Sequence[Any]) -> bool:
    """An id came with a number that has an address of its own, or that we did not yet connect with the id."""
    if not (who.user and who.phone):
        return False
    user, phone = index(tools, who.channel, who.user), index(tools, who.channel, who.phone)
    return any(row.id == phone or (row.id == user and row.phone_index != phone) for row in rows)


async def _learn(db: Connection, tools: Tools, who: Who) -> None:
    if not (who.user and who.phone):
        return
    user, phone = index(tools, who.channel, who.user), index(tools, who.channel, who.phone)
    await move(db, tools, phone, who.channel, who.user)
    # A number that was given to somebody else leads to them from now on; who had it keeps their own id and history.
    theirs = ADDRESSES.c.phone_index.in_(phone_indexes(tools, who.channel, who.phone))
    await db.execute(update(ADDRESSES).where(theirs, ADDRESSES.c.id != user).values(phone_index=None))
    await db.execute(update(ADDRESSES).where(ADDRESSES.c.id == user).values(phone_index=phone))


def _known(tools: Tools, who: Who, rows: Sequence[Any]) -> Known:
    if who.user:
        user = index(tools, who.channel, who.user)
        return Known(who.user, all(row.id != user for row in rows))
    phone = index(tools, who.channel, who.phone)
    beside = phone_indexes(tools, who.channel, who.phone)
    row = next((row for row in rows if row.id == phone or row.phone_index in beside), None)
    if row is None:
        return Known(who.phone, is_new=True)
    return Known(tools.sealer.open(row.external, "addresses", "external", row.id), is_new=False)
