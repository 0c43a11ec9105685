"""Bars as SVG, drawn by the server: no script, readable in print, with a table that says the same."""

from __future__ import annotations

from dataclasses import dataclass

from locales import Text, Written

ROW, THICK = 32, 16  # pixels; lengths are in percent of the picture, so that letters keep their size on a phone
LABELS, TRACK = 52, 36


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
    top: int
    line: int
    length: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart, for the macro `bars` of charts.html."""

    rows: list[Drawn]
    labels: int = LABELS
    track: int = TRACK
    thick: int = THICK

    @property
    def height(self) -> int:
        return len(self.rows) * ROW


def bars(wanted: list[Bar]) -> Bars:
    """The longest fills its track; the others stand in proportion, and anything but nothing is seen."""
    most = max((bar.count for bar in wanted), default=0) or 1

    def drawn(place: int, bar: Bar) -> Drawn:
        length = max(bar.count / most * TRACK, 1) if bar.count else 0
        return Drawn(bar, place * ROW + (ROW - THICK) // 2, place * ROW + ROW // 2 + 5, round(length, 2))

    return Bars([drawn(place, bar) for place, bar in enumerate(wanted)])
