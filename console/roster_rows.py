"""Judges the rows of a list: each becomes a member, or is left out with what is wrong in which column. Never keeps what stood there."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any

import facts
from console.roster_columns import FIELDS, Columns
from console.roster_sheet import LONGEST_CELL, Figure, Formula, Sheet
from storage.rosters import Member

MOST_FAULTS = 2000  # that are told one by one; all are counted
LONGEST_NAME = 100
PROVINCES = range(11, 97)  # codes of the Ministry of Home Affairs
WOMAN, LEAP_YEAR = 40, 2000  # added to a woman's day of birth; the century is not known, so a 29 February may be right
OLDEST, LATEST = 1920, 2100
DAY_ONE, DAY_ONE_1904 = date(1899, 12, 30), date(1904, 1, 1)  # from which Excel counts; it has a 29 February 1900
MONTHS = (
    *(("januari", "jan", "january"), ("februari", "feb", "pebruari", "february"), ("maret", "mar", "march"), ("april", "apr")),
    *(("mei", "may"), ("juni", "jun", "june"), ("juli", "jul", "july"), ("agustus", "agu", "agt", "ags", "aug", "august")),
    *(("september", "sep", "sept"), ("oktober", "okt", "oct", "october"), ("november", "nov", "nopember", "nop")),
    ("desember", "des", "dec", "december"),
)
MONTH = {word: number for number, words in enumerate(MONTHS, 1) for word in words}
SCHEMES = {
    "placed": ("placed", "penempatan", "p3mi", "prosedural", "p2p", "ptop", "gtog", "g2g", "ditempatkan", "agency"),
    "perseorangan": ("perseorangan", "perorangan", "mandiri", "individual", "independent", "self"),
}
SCHEME = {word: scheme for scheme, words in SCHEMES.items() for word in words}
PROGRAMMES = ("JKK", "JKM", "JHT")
_SCIENTIFIC = re.compile(r"\d[.,]?\d*e\+?\d+", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{2,4})")
_NAMED = re.compile(r"(\d{1,2})[-/. ]+([a-z]+)\.?[-/., ]+(\d{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell: its row, field and a code that roster_words.py says; `other` is another row or a count."""

    row: int
    field: str
    code: str
    other: int = 0


@dataclass
class Report:
    """What was found: rows read, members among them, rows left out, and why."""

    rows: int = 0
    members: int = 0
    left_out: int = 0
    faults: list[Fault] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    ends_first: date | None = None
    ends_last: date | None = None

    def kept(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "members": self.members,
            "left_out": self.left_out,
            "faults": [[fault.row, fault.field, fault.code, fault.other] for fault in self.faults],
            "counted": dict(self.counted),
            "ends": [day.isoformat() for day in (self.ends_first, self.ends_last) if day],
        }


class Wrong(Exception):
    """A cell that cannot be right."""

    def __init__(self, code: str, other: int = 0) -> None:
        super().__init__(code)
        self.code, self.other = code, other


class Judge:
    """Goes through the rows of one list. `report` grows while it does."""

    def __init__(self, columns: Columns, today: date, *, days_begin_1904: bool = False) -> None:
        self.report = Report()
        self._columns, self._today = columns, today
        self._first_day = DAY_ONE_1904 if days_begin_1904 else DAY_ONE
        self._cards: dict[str, tuple[int, int]] = {}  # row, and a hash of all that stands in it
        self._niks: dict[str, int] = {}
        self._digits = {name: int(digits.value) for name in ("kpj", "nik") if (digits := facts.identifier(name).digits)}

    def members(self, sheet: Sheet, chunk: int) -> Iterator[list[Member]]:
        """The members of a list, so many rows at a time. Raises Unreadable."""
        rows = (row for row in sheet.rows if row[0] > self._columns.heading)
        while taken := list(islice(rows, chunk)):
            yield [member for number, cells in taken if (member := self.judge(number, cells))]

    def judge(self, number: int, cells: list[str]) -> Member | None:
        self.report.rows += 1
        faults: list[Fault] = []
        values = {name: self._value(number, name, cells, faults) for name in FIELDS}
        if not faults:
            faults = [Fault(number, name, code, other) for name, code, other in self._together(values)]
        if faults:
            self._leave_out(faults)
            return None
        member = Member(**values)
        self._cards[member.kpj] = number, hash(member)
        if member.nik:
            self._niks[member.nik] = number
        report = self.report
        report.members += 1
        report.ends_first = min(report.ends_first or member.ends_on, member.ends_on)
        report.ends_last = max(report.ends_last or member.ends_on, member.ends_on)
        return member

    def _leave_out(self, faults: list[Fault]) -> None:
        report = self.report
        report.left_out += 1
        report.counted.update(fault.code for fault in faults)
        report.faults += faults[: MOST_FAULTS - len(report.faults)]

    def _value(self, number: int, name: str, cells: list[str], faults: list[Fault]) -> Any:
        column = self._columns.columns.get(name)
        cell = cells[column] if column is not None and column < len(cells) else ""
        cell = cell or self._columns.all.get(name, "")
        try:
            return self.read(name, cell)
        except Wrong as wrong:
            faults.append(Fault(number, name, wrong.code, wrong.other))
            return None

    def read(self, name: str, cell: str) -> Any:
        """What a cell says. Raises Wrong."""
        if isinstance(cell, Formula) or (name not in ("kpj", "nik") and cell[:1] in ("=", "@")):
            raise Wrong("formula")
        if len(cell) > LONGEST_CELL or (name == "name" and len(cell) > LONGEST_NAME):
            raise Wrong("long")
        if not cell:
            if name in ("nik", "born"):
                return None
            raise Wrong("empty")
        if name in ("kpj", "nik"):
            return self._number(name, cell)
        if name in ("born", "starts_on", "ends_on"):
            return self.day(cell)
        return {"name": _name, "scheme": _scheme, "programmes": _programmes}[name](cell)

    def _number(self, name: str, cell: str) -> str:
        whole = cell.removesuffix(".0")  # of a NIK a workbook keeps 15 digits; a card number has fewer
        if _SCIENTIFIC.fullmatch(cell) or (name == "nik" and (isinstance(cell, Figure) or whole != cell)):
            raise Wrong("rounded")
        found = re.sub(r"[ .'\-]", "", whole)
        if not (found.isascii() and found.isdecimal()):
            raise Wrong("letters")
        if len(found) != self._digits[name]:
            raise Wrong(f"digits_{name}", len(found))
        if name == "nik":
            _check_nik(found)
        return found

    def day(self, cell: str) -> date:
        """ISO, day first, a month by its name, or Excel's count of days. Raises Wrong."""
        try:
            if isinstance(cell, Figure):
                return _near(self._first_day + timedelta(days=int(float(cell))))
            if re.fullmatch(r"\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?)?", cell):
                return _near(date.fromisoformat(cell[:10]))
            if parts := _NAMED.fullmatch(cell):
                return _near(date(int(parts[3]), MONTH[parts[2].lower()], int(parts[1])))
            if parts := _DAY_FIRST.fullmatch(cell.removesuffix(" 00:00:00").removesuffix(" 00:00")):
                return _near(_day_first(int(parts[1]), int(parts[2]), parts[3]))
        except (ValueError, KeyError, OverflowError):
            pass
        raise Wrong("date")

    def _together(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
        """What is wrong though each cell could be right."""
        if values["ends_on"] < values["starts_on"]:
            yield "ends_on", "ends_first", 0
        if values["born"] and values["born"] >= min(values["starts_on"], self._today):
            yield "born", "born_late", 0
        if values["born"] is None and values["nik"] is None:
            yield "born", "no_proof", 0
        other, there = self._cards.get(values["kpj"], (0, 0))
        if other:
            yield "kpj", "same_row" if there == hash(Member(**values)) else "same_kpj", other
        elif values["nik"] in self._niks:
            yield "nik", "same_nik", self._niks[values["nik"]]


def _check_nik(found: str) -> None:
    day, month, year = (int(found[at : at + 2]) for at in (6, 8, 10))
    if int(found[:2]) not in PROVINCES:
        raise Wrong("nik_place")
    if not 1 <= month <= 12 or not 1 <= (day - WOMAN if day > WOMAN else day) <= monthrange(LEAP_YEAR + year, month)[1]:
        raise Wrong("nik_birth")


def _near(day: date) -> date:
    if not OLDEST <= day.year <= LATEST:
        raise Wrong("date_far")
    return day


def _day_first(first: int, second: int, year: str) -> date:
    if len(year) != len("2026"):
        raise Wrong("date_year")
    if second > 12 >= first:
        raise Wrong("date_order")
    return date(int(year), second, first)


def _name(cell: str) -> str:
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in cell).split())
    if not any(map(str.isalpha, name)):
        raise Wrong("name")
    return name


def _scheme(cell: str) -> str:
    found = SCHEME.get(re.sub(r"[^a-z0-9]", "", cell.lower()))
    if found is None:
        raise Wrong("scheme")
    return found


def _programmes(cell: str) -> tuple[str, ...]:
    words = [word for word in re.split(r"[^A-Za-z]+", cell.upper()) if word not in ("", "DAN", "AND")]
    if not words or any(word not in PROGRAMMES for word in words):
        raise Wrong("programmes")
    return tuple(programme for programme in PROGRAMMES if programme in words)
