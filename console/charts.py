"""Bars as SVG, drawn by the server: no script, readable in print, with a table that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from locales import Text, Written

WIDTH, ROW, BAR, LABELS, NUMBERS = 400, 32, 16, 152, 56


@dataclass(frozen=True, slots=True)
class Bar:
    """`tone` is good, waits, bad or other; `href` leads to the rows behind."""

    label: Text | Written | str
    count: int
    tone: str = "good"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar with its place in the picture."""

    bar: Bar
    y: int
    text_y: int
    length: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart, for the macro `bars` of charts.html."""

    rows: list[Drawn]

    width: ClassVar[int] = WIDTH
    labels: ClassVar[int] = LABELS
    thick: ClassVar[int] = BAR
    track: ClassVar[int] = WIDTH - LABELS - NUMBERS

    @property
    def height(self) -> int:
        return len(self.rows) * ROW

    @property
    def total(self) -> int:
        return sum(row.bar.count for row in self.rows)


def bars(wanted: list[Bar]) -> Bars:
    """The longest fills its track; the others stand in proportion, and anything but nothing is seen."""
    most = max((bar.count for bar in wanted), default=0) or 1
    track = WIDTH - LABELS - NUMBERS

    def drawn(place: int, bar: Bar) -> Drawn:
        length = max(bar.count / most * track, 2) if bar.count else 0
        return Drawn(bar, place * ROW + (ROW - BAR) // 2, place * ROW + ROW // 2 + 5, round(length, 1))

    return Bars([drawn(place, bar) for place, bar in enumerate(wanted)])
