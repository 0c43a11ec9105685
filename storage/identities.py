"""Who is who on a platform that knows people by an id, by a phone number, or by both: one person keeps one address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update

from storage.changes import Tools, table_of
from storage.contacts import AddressRow
from storage.merging import move
from storage.prepared import Prepared, among
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
_PEOPLE = Prepared(
    select(ADDRESSES.c.id, ADDRESSES.c.phone_index, ADDRESSES.c.external).where(
        or_(among(ADDRESSES.c.id, "ids_"), among(ADDRESSES.c.phone_index, "phones_"))
    )
)
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


async def recognise(db: Connection, tools: Tools, people: Sequence[Who]) -> tuple[dict[Who, Known], set[Who]]:
    """Who these are to us, and of whom there is something to `learn` first."""
    found = await _find(db, tools, people)
    return {who: _known(tools, who, found) for who in people}, {who for who in people if _must_learn(tools, who, found)}


async def learn(db: Connection, tools: Tools, people: Sequence[Who]) -> dict[Who, Known]:
    """A number we know and an id that now comes with it are one person from here on."""
    found = await _find(db, tools, people)
    for who in people:
        if _must_learn(tools, who, found):
            await _learn(db, tools, who)
    return (await recognise(db, tools, people))[0]


async def renumber(db: Connection, tools: Tools, old: Who, new: Who) -> None:
    """Somebody changed their number, and with it their id."""
    for address in (await _find(db, tools, [old])).by_id:
        await move(db, tools, address, new.channel, new.external)
    await _learn(db, tools, new)


def index(tools: Tools, channel: str, external: str) -> str:
    return tools.sealer.index("address", f"{channel}:{external}")


def phone_indexes(tools: Tools, channel: str, phone: str) -> list[str]:
    """How a number may stand beside an id: by the newest key, or by an older one, where nobody has the number to index it anew."""
    newest, *older = tools.sealer.indexes("address", f"{channel}:{phone}")
    return [newest, *older, *(OLDER + one for one in older)]


@dataclass(frozen=True, slots=True)
class _Found:
    """Addresses, by their id and by the number that stands beside it."""

    by_id: dict[str, Any]
    by_phone: dict[str, Any]


async def _find(db: Connection, tools: Tools, people: Sequence[Who]) -> _Found:
    phones = [one for who in people if who.phone for one in phone_indexes(tools, who.channel, who.phone)]
    users = [index(tools, who.channel, who.user) for who in people if who.user]
    rows = await db.rows(_PEOPLE, {"ids_": phones + users, "phones_": phones})
    return _Found({row.id: row for row in rows}, {row.phone_index: row for row in rows if row.phone_index})


def _must_learn(tools: Tools, who: Who, found: _Found) -> bool:
    """An id came with a number that has an address of its own, or that we did not yet connect with the id."""
    if not (who.user and who.phone):
        return False
    user, phone = index(tools, who.channel, who.user), index(tools, who.channel, who.phone)
    return phone in found.by_id or (user in found.by_id and found.by_id[user].phone_index != phone)


async def _learn(db: Connection, tools: Tools, who: Who) -> None:
    if not (who.user and who.phone):
        return
    user, phone = index(tools, who.channel, who.user), index(tools, who.channel, who.phone)
    await move(db, tools, phone, who.channel, who.user)
    # A number that was given to somebody else leads to them from now on; who had it keeps their own id and history.
    theirs = ADDRESSES.c.phone_index.in_(phone_indexes(tools, who.channel, who.phone))
    await db.execute(update(ADDRESSES).where(theirs, ADDRESSES.c.id != user).values(phone_index=None))
    await db.execute(update(ADDRESSES).where(ADDRESSES.c.id == user).values(phone_index=phone))


def _known(tools: Tools, who: Who, found: _Found) -> Known:
    if who.user:
        return Known(who.user, index(tools, who.channel, who.user) not in found.by_id)
    own = found.by_id.get(index(tools, who.channel, who.phone))
    beside = (found.by_phone.get(one) for one in phone_indexes(tools, who.channel, who.phone))
    row = own or next((row for row in beside if row is not None), None)
    if row is None:
        return Known(who.phone, is_new=True)
    return Known(tools.sealer.open(row.external, "addresses", "external", row.id), is_new=False)
