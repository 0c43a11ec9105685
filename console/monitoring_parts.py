"""What a report is made of, whoever draws it: sections with sentences, tables, bars and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

from console.monitoring_words import TOO_FEW, count
from locales import Citation, Month, Text, Written
from storage.indicators import MEASURES, Tally

Words: TypeAlias = Text | Written | Citation | Month | str
Cell: TypeAlias = Words | int


@dataclass(frozen=True, slots=True)
class Linked:
    """A number with the rows behind it."""

    cell: Cell
    href: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """`about` is the code of the indicator that says what stands in it."""

    name: Words
    about: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    title: Words
    columns: Sequence[Column]
    rows: Sequence[Sequence[Linked]]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A bar: its length is `many`, what is written beside it `told`."""

    label: Words
    many: int
    told: Cell
    tone: str = "good"


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a trend; None where there is nothing to show."""

    name: Words
    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Trend:
    title: Words
    labels: Sequence[Words]
    series: Sequence[Series]


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: Words
    sentences: Sequence[Words] = ()
    strokes: Sequence[Stroke] = ()
    trend: Trend | None = None
    tables: Sequence[Table] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Teller:
    """How numbers are told: exact within the branch, "more than" and "too few" outside. `rows` leads to the people behind one."""

    guarded: bool
    period: str
    rows: str = ""  # the page of the rows behind a figure; "" where nobody may look

    def cell(self, tally: Tally, measure: str, **group: str) -> Linked:
        many = tally.get(measure, 0)
        if self.guarded and not many:
            return Linked(TOO_FEW)
        return Linked(count(many, guarded=self.guarded), self._rows(measure, group) if many else "")

    def _rows(self, measure: str, group: Mapping[str, str]) -> str:
        if not self.rows or self.guarded or measure not in MEASURES:
            return ""
        return f"{self.rows}?{urlencode({'period': self.period, 'measure': measure, **group})}"

    def stroke(self, label: Words, tally: Tally, measure: str, tone: str = "good") -> Stroke:
        return Stroke(label, tally.get(measure, 0), self.cell(tally, measure).cell, tone)
