"""Months, quarters and years as the branch's own calendar has them: named, bounded, compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

NAMED = re.compile(r"(20\d\d)(?:-(0[1-9]|1[0-2])|-Q([1-4]))?")
MONTH, QUARTER, YEAR = "month", "quarter", "year"


@dataclass(frozen=True, slots=True)
class Period:
    """`name` is "2026-11", "2026-Q4" or "2026"; the first month and the one after the last bound it."""

    name: str
    kind: str
    first: date
    after: date

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """When it begins, and when the next does, where the branch is."""
        here = ZoneInfo(zone)
        return datetime.combine(self.first, time(), here), datetime.combine(self.after, time(), here)

    @property
    def before(self) -> Period:
        """The one just before."""
        return _of(self.kind, _earlier(self.first, _LENGTHS[self.kind]))

    @property
    def a_year_before(self) -> Period:
        return _of(self.kind, self.first.replace(year=self.first.year - 1))

    @property
    def months(self) -> list[str]:
        return [f"{_later(self.first, number):%Y-%m}" for number in range(_LENGTHS[self.kind])]

    def trail(self, many: int) -> list[Period]:
        """So many of its kind, this one last."""
        found = [self]
        while len(found) < many and found[0].first.year > 2000:
            found.insert(0, found[0].before)
        return found


_LENGTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}


class NoPeriod(ValueError):
    """What was asked for is no month, quarter or year of this century."""


def period(name: str) -> Period:
    """By its name. Raises NoPeriod."""
    found = NAMED.fullmatch(name)
    if found is None:
        raise NoPeriod(name)
    year = int(found[1])
    if found[2]:
        return _of(MONTH, date(year, int(found[2]), 1))
    return _of(QUARTER, date(year, int(found[3]) * 3 - 2, 1)) if found[3] else _of(YEAR, date(year, 1, 1))


def between(first: date, last: date) -> Period:
    """The month, quarter or year from its first to its last day. Raises NoPeriod for any other stretch of time."""
    for kind in _LENGTHS:
        one = _of(kind, first.replace(day=1))
        if (one.first, one.after) == (first, date.fromordinal(last.toordinal() + 1)):
            return one
    raise NoPeriod(f"{first}..{last}")


def containing(kind: str, at: datetime, zone: str) -> Period:
    return _of(kind, at.astimezone(ZoneInfo(zone)).date())


def _of(kind: str, day: date) -> Period:
    length = _LENGTHS[kind]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    names = {MONTH: f"{first:%Y-%m}", QUARTER: f"{first:%Y}-Q{(first.month + 2) // 3}", YEAR: f"{first:%Y}"}
    return Period(names[kind], kind, first, _later(first, length))


def _later(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _earlier(first: date, months: int) -> date:
    return _later(first, -months)
