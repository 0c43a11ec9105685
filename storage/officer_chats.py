"""By which chats officers are called: an address becomes an officer's by a code that only they saw, sent from that chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, delete, insert, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Changes, Tools, table_of
from storage.codes import LETTERS, encode, read
from storage.contacts import AddressRow, moment
from storage.officers import OFFICERS
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
LENGTH = 8  # letters: a trillion codes, of which a handful are open, for a quarter of an hour each
LIVES = timedelta(minutes=15)
CODE = "officer chat"  # what its index is of


class OfficerChatRow(SQLModel, table=True):
    __tablename__ = "officer_chats"

    address: str = Field(primary_key=True)
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    linked_at: datetime = Field(sa_column=moment(nullable=False))


class OfficerChatCodeRow(SQLModel, table=True):
    __tablename__ = "officer_chat_codes"

    id: str = Field(primary_key=True)  # keyed hash of the code
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    until: datetime = Field(sa_column=moment(nullable=False))


CHATS, CODES = table_of(OfficerChatRow), table_of(OfficerChatCodeRow)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of an officer, and all that is needed to write to it."""

    officer_id: int
    address: str
    channel: str
    contact_id: int
    language: str
    window_until: datetime | None
    linked_at: datetime


async def new_code(db: Connection, tools: Tools, officer: int, chance: int, now: datetime) -> str:
    """A code for the officer, made of `chance`; those before it are worth nothing any more."""
    code = encode(chance % len(LETTERS) ** LENGTH, LENGTH)
    await db.execute(delete(CODES).where((CODES.c.officer_id == officer) | (CODES.c.until <= now)))
    await db.execute(insert(CODES), [{"id": tools.sealer.index(CODE, code), "officer_id": officer, "until": now + LIVES}])
    return code


class OfficerChats:
    """What a turn may do: prove that the chat it is in belongs to an officer."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def link(self, typed: str, channel: str, sender: str) -> str | None:
        """The name of the officer whose open code it is, and whose chat this is from now on; None for any other code. It works once."""
        changes, code = self._changes, read(typed)
        if code is None or len(code) != LENGTH + 1:
            return None
        hashes, address = changes.tools.sealer.indexes(CODE, code), changes.tools.sealer.index("address", f"{channel}:{sender}")
        opened = select(CODES.c.officer_id, OFFICERS.c.name).join(OFFICERS, OFFICERS.c.id == CODES.c.officer_id)
        found = (
            await changes.read(opened.where(CODES.c.id.in_(hashes), CODES.c.until > changes.now, OFFICERS.c.disabled_at.is_(None)))
        ).first()
        if found is None:
            return None
        values = {"officer_id": found.officer_id, "linked_at": changes.now}
        if (await changes.read(select(CHATS.c.address).where(CHATS.c.address == address))).first():
            changes.change(update(CHATS).where(CHATS.c.address == address).values(**values))
        else:
            changes.add(CHATS, address=address, **values)
        changes.change(delete(CODES).where(CODES.c.id.in_(hashes)))
        return str(found.name)


async def of(db: Connection, officers: list[int]) -> list[Chat]:
    """The chats of these officers that can be written to."""
    columns: list[Any] = [CHATS.c.officer_id, CHATS.c.address, ADDRESSES.c.channel, ADDRESSES.c.contact_id]
    rows = await db.execute(
        select(*columns, OFFICERS.c.language, ADDRESSES.c.window_until, CHATS.c.linked_at)
        .join(ADDRESSES, ADDRESSES.c.id == CHATS.c.address)
        .join(OFFICERS, OFFICERS.c.id == CHATS.c.officer_id)
        .where(CHATS.c.officer_id.in_(officers), OFFICERS.c.disabled_at.is_(None), ADDRESSES.c.unreachable.is_(None))
        .order_by(CHATS.c.address)
    )
    return [Chat(*tuple(row)) for row in rows]


async def unlink(db: Connection, officer: int, address: str) -> bool:
    return (await db.execute(delete(CHATS).where(CHATS.c.officer_id == officer, CHATS.c.address == address))).rowcount == 1


async def readdress(db: Connection, old: str, new: str) -> None:
    """The address has another id from now on."""
    there = (await db.execute(select(CHATS.c.address).where(CHATS.c.address == new))).first()
    await db.execute(
        delete(CHATS).where(CHATS.c.address == old) if there else update(CHATS).where(CHATS.c.address == old).values(address=new)
    )
