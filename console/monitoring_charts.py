"""The charts of the evaluation: strokes as bars, trends as lines in SVG, and a map of tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.charts import Bar, Drawn, bars
from console.monitoring_parts import Series, Stroke, Trend, Words

WIDE, HIGH = 600, 160
DASHES = ("", "8 4", "2 4")  # lines differ without colour too


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is of, its pieces as points of an SVG, and how it is dashed."""

    name: Words
    pieces: Sequence[str]
    dash: str
    last: int | None
    tone: str


@dataclass(frozen=True, slots=True)
class Lines:
    title: Words
    labels: Sequence[Words]
    lines: Sequence[Line]
    most: int
    wide: int = WIDE
    high: int = HIGH


def lines(trend: Trend) -> Lines:
    most = max((value for series in trend.series for value in series.values if value is not None), default=0) or 1
    step = WIDE / max(len(trend.labels) - 1, 1)
    made = [
        Line(series.name, _pieces(series, step, most), DASHES[at % 3], _last(series), ("good", "waits", "other")[at % 3])
        for at, series in enumerate(trend.series)
    ]
    return Lines(trend.title, trend.labels, made, most)


def _pieces(series: Series, step: float, most: int) -> list[str]:
    """A line breaks where there is nothing to show."""
    pieces: list[list[str]] = [[]]
    for at, value in enumerate(series.values):
        if value is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{at * step:.1f},{HIGH - value / most * HIGH:.1f}")
    return [" ".join(piece) for piece in pieces if len(piece) > 1]


def _last(series: Series) -> int | None:
    return series.values[-1] if series.values else None


def strokes(wanted: Sequence[Stroke]) -> list[Drawn]:
    """Beside each stands what is told of it."""
    return bars([Bar(one.label, one.many, one.tone, told=one.told) for one in wanted])


# Where a country lies on a map of equal tiles, about as the world has it: column from west to east, row from north to south.
TILES: Mapping[str, tuple[int, int]] = {
    "PL": (1, 0), "IT": (0, 1), "TR": (2, 1), "EG": (1, 2), "JO": (2, 2), "KW": (3, 2), "SA": (2, 3), "BH": (3, 3), "QA": (4, 3),
    "AE": (4, 4), "OM": (5, 4), "KR": (8, 1), "JP": (9, 1), "TW": (9, 2), "HK": (8, 2), "MO": (7, 2), "MY": (7, 4), "BN": (8, 4),
    "SG": (7, 5), "ID": (8, 5),
}  # fmt: skip
"""Of our own making; a country that is not here stands in the row below the map."""
