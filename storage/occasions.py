"""Socialisation days: an occasion with a link of its own, who came, and what they understood before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Index, func, insert, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Changes, Tools, table_of
from storage.contacts import moment
from storage.partners import LINKS
from storage.scope import within
from storage.stale import Stale
from storage.touches import CAME, TOUCHES
from storage.writer import Connection

BEFORE, AFTER = "before", "after"
EARLY = timedelta(hours=12)  # so long before it begins who comes by its code is there for it
LATE = timedelta(hours=12)  # and so long after it ended


class OccasionRow(SQLModel, table=True):
    __tablename__ = "occasions"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)
    partner: str
    name: str
    place: str
    starts_at: datetime = Field(sa_column=moment(nullable=False))
    ends_at: datetime = Field(sa_column=moment(nullable=False))
    asked_again_at: datetime | None = Field(default=None, sa_column=moment())  # since when the questions are those after the talk
    version: int = 0


class ComprehensionRow(SQLModel, table=True):
    """One answer to one of the questions; kept as a count that belongs to nobody once the person is erased."""

    __tablename__ = "comprehension"
    __table_args__ = (Index("comprehension_by_occasion", "occasion", "phase"), Index("comprehension_by_contact", "contact_id"))

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=moment(nullable=False))
    occasion: int = Field(sa_column=Column(BigInteger, nullable=False))
    contact_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    phase: str  # before, after
    question: str
    is_right: bool


OCCASIONS, COMPREHENSION = table_of(OccasionRow), table_of(ComprehensionRow)


@dataclass(frozen=True, slots=True)
class Occasion:
    id: int
    branch: str
    partner: str
    name: str
    place: str
    starts_at: datetime
    ends_at: datetime
    asked_again_at: datetime | None
    version: int

    def is_on(self, now: datetime) -> bool:
        return self.starts_at - EARLY <= now <= self.ends_at + LATE


COLUMNS = [OCCASIONS.c[name] for name in Occasion.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Understood:
    """Of one question: how many answered and how many rightly, before and after."""

    question: str
    before: int
    before_right: int
    after: int
    after_right: int


class Occasions:
    """What a turn may do: find the occasion somebody came to, and keep what they answered."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def by_code(self, code: str | None) -> Occasion | None:
        """The occasion of a link, if it is on."""
        if not code:
            return None
        query = select(*COLUMNS).join(LINKS, LINKS.c.occasion == OCCASIONS.c.id).where(LINKS.c.code == code)
        row = (await self._changes.read(query)).first()
        found = Occasion(*tuple(row)) if row else None
        return found if found and found.is_on(self._changes.now) else None

    async def by_id(self, occasion: int) -> Occasion | None:
        row = (await self._changes.read(select(*COLUMNS).where(OCCASIONS.c.id == occasion))).first()
        return Occasion(*tuple(row)) if row else None

    async def answered(self, occasion: int, phase: str) -> set[str]:
        """The questions the contact has answered."""
        mine = COMPREHENSION.c.occasion == occasion, COMPREHENSION.c.contact_id == self._changes.contact.id, COMPREHENSION.c.phase == phase
        return set((await self._changes.read(select(COMPREHENSION.c.question).where(*mine))).scalars())

    def answer(self, occasion: int, phase: str, question: str, *, is_right: bool) -> None:
        changes = self._changes
        values = {"occasion": occasion, "contact_id": changes.contact.id, "phase": phase, "question": question, "is_right": is_right}
        changes.add(COMPREHENSION, id=changes.tools.new_id(), at=changes.now, **values)


async def add(
    db: Connection, tools: Tools, branch: str, partner: str, name: str, place: str, starts_at: datetime, ends_at: datetime
) -> int:
    occasion = tools.new_id()
    row = {"id": occasion, "branch": branch, "partner": partner, "name": name, "place": place, "starts_at": starts_at, "ends_at": ends_at}
    await db.execute(insert(OCCASIONS), [{**row, "asked_again_at": None, "version": 0}])
    return occasion


async def ask_again(db: Connection, occasion: int, version: int, now: datetime) -> None:
    """From now on the questions are those after the talk. Raises Stale if somebody else changed it."""
    mine = update(OCCASIONS).where(OCCASIONS.c.id == occasion, OCCASIONS.c.version == version)
    if not (await db.execute(mine.values(asked_again_at=now, version=version + 1))).rowcount:
        raise Stale


async def find(db: Connection, branch: str, *, partner: str = "", before: int = 0, most: int = 50) -> list[Occasion]:
    """The newest first; one more than `most`."""
    query: Any = select(*COLUMNS).where(within(OCCASIONS.c.branch, branch))
    if partner:
        query = query.where(OCCASIONS.c.partner == partner)
    if before:
        query = query.where(OCCASIONS.c.id < before)
    return [Occasion(*tuple(row)) for row in await db.execute(query.order_by(OCCASIONS.c.id.desc()).limit(most + 1))]


async def one(db: Connection, branch: str, occasion: int) -> Occasion | None:
    row = (await db.execute(select(*COLUMNS).where(OCCASIONS.c.id == occasion, within(OCCASIONS.c.branch, branch)))).first()
    return Occasion(*tuple(row)) if row else None


async def code_of(db: Connection, occasion: int) -> str | None:
    """Its link that holds; the newest, if it has several."""
    query = select(LINKS.c.code).where(LINKS.c.occasion == occasion, LINKS.c.revoked_at.is_(None)).order_by(LINKS.c.created_at.desc())
    found: str | None = (await db.execute(query.limit(1))).scalar()
    return found


async def attendance(db: Connection, occasion: int) -> int:
    """People who came by its code and were not erased since."""
    came = TOUCHES.c.occasion == occasion, TOUCHES.c.outcome == CAME
    return int((await db.execute(select(func.count(func.distinct(TOUCHES.c.contact_id))).where(*came))).scalar_one())


async def attendants(db: Connection, occasion: int) -> list[int]:
    """The contacts who came by its code."""
    came = TOUCHES.c.occasion == occasion, TOUCHES.c.outcome == CAME, TOUCHES.c.contact_id.is_not(None)
    return list((await db.execute(select(TOUCHES.c.contact_id).where(*came).distinct().order_by(TOUCHES.c.contact_id))).scalars())


async def understood(db: Connection, occasion: int, questions: Sequence[str]) -> list[Understood]:
    grouped = select(COMPREHENSION.c.question, COMPREHENSION.c.phase, COMPREHENSION.c.is_right, func.count().label("many"))
    rows = await db.execute(
        grouped.where(COMPREHENSION.c.occasion == occasion).group_by(
            COMPREHENSION.c.question, COMPREHENSION.c.phase, COMPREHENSION.c.is_right
        )
    )
    many = {(row.question, row.phase, bool(row.is_right)): int(row.many) for row in rows}

    def count(question: str, phase: str) -> tuple[int, int]:
        right = many.get((question, phase, True), 0)
        return right + many.get((question, phase, False), 0), right

    return [Understood(question, *count(question, BEFORE), *count(question, AFTER)) for question in questions]
