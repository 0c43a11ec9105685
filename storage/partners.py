"""Placement agencies, P4MI posts and missions, their deep links, and the workers who arrived by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Field, SQLModel

from storage.changes import Changes, table_of
from storage.codes import read
from storage.contacts import moment
from storage.scope import within
from storage.writer import Connection


class PartnerRow(SQLModel, table=True):
    __tablename__ = "partners"

    id: str = Field(primary_key=True)
    branch: str = Field(index=True)
    kind: str  # p3mi, p4mi, mission, school, union, event
    name: str


class LinkRow(SQLModel, table=True):
    __tablename__ = "links"

    code: str = Field(primary_key=True)
    partner: str = Field(foreign_key="partners.id", index=True)
    revoked_at: datetime | None = Field(default=None, sa_column=moment())


PARTNERS, LINKS = table_of(PartnerRow), table_of(LinkRow)
FIND = select(PARTNERS.c.id, PARTNERS.c.name, PARTNERS.c.kind, PARTNERS.c.branch, LINKS.c.code).join(
    LINKS, LINKS.c.partner == PARTNERS.c.id
)


@dataclass(frozen=True, slots=True)
class Partner:
    id: str
    name: str
    kind: str


class Partners:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def by_link(self, typed: str) -> tuple[str, Partner] | None:
        """The code as we keep it and whose link it is; None for a code that is unknown, misspelt or revoked."""
        code = read(typed)
        if code is None:
            return None
        found = (await self._changes.read(FIND.where(LINKS.c.code == code, LINKS.c.revoked_at.is_(None)))).first()
        return (code, Partner(found.id, found.name, found.kind)) if found else None

    async def named(self, code: str | None) -> Partner | None:
        found = await self.by_link(code) if code else None
        return found[1] if found else None


async def names(db: Connection, branch: str) -> dict[str, str]:
    """The partners an officer of a branch may see, by name."""
    rows = await db.execute(select(PARTNERS.c.id, PARTNERS.c.name).where(within(PARTNERS.c.branch, branch)).order_by(PARTNERS.c.name))
    return {row.id: row.name for row in rows}
