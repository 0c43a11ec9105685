"""Days of which we know only the bounds: "in March" is the 1st to the 31st, "not known" has no bounds at all."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Span:
    """A day between `earliest` and `latest`, both included. None is no bound on that side."""

    earliest: date | None = None
    latest: date | None = None

    @classmethod
    def on(cls, day: date) -> Span:
        return cls(day, day)

    @classmethod
    def month(cls, year: int, month: int) -> Span:
        return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))

    @property
    def is_possible(self) -> bool:
        return self.earliest is None or self.latest is None or self.earliest <= self.latest

    def within(self, other: Span) -> Span:
        """What both say. It may be impossible, which `is_possible` tells."""
        return Span(_later(self.earliest, other.earliest), _sooner(self.latest, other.latest))

    def plus(self, months: int = 0, days: int = 0) -> Span:
        return Span(_moved(self.earliest, months, days), _moved(self.latest, months, days))


NOT_KNOWN = Span()


def sooner(one: Span, other: Span) -> Span:
    """The sooner of two days, as far as it is known."""
    earliest = None if one.earliest is None or other.earliest is None else min(one.earliest, other.earliest)
    return Span(earliest, _sooner(one.latest, other.latest))


def later(one: Span, other: Span) -> Span:
    """The later of two days, as far as it is known."""
    latest = None if one.latest is None or other.latest is None else max(one.latest, other.latest)
    return Span(_later(one.earliest, other.earliest), latest)


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months on; where that month is shorter, its last day (31 August + 1 = 30 September)."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def _moved(day: date | None, months: int, days: int) -> date | None:
    return None if day is None else add_months(day, months) + timedelta(days)


def _sooner(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _later(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
