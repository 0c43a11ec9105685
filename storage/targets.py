"""The yearly plan (RKAT): how many a branch wants to reach, check, interest and register, by partner and month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, Column, delete, select
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.contacts import moment
from storage.journeys import quarter_of
from storage.writer import Connection

MEASURES = ("reach", "checked", "interest", "registered")
BRANCH = ""  # the partner of a target that is the whole branch's
MOST = 1_000_000


class TargetRow(SQLModel, table=True):
    __tablename__ = "targets"

    branch: str = Field(primary_key=True)
    partner: str = Field(primary_key=True)
    month: str = Field(primary_key=True)  # "2026-11"
    measure: str = Field(primary_key=True)
    many: int = Field(sa_column=Column(BigInteger, nullable=False))
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    at: datetime = Field(sa_column=moment(nullable=False))


TARGETS = table_of(TargetRow)


def valid(typed: str) -> int | None:
    """A target as it was typed; None for none. Raises ValueError for what is no whole number from 0 to a million."""
    plain = typed.strip().replace(".", "").replace(",", "")
    if not typed.strip():
        return None
    if not (plain.isascii() and plain.isdecimal()) or int(plain[:10]) > MOST:
        raise ValueError(typed)
    return int(plain)


async def of_year(db: Connection, branch: str, year: int) -> dict[tuple[str, str, str], int]:
    """{(partner, month, measure): target}."""
    here = TARGETS.c
    mine = here.branch == branch, here.month.between(f"{year:04}-01", f"{year:04}-12")
    rows = await db.execute(select(here.partner, here.month, here.measure, here.many).where(*mine))
    return {(row.partner, row.month, row.measure): row.many for row in rows}


async def keep(
    db: Connection, dialect: str, branch: str, partner: str, month: str, wanted: Mapping[str, int | None], officer: int, now: datetime
) -> None:
    """The targets of a partner in a month; None takes one away."""
    here = TARGETS.c
    for measure, many in wanted.items():
        if many is None:
            gone = here.branch == branch, here.partner == partner, here.month == month, here.measure == measure
            await db.execute(delete(TARGETS).where(*gone))
            continue
        values = {"branch": branch, "partner": partner, "month": month, "measure": measure, "many": many, "officer_id": officer, "at": now}
        added = insert_into(TARGETS, dialect).values(**values)
        changed = {name: added.excluded[name] for name in ("many", "officer_id", "at")}
        await db.execute(added.on_conflict_do_update(index_elements=["branch", "partner", "month", "measure"], set_=changed))


def of_period(targets: Mapping[tuple[str, str, str], int], period: str) -> dict[tuple[str, str], int]:
    """{(partner, measure): target} of a month, quarter or year; only where every month of it has one, else it would be too low."""
    months = months_of(period)
    found: dict[tuple[str, str], int] = {}
    for partner, measure in {(partner, measure) for partner, _month, measure in targets}:
        every = [targets.get((partner, month, measure)) for month in months]
        if all(many is not None for many in every):
            found[partner, measure] = sum(many for many in every if many is not None)
    return found


def months_of(period: str) -> list[str]:
    """The months of a month, quarter ("2026-Q4") or year."""
    if len(period) == 7 and "Q" not in period:
        return [period]
    year = [f"{period[:4]}-{number:02}" for number in range(1, 13)]
    return [month for month in year if len(period) == 4 or quarter_of(month) == period]
