"""Placement agencies, P4MI posts and missions, and how a link's code leads to one of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, insert, or_, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Changes, table_of
from storage.codes import read
from storage.contacts import moment
from storage.scope import within
from storage.stale import Stale
from storage.writer import Connection

KINDS = ("p3mi", "p4mi", "mission", "school", "union", "event")


class PartnerRow(SQLModel, table=True):
    __tablename__ = "partners"

    id: str = Field(primary_key=True)
    branch: str = Field(index=True)
    kind: str  # one of KINDS
    name: str
    hosts: str = ""  # which of their sites may frame our chat: origins, a space between
    version: int = 0  # grows with every change, so that a form made before it is refused


class LinkRow(SQLModel, table=True):
    __tablename__ = "links"

    code: str = Field(primary_key=True)
    partner: str = Field(foreign_key="partners.id", index=True)
    revoked_at: datetime | None = Field(default=None, sa_column=moment())
    label: str = ""  # where it hangs or who hands it out, for staff
    created_at: datetime | None = Field(default=None, sa_column=moment())
    expires_at: datetime | None = Field(default=None, sa_column=moment())
    campaign: int | None = Field(default=None, sa_column=Column(BigInteger))
    occasion: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))


PARTNERS, LINKS = table_of(PartnerRow), table_of(LinkRow)
FIND = select(PARTNERS.c.id, PARTNERS.c.name, PARTNERS.c.kind, PARTNERS.c.branch, LINKS.c.code).join(
    LINKS, LINKS.c.partner == PARTNERS.c.id
)


@dataclass(frozen=True, slots=True)
class Partner:
    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A partner as staff see it."""

    id: str
    branch: str
    kind: str
    name: str
    hosts: str
    version: int

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(self.hosts.split())


class Taken(Exception):
    """A partner of this id is there already."""


class Partners:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def by_link(self, typed: str) -> tuple[str, Partner] | None:
        """The code as we keep it and whose link it is; None for a code that is unknown, misspelt, revoked or expired."""
        code = read(typed)
        if code is None:
            return None
        good = LINKS.c.revoked_at.is_(None), or_(LINKS.c.expires_at.is_(None), LINKS.c.expires_at > self._changes.now)
        found = (await self._changes.read(FIND.where(LINKS.c.code == code, *good))).first()
        return (code, Partner(found.id, found.name, found.kind)) if found else None

    async def named(self, code: str | None) -> Partner | None:
        found = await self.by_link(code) if code else None
        return found[1] if found else None

    async def by_id(self, partner: str) -> Partner | None:
        found = (await self._changes.read(select(PARTNERS).where(PARTNERS.c.id == partner))).first()
        return Partner(found.id, found.name, found.kind) if found else None


async def names(db: Connection, branch: str) -> dict[str, str]:
    """The partners an officer of a branch may see, by name."""
    rows = await db.execute(select(PARTNERS.c.id, PARTNERS.c.name).where(within(PARTNERS.c.branch, branch)).order_by(PARTNERS.c.name))
    return {row.id: row.name for row in rows}


async def find(
    db: Connection, branch: str, *, words: str = "", kinds: Collection[str] = (), after: str = "", most: int = 50
) -> list[Listed]:
    """By id; one more than `most`, so that a caller sees whether there are more."""
    query: Any = _listed().where(within(PARTNERS.c.branch, branch), PARTNERS.c.id > after)
    if words:
        query = query.where(PARTNERS.c.name.icontains(words, autoescape=True))
    if kinds:
        query = query.where(PARTNERS.c.kind.in_(kinds))
    return [Listed(*tuple(row)) for row in await db.execute(query.order_by(PARTNERS.c.id).limit(most + 1))]


async def one(db: Connection, branch: str, partner: str) -> Listed | None:
    """None too for another branch's."""
    row = (await db.execute(_listed().where(PARTNERS.c.id == partner, within(PARTNERS.c.branch, branch)))).first()
    return Listed(*tuple(row)) if row else None


async def add(db: Connection, partner: str, branch: str, kind: str, name: str) -> None:
    """Raises Taken."""
    if (await db.execute(select(PARTNERS.c.id).where(PARTNERS.c.id == partner))).first():
        raise Taken(partner)
    await db.execute(insert(PARTNERS), [{"id": partner, "branch": branch, "kind": kind, "name": name, "hosts": "", "version": 0}])


async def change(db: Connection, partner: str, version: int, *, name: str, kind: str, hosts: str) -> None:
    """Raises Stale if it was changed since `version`."""
    mine = update(PARTNERS).where(PARTNERS.c.id == partner, PARTNERS.c.version == version)
    if not (await db.execute(mine.values(name=name, kind=kind, hosts=hosts, version=version + 1))).rowcount:
        raise Stale


async def origins_of(db: Connection, typed: str, now: datetime) -> tuple[str, ...]:
    """Which sites may frame our chat by a link's code: those of its partner, as long as the link holds."""
    code = read(typed)
    good = LINKS.c.revoked_at.is_(None), or_(LINKS.c.expires_at.is_(None), LINKS.c.expires_at > now)
    found = select(PARTNERS.c.hosts).join(LINKS, LINKS.c.partner == PARTNERS.c.id).where(LINKS.c.code == code, *good)
    return tuple(((await db.execute(found)).scalar() or "").split()) if code else ()


def _listed() -> Any:
    return select(*(PARTNERS.c[name] for name in Listed.__dataclass_fields__))
