"""The guard of small counts: what leaves the own branch never tells, and never lets anybody work out, a count from one to four.

A count goes out as the largest multiple of five below it ("more than 10"), and not at all up to five. So a shown number stands for five
possible counts, and "too few" for none to five: a count from one to four lies inside that range and at neither end. That is why sums do
not give it away. Somebody in such a cell can be thought into another cell of the same table, or out of it, without any number changing:
the other cell has room upwards or downwards, the small one has room both ways, and the totals of this and of every other table stay.

It holds for numbers of whole groups along one line at a time: by partner, by destination, by month within a quarter within a year.
Two lines crossed (partner by month, with both totals) are not shown outside the own branch. Shares are made of guarded numbers only.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

STEP = 5
K = TypeVar("K", bound=Hashable)


def guarded(count: int) -> int | None:
    """More than so many; None where there are too few to say."""
    if count < 0:
        raise ValueError("a count is not negative")
    return (count - 1) // STEP * STEP if count > STEP else None


def guarded_all(counts: Mapping[K, int]) -> dict[K, int | None]:
    """Each count by itself. Totals are guarded like any other count; they need no care of their own."""
    return {key: guarded(count) for key, count in counts.items()}


def share(part: int | None, whole: int | None) -> float | None:
    """The share of two guarded numbers; None if either is too small to say. Never made of exact counts."""
    return min(part / whole, 1.0) if part is not None and whole else None
