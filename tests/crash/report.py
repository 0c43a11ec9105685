"""The figures of a long run: each test adds a line to a file, and `python -m tests.crash.report` sums them up for docs/reliability.md."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "var" / "soak.jsonl"


def note(what: str, database: str, figures: Mapping[str, Any]) -> None:
    """Kept only in a long run, which says so by SAPA_SOAK."""
    if "SAPA_SOAK" not in os.environ:
        return
    FILE.parent.mkdir(exist_ok=True)
    line = {"what": what, "database": database, "load": round(os.getloadavg()[0], 1), **figures}
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def main() -> None:
    summed: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    loads: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for line in FILE.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        place = found.pop("what"), found.pop("database")
        loads[place].append(found.pop("load"))
        summed[place].update(found)
    for place, figures in sorted(summed.items()):
        print(f"\n{place[0]}, {place[1]}: {len(loads[place])} runs, load of the machine {min(loads[place])} to {max(loads[place])}")  # noqa: T201
        for name, value in figures.items():
            print(f"  {value:>10,.6g}  {name}")  # noqa: T201


if __name__ == "__main__":
    main()
