"""Staff who use the desk: who they are, their role and branch. How they prove it is in storage.credentials."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, Row, Select, func, insert, or_, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, table_of
from storage.contacts import moment
from storage.scope import within
from storage.writer import Connection

ADMINISTRATOR = "administrator"


class OfficerRow(SQLModel, table=True):
    __tablename__ = "officers"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)  # "*" is all of them
    role: str  # administrator, approver, author, officer, auditor, partner
    partner: str | None = None  # whose figures a partner may see
    login: str = Field(unique=True)
    name: str
    language: str
    zone: str  # IANA name
    password: str | None = None  # argon2id, with its parameters; None until they set one
    totp: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # the shared secret, sealed
    totp_step: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))  # the last step a code was taken for
    created_at: datetime = Field(sa_column=moment(nullable=False))
    signed_in_at: datetime | None = Field(default=None, sa_column=moment())
    disabled_at: datetime | None = Field(default=None, sa_column=moment())


OFFICERS = table_of(OfficerRow)


@dataclass(frozen=True, slots=True)
class Officer:
    """One member of staff, without their secrets."""

    id: int
    branch: str
    role: str
    partner: str | None
    login: str
    name: str
    language: str
    zone: str
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None


COLUMNS = [OFFICERS.c[name] for name in Officer.__dataclass_fields__]
CHANGEABLE = frozenset({"branch", "role", "partner", "name", "language", "zone", "disabled_at", "signed_in_at"})


@dataclass(frozen=True, slots=True)
class NewOfficer:
    branch: str
    role: str
    login: str
    name: str
    language: str = "id"
    zone: str = "Asia/Jakarta"
    partner: str | None = None


class LoginTaken(Exception):
    """Another officer signs in with this name."""


def tidy_login(typed: str) -> str:
    """The form in which a sign-in name is kept and looked up: case and width do not matter."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


async def add(db: Connection, tools: Tools, new: NewOfficer, now: datetime) -> Officer:
    """Raises LoginTaken."""
    login = tidy_login(new.login)
    if await by_login(db, login):
        raise LoginTaken(login)
    values = {name: getattr(new, name) for name in NewOfficer.__dataclass_fields__} | {"login": login, "id": tools.new_id()}
    await db.execute(insert(OFFICERS), [{**values, "totp_step": 0, "created_at": now}])
    return Officer(**values, created_at=now, signed_in_at=None, disabled_at=None)


async def by_id(db: Connection, branch: str, officer: int) -> Officer | None:
    """None too for an officer of another branch than the one asking."""
    return _one((await db.execute(select(*COLUMNS).where(OFFICERS.c.id == officer, within(OFFICERS.c.branch, branch)))).first())


async def by_login(db: Connection, typed: str) -> Officer | None:
    return _one((await db.execute(select(*COLUMNS).where(OFFICERS.c.login == tidy_login(typed)))).first())


async def change(db: Connection, officer: int, **values: Any) -> None:
    if unknown := set(values) - CHANGEABLE:
        raise ValueError(f"not changed this way: {', '.join(sorted(unknown))}")
    await db.execute(update(OFFICERS).where(OFFICERS.c.id == officer).values(**values))


async def find(
    db: Connection, branch: str, *, words: str = "", roles: Sequence[str] = (), active: bool | None = None, after: str = "", most: int = 50
) -> list[Officer]:
    """Officers by name within a branch, from the login `after` on; one more than `most`, so that a caller sees whether there are more."""
    query: Select[Any] = select(*COLUMNS).where(within(OFFICERS.c.branch, branch))
    if words:
        query = query.where(or_(*(func.lower(OFFICERS.c[name]).contains(words.lower(), autoescape=True) for name in ("name", "login"))))
    if roles:
        query = query.where(OFFICERS.c.role.in_(roles))
    if active is not None:
        query = query.where(OFFICERS.c.disabled_at.is_(None) if active else OFFICERS.c.disabled_at.is_not(None))
    if after:
        query = query.where(OFFICERS.c.login > after)
    return [Officer(*tuple(row)) for row in await db.execute(query.order_by(OFFICERS.c.login).limit(most + 1))]


async def administrators(db: Connection, branch: str, but: int = 0) -> int:
    """How many active administrators of exactly this branch there are, apart from one officer."""
    counted = select(func.count()).where(
        OFFICERS.c.role == ADMINISTRATOR, OFFICERS.c.branch == branch, OFFICERS.c.disabled_at.is_(None), OFFICERS.c.id != but
    )
    return int((await db.execute(counted)).scalar_one())


async def any_administrator(db: Connection) -> bool:
    return (await db.execute(select(OFFICERS.c.id).where(OFFICERS.c.role == ADMINISTRATOR).limit(1))).first() is not None


def _one(row: Row[Any] | None) -> Officer | None:
    return Officer(*tuple(row)) if row else None
