"""Whose task a new interest is: the rules of a branch, by destination and by the partner whose link they came by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, delete, insert, select
from sqlmodel import Field, SQLModel

from storage.changes import Changes, Tools, table_of
from storage.officers import OFFICERS
from storage.partners import LINKS
from storage.scope import within
from storage.writer import Connection


class AssignmentRow(SQLModel, table=True):
    """Interests for a destination, of a partner, or both, are this officer's; with neither, all that no other rule takes."""

    __tablename__ = "assignments"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)
    destination: str | None = None
    partner: str | None = None
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False))


ASSIGNMENTS = table_of(AssignmentRow)


@dataclass(frozen=True, slots=True)
class Rule:
    id: int
    branch: str
    destination: str | None
    partner: str | None
    officer_id: int
    officer: str


async def partner_of(changes: Changes, link: str | None) -> str | None:
    if link is None:
        return None
    found: str | None = (await changes.read(select(LINKS.c.partner).where(LINKS.c.code == link))).scalar()
    return found


async def officer_for(changes: Changes, branch: str, destination: str | None, partner: str | None) -> int | None:
    """The officer of the rule that says most about it; None if no rule does."""
    rules = list(await changes.read(_rules().where(ASSIGNMENTS.c.branch == branch)))
    return chosen(rules, destination, partner)


def chosen(rules: Iterable[Any], destination: str | None, partner: str | None) -> int | None:
    """A rule of partner and destination goes before one of the partner, that before one of the destination, that before one for all."""
    fitting = [rule for rule in rules if rule.destination in (None, destination) and rule.partner in (None, partner)]
    best = max(fitting, key=lambda rule: (rule.partner is not None, rule.destination is not None, -rule.id), default=None)
    return best.officer_id if best else None


async def of(db: Connection, branch: str) -> list[Rule]:
    rows = await db.execute(_rules().where(within(ASSIGNMENTS.c.branch, branch)).order_by(ASSIGNMENTS.c.id))
    return [Rule(*tuple(row)) for row in rows]


async def add(db: Connection, tools: Tools, branch: str, destination: str | None, partner: str | None, officer: int) -> int:
    """A rule of the same kind is replaced."""
    same = ASSIGNMENTS.c.branch == branch, ASSIGNMENTS.c.destination.is_not_distinct_from(destination)
    await db.execute(delete(ASSIGNMENTS).where(*same, ASSIGNMENTS.c.partner.is_not_distinct_from(partner)))
    rule = tools.new_id()
    row = {"id": rule, "branch": branch, "destination": destination, "partner": partner, "officer_id": officer}
    await db.execute(insert(ASSIGNMENTS), [row])
    return rule


async def remove(db: Connection, branch: str, rule: int) -> bool:
    """False if there is none in the branch."""
    gone = await db.execute(delete(ASSIGNMENTS).where(ASSIGNMENTS.c.id == rule, within(ASSIGNMENTS.c.branch, branch)))
    return bool(gone.rowcount)


def _rules() -> Any:
    """Rules of officers who may still use the desk."""
    columns = [ASSIGNMENTS.c[name] for name in ("id", "branch", "destination", "partner", "officer_id")]
    there = OFFICERS.c.id == ASSIGNMENTS.c.officer_id, OFFICERS.c.disabled_at.is_(None)
    return select(*columns, OFFICERS.c.name).join(OFFICERS, there[0]).where(there[1])
