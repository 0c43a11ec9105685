"""Asks for a day: any usual writing, a month without a day, "not known"; what cannot be is refused with the reason."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from dialogue.from_today import Said
from dialogue.questions import UNKNOWN, Ask, Question, Unclear, maybe, plain
from dialogue.said_dates import names_a_year, read
from dialogue.short_answers import mentions_one_of
from locales import Month, Text, _

OLDEST, FURTHEST = 40, 20  # years back and ahead that a contract can lie
ELDEST, YOUNGEST = 90, 15  # years of age of anybody who asks
NEARBY = 6  # years; "maret 27" is a year, "maret 12" is a day
LONGEST_MONTH = 31
HINT = _("I could not read that as a date. You can write it like this: {example}.", example=date(2027, 3, 12))
_PART_OF_MONTH = re.compile(
    r"(?:di |pas |sekitar )*(?:awal|akhir|tengah|pertengahan|end|beginning|start|middle|early|late)(?: (?:bulan|of the month|month))?"
)
_UNTIL = ("sampai", "sampe", "smp", "hingga", "until", "till", "s/d")


def day(ask: Ask, *, past: bool = False, hint: Text = HINT) -> Question[date | Month | None]:
    """A day, a month of which the day is not known, or None. Without a year it is the next one, with `past` the last."""

    def parse(raw: str, today: date) -> date | Month | None:
        said = _said(raw, today, past)
        if said is None and mentions_one_of(raw, UNKNOWN):
            return None
        if said is None:
            raise _no_month(raw, today)
        return _checked(said, today, past)

    return maybe(Question(ask, parse, hint, free=True))


def day_within(ask: Ask) -> Question[int | date | None]:
    """Which day of a month that is known by now: its number, or a whole date after all."""
    hint = _('Please type the day as a number, or "don\'t know". To change the month, type "back".')
    whole = day(ask, hint=hint)

    def parse(raw: str, today: date) -> int | date | None:
        said = plain(raw)
        numbers = re.findall(r"\d+", said)
        if len(numbers) == 1 and len(numbers[0]) <= 2 and read(raw, today) is None:
            return int(numbers[0])
        answer = None if _PART_OF_MONTH.fullmatch(said) else whole.parse(raw, today)
        if isinstance(answer, Month):
            raise Unclear(hint)
        return answer

    return Question(ask, parse, hint, whole.options, whole.free)


def born(ask: Ask) -> Question[date]:
    """A day of birth, which needs day, month and year."""
    hint = _("Please type day, month and year of birth, for example {example}.", example=date(1990, 3, 15))

    def parse(raw: str, today: date) -> date:
        said = read(raw, today)
        if said is None and not any(map(str.isdecimal, raw)):
            raise ValueError(raw)  # no date at all: it may be a question of its own
        if said is None or said.day is None or said.year is None:
            raise Unclear(hint)
        full = _checked(said, today, True, (today.year - ELDEST, today.year - YOUNGEST))
        assert isinstance(full, date)
        return full

    return Question(ask, parse, hint)


def day_of(month: Month, number: int) -> date:
    """A day of a month; Unclear if the month is shorter."""
    return _exists(month.year, month.month, number)


def _said(raw: str, today: date, past: bool) -> Said | None:
    """A span of time is told by its end: "12 maret 2025 sampai 12 maret 2027"."""
    words = raw.split()
    ends = [at for at, word in enumerate(words) if word.casefold() in _UNTIL]
    return (read(" ".join(words[ends[-1] :]), today) if ends and not past else None) or read(raw, today)


def _checked(said: Said, today: date, past: bool, years: tuple[int, int] | None = None) -> date | Month:
    if not 1 <= said.month <= 12:
        raise Unclear(
            _(
                "There is no month {number}. Please write the day first, then the month: {example}.",
                number=said.month,
                example=date(2027, 3, 12),
            )
        )
    said = _day_not_year(said, today, past)
    first, last = years or (today.year - OLDEST, today.year if past else today.year + FURTHEST)
    year = _nearest_year(said, today, past) if said.year is None else _full_year(said.year, first, last)
    if past and (year, said.month, said.day or 0) > (today.year, today.month, today.day):
        raise Unclear(_("{day} is still to come. I mean a day in the past.", day=_shown(year, said)))
    if not first <= year <= last:
        raise Unclear(_("The year {year} does not seem right here. Please type the whole date again.", year=str(year)))
    return Month(year, said.month) if said.day is None else _exists(year, said.month, said.day)


def _exists(year: int, month: int, number: int) -> date:
    length = monthrange(year, month)[1]
    if not 1 <= number <= length:
        raise Unclear(_("{month} has {count} days. Which day do you mean?", month=Month(year, month), count=length))
    return date(year, month, number)


def _day_not_year(said: Said, today: date, past: bool) -> Said:
    """ "maret 12" is the twelfth, "maret 27" the year: a year is near, and not to come where a day in the past is asked for."""
    if said.day is not None or said.year is None or said.year > LONGEST_MONTH:
        return said
    year = 2000 + said.year
    return said if abs(year - today.year) <= NEARBY and not (past and year > today.year) else Said(said.month, said.year)


def _nearest_year(said: Said, today: date, past: bool) -> int:
    now, then = (today.month, today.day if said.day else 0), (said.month, said.day or 0)
    return today.year + (-(then > now) if past else then < now)


def _full_year(year: int, first: int, last: int) -> int:
    if year > 99:
        return year
    return next((full for full in (2000 + year, 1900 + year) if first <= full <= last), 2000 + year)


def _shown(year: int, said: Said) -> date | Month:
    return Month(year, said.month) if said.day is None else _exists(year, said.month, said.day)


def _no_month(raw: str, today: date) -> ValueError:
    if names_a_year(raw, today):
        return Unclear(_("Please say the month too, for example {example}.", example=Month(2027, 3)))
    return ValueError(raw)
