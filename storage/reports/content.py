"""What stands in a report of a branch and period: numbers only, read at one moment; and the same guarded, for readers outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from storage import effects, indicators, missions, partners
from storage.branches import names, zones_of
from storage.campaigns_results import Share
from storage.effects import Effect
from storage.indicators import Answers, Group, Tally
from storage.missions import HOLDS, Finding
from storage.periods import Period
from storage.periods import period as named
from storage.scope import EVERYWHERE
from storage.small_cells import guarded, guarded_all
from storage.targets import of_period, of_year
from storage.writer import Connection

HOME_ZONE = "Asia/Jakarta"  # of a report on all branches
TRAIL = 12  # months of the trend
ONE_WAY = ("reach", "checked", "interest", "registered")  # of partners and countries, for readers outside


@dataclass(frozen=True, slots=True)
class Report:
    """`guarded`: numbers are "more than", and what is missing is too small to say. Names of partners by their ids."""

    branch: str
    name: str  # of the branch; "" for all
    zone: str
    period: Period
    partner: str | None  # whose people alone it is of
    made_at: datetime
    guarded: bool
    now: Tally
    before: Tally
    a_year_before: Tally
    trend: Mapping[str, Tally]  # by month
    partners: Mapping[str, Tally]
    countries: Mapping[str, Tally]
    branches: Mapping[str, Tally]
    names: Mapping[str, str]
    branch_names: Mapping[str, str]
    targets: Mapping[tuple[str, str], int]
    answers: Answers | None
    urgent: Answers | None
    effects: list[Effect]
    said: Mapping[str, Share]  # by mission: it asked for membership
    findings: Mapping[str, Finding]  # by mission: what officers found out and another approved

    @property
    def topics(self) -> dict[str, int]:
        return indicators.topics(self.now)

    @property
    def is_empty(self) -> bool:
        return not self.now and not self.before


async def report(db: Connection, branch: str, period: Period, now: datetime, partner: str | None = None) -> Report:
    """Exact, for the branch itself; of one partner's people if one is named."""
    zone = (await zones_of(db)).get(branch, HOME_ZONE)
    start, end = period.bounds(zone)
    group = Group(branch, partner)
    whole = partner is None  # officers answer people of all partners
    branches = await names(db, branch)
    months = [one.name for one in _last_month(period).trail(TRAIL)]
    tallies = await indicators.tallies(db, group, {period.name, period.before.name, period.a_year_before.name, *months})
    return Report(
        branch=branch,
        name=branches.get(branch, ""),
        zone=zone,
        period=period,
        partner=partner,
        made_at=now,
        guarded=False,
        now=tallies.get(period.name, {}),
        before=tallies.get(period.before.name, {}),
        a_year_before=tallies.get(period.a_year_before.name, {}),
        trend={month: tallies.get(month, {}) for month in months},
        partners=await indicators.by(db, group, "partner", period.name),
        countries=await indicators.by(db, group, "country", period.name),
        branches=await indicators.by(db, group, "branch", period.name) if branch == EVERYWHERE else {},
        names=await partners.names(db, branch),
        branch_names=branches,
        targets=of_period(await of_year(db, branch, period.first.year), period.name),
        answers=await indicators.answers(db, branch, start, end, urgent=False) if whole else None,
        urgent=await indicators.answers(db, branch, start, end, urgent=True) if whole else None,
        effects=await effects.of(db, branch, start, end) if whole else [],
        said=await indicators.reported(db, branch),
        findings={one.mission: one for one in reversed(await missions.findings(db, HOLDS))},
    )


def guard(exact: Report) -> Report:
    """The same for readers outside the branch: one line at a time, nothing small, no rest that could be subtracted."""
    return replace(
        exact,
        guarded=True,
        now=_shown(exact.now),
        before=_shown(exact.before),
        a_year_before=_shown(exact.a_year_before),
        trend={month: _only(_shown(tally), (*ONE_WAY, "talked")) for month, tally in exact.trend.items()},
        partners=_lines(exact.partners),
        countries=_lines(exact.countries),
        branches=_lines(exact.branches),
        answers=None,
        urgent=None,
        effects=[],
        said={mission: Share(*shown) for mission, share in exact.said.items() if (shown := _guarded_share(share))},
    )


def _shown(tally: Tally) -> dict[str, int]:
    return {measure: many for measure, many in guarded_all(tally).items() if many is not None}


def _only(tally: Tally, measures: tuple[str, ...]) -> dict[str, int]:
    return {measure: many for measure, many in tally.items() if measure in measures}


def _lines(groups: Mapping[str, Tally]) -> dict[str, dict[str, int]]:
    """Without who came by nobody's link or is in no known country: a rest that is never told keeps the others from being worked out."""
    lines = {one: _only(_shown(tally), ONE_WAY) for one, tally in groups.items() if one}
    return {one: line for one, line in lines.items() if line}


def _guarded_share(share: Share) -> tuple[int, int] | None:
    many, of = guarded(share.many), guarded(share.of)
    return None if many is None or of is None else (min(many, of), of)


def _last_month(period: Period) -> Period:
    return named(period.months[-1])
