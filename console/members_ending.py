"""Who ends when, and what was asked: a calendar of the next ninety days, and the checks that workers made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from console.lists import Filter, asked, listing
from console.pages import get
from console.policies import Policy
from console.visit import Visit
from console.words import CHECK_RESULTS, word_for
from locales import Month, Text, _
from storage import members

DAYS, WEEK, PAGE = 90, 7, 50
WAYS: Mapping[str, Text] = {"roster": _("By number, in our lists"), "told": _("By what they told")}
WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
FEW, MANY = 0.34, 0.67  # of the fullest day: how strong a day's colour is


@dataclass(frozen=True, slots=True)
class Day:
    """A square of the calendar; `strength` is 0 to 3."""

    day: date
    count: int
    strength: int


@dataclass(frozen=True, slots=True)
class Page:
    """A month of the calendar in weeks from Monday on; None where a day lies outside."""

    month: Month
    count: int
    weeks: list[list[Day | None]]


async def ending(visit: Visit) -> web.Response:
    first = visit.times.today
    counts = await visit.read(lambda db: members.ending(db, visit.branch, first, first + timedelta(days=DAYS - 1)))
    return visit.show("members_ending.html", months=calendar(first, counts), total=sum(counts.values()), weekdays=WEEKDAYS)


def calendar(first: date, counts: Mapping[date, int]) -> list[Page]:
    most = max(counts.values(), default=0)
    days = [first + timedelta(days=number) for number in range(DAYS)]
    months = dict.fromkeys((day.year, day.month) for day in days)
    return [_page([day for day in days if (day.year, day.month) == month], counts, most) for month in months]


def _page(days: list[date], counts: Mapping[date, int], most: int) -> Page:
    squares: list[Day | None] = [None] * days[0].weekday()
    squares += [Day(day, counts.get(day, 0), _strength(counts.get(day, 0), most)) for day in days]
    squares += [None] * (-len(squares) % WEEK)
    weeks = [squares[at : at + WEEK] for at in range(0, len(squares), WEEK)]
    return Page(Month(days[0].year, days[0].month), sum(counts.get(day, 0) for day in days), weeks)


def _strength(count: int, most: int) -> int:
    if not count:
        return 0
    share = count / most
    return 1 if share < FEW else 2 if share < MANY else 3


async def checks(visit: Visit) -> web.Response:
    wanted = asked(visit, "/desk/members/checks", Filter("result", _("Result"), CHECK_RESULTS), Filter("way", _("How"), WAYS))
    results, ways = wanted.chosen["result"], wanted.chosen["way"]
    found = await visit.read(lambda db: members.checks(db, visit.branch, results=results, ways=ways, before=wanted.number_after, most=PAGE))
    shown = listing(wanted, found, PAGE, lambda row: row.id)
    return visit.show("members_checks.html", listing=shown, results=CHECK_RESULTS, word_for=word_for, ways=WAYS)


PAGES = [
    get("/desk/members/ending", ending, Policy.LOOK),
    get("/desk/members/checks", checks, Policy.LOOK),
]
