"""What was measured of one bot once, and the middle of several such samples. A disturbed sample never counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Sample:
    """One bot, one repeat. Times in milliseconds, CPU in microseconds an update, memory in MiB."""

    rate: float
    cpu: float
    p50: float
    p99: float
    rss: float
    failed: int
    stub: float
    neighbours: float
    helpers: float = 0.0  # CPU of the database server


@dataclass
class Row:
    """All samples of one bot."""

    name: str
    samples: list[Sample]
    calm: float

    @property
    def valid(self) -> list[Sample]:
        return [sample for sample in self.samples if sample.neighbours <= self.calm]

    @property
    def holds(self) -> bool:
        """Whether at least half of the repeats were not disturbed."""
        return bool(self.valid) and 2 * len(self.valid) >= len(self.samples)

    def middle(self, of: Callable[[Sample], float]) -> float:
        return median(of(sample) for sample in self.valid) if self.holds else float("nan")

    def span(self, of: Callable[[Sample], float]) -> tuple[float, float]:
        values = [of(sample) for sample in self.valid]
        return min(values), max(values)

    @property
    def cpu(self) -> float:
        return self.middle(lambda sample: sample.cpu)

    @property
    def rate(self) -> float:
        return self.middle(lambda sample: sample.rate)

    @property
    def p99(self) -> float:
        return self.middle(lambda sample: sample.p99)


HEAD = (
    "bot",
    "updates/s (range)",
    "CPU µs/update",
    "x floor",
    "p50 / p99 ms at half load",
    "RSS MiB",
    "failed",
    "stub's core",
    "neighbours",
)


def table(rows: Sequence[Row], floor: str = "floor") -> list[str]:
    """As Markdown. A row whose run was disturbed shows no figure."""
    by_name = {row.name: row for row in rows}
    base = by_name[floor].cpu if floor in by_name else float("nan")
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    return [*lines, *(_line(row, base) for row in rows)]


def _line(row: Row, base: float) -> str:
    neighbours = max((sample.neighbours for sample in row.samples), default=float("nan"))
    if not row.holds:
        return f"| {row.name} | disturbed: no figure | | | | | | | {neighbours:.2f} |"
    low, high = row.span(lambda sample: sample.rate)
    cells = (
        row.name,
        f"{row.rate:,.0f} ({low:,.0f}-{high:,.0f})",
        f"{row.cpu:,.0f}",
        f"{row.cpu / base:.2f}",
        f"{row.middle(lambda sample: sample.p50):.1f} / {row.p99:.1f}",
        f"{row.middle(lambda sample: sample.rss):.0f}",
        str(sum(sample.failed for sample in row.valid)),
        f"{row.middle(lambda sample: sample.stub):.2f}",
        f"{neighbours:.2f}",
    )
    return f"| {' | '.join(cells)} |"
