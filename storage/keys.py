"""Which keys this database was sealed with, and whether an older one is still needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, insert_into, table_of
from storage.contacts import AddressRow, moment
from storage.credentials import OLDER, RECOVERY_CODES
from storage.identities import OLDER as OLDER_NUMBER
from storage.officers import OFFICERS
from storage.sealed import ALL, old_rows
from storage.sealing import Unsealable
from storage.writer import Connection


class KeyRow(SQLModel, table=True):
    __tablename__ = "keys"

    name: str = Field(primary_key=True)  # tells nothing about the key
    since: datetime = Field(sa_column=moment(nullable=False))  # when it last became the newest


KEYS, ADDRESSES = table_of(KeyRow), table_of(AddressRow)


class WrongKey(Exception):
    """What stands in the database was sealed with a key that is not given."""


async def admit(db: Connection, dialect: str, tools: Tools, now: datetime) -> None:
    """Begin with the newest key, if what stands here can be read with those that are given; raises WrongKey."""
    sealer, last = tools.sealer, await _last(db)
    if last == sealer.name:
        return
    if last is None:
        await _try(db, tools)
    elif last not in sealer.older:
        raise WrongKey
    statement = insert_into(KEYS, dialect).values(name=sealer.name, since=now)
    await db.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"since": now}))
    if sealer.older:
        ids = RECOVERY_CODES.c.id
        await db.execute(update(RECOVERY_CODES).where(~ids.startswith(OLDER)).values(id=OLDER + ids))


async def _last(db: Connection) -> str | None:
    name: str | None = (await db.execute(select(KEYS.c.name).order_by(KEYS.c.since.desc()).limit(1))).scalar()
    return name


async def _try(db: Connection, tools: Tools) -> None:
    """A database of a release that kept no names: something that was sealed must open."""
    row = (await db.execute(select(ADDRESSES.c.id, ADDRESSES.c.external).limit(1))).first()
    if row is None:
        return
    try:
        tools.sealer.open(row.external, "addresses", "external", row.id)
    except Unsealable:
        raise WrongKey from None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is not yet under the newest key. `codes` are officers whose recovery codes end with the older key, `numbers` links by number that do."""

    rows: dict[str, int]
    codes: list[str]
    numbers: int

    @property
    def is_done(self) -> bool:
        return not any(self.rows.values())


async def standing(db: Connection, tools: Tools) -> Standing:
    logins = select(OFFICERS.c.login).where(
        OFFICERS.c.id.in_(select(RECOVERY_CODES.c.officer_id).where(RECOVERY_CODES.c.id.startswith(OLDER)))
    )
    numbers = select(func.count()).where(ADDRESSES.c.phone_index.startswith(OLDER_NUMBER))
    return Standing(
        {sealed.name: await old_rows(db, tools, sealed) for sealed in ALL},
        sorted((await db.execute(logins)).scalars()),
        int((await db.execute(numbers)).scalar_one()),
    )
