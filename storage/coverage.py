"""What is known of a worker's membership, from whom and when: imported rosters, and the look-ups made against them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, Column, Index, LargeBinary, func, select
from sqlmodel import Field, SQLModel

from storage.changes import Changes, table_of
from storage.contacts import moment

DISTINCT_NUMBERS, TRIES = 3, 5  # a day and contact; after that only a person helps on
LIVE = "live"


class RosterRow(SQLModel, table=True):
    """An imported list of members: who gave it, and the day it speaks of. Only one that is `live` is believed."""

    __tablename__ = "rosters"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)
    source: str
    as_of: date
    imported_at: datetime = Field(sa_column=moment(nullable=False))
    state: str = "live"  # draft -> checking -> checked -> importing -> live -> undone; stopped if its reader died
    version: int = 0  # grows with every change, so that a form made before it is refused
    file: str = ""  # its name where it came from
    digest: str | None = None  # keyed: the same file is found without keeping it
    officer_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # None: the command line
    mapping: str = "{}"  # JSON: which column is what
    report: str = "{}"  # JSON: counts, and what is wrong in which row, without what stands there
    done: int = 0
    total: int = 0
    beat_at: datetime | None = Field(default=None, sa_column=moment())  # when whoever reads it was last alive


class MemberRow(SQLModel, table=True):
    """One member of a roster. Numbers are sealed; they are found by their blind index only."""

    __tablename__ = "members"
    __table_args__ = (Index("members_by_end", "ends_on", "id"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    roster: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    kpj_index: str = Field(index=True)
    nik_index: str | None = Field(default=None, index=True)
    secrets: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # sealed JSON: kpj, nik, born
    name: str
    scheme: str  # placed, perseorangan
    programmes: str  # "JKK JKM JHT"
    starts_on: date
    ends_on: date


class CheckRow(SQLModel, table=True):
    """A look-up by number: counted against guessing. The number itself is not kept."""

    __tablename__ = "checks"
    __table_args__ = (Index("checks_by_contact", "contact_id", "at"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    at: datetime = Field(sa_column=moment(nullable=False))
    number_index: str
    found: bool


ROSTERS, MEMBERS, CHECKS = table_of(RosterRow), table_of(MemberRow), table_of(CheckRow)
NEWEST = (
    select(MEMBERS, ROSTERS.c.source, ROSTERS.c.as_of)
    .join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster)
    .where(ROSTERS.c.state == LIVE)
    .order_by(ROSTERS.c.as_of.desc(), ROSTERS.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A membership as a roster tells it: the period, the programmes, who says so and as of when."""

    name: str
    scheme: str
    programmes: tuple[str, ...]
    starts_on: date
    ends_on: date
    source: str
    as_of: date


class TooManyTries(Exception):
    """This contact has looked up enough for a day; a person must help on."""


class Coverages:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def by_kpj(self, kpj: str, born: date) -> Coverage | None:
        """By card number and birth date. Wrong and unknown look the same: None. Raises TooManyTries."""
        return await self._find("kpj", kpj, "born", born.isoformat())

    async def by_nik(self, nik: str, kpj_end: str) -> Coverage | None:
        """By NIK and the last four digits of the card number. Raises TooManyTries."""
        return await self._find("nik", nik, "kpj", kpj_end)

    async def tries_left(self) -> bool:
        """Whether the contact may look up another number today (any 24 hours)."""
        numbers, tries = await self._tries()
        return len(numbers) < DISTINCT_NUMBERS and tries < TRIES

    async def _find(self, by: str, value: str, proof: str, proven: str) -> Coverage | None:
        changes = self._changes
        index = changes.tools.sealer.index(by, value)
        numbers, tries = await self._tries()
        if tries >= TRIES or (index not in numbers and len(numbers) >= DISTINCT_NUMBERS):
            raise TooManyTries
        found = (await changes.read(NEWEST.where(MEMBERS.c[f"{by}_index"].in_(changes.tools.sealer.indexes(by, value))))).first()
        secrets = changes.tools.sealer.open_json(found.secrets, "members", "secrets", found.id) if found else {proof: ""}
        right = found is not None and str(secrets[proof]).endswith(proven) and bool(proven)
        changes.add(CHECKS, id=changes.tools.new_id(), contact_id=changes.contact.id, at=changes.now, number_index=index, found=right)
        if not found or not right:
            return None
        return Coverage(
            found.name, found.scheme, tuple(found.programmes.split()), found.starts_on, found.ends_on, found.source, found.as_of
        )

    async def _tries(self) -> tuple[set[str], int]:
        since = self._changes.now - timedelta(days=1)
        rows = await self._changes.read(
            select(CHECKS.c.number_index, func.count().label("tries"))
            .where(CHECKS.c.contact_id == self._changes.contact.id, CHECKS.c.at > since)
            .group_by(CHECKS.c.number_index)
        )
        tries = {row.number_index: int(row.tries) for row in rows}
        return set(tries), sum(tries.values())
