"""Reads days that are counted from today: "2 bulan lagi", "in two weeks", "3 years ago", "besok", "senin depan"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from understanding import months_in


def numbered(*groups: str) -> dict[str, int]:
    return {word: number for number, group in enumerate(groups) for word in group.split()}


_WEEKDAY = numbered("senin monday", "selasa tuesday", "rabu wednesday", "kamis thursday", "jumat friday", "sabtu saturday", "ahad sunday")
UNIT = {
    **dict.fromkeys(["tahun", "thn", "taun", "taon", "th", "year", "years", "yr"], "year"),
    **dict.fromkeys(["bulan", "bln", "bl", "month", "months", "mth"], "month"),
    **dict.fromkeys(["minggu", "mgg", "mingu", "pekan", "week", "weeks"], "week"),
    **dict.fromkeys(["hari", "hr", "day", "days"], "day"),
}
WHICH = {
    **dict.fromkeys(["depan", "dpn", "mendatang", "berikutnya", "next"], 1),
    **dict.fromkeys(["ini", "this"], 0),
    **dict.fromkeys(["lalu", "kemarin", "kemaren", "kmrn", "kmren", "lampau", "silam", "last", "ago"], -1),
}
_SOON = {
    **dict.fromkeys(["sekarang", "skrg", "skrng", "skg", "today", "now", "barusan"], 0),
    **dict.fromkeys(["besok", "bsk", "besuk", "esok", "tomorrow"], 1),
    "lusa": 2,
    **dict.fromkeys(["kemarin", "kemaren", "kmrn", "kmren", "yesterday"], -1),
}
_SMALL = {**numbered("", "satu se a one", "dua two", "tiga three", "empat four", "lima five", "enam six"), "sehari": 1, "seminggu": 1}

# What stands beside a length of time and makes it a day: "2 bulan lagi", "in 2 months", "3 years ago", "sudah 2 tahun".
_LATER = re.compile(r"^(.*?) ?\b(?:lagi|lg|from now|dari sekarang|mendatang|ke ?depan)\b")
_AGO = re.compile(r"^(.*?) ?\b(?:(?:yang |yg )?(?:lalu|silam|lampau)|ago)\b")
_WITHIN = re.compile(r"\b(?:in|dalam) (.*)$")
_SINCE = re.compile(r"\b(?:sudah|sdh|udah|udh) (.*)$")
_LONGEST_LENGTH = 4  # words: "1 tahun 3 bulan"
TOKEN = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True)
class Said:
    """A date as it was written, not checked yet: what was left out is None, and a year of two digits stands as it is."""

    month: int
    day: int | None = None
    year: int | None = None


def counted(line: str, today: date) -> Said | None:
    """A length of time from today on or back."""
    return _days(line, today) or _months(line, today)


def _months(line: str, today: date) -> Said | None:
    for sign, pattern in ((1, _LATER), (-1, _AGO)):
        if match := pattern.search(line):
            words = match[1].split()
            if months_in(" ".join(words[-2:])) and (months := months_in(" ".join(words[-_LONGEST_LENGTH:]))):
                return _in_months(sign * months, today)
    within = _WITHIN.search(line)
    months = months_in(" ".join(within[1].split()[:_LONGEST_LENGTH])) if within else None
    return _in_months(months, today) if months else None


def since(line: str, today: date) -> Said | None:
    match = _SINCE.search(line)
    months = months_in(match[1]) if match else None
    return _in_months(-months, today) if months else None


def _in_months(months: int, today: date) -> Said:
    year, month = month_from(today, months)
    return Said(month, year=year)


def month_from(today: date, months: int) -> tuple[int, int]:
    years, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return years, month + 1


def _days(line: str, today: date) -> Said | None:
    """ "3 hari lagi", "in two weeks", "seminggu yang lalu"."""
    words = [word for word in TOKEN.findall(line) if word not in ("yang", "yg")]
    for before, number, unit, after in zip(["", *words], words, [*words[1:], ""], [*words[2:], "", ""], strict=False):
        glued = number in ("sehari", "seminggu")
        count = int(number) if number.isdecimal() and len(number) <= 3 else _SMALL.get(number)
        length = {"day": 1, "week": 7}.get(UNIT.get(number.removeprefix("se") if glued else unit, ""))
        mark = unit if glued else after
        if count and length and (mark in ("lagi", "lg", "from", "dari") or before in ("in", "dalam")):
            return _said(today + timedelta(count * length))
        if count and length and WHICH.get(mark) == -1:
            return _said(today - timedelta(count * length))
    return None


def named(line: str, today: date) -> Said | None:
    """ "besok", "minggu lalu", "senin depan"."""
    words = [word for word in TOKEN.findall(line) if word not in ("yang", "yg")]
    for pair in zip(words, [*words[1:], ""], strict=True):
        which = next((WHICH[word] for word in pair if word in WHICH), None)
        weekday = next((_WEEKDAY[word] for word in pair if word in _WEEKDAY), None)
        if which is not None and "week" in map(UNIT.get, pair):
            return _said(today + timedelta(7 * which))
        if which is not None and weekday is not None:
            ahead = (weekday - today.weekday() - 1) % 7 + 1
            return _said(today + timedelta(ahead if which >= 0 else ahead - 7 or -7))
    for phrase, days in (("hari ini", 0), ("kemarin lusa", -2), ("day after tomorrow", 2), ("day before yesterday", -2)):
        if phrase in line:
            return _said(today + timedelta(days))
    return next((_said(today + timedelta(_SOON[word])) for word in words if word in _SOON), None)


def _said(day: date) -> Said:
    return Said(day.month, day.day, day.year)
