"""Bars drawn by the server: no script, readable in print, with a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from locales import Citation, Month, Text, Written


@dataclass(frozen=True, slots=True)
class Bar:
    """`tone` is good, waits, bad or other; `href` leads to the rows behind; `told` stands beside it instead of the count."""

    label: Text | Written | Citation | Month | str
    count: int
    tone: str = "good"
    href: str = ""
    told: Text | Written | Citation | Month | str | int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar and its length, in percent of its track; for the macro `bars` of charts.html."""

    bar: Bar
    length: float


def bars(wanted: Sequence[Bar]) -> list[Drawn]:
    """The longest fills its track; the others stand in proportion, and anything but nothing is seen."""
    most = max((bar.count for bar in wanted), default=0)
    return [Drawn(bar, max(round(100 * bar.count / most, 2), 2) if bar.count else 0) for bar in wanted]
