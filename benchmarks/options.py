"""How a run is asked for."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

CALM = 0.25  # cores that neighbours may take meanwhile


@dataclass(frozen=True)
class Options:
    """`calm`: a sample during which the neighbours took more than so many cores does not count."""

    repeats: int = 5
    seconds: float = 4.0
    tries: int = 3
    calm: float = CALM
    only: frozenset[str] = field(default_factory=frozenset)

    @staticmethod
    def say(line: str) -> None:
        """Progress, apart from the result."""
        print(f"  {line}", file=sys.stderr, flush=True)
