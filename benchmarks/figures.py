"""What is promised of speed, what was measured, and by how much a figure was missed. No figure is ever made easier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One promise. `measured` is None where the run was disturbed or could not be made."""

    what: str
    wanted: float
    measured: float | None
    at_most: bool = True
    unit: str = "x"

    @property
    def holds(self) -> bool:
        if self.measured is None or self.measured != self.measured:
            return False
        return self.measured <= self.wanted if self.at_most else self.measured >= self.wanted

    @property
    def verdict(self) -> str:
        if self.measured is None or self.measured != self.measured:
            return "not measured"
        if self.holds:
            return "holds"
        share = self.measured / self.wanted - 1 if self.at_most else 1 - self.measured / self.wanted
        return f"**missed by {100 * share:.0f} %**"


def shown(value: float | None, unit: str) -> str:
    if value is None or value != value:
        return "-"
    digits = 0 if abs(value) >= 100 else 2
    return f"{value:,.{digits}f} {unit}".replace(" x", " x")


def table(figures: Sequence[Figure]) -> list[str]:
    lines = ["| promised | wanted | measured | |", "|---|---|---|---|"]
    for figure in figures:
        sign = "at most" if figure.at_most else "at least"
        lines.append(
            f"| {figure.what} | {sign} {shown(figure.wanted, figure.unit)} | {shown(figure.measured, figure.unit)} | {figure.verdict} |"
        )
    return lines


def ratio(above: float, below: float) -> float | None:
    """None where one of the two was not measured."""
    return above / below if above == above and below == below and below else None
