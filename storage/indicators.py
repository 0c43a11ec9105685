"""The figures of the evaluation, one typed query each. What they mean stands in docs/indicators.md."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from storage.campaigns_results import Share as Counted
from storage.journeys import JOURNEYS, OUTCOMES, STAGES, TALLIES, reached
from storage.missions import REPORTS
from storage.periods import Period
from storage.requests import REQUESTS
from storage.scope import within
from storage.writer import Connection

FUNNEL = ("reach", "talked", "checked", *OUTCOMES, "interest", "registered")
MEASURES = ("reach", *(name for name in STAGES), *OUTCOMES)
Tally = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a figure is of. None is everybody; "" is who came by nobody's link, or whose country is not known."""

    branch: str
    partner: str | None = None
    country: str | None = None

    def conditions(self, table: Any) -> list[ColumnElement[bool]]:
        found = [within(table.c.branch, self.branch)]
        found += [table.c.partner == self.partner] if self.partner is not None else []
        return found + ([table.c.country == self.country] if self.country is not None else [])


@dataclass(frozen=True, slots=True)
class Answers:
    """How officers answered requests that began in a period; times in seconds, None where nobody was answered."""

    opened: int
    answered: int
    usual: float | None
    slow: float | None  # nine in ten were faster
    within_a_day: int


async def tally(db: Connection, group: Group, period: str) -> dict[str, int]:
    """Every measure of a group in one period."""
    return (await tallies(db, group, [period])).get(period, {})


async def tallies(db: Connection, group: Group, periods: Collection[str]) -> dict[str, dict[str, int]]:
    """{period: {measure: people}}."""
    return await _by(db, group, "period", TALLIES.c.period.in_(periods))


async def by(db: Connection, group: Group, line: str, period: str) -> dict[str, dict[str, int]]:
    """{partner or country: {measure: people}} in one period; `line` is "partner", "country" or "branch"."""
    return await _by(db, group, line, TALLIES.c.period == period)


async def _by(db: Connection, group: Group, line: str, where: ColumnElement[bool]) -> dict[str, dict[str, int]]:
    here = TALLIES.c
    one = here[line].label("one")
    counted = (
        select(one, here.measure, func.sum(here.many).label("many")).where(where, *group.conditions(TALLIES)).group_by(one, here.measure)
    )
    found: dict[str, dict[str, int]] = {}
    for row in await db.execute(counted):
        if row.many:
            found.setdefault(row.one, {})[row.measure] = int(row.many)
    return found


def topics(tally: Tally) -> dict[str, int]:
    """How often each topic was asked, most asked first."""
    asked = {measure.removeprefix("topic:"): many for measure, many in tally.items() if measure.startswith("topic:")}
    return dict(sorted(asked.items(), key=lambda one: (-one[1], one[0])))


async def answers(db: Connection, branch: str, start: datetime, end: datetime, *, urgent: bool) -> Answers:
    here = REQUESTS.c
    mine = within(here.branch, branch), here.at >= start, here.at < end, here.urgent.is_(urgent)
    rows = (await db.execute(select(here.at, here.answered_at).where(*mine))).all()
    took = sorted((row.answered_at - row.at).total_seconds() for row in rows if row.answered_at is not None)
    slow = took[max(math.ceil(len(took) * 0.9) - 1, 0)] if took else None
    day = timedelta(days=1).total_seconds()
    return Answers(len(rows), len(took), median(took) if took else None, slow, sum(one <= day for one in took))


async def reported(db: Connection, branch: str) -> dict[str, Counted]:
    """By mission: how many workers say it asked for membership, of those who said anything."""
    here = REPORTS.c
    counted = (
        select(here.mission, here.asked, func.count().label("many")).where(within(here.branch, branch)).group_by(here.mission, here.asked)
    )
    said: dict[str, dict[bool, int]] = {}
    for row in await db.execute(counted):
        said.setdefault(row.mission, {})[bool(row.asked)] = row.many
    return {mission: Counted(votes.get(True, 0), sum(votes.values())) for mission, votes in said.items()}


async def people_behind(db: Connection, group: Group, period: Period, measure: str, after: int = 0, most: int = 50) -> list[int]:
    """The contacts that a figure counts, oldest first; one more than `most`, so that a caller sees whether there are more.

    Read in the order of people from an index that leaves the others out (storage/journeys.py). Where there is nobody, the tallies know it.
    """
    if not await _by(db, group, "period", and_(TALLIES.c.period == period.name, TALLIES.c.measure == measure)):
        return []
    here, first, last = JOURNEYS.c, period.months[0], period.months[-1]
    wanted = select(here.contact_id).where(*group.conditions(JOURNEYS), here.month.between(first, last), here.contact_id > after)
    if measure in STAGES:
        wanted = wanted.where(reached(STAGES[measure]))
    elif measure in OUTCOMES:
        # Their last check of the period. Asked person by person, so that a page reads no more people than it shows.
        later = JOURNEYS.alias("later").c
        again = select(1).where(later.contact_id == here.contact_id, later.month > here.month, later.month <= last, later.result != "")
        wanted = wanted.where(here.result == measure, ~again.exists())
    rows = await db.execute(wanted.distinct().order_by(here.contact_id).limit(most + 1))
    return list(rows.scalars())


def covered_share(tally: Tally) -> Counted:
    """Of those whose check said anything, those who are covered now."""
    known = [tally.get(outcome, 0) for outcome in ("covered", "ending", "ended")]
    return Counted(known[0] + known[1], sum(known))


def changed_surely(before: int, after: int) -> bool:
    """Whether two counts differ by more than chance would explain in 95 of 100 cases (the difference of two Poisson counts)."""
    return abs(after - before) > 1.96 * math.sqrt(after + before)
